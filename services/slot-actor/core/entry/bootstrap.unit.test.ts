/**
 * Which orders an empty or one-sided slot gets from what is free. Market 0.1, minimum 13 DOGE and 0.5 USD. What version 2 of the rules
 * changed about it stands in `coverage.unit.test.ts`.
 */
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import { slotView } from "../view.ts"

describe("bootstrap", () => {
  it.each([
    ["13", "0.5", ["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"], "both sides are there"],
    [
      "26",
      "0.49",
      ["sell entry A 26@0.101 reseed_A", "no entry_B: insufficient_funds"],
      "USD lacks, DOGE for twice the minimum"
    ],
    [
      "12.9",
      "1",
      ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"],
      "DOGE lacks, USD for twice the minimum"
    ],
    [
      "25.9",
      "0.49",
      ["sell entry A 13@0.101 degraded_A", "no entry_B: insufficient_funds"],
      "USD lacks, DOGE for once the minimum"
    ],
    [
      "12.9",
      "0.99",
      ["buy entry B 13@0.099 degraded_B", "no entry_A: insufficient_funds"],
      "DOGE lacks, USD for once the minimum"
    ],
    ["13", "0.49", ["sell entry A 13@0.101 degraded_A", "no entry_B: insufficient_funds"], "DOGE for just the minimum"],
    ["12.9", "0.5", ["buy entry B 13@0.099 degraded_B", "no entry_A: insufficient_funds"], "USD for just the minimum"],
    ["12.9", "0.49", ["no bootstrap: insufficient_funds"], "neither is there"]
  ])("of version 1 with %s DOGE and %s USD gives %j: %s", (doge, usd, expected, _why) => {
    const slot = new SlotDriver({ rulesVersion: 1 }).ready({}, doge, usd)
    expect(said(slot.price("0.1"))).toEqual(expected)
    expect(slot.state.book.halted).toBeNull()
  })

  it("says what it compared, and that only funds are lacking", () => {
    const slot = new SlotDriver().ready({}, "12.9", "0.49")
    expect(slot.price("0.1")).toEqual([
      {
        _tag: "DecisionRefused",
        what: "bootstrap",
        unfunded: true,
        reason: {
          rule: "insufficient_funds",
          numbers: { dogeFree: 12.9, usdFree: 0.49, minVolume: 13, minCostUsd: 0.5 }
        }
      }
    ])
    const small = new SlotDriver().ready({ orderSize: Quote.parse("1") })
    expect(small.price("0.1")).toMatchObject([{ unfunded: false }, { unfunded: false }])
  })

  it("forgets why it could not begin once it has begun", () => {
    const refused = (slot: SlotDriver) => slotView(1, slot.state).refusals
    for (const [doge, usd] of [
      ["1000", "1000"],
      ["26", "0.4"]
    ] as const) {
      const slot = new SlotDriver({ allots: "by hand" }).ready()
      slot.mode("PAUSED")
      slot.price("0.1")
      expect(Object.keys(refused(slot))).toEqual(["bootstrap"])
      slot.mode("RUNNING")
      slot.clock(1)
      slot.allot(doge, usd)
      expect(Object.keys(refused(slot))).not.toContain("bootstrap")
    }
  })

  it("counts only what open orders do not hold", () => {
    const slot = new SlotDriver().ready()
    slot.send({
      _tag: "BalancesObserved",
      base: { total: Volume.parse("50"), hold: Volume.parse("40") },
      quote: { total: Quote.parse("5"), hold: Quote.parse("4.8") }
    })
    expect(said(slot.price("0.1"))).toEqual(["no bootstrap: insufficient_funds"])
  })

  it("sets the fallback flag of a one-sided start, and none for two sides", () => {
    const both = new SlotDriver().ready()
    both.price("0.1")
    expect(both.state.book.onlySide).toBeNull()
    const short = new SlotDriver().ready({}, "26", "0.4")
    short.price("0.1")
    expect(short.state.book.onlySide).toBe("short")
    const long = new SlotDriver().ready({}, "1", "2")
    long.price("0.1")
    expect(long.state.book.onlySide).toBe("long")
  })

  it("waits in silence for its rules, the exchange's terms and its place in the market", () => {
    const slot = new SlotDriver()
    slot.balances("100", "100")
    expect(slot.price("0.1")).toEqual([])
    slot.configure()
    expect(slot.price("0.1")).toEqual([])
    slot.constraints()
    expect(slot.price("0.1")).toEqual([])
    slot.life("active")
    expect(said(slot.clock(0, 0))).toEqual(["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"])
  })

  it("waits for a first price, and for a fresh one", () => {
    const slot = new SlotDriver().ready()
    expect(slot.clock(0, null)).toEqual([])
    expect(said(slot.price("0.1"))).toHaveLength(2)
    const stale = new SlotDriver()
    stale.configure()
    stale.price("0.1")
    stale.ready()
    expect(said(stale.clock(61, 61))).toEqual(["no entry_A: stale_price", "no entry_B: stale_price"])
    expect(said(stale.clock(30, 60))).toEqual(["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"])
  })

  it("never raises a size that is too small: the slot waits, and is not halted", () => {
    const slot = new SlotDriver().ready({ orderSize: Quote.parse("1") })
    expect(said(slot.price("0.1"))).toEqual(["no entry_A: below_min_volume", "no entry_B: below_min_volume"])
    expect(slot.state.book.halted).toBeNull()
    expect(said(slot.price("0.1"))).toEqual([])
    expect(said(slot.price("0.05", 30))).toEqual([
      "sell entry A 20@0.0505 bootstrap_A",
      "buy entry B 20@0.0495 bootstrap_B"
    ])
  })

  it("takes the minimum from the exchange once it has spoken", () => {
    const slot = new SlotDriver().ready()
    slot.constraints({ minVolume: Volume.parse("51"), volumeDecimals: 8, priceDecimals: 7 })
    expect(said(slot.price("0.1"))).toEqual(["no entry_A: below_min_volume", "no entry_B: below_min_volume"])
  })
})

