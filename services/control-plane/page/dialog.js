/** Shows an action's preview, sends it when a person says so, and shows success only once the page itself has seen it. */
import { begin, dialogView, told, unanswered } from "./asking.js"
import { patch } from "./patch.js"

/**
 * @import { ActionName } from "../../../shared/core/actions/actions.ts"
 * @import { ActionWords } from "./actions.js"
 * @import { Asking } from "./asking.js"
 */

/** Where this tab keeps the token; the browser forgets it with the tab. */
const TOKEN = "kennel.token"
/** Longer than the server itself waits for the governor (10 s). */
const TIMEOUT_MS = 15_000

/** An id of 16 random bytes. */
const freshId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")

/**
 * Keeps what was typed as this tab's token, and shows it no longer.
 * @param {HTMLInputElement} input
 */
const keepToken = (input) => {
  sessionStorage.setItem(TOKEN, input.value.trim())
  input.value = ""
}

/**
 * What a button of the page asks for; `actionButton` has made it.
 * @param {Element} button
 * @param {Readonly<Record<ActionName, ActionWords>>} actions
 * @param {boolean} hasToken
 */
const askedBy = (button, actions, hasToken) => {
  const action = /** @type {ActionName} */ (button.getAttribute("data-action"))
  const args = JSON.parse(button.getAttribute("data-args") ?? "{}")
  return begin({ action, args, id: freshId() }, actions[action], hasToken)
}

/**
 * Sends what is asked, with this tab's token; a token that is refused is forgotten. Rejects when no answer came in time.
 * @param {Asking} from
 * @param {boolean} preview
 */
const post = async ({ action, args, id, preview: shown }, preview) => {
  const more = preview ? { preview } : { id, shown: shown?.effects ?? [] }
  const response = await fetch("/api/action", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ""}` },
    body: JSON.stringify({ action, ...args, author: "page", ...more }),
    signal: AbortSignal.timeout(TIMEOUT_MS)
  })
  const body = await response.json()
  if (response.status === 401) sessionStorage.removeItem(TOKEN)
  return { status: response.status, body }
}

/**
 * Hears the buttons below `root`. Returns what to call whenever the page has come to another record.
 * @param {HTMLElement} root
 * @param {HTMLDialogElement} dialog
 * @param {Readonly<Record<ActionName, ActionWords>>} actions
 * @param {() => number | null} seenSeq
 */
export const listen = (root, dialog, actions, seenSeq) => {
  const content = document.createElement("div")
  dialog.append(content)
  /** @type {Asking | null} */
  let asking = null

  const draw = () => {
    if (asking !== null) patch(content, dialogView(asking, seenSeq()))
  }

  /** @param {Asking} next */
  const become = (next) => {
    const { phase } = asking ?? {}
    asking = next
    draw()
    if (next.phase === "token" && phase !== "token") content.querySelector("input")?.focus()
  }

  /**
   * @param {Asking} from
   * @param {boolean} preview
   */
  const send = async (from, preview) => {
    become({ ...from, phase: preview ? "previewing" : "sending" })
    /** @type {Asking | null} */
    let next = null
    try {
      const { status, body } = await post(from, preview)
      if (asking !== null) next = told(asking, status, body)
    } catch {
      if (asking !== null) next = unanswered(asking)
    }
    // Closed in the meantime, or another one opened: this answer belongs to nobody any more.
    if (next !== null && next.id === from.id) become(next)
  }

  /** @param {Asking} from */
  const goOn = (from) => void send(from, from.preview === null)

  root.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-action]")
    if (button === null) return
    const hasToken = sessionStorage.getItem(TOKEN) !== null
    const next = askedBy(button, actions, hasToken)
    asking = null
    dialog.showModal()
    if (hasToken) goOn(next)
    else become(next)
  })

  content.addEventListener("click", (event) => {
    const what = /** @type {Element} */ (event.target).closest("button[data-do]")?.getAttribute("data-do")
    if (what === "close") dialog.close()
    else if (asking !== null && what === "confirm") void send(asking, false)
    else if (asking !== null && what === "again") goOn(asking)
  })

  content.addEventListener("submit", (event) => {
    event.preventDefault()
    const input = content.querySelector("input")
    if (asking === null || input === null) return
    keepToken(input)
    goOn(asking)
  })

  dialog.addEventListener("close", () => {
    asking = null
  })
  return draw
}
