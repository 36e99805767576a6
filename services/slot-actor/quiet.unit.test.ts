/**
 * Events that give a slot nothing to do cost one small object: the book stays the very same one. Market 0.1; what would be due is
 * due exactly when its time has come, and not before.
 */
import { describe, expect, it } from "vitest"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "./testing/slotDriver.ts"
import { type Passed, passedQuietly, slotQuiet } from "./core/quiet.ts"
import { slotView } from "./core/view.ts"

/** True when the book is the very object it was. */
const keepsBook = (slot: SlotDriver, event: () => unknown): boolean => {
  const { book } = slot.state
  event()
  return slot.state.book === book
}

describe("a slot with nothing to do keeps its book", () => {
  it("with both entries near the market, whatever the price and the clock say", () => {
    const slot = new SlotDriver().trading()
    expect(keepsBook(slot, () => slot.price("0.1005", 1))).toBe(true)
    expect(keepsBook(slot, () => slot.clock(10_000))).toBe(true)
  })

  it("with an entry exactly as far from the market as it may stand", () => {
    const slot = new SlotDriver().ready({ entryPct: 0, refreshPct: 100, orderSize: Quote.parse("10") })
    slot.price("0.5")
    expect(keepsBook(slot, () => slot.price("0.25"))).toBe(true)
  })

  it("with a lone exit that is not old enough", () => {
    const slot = new SlotDriver().trading({ refreshPct: 50 })
    slot.fill(1)
    slot.accept(3)
    expect(keepsBook(slot, () => slot.clock(599.999))).toBe(true)
    expect(keepsBook(slot, () => slot.clock(0.001))).toBe(false)
  })

  it("with two exits, between the tick that first sees both and the end of their wait", () => {
    const slot = new SlotDriver().trading({ refreshPct: 50 })
    slot.fill(1)
    slot.fill(2)
    expect(keepsBook(slot, () => slot.clock(1))).toBe(false)
    expect(keepsBook(slot, () => slot.clock(899.999))).toBe(true)
    expect(keepsBook(slot, () => slot.clock(0.001))).toBe(false)
  })

  it("with a stale entry in its refresh cooldown, once that is said, until the cooldown is over", () => {
    const slot = new SlotDriver().trading({ entryPct: 0.1, maxConsecutiveRefreshes: 1 })
    slot.price("0.104", 1)
    slot.price("0.104", 1)
    expect(slot.take().length).toBe(2)
    expect(keepsBook(slot, () => slot.price("0.104", 298.999))).toBe(true)
    expect(keepsBook(slot, () => slot.price("0.104", 0.001))).toBe(false)
  })

  it("with a stale entry that is filled in part, once that is said", () => {
    const slot = new SlotDriver().trading()
    slot.partialFill(1, { price: "0.101", volume: "0.00000001" })
    slot.partialFill(2, { price: "0.099", volume: "0.00000001" })
    expect(said(slot.price("0.11", 1))).toEqual(["no refresh_A: partially_filled", "no refresh_B: partially_filled"])
    expect(keepsBook(slot, () => slot.price("0.11", 1))).toBe(true)
  })

  it("with a stale entry in a market that stands still", () => {
    const slot = new SlotDriver().trading()
    slot.mode("PAUSED")
    expect(keepsBook(slot, () => slot.price("0.11", 1))).toBe(true)
  })

  it("with a market whose price makes no sense", () => {
    const slot = new SlotDriver().trading()
    expect(keepsBook(slot, () => slot.price("0", 1))).toBe(true)
    expect(keepsBook(slot, () => slot.price("0", 1))).toBe(true)
  })

  it("when the exchange accepts an order it does not have", () => {
    const slot = new SlotDriver().withRecovery()
    expect(keepsBook(slot, () => slot.accept(77))).toBe(true)
  })

  it("when the governor names it again as what it is", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    expect(keepsBook(slot, () => slot.life("active"))).toBe(true)
  })

  it("with a question for funds that is not answered", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    expect(keepsBook(slot, () => slot.price("0.1", 100))).toBe(true)
    expect(keepsBook(slot, () => slot.clock(100))).toBe(true)
  })

  it("once an exit that waited for its next try is asked for again", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    slot.cancelled(3)
    slot.clock(30)
    slot.accept(4)
    expect(keepsBook(slot, () => slot.price("0.1", 1))).toBe(true)
  })
})

describe("what a quiet time leaves of a slot", () => {
  const cases = [
    ["a price alone", [["0.1004", 3]]],
    [
      "of many prices the last",
      [
        ["0.0997", 2],
        ["0.1002", 5],
        ["0.1003", 1]
      ]
    ],
    ["the last price, and the clock fact after it", [["0.1003", 1], 7]],
    ["no clock fact from before the price", [4, ["0.1003", 1]]]
  ] as const
  it.each(cases)("is what folding it leaves: %s", (_name, facts) => {
    const slot = new SlotDriver().trading()
    const before = slot.state
    let passed: Passed = { priceNumber: 0, priceAtMs: 0, tick: null }
    for (const fact of facts) {
      expect(slotQuiet(slot.state).untilMs).toBeGreaterThan(slot.nowMs)
      if (typeof fact === "number") {
        slot.clock(fact, fact)
        passed = { ...passed, tick: { timeMs: slot.nowMs, priceAgeSec: fact } }
      } else {
        slot.price(fact[0], fact[1])
        passed = { priceNumber: Number(fact[0]), priceAtMs: slot.nowMs, tick: null }
      }
    }
    expect(passedQuietly(before, passed)).toStrictEqual(slot.state)
  })
})

describe("the time a slot goes by", () => {
  const events: ReadonlyArray<readonly [string, (slot: SlotDriver) => unknown]> = [
    ["a price", (slot) => slot.price("0.1")],
    ["a tick", (slot) => slot.clock()],
    ["an order accepted", (slot) => slot.accept(1)],
    ["an order ended", (slot) => slot.rejected(77)],
    ["an allotment", (slot) => slot.allot("0", "0")]
  ]
  it.each(events)("is the latest it has seen: %s moves it on, and never back", (_name, event) => {
    const slot = new SlotDriver().trading()
    const seconds = () => slotView(1, slot.state).now
    const began = seconds()
    slot.nowMs += 5_000
    event(slot)
    expect(seconds()).toBe(began + 5)
    slot.nowMs -= 3_000
    event(slot)
    expect(seconds()).toBe(began + 5)
  })
})
