import { describe, expect, it } from "vitest"
import type { ActionAnswer } from "../../actions/actions.ts"
import { begin, fieldsOf, filledIn, told, unanswered } from "./asking.ts"

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
const previewing = begin({ action: "resume", args: {}, id: "a" }, true)
const previewed = told(previewing, 200, answer({ result: "would_apply", seq: null }))
const sending = { ...previewed, phase: "sending" as const }

describe("an action in the dialog", () => {
  it("begins with its preview, or with the token when this tab has none", () => {
    expect(previewing.phase).toBe("previewing")
    expect(begin({ action: "resume", args: {}, id: "a" }, false)).toMatchObject({ phase: "form", wantsToken: true })
  })

  it("asks first for what a button did not fill in, but never makes somebody who stops the market write a note", () => {
    expect(begin({ action: "set_entry_pct", args: {}, id: "a" }, true)).toMatchObject({
      phase: "form",
      wantsToken: false
    })
    expect(begin({ action: "pause", args: {}, id: "a" }, true).phase).toBe("previewing")
    expect(begin({ action: "remove_slot", args: { slot_id: 3 }, id: "a" }, true).phase).toBe("previewing")
  })

  it("names the slot and the recovery it is about", () => {
    expect(begin({ action: "remove_slot", args: { slot_id: 3 }, id: "a" }, true).title).toBe("Remove slot 3")
    const closing = begin({ action: "soft_close", args: { slot_id: 3, recovery_id: 7 }, id: "a" }, true)
    expect(closing.title).toBe("Soft close a recovery 7 of slot 3")
  })

  it("says of each field what is accepted and what stands for an empty one", () => {
    expect(fieldsOf("cancel_stale_recoveries", {}).map(({ name, hint, required }) => [name, hint, required])).toEqual([
      ["min_distance_pct", "0 % or more; FAR_RECOVERY_DISTANCE_PCT when left out", false],
      ["count", "1–100; FAR_RECOVERY_COUNT when left out", false]
    ])
    expect(fieldsOf("add_layer", {})[0]?.choices).toEqual(["auto", "doge", "usd"])
  })

  it("sends numbers as numbers, amounts as exact text, and leaves out what was left empty", () => {
    const percent = filledIn(begin({ action: "set_entry_pct", args: {}, id: "a" }, true), { pct: " 0.3 " })
    expect(percent.args).toEqual({ pct: 0.3 })
    const amount = filledIn(begin({ action: "set_daily_loss_limit", args: {}, id: "a" }, true), { limit: "3.10" })
    expect(amount.args).toEqual({ limit: "3.10" })
    expect(filledIn(begin({ action: "add_slot", args: {}, id: "a" }, true), { count: "" }).args).toEqual({})
    expect(filledIn(begin({ action: "add_slot", args: {}, id: "a" }, true), { count: "two" }).args).toEqual({
      count: "two"
    })
  })

  it("shows its preview, and the answer once it was sent", () => {
    expect(previewed).toMatchObject({ phase: "previewed", preview: { effects: ["slots: 1, 2, 3"] } })
    expect(told(sending, 200, answer())).toMatchObject({ phase: "answered", answer: { seq: 40 } })
    expect(told(sending, 202, answer({ result: "pending", seq: null }))).toMatchObject({ phase: "answered" })
    expect(told(sending, 409, answer({ result: "refused" }))).toMatchObject({ phase: "answered" })
  })

  it.each([
    [429, { ...answer(), detail: "more than 10 actions a second" }, "more than 10 actions a second"],
    [500, answer(), "The server answered 500."]
  ])("answered %i it has failed, in the server's words", (status, body, problem) => {
    expect(told(sending, status, body)).toMatchObject({ phase: "failed", problem })
  })

  it("goes back to the field that was not accepted", () => {
    const body = { ...answer(), detail: "pct is 99: 0.01–50 % is accepted" }
    const asked = begin({ action: "set_entry_pct", args: {}, id: "a" }, true)
    expect(told(asked, 400, body)).toMatchObject({ phase: "form", problem: body.detail })
  })

  it("that nobody answered may be tried again under the same id", () => {
    expect(unanswered(sending)).toMatchObject({
      id: "a",
      phase: "failed",
      problem: expect.stringContaining("trying again does it once at most")
    })
  })

  it("goes on where it was when the token turns out to be wrong", () => {
    expect(told(sending, 401, answer())).toMatchObject({
      phase: "form",
      wantsToken: true,
      problem: "That token was not accepted.",
      preview: previewed.preview
    })
  })
})
