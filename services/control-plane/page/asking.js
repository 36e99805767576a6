/** One action on its way from the button to its effect: what the dialog knows, and what it shows. Pure. */
import { h } from "./h.js"

/**
 * @import { ActionAnswer } from "../actions/actions.ts"
 * @import { Element } from "./h.js"
 * @typedef {"token" | "previewing" | "previewed" | "sending" | "answered" | "failed"} Phase
 * @typedef {{ readonly action: string, readonly args: Readonly<Record<string, number>>, readonly title: string,
 *   readonly id: string, readonly phase: Phase, readonly problem: string, readonly preview: ActionAnswer | null,
 *   readonly answer: ActionAnswer | null }} Asking `id` stays the same however often it is sent: it takes effect once.
 */

/** What an action is, and what it means for the market. */
const ACTIONS = {
  pause: ["Pause the market", "No new entries. Standing orders stay, exits and bookkeeping go on."],
  resume: ["Resume the market", "Slots enter again, as far as nothing stands against it."],
  add_slot: ["Add a slot", "One more slot begins to trade with the funds that are free."],
  remove_slot: [
    "Remove slot",
    "Its orders are cancelled and what it holds is given up to the account. It never comes back."
  ],
  add_layer: ["Add a capital layer", "Every new order becomes larger, as far as the funds reach."],
  remove_layer: ["Remove a capital layer", "Every new order becomes smaller. Standing orders keep their size."],
  retrain: [
    "Retrain the regime models",
    "Both timeframes are fitted anew, now. A model that is refused leaves the old one in use."
  ],
  soft_close_next: ["Soft close the oldest recovery", "It moves next to the market: it closes soon, mostly at a loss."]
}

/**
 * @param {string} action
 * @param {Readonly<Record<string, number>>} args
 * @param {string} id
 * @param {boolean} hasToken
 * @returns {Asking}
 */
export const begin = (action, args, id, hasToken) => {
  const [title = action] = ACTIONS[/** @type {keyof typeof ACTIONS} */ (action)] ?? []
  const about = args["slot"] === undefined ? "" : ` ${args["slot"]}`
  const phase = hasToken ? "previewing" : "token"
  return { action, args, title: `${title}${about}`, id, phase, problem: "", preview: null, answer: null }
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

/** @param {ReadonlyArray<string>} lines */
const effects = (lines) => lines.length > 0 && h("ul", {}, ...lines.map((line) => h("li", {}, line)))

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
        h("p", { role: "status", class: problem === "" ? "" : "bad" }, problem),
        h(
          "form",
          { "data-do": "token" },
          h("label", { for: "token" }, "Token"),
          h("input", { id: "token", type: "password", autocomplete: "off", required: "" }),
          h(
            "p",
            { class: "quiet" },
            "CONTROL_TOKEN, or what stands in control-token of the data directory. Kept until this tab closes."
          ),
          h(
            "div",
            { class: "actions" },
            button("close", "Cancel"),
            h("button", { type: "submit", class: "first" }, "Go on")
          )
        )
      ]
    case "previewing":
      return [
        h("p", { role: "status" }, "Asking what it would do …"),
        h("div", { class: "actions" }, button("close", "Cancel"))
      ]
    case "previewed": {
      if (preview === null || preview.result === "would_refuse" || preview.result === "refused") {
        const reason = preview?.reason?.sentence ?? ""
        return [
          h("p", { role: "status", class: "bad" }, `It would be refused. ${reason}`),
          h("div", { class: "actions" }, button("close", "Close"))
        ]
      }
      return [
        h(
          "p",
          { role: "status" },
          preview.effects.length === 0 ? "It changes nothing at once." : "It would do this now:"
        ),
        effects(preview.effects),
        h("div", { class: "actions" }, button("close", "Cancel"), button("confirm", "Do it", "first"))
      ]
    }
    case "sending":
      return [
        h("p", { role: "status" }, "Waiting for the governor …"),
        h("div", { class: "actions" }, button("close", "Close"))
      ]
    case "answered":
      return answered(answer, seenSeq)
    case "failed":
      return [
        h("p", { role: "status", class: "bad" }, problem),
        h("div", { class: "actions" }, button("close", "Close"), button("again", "Try again", "first"))
      ]
  }
}

/**
 * @param {ActionAnswer | null} answer
 * @param {number | null} seenSeq
 */
const answered = (answer, seenSeq) => {
  if (answer === null || answer.result === "pending") {
    return [
      h(
        "p",
        { role: "status", class: "bad" },
        "Accepted, but the governor has not answered yet. It will, once it runs."
      ),
      h("div", { class: "actions" }, button("close", "Close"), button("again", "Ask again", "first"))
    ]
  }
  if (answer.result === "refused") {
    return [
      h("p", { role: "status", class: "bad" }, `Refused. ${answer.reason?.sentence ?? ""}`),
      h("div", { class: "actions" }, button("close", "Close"))
    ]
  }
  const seen = seenSeq !== null && answer.seq !== null && seenSeq >= answer.seq
  return [
    h("p", { role: "status", class: seen ? "good" : "" }, seen ? "Done." : "Written; it shows here in a moment …"),
    effects(answer.effects),
    h("div", { class: "actions" }, button("close", "Close", "first"))
  ]
}

/**
 * The dialog's content.
 * @param {Asking} asking
 * @param {number | null} seenSeq
 * @returns {Element}
 */
export const dialogView = (asking, seenSeq) => {
  const [, meaning = ""] = ACTIONS[/** @type {keyof typeof ACTIONS} */ (asking.action)] ?? []
  return h(
    "div",
    { class: asking.phase },
    h("h2", { id: "ask-title" }, asking.title),
    h("p", { class: "quiet" }, meaning),
    ...body(asking, seenSeq)
  )
}
