import { describe, expect, it } from "vitest"
import { reportOf } from "../../../core/report.ts"
import { governor, observedAt, opening, OPTIONS, price, slots } from "../../../testing/examples.ts"
import { notDoneBy, rowsOf, stateInWords } from "./slotModel.ts"

const report = reportOf(observedAt([...opening, price("0.141")], { slots, startHead: 6, governor }), OPTIONS)
const [first, second] = report.slots
if (first === undefined || second === undefined) throw new Error("the example has two slots")

describe("a slot at a glance", () => {
  it("has a name, its phase in words with the rules' code beside it, and its orders with their distances", () => {
    const row = rowsOf(report)[1]
    expect(row).toMatchObject({ slot: 2, name: "such", code: "S2", phase: "both to close", mark: "retiring" })
    expect(rowsOf(report)[0]?.orders[0]).toMatchObject({ leg: "A", side: "sell", role: "entry", distancePct: 0.2002 })
  })

  it("is halted before it is anything else", () => {
    expect(rowsOf({ ...report, slots: [{ ...second, halted: ["two buy exits"] }] })[0]?.mark).toBe("halted")
  })

  it("says what it does not do, why, and since when", () => {
    expect(notDoneBy(second)).toEqual([
      { what: "entry A", sentence: "The trade rests until 2026-11-21 17:03:09 UTC.", since: expect.any(Number) }
    ])
  })

  it.each([
    ["open", ""],
    ["unknown", "outcome unknown"],
    ["some_new_state", "some new state"]
  ])("reads the state %s as %j", (state, words) => {
    expect(stateInWords(state)).toBe(words)
  })
})
