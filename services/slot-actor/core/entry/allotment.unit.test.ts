/** What a slot makes of an allotment, and what every order of it has. Market 0.1, base 5 USD. */
import { describe, expect, it } from "vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

const asked = (slot: SlotDriver) => slot.take().flatMap((event) => (event._tag === "FundsWanted" ? [event.what] : []))

describe("an allotment", () => {
  it("that comes when nothing is missing is answered so", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    expect(slot.allot("1000", "1000")).toMatchObject([
      { what: "bootstrap", unfunded: false, reason: { rule: "nothing_missing", numbers: { orders: 2 } } }
    ])
  })

  it.each([
    { why: "the price makes no sense any more", rulesVersion: 2, gone: (slot: SlotDriver) => slot.price("0") },
    { why: "the price has no age any more", rulesVersion: 3, gone: (slot: SlotDriver) => slot.clock(1, null) }
  ])("opens nothing when $why, under version $rulesVersion of the rules", ({ gone, rulesVersion }) => {
    const slot = new SlotDriver({ allots: "by hand", rulesVersion }).ready()
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
