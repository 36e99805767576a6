import { describe, expect, it } from "vitest"
import { ACTIONS } from "../../../shared/core/actions/actions.ts"
import type { ActionAnswer } from "../actions/actions.ts"
import { begin, dialogView, told, unanswered } from "./asking.js"
import { type Element, type Node, textOf } from "./h.js"

const answer = (fields: Partial<ActionAnswer> = {}): ActionAnswer => ({
  id: "a",
  result: "applied",
  effects: ["slots: 1, 2, 3"],
  reason: null,
  repeated: false,
  hints: [],
  seq: 40,
  ...fields
})
const previewing = begin({ action: "add_slot", args: {}, id: "a" }, ACTIONS.add_slot, true)
const previewed = told(previewing, 200, answer({ result: "would_apply", seq: null }))
const sending = { ...previewed, phase: "sending" as const }
const text = (node: Node) => textOf(node).replaceAll(/\s+/g, " ")
const doing = (node: Node): ReadonlyArray<string> =>
  typeof node === "string"
    ? []
    : [
        ...((node satisfies Element).tag === "button"
          ? [node.attributes["data-do"] ?? node.attributes["type"] ?? ""]
          : []),
        ...node.children.flatMap(doing)
      ]

describe("an action in the dialog", () => {
  it("begins with the token when this tab has none, else with its preview", () => {
    expect(begin({ action: "pause", args: {}, id: "a" }, ACTIONS.pause, false).phase).toBe("token")
    expect(previewing.phase).toBe("previewing")
    expect(doing(dialogView(previewing, 0))).toEqual(["close"])
  })

  it("names the slot it is about", () => {
    const removing = begin({ action: "remove_slot", args: { slot_id: 3 }, id: "a" }, ACTIONS.remove_slot, true)
    expect(text(dialogView(removing, 0))).toMatch(
      /^Remove slot 3 Its orders are cancelled and what it holds is given up/
    )
  })

  it("can be confirmed only when its preview says that it would be applied", () => {
    expect(doing(dialogView(previewed, 0))).toEqual(["close", "confirm"])
    expect(text(dialogView(previewed, 0))).toContain("It would do this now: slots: 1, 2, 3")
    const reason = {
      rule: "already_paused",
      numbers: {},
      sentence: "An operator has paused the market already."
    } as const
    const refused = told(previewing, 200, answer({ result: "would_refuse", effects: [], reason }))
    expect(doing(dialogView(refused, 0))).toEqual(["close"])
    expect(text(dialogView(refused, 0))).toContain("It would be refused. An operator has paused the market already.")
  })

  it("is done once the page itself stands at the answer's record", () => {
    const done = told(sending, 200, answer())
    expect(text(dialogView(done, 39))).not.toContain("Done.")
    expect(text(dialogView(done, null))).not.toContain("Done.")
    expect(text(dialogView(done, 40))).toContain("Done. slots: 1, 2, 3")
  })

  it.each([
    [
      202,
      answer({ result: "pending", seq: null, effects: [] }),
      "the governor has not answered yet",
      ["close", "again"]
    ],
    [
      409,
      answer({
        result: "refused",
        effects: [],
        reason: { rule: "already_paused", numbers: {}, sentence: "An operator has paused the market already." }
      }),
      "Refused. An operator has paused the market already.",
      ["close"]
    ],
    [
      429,
      { ...answer(), detail: "more than 10 actions a second" },
      "more than 10 actions a second",
      ["close", "again"]
    ],
    [500, answer(), "The server answered 500.", ["close", "again"]],
    [401, answer(), "That token was not accepted.", ["close", "submit"]]
  ])("answered %i says so", (status, body, expected, buttons) => {
    const next = told(sending, status, body)
    expect(text(dialogView(next, 100))).toContain(expected)
    expect(doing(dialogView(next, 100))).toEqual(buttons)
    expect(text(dialogView(next, 100))).not.toContain("Done.")
  })

  it("that nobody answered may be tried again under the same id", () => {
    const lost = unanswered(sending)
    expect(lost.id).toBe("a")
    expect(text(dialogView(lost, 100))).toContain("trying again does it once at most")
    expect(doing(dialogView(lost, 100))).toEqual(["close", "again"])
  })

  it("goes on where it was when the token turns out to be wrong", () => {
    expect(told(sending, 401, answer()).preview).toEqual(previewed.preview)
  })
})
