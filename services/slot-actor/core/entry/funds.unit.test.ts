import { describe, expect, it } from "vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

const asked = (slot: SlotDriver) => slot.take().flatMap((event) => (event._tag === "FundsWanted" ? [event.what] : []))

describe("a slot and its governor", () => {
  it("asks for funds once when it has nothing, and plans with exactly what it is allotted", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.price("0.1", 1)
    slot.clock(5)
    expect(asked(slot)).toEqual(["bootstrap"])
    expect(said(slot.allot("26", "0.49"))).toEqual(["sell entry A 26@0.101 reseed_A", "no entry_B: insufficient_funds"])
  })

  it("asks for nothing before there is a price, nor before the exchange has said its terms", () => {
    const unpriced = new SlotDriver({ allots: "by hand" }).ready()
    unpriced.clock(5)
    expect(asked(unpriced)).toEqual([])
    const slot = new SlotDriver({ allots: "by hand" })
    slot.configure()
    slot.life("active")
    slot.mode("RUNNING")
    slot.price("0.1")
    expect(asked(slot)).toEqual([])
    slot.constraints()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["bootstrap"])
  })

  it("says why it asks, and for which trades", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    const why = () => slot.take().flatMap((event) => (event._tag === "FundsWanted" ? [event.reason] : []))
    slot.price("0.1")
    expect(why()).toEqual([{ rule: "no_orders", numbers: { trades: "A B" } }])
    slot.allot("1", "2")
    slot.price("0.1", 30)
    expect(why()).toEqual([{ rule: "leg_missing", numbers: { trades: "A" } }])
  })

  it("leaves an allotment for another slot alone", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    expect(slot.allot("1000", "1000", 2)).toEqual([])
    expect(slot.state.book.wish).toBe("bootstrap")
  })

  it("answers every allotment, also when the answer is the same as the last one", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    const first = said(slot.allot("1", "0.1"))
    expect(first).toEqual(["no bootstrap: insufficient_funds"])
    slot.price("0.1", 30)
    expect(said(slot.allot("1", "0.1"))).toEqual(first)
  })

  it("asks again half a minute after an allotment that led to nothing, and not before", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1", "0.1")
    slot.take()
    slot.clock(29.999)
    expect(asked(slot)).toEqual([])
    slot.clock(0.001)
    expect(asked(slot)).toEqual(["bootstrap"])
  })

  it("asks to repair the missing leg of a one-sided start", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1", "2")
    expect(slot.state.book.longOnly).toBe(true)
    slot.take()
    slot.price("0.1", 30)
    expect(asked(slot)).toEqual(["repair"])
    expect(said(slot.allot("50", "0"))).toEqual(["sell entry A 50@0.101 auto_repair"])
    expect([slot.state.book.longOnly, slot.state.book.shortOnly]).toEqual([false, false])
  })

  it("asks for nothing during a cooldown, and for the leg when it is over", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading({ reentryBaseCooldownSec: 60 })
    slot.fill(1)
    slot.accept(3)
    slot.fill(3)
    slot.take()
    slot.price("0.1", 59)
    expect(asked(slot)).toEqual([])
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
  })

  it.each(["PAUSED", "HALTED"] as const)("keeps its entries and refreshes none while the market is %s", (mode) => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.mode(mode)
    expect(slot.price("0.11", 1)).toEqual([])
    expect(slot.state.book.orders.length).toBe(2)
    slot.mode("RUNNING")
    expect(said(slot.price("0.11", 1))).toContain("cancel 1 stale_entry")
  })

  it.each([
    { mode: "PAUSED", rule: "paused" },
    { mode: "HALTED", rule: "halted" }
  ] as const)(
    "turns a filled entry into its exit also while the market is $mode, and asks for no new entry",
    ({ mode, rule }) => {
      const slot = new SlotDriver({ allots: "by hand" }).trading()
      slot.mode(mode)
      expect(said(slot.fill(2))).toEqual(["sell exit B 51@0.101 entry_fill_exit"])
      slot.accept(3)
      expect(said(slot.fill(3))).toEqual([expect.stringMatching(/^book B1/), `no entry_B: ${rule}`])
      expect(slot.price("0.1", 60)).toEqual([])
      slot.mode("RUNNING")
      slot.take()
      slot.price("0.1", 60)
      expect(asked(slot)).toEqual(["repair"])
    }
  )

  it("takes a mode it has not been told for a start: it asks, and opens nothing of its own accord", () => {
    const slot = new SlotDriver({ allots: "by hand" })
    slot.configure()
    slot.constraints()
    slot.life("active")
    slot.price("0.1")
    expect(asked(slot)).toEqual(["bootstrap"])
    expect(said(slot.allot("1000", "1000"))).toHaveLength(2)
    slot.accept(1)
    slot.accept(2)
    expect(slot.price("0.11", 1)).toEqual([])
    slot.mode("RUNNING")
    expect(said(slot.price("0.11", 1))).toContain("cancel 1 stale_entry")
  })

  it("asks for no entry of its own accord during a start, only as the answer to an allotment", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.mode("STARTING")
    expect(slot.price("0.11", 1)).toEqual([])
    slot.fill(2)
    slot.accept(3)
    expect(said(slot.fill(3))).toEqual([expect.stringMatching(/^book B1/), "no entry_B: starting"])
    slot.take()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
    expect(said(slot.allot("1000", "1000"))).toEqual(["buy entry B 57@0.099 auto_repair"])
  })

  it.each([
    { rule: "entry cooldown of 5 s", cooldownSec: 5, afterSec: 5 },
    { rule: "entry cooldown of 60 s", cooldownSec: 60, afterSec: 30 }
  ])(
    "asks again when the pause that refused it is over, or after half a minute: $rule",
    ({ cooldownSec, afterSec }) => {
      const slot = new SlotDriver({ allots: "by hand" }).withRecovery({ reentryBaseCooldownSec: cooldownSec })
      slot.take()
      // The orphaned exit's trade rests; the other leg is refused, so that the slot has nothing and asks for both.
      slot.refuseEntry(slot.find("sell", "entry").localId, "price_passed", "now")
      slot.price("0.098")
      expect(asked(slot)).toEqual(["bootstrap"])
      expect(said(slot.allot("1", "0.1"))).toEqual(["no bootstrap: insufficient_funds"])
      slot.take()
      slot.clock(afterSec - 0.001)
      expect(asked(slot)).toEqual([])
      slot.clock(0.001)
      expect(asked(slot)).toEqual(["bootstrap"])
    }
  )

  it("forgets an entry that is refused, and sets its flags by what is left", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.refuseEntry(1, "insufficient_funds")
    expect(slot.state.book.orders.map(({ localId }) => localId)).toEqual([2])
    expect(slot.state.book.longOnly).toBe(true)
    expect(slot.state.book.halted).toBeNull()
    slot.take()
    slot.price("0.1", 29)
    expect(asked(slot)).toEqual([])
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
  })

  it("asks at once for an entry that was refused because the price had passed it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.refuseEntry(2, "price_passed", "now")
    slot.take()
    slot.price("0.0985", 1)
    expect(asked(slot)).toEqual(["repair"])
  })

  it("takes a refusal as the answer to a cancel it was waiting for", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready({ refreshPct: 0.5 })
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.price("0.104", 1)
    expect(slot.state.book.pendingCancels.length).toBe(1)
    const cancelled = slot.state.book.pendingCancels[0]?.order.localId ?? 0
    slot.refuseEntry(cancelled, "withdrawn")
    expect(slot.state.book.pendingCancels).toEqual([])
    expect(slot.state.book.orders.length).toBe(2)
  })

  it.each(["PAUSED", "HALTED"] as const)("forgets its question when the market is %s, and asks again after", (mode) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.mode(mode)
    slot.mode("RUNNING")
    slot.take()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["bootstrap"])
  })

  it("is the governor's to name: a configuration that lists it does not make it trade", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.life("gone")
    expect(slot.price("0.1")).toEqual([])
  })
})

