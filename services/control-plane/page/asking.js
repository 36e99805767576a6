/** One action on its way from the button to its effect: what the dialog knows, and what it shows. Pure. */
import { h } from "./h.js"

/**
 * @import { ActionAnswer } from "../actions/actions.ts"
 * @import { ActionName } from "../../../shared/core/actions/actions.ts"
 * @import { ActionWords } from "./actions.js"
 * @import { Element } from "./h.js"
 * @typedef {"token" | "previewing" | "previewed" | "sending" | "answered" | "failed"} Phase
 * @typedef {{ readonly action: ActionName, readonly args: Readonly<Record<string, number | string>>, readonly title: string,
 *   readonly about: string, readonly id: string, readonly phase: Phase, readonly problem: string,
 *   readonly preview: ActionAnswer | null, readonly answer: ActionAnswer | null }} Asking `id` stays the same however often it is sent: it takes effect once.
 */

/**
 * @param {Pick<Asking, "action" | "args" | "id">} asked
 * @param {ActionWords} words
 * @param {boolean} hasToken
 * @returns {Asking}
 */
export const begin = (asked, { title, about }, hasToken) => {
  const { slot_id: slot } = asked.args
  const phase = hasToken ? "previewing" : "token"
  const named = slot === undefined ? title : `${title} ${slot}`
  return { ...asked, title: named, about, phase, problem: "", preview: null, answer: null }
}

/**
 * The server has answered a preview or the action itself.
 * @param {Asking} asking
 * @param {number} status
 * @param {ActionAnswer & { readonly detail?: string }} body
 * @returns {Asking}
 */
export const told = (asking, status, body) => {
  if (status === 401) return { ...asking, phase: "token", problem: "That token was not accepted." }
  if (status !== 200 && status !== 202 && status !== 409) {
    return { ...asking, phase: "failed", problem: body.detail ?? `The server answered ${status}.` }
  }
  return asking.phase === "sending"
    ? { ...asking, phase: "answered", problem: "", answer: body }
    : { ...asking, phase: "previewed", problem: "", preview: body }
}

/**
 * Nobody answered.
 * @param {Asking} asking
 * @returns {Asking}
 */
export const unanswered = (asking) => ({
  ...asking,
  phase: "failed",
  problem:
    "The server does not answer. Whether it has taken the action is not known; trying again does it once at most."
})

/**
 * How it stands, read aloud by a screen reader.
 * @param {"" | "good" | "bad"} tone
 * @param {string} text
 */
const said = (tone, text) => h("p", { role: "status", class: tone }, text)

/** @param {...Element} buttons */
const actions = (...buttons) => h("div.actions", ...buttons)

/** @param {ReadonlyArray<string>} lines */
const effects = (lines) => lines.length > 0 && h("ul", ...lines.map((line) => h("li", line)))

/**
 * @param {string} what
 * @param {string} label
 * @param {string} [className]
 */
const button = (what, label, className = "") =>
  h("button", { type: "button", "data-do": what, class: className }, label)

/**
 * @param {Asking} asking
 * @param {number | null} seenSeq The record the page stands at: an effect is shown as done once it can be seen.
 */
const body = ({ phase, problem, preview, answer }, seenSeq) => {
  switch (phase) {
    case "token":
      return [
        said(problem === "" ? "" : "bad", problem),
        h(
          "form",
          { "data-do": "token" },
          h("label", { for: "token" }, "Token"),
          h("input", { id: "token", type: "password", autocomplete: "off", required: "" }),
          h(
            "p.quiet",
            "CONTROL_TOKEN, or what stands in control-token of the data directory. Kept until this tab closes."
          ),
          actions(button("close", "Cancel"), h("button", { type: "submit", class: "first" }, "Go on"))
        )
      ]
    case "previewing":
      return [said("", "Asking what it would do …"), actions(button("close", "Cancel"))]
    case "previewed": {
      if (preview === null || preview.result === "would_refuse" || preview.result === "refused") {
        const reason = preview?.reason?.sentence ?? ""
        return [said("bad", `It would be refused. ${reason}`), actions(button("close", "Close"))]
      }
      return [
        said("", preview.effects.length === 0 ? "It changes nothing at once." : "It would do this now:"),
        effects(preview.effects),
        actions(button("close", "Cancel"), button("confirm", "Do it", "first"))
      ]
    }
    case "sending":
      return [said("", "Waiting for the governor …"), actions(button("close", "Close"))]
    case "answered":
      return answered(answer, seenSeq)
    case "failed":
      return [said("bad", problem), actions(button("close", "Close"), button("again", "Try again", "first"))]
  }
}

/**
 * @param {ActionAnswer | null} answer
 * @param {number | null} seenSeq
 */
const answered = (answer, seenSeq) => {
  if (answer === null || answer.result === "pending") {
    return [
      said("bad", "Accepted, but the governor has not answered yet. It will, once it runs."),
      actions(button("close", "Close"), button("again", "Ask again", "first"))
    ]
  }
  if (answer.result === "refused") {
    return [said("bad", `Refused. ${answer.reason?.sentence ?? ""}`), actions(button("close", "Close"))]
  }
  const seen = seenSeq !== null && answer.seq !== null && seenSeq >= answer.seq
  return [
    said(seen ? "good" : "", seen ? "Done." : "Written; it shows here in a moment …"),
    effects(answer.effects),
    actions(button("close", "Close", "first"))
  ]
}

/**
 * The dialog's content.
 * @param {Asking} asking
 * @param {number | null} seenSeq
 * @returns {Element}
 */
export const dialogView = (asking, seenSeq) =>
  h(
    "div",
    { class: asking.phase },
    h("h2", { id: "ask-title" }, asking.title),
    h("p.quiet", asking.about),
    ...body(asking, seenSeq)
  )
