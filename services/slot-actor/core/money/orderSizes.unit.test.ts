import { describe, expect, it } from "vitest"
import { Volume } from "../../../../shared/core/decimal/decimal.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

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

  it.each([
    { skewInS1: true, next: ["sell 64"] },
    { skewInS1: undefined, next: ["sell 64"] },
    { skewInS1: false, next: ["sell 50"] }
  ])("with a position open the skew counts unless it is kept out: $skewInS1", ({ skewInS1, next }) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready(skewInS1 === undefined ? {} : { skewInS1 })
    slot.sizing({ skew: -0.3, favouredMultiplier: 1.3 })
    expect(sizes(slot)).toEqual(["sell 64", "buy 51"])
    slot.accept(1)
    slot.accept(2)
    // B is in position (S1b); A's entry goes, and is asked for anew.
    slot.fill(2)
    slot.cancelled(1)
    slot.take()
    slot.price("0.1", 31)
    expect(sizes(slot)).toEqual(next)
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
    const refusal = slot.state.book.refusals.entry_B
    expect(refusal === null ? "" : sentenceOf(refusal.reason)).toBe(
      "5 USD at 0.099 come to less than the exchange's least, 60 DOGE: " +
        "order size 5 USD, slot profit 0 USD, least 60 DOGE and 0.5 USD, market 0.1."
    )
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