describe("what an order is worth (market 0.1, base 5 USD)", () => {
  const sizes = (slot: SlotDriver, doge = "1000", usd = "1000") => {
    slot.price("0.1")
    return slot
      .allot(doge, usd)
      .flatMap((event) => (event._tag === "OrderRequested" ? [`${event.side} ${Volume.format(event.volume)}`] : []))
  }

  it("is the base without layers and skew", () => {
    // 5 / 0.101 = 49.5 and 5 / 0.099 = 50.5: halves to even.
    expect(sizes(new SlotDriver({ allots: "by hand" }).ready())).toEqual(["sell 50", "buy 51"])
  })

  it("grows by each layer's DOGE on both sides", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.sizing({ effectiveLayers: 10 })
    // 5 + 10 · 1 · 0.1 = 6 USD
    expect(sizes(slot)).toEqual(["sell 59", "buy 61"])
    expect(slot.outputs.flatMap((event) => (event._tag === "OrderRequested" ? [event.layers] : []))).toEqual([10, 10])
  })

  it.each([
    { skew: 0.3, favouredMultiplier: 1.3, sizes: ["sell 50", "buy 66"] },
    { skew: -0.3, favouredMultiplier: 1.3, sizes: ["sell 64", "buy 51"] },
    { skew: 0.9, favouredMultiplier: 1.5, sizes: ["sell 50", "buy 76"] }
  ])("with a skew of $skew is $sizes", ({ skew, favouredMultiplier, sizes: expected }) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.sizing({ skew, favouredMultiplier })
    expect(sizes(slot)).toEqual(expected)
  })

  it("carries no layers in a fresh start of one side, which is of the exchange's minimum", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.sizing({ effectiveLayers: 10 })
    expect(sizes(slot, "26", "0.4")).toEqual(["sell 26"])
    expect(slot.outputs.flatMap((event) => (event._tag === "OrderRequested" ? [event.layers] : []))).toEqual([0])
  })

  it.each([0.3, -0.3])("is the base while a skew of %f has no balances to grow by", (skew) => {
    const slot = new SlotDriver({ allots: "by hand" })
    slot.configure()
    slot.constraints()
    slot.life("active")
    slot.mode("RUNNING")
    slot.sizing({ skew, favouredMultiplier: 1.3 })
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.fill(skew > 0 ? 2 : 1)
    slot.take()
    slot.fill(3, { cost: skew > 0 ? "6.534" : "6.464" })
    const next = slot.take().flatMap((event) => (event._tag === "OrderRequested" ? [event.reason.numbers] : []))
    expect(next).toMatchObject([{ sizeUsd: 5 }])
  })

  it.each([
    { usd: "11.5", buy: "buy 66", why: "11.5 − 5 covers 6.5" },
    { usd: "11", buy: "buy 61", why: "11 − 5 covers 6" },
    { usd: "8", buy: "buy 51", why: "never less than the other side" }
  ])("the favoured side grows only as far as its funds reach: $usd USD, $why", ({ usd, buy }) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.sizing({ skew: 0.3, favouredMultiplier: 1.3 })
    expect(sizes(slot, "1000", usd)).toEqual(["sell 50", buy])
  })

  it.each([
    { doge: "115", sell: "sell 64", why: "11.5 − 5 USD covers 6.5" },
    { doge: "110", sell: "sell 59", why: "11 − 5 USD covers 6" },
    { doge: "80", sell: "sell 50", why: "never less than the other side" }
  ])("the same on the other side: $doge DOGE, $why", ({ doge, sell }) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.sizing({ skew: -0.3, favouredMultiplier: 1.3 })
    expect(sizes(slot, doge, "1000")).toEqual([sell, "buy 51"])
  })

  it.each([
    { skew: 0.3, favouredMultiplier: 1.3, multipliers: { A: undefined, B: 1.3 } },
    { skew: -0.3, favouredMultiplier: 1.3, multipliers: { A: 1.3, B: undefined } },
    { skew: 0.3, favouredMultiplier: 1, multipliers: { A: undefined, B: undefined } },
    { skew: 0, favouredMultiplier: 1, multipliers: { A: undefined, B: undefined } },
    { skew: 0, favouredMultiplier: 1.3, multipliers: { A: undefined, B: undefined } }
  ])(
    "a skew of $skew times $favouredMultiplier is said where it counts: $multipliers",
    ({ multipliers, ...sizing }) => {
      const slot = new SlotDriver({ allots: "by hand" }).ready()
      slot.sizing(sizing)
      sizes(slot)
      const said = slot.outputs.flatMap((event) =>
        event._tag === "OrderRequested" ? [[event.tradeId, event.reason.numbers["skewMultiplier"]]] : []
      )
      expect(Object.fromEntries(said)).toEqual(multipliers)
    }
  )

  it("is never raised to the exchange's minimum", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.constraints({ minVolume: Volume.parse("60") })
    slot.price("0.1")
    expect(said(slot.allot("1000", "1000"))).toEqual(["no entry_A: below_min_volume", "no entry_B: below_min_volume"])
    expect(slot.state.book.halted).toBeNull()
  })

  it("stands where the operator's distances say, and exits at the runtime target while there is one", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.targets({ entryPct: 2, profitPct: 5 })
    slot.price("0.1")
    expect(said(slot.allot("1000", "1000"))).toEqual([
      "sell entry A 49@0.102 bootstrap_A",
      "buy entry B 51@0.098 bootstrap_B"
    ])
    slot.accept(2)
    expect(said(slot.fill(2))).toEqual(["sell exit B 51@0.1029 entry_fill_exit"])
    slot.targets({ entryPct: 2, profitPct: 5, runtimeProfitPct: 8 })
    slot.accept(1)
    expect(said(slot.fill(1))).toEqual(["buy exit A 49@0.09384 entry_fill_exit"])
  })
})