describe("auto-repair", () => {
  it("adds the sell leg to a lone buy entry when DOGE is there, and clears the flag", () => {
    const slot = new SlotDriver().ready({}, "1", "2")
    slot.price("0.1")
    slot.take()
    expect(said(slot.price("0.1"))).toEqual(["no entry_A: insufficient_funds"])
    slot.balances("50", "0")
    expect(said(slot.price("0.1"))).toEqual([])
    expect(said(slot.price("0.1", 30))).toEqual(["sell entry A 50@0.101 auto_repair"])
    expect(slot.state.book.onlySide).toBeNull()
  })

  it("adds the buy leg to a lone sell entry when USD is there", () => {
    const slot = new SlotDriver().ready({}, "26", "0")
    slot.price("0.1")
    slot.balances("0", "6")
    slot.take()
    expect(said(slot.price("0.1"))).toEqual(["buy entry B 51@0.099 auto_repair"])
    expect(slot.state.book.onlySide).toBeNull()
  })

  it("adds the buy entry to a lone buy exit (S1a), the sell entry to a lone sell exit (S1b)", () => {
    const short = new SlotDriver().ready({}, "26", "0")
    short.price("0.1")
    short.fill(1)
    short.balances("0", "6")
    short.take()
    expect(said(short.price("0.1"))).toEqual(["buy entry B 51@0.099 auto_repair"])
    const long = new SlotDriver().ready({}, "0", "2")
    long.price("0.1")
    long.fill(1)
    long.balances("50", "0")
    long.take()
    expect(said(long.price("0.1"))).toEqual(["sell entry A 50@0.101 auto_repair"])
  })
})

describe("a slot that is gone", () => {
  it("opens nothing new, and closes what is open", () => {
    const slot = new SlotDriver().ready()
    slot.price("0.1")
    slot.fill(1)
    slot.life("gone")
    slot.take()
    expect(said(slot.fill(3))).toEqual(["book A1 net 0.101 exit_filled", "no entry_A: slot_inactive"])
    expect(slot.find("buy", "entry").price).toBe(Price.parse("0.099"))
  })
})