describe("an allotment", () => {
  it("that comes when nothing is missing is answered so", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    expect(slot.allot("1000", "1000")).toMatchObject([
      { what: "bootstrap", unfunded: false, reason: { rule: "nothing_missing", numbers: { orders: 2 } } }
    ])
  })

  it.each([
    { why: "the price makes no sense any more", gone: (slot: SlotDriver) => slot.price("0") },
    { why: "the price has no age any more", gone: (slot: SlotDriver) => slot.clock(1, null) }
  ])("opens nothing when $why", ({ gone }) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    gone(slot)
    expect(said(slot.allot("1000", "1000"))).toEqual(["no entry_A: no_price", "no entry_B: no_price"])
  })

  it("too small for the missing leg says what was compared, and waits half a minute, its cooldown just over", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading({ reentryBaseCooldownSec: 60 })
    slot.fill(1)
    slot.accept(3)
    slot.fill(3)
    slot.clock(60)
    expect(
      slot.allot("12", "1000").flatMap((event) => (event._tag === "DecisionRefused" ? [event.reason] : []))
    ).toEqual([
      {
        rule: "insufficient_funds",
        numbers: { wantedBy: "auto_repair", dogeFree: 12, usdFree: 1000, minVolume: 13, minCostUsd: 0.5 }
      }
    ])
    slot.take()
    slot.clock(29.999)
    expect(asked(slot)).toEqual([])
    slot.clock(0.001)
    expect(asked(slot)).toEqual(["repair"])
  })
})

describe("a refusal of an entry the slot does not have any more", () => {
  it("delays no question for another", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.refuseEntry(1, "price_passed", "now")
    slot.refuseEntry(99, "price_passed", "later")
    slot.take()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
  })
})

describe("every order of a slot", () => {
  it("only ever makes the market: entries, exits, and exits asked for again", () => {
    const slot = new SlotDriver().ready()
    slot.price("0.1")
    slot.fill(1)
    slot.cancelled(3)
    slot.clock(30)
    const orders = slot.take().flatMap((event) => (event._tag === "OrderRequested" ? [event] : []))
    expect(orders.map(({ localId, role, postOnly, layers }) => [localId, role, postOnly, layers])).toEqual([
      [1, "entry", true, 0],
      [2, "entry", true, 0],
      [3, "exit", true, 0],
      [4, "exit", true, 0]
    ])
  })

  it("has a number of its own, also after one was asked for again", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    slot.cancelled(3)
    slot.clock(30)
    slot.fill(4)
    expect(slot.find("sell", "entry").localId).toBe(5)
  })
})

describe("the favoured side of a follow-up", () => {
  it.each([
    { skew: 0.3, entry: 2, held: { doge: "0", usd: "989" } },
    { skew: -0.3, entry: 1, held: { doge: "890", usd: "0" } }
  ])("with a skew of $skew grows by what open orders do not hold: 11 − 5 USD", ({ skew, entry, held }) => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.sizing({ skew, favouredMultiplier: 1.3 })
    slot.send({
      _tag: "BalancesObserved",
      base: { total: Volume.parse("1000"), hold: Volume.parse(held.doge) },
      quote: { total: Quote.parse("1000"), hold: Quote.parse(held.usd) }
    })
    slot.fill(entry)
    const position = slot.find(entry === 2 ? "sell" : "buy", "exit").position
    slot.take()
    slot.fill(3, { cost: Quote.format(position?.cost ?? Quote.zero) })
    const next = slot.take().flatMap((event) => (event._tag === "OrderRequested" ? [event.reason.numbers] : []))
    expect(next).toMatchObject([{ sizeUsd: 6 }])
  })
})
