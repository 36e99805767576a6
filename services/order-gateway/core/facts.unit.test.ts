/** What each word of the exchange becomes in the journal, field by field. */
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Fill, OrderReport } from "../../../shared/exchange/port.ts"
import {
  acceptedFacts,
  amendedFact,
  amendRefusedFact,
  claimFact,
  fillFacts,
  hasEnded,
  rejectedFact,
  reportFacts,
  unknownFact
} from "./facts.ts"
import type { LiveOrder } from "./state.ts"

/** A buy of 20 at 0.1 that was sent, and of which nothing was heard. */
const sent: LiveOrder = {
  localId: 7,
  clientId: "k7",
  side: "buy",
  role: "exit",
  price: Price.parse("0.1"),
  volume: Volume.parse("20"),
  stage: "claimed",
  txid: null,
  filled: Volume.zero,
  cost: Quote.zero,
  fee: Quote.zero,
  formerPrices: [],
  cycle: 1,
  changedMs: 0,
  postOnly: true,
  grant: "granted",
  deadlineMs: 11_000,
  execIds: []
}
const identity = { clientId: "k7", localId: 7 }
const fill: Fill = {
  execId: "E1",
  txid: "T1",
  side: "buy",
  price: Price.parse("0.1"),
  volume: Volume.parse("20"),
  cost: Quote.parse("2"),
  fee: Quote.parse("0.001"),
  liquidity: "maker",
  timeMs: 2_000
}
const report = (change: Partial<OrderReport>): OrderReport => ({
  txid: "T1",
  clientId: "k7",
  side: "buy",
  price: Price.parse("0.1"),
  volume: Volume.parse("20"),
  status: "canceled",
  openedMs: 1_500,
  filledVolume: Volume.zero,
  cost: Quote.zero,
  fee: Quote.zero,
  reason: null,
  ...change
})

describe("a fact of an order", () => {
  it("says whose it is, whatever it says", () => {
    expect(acceptedFacts(sent, "T1")).toStrictEqual([{ _tag: "OrderAccepted", ...identity, txid: "T1" }])
    expect(rejectedFact(sent, "no funds")).toStrictEqual({ _tag: "OrderRejected", ...identity, cause: "no funds" })
    expect(unknownFact(sent, "timeout")).toStrictEqual({ _tag: "OrderUnknown", ...identity, cause: "timeout" })
    const price = Price.parse("0.12")
    expect(amendedFact(sent, price)).toStrictEqual({ _tag: "OrderAmended", ...identity, price })
    expect(amendRefusedFact(sent, "post only")).toStrictEqual({
      _tag: "AmendRefused",
      ...identity,
      cause: "post only"
    })
    expect(claimFact(sent, 12_000)).toStrictEqual({
      _tag: "OrderClaimed",
      ...identity,
      side: "buy",
      price: sent.price,
      volume: sent.volume,
      postOnly: true,
      deadlineMs: 12_000
    })
  })

  it("of a fill that is the whole order tells the acceptance, the fill and the end", () => {
    const { txid, execId, price, volume, cost, fee, liquidity } = fill
    expect(fillFacts(sent, fill)).toStrictEqual([
      { _tag: "OrderAccepted", ...identity, txid },
      { _tag: "FillRecorded", ...identity, txid, execId, price, volume, cost, fee, liquidity },
      { _tag: "OrderFilled", ...identity, txid, price, volume, cost, fee }
    ])
  })
})

describe("an order the exchange reports", () => {
  const open: LiveOrder = { ...sent, stage: "open", txid: "T1" }

  it.each([
    ["pending", false],
    ["open", false],
    ["closed", true],
    ["canceled", true],
    ["expired", true]
  ] as const)("%s has ended: %s", (status, ended) => {
    expect(hasEnded(report({ status }))).toBe(ended)
  })

  it("filled is filled at the report's own sums", () => {
    const cost = Quote.parse("2")
    const fee = Quote.parse("0.005")
    expect(reportFacts(open, report({ status: "closed", filledVolume: sent.volume, cost, fee }))).toStrictEqual([
      { _tag: "OrderFilled", ...identity, txid: "T1", price: sent.price, volume: sent.volume, cost, fee }
    ])
  })

  it.each([
    { status: "canceled", reason: "User requested", cause: "User requested" },
    { status: "expired", reason: null, cause: "expired" }
  ] as const)("$status for $reason, with nothing filled, was cancelled at no price, because $cause", (word) => {
    const { status, reason, cause } = word
    const nothing = { price: Price.zero, volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }
    expect(reportFacts(open, report({ status, reason }))).toStrictEqual([
      { _tag: "OrderCancelled", ...identity, txid: "T1", ...nothing, cause }
    ])
  })
})

describe("the average price of an order", () => {
  const averageOf = (volume: string, cost: string): string => {
    const filledVolume = Volume.parse(volume)
    const order: LiveOrder = { ...sent, volume: filledVolume }
    const [, end] = reportFacts(order, report({ status: "closed", filledVolume, cost: Quote.parse(cost) }))
    if (end?._tag !== "OrderFilled") throw new Error("no end")
    return Price.format(end.price)
  }

  it.each([
    ["20", "2.0000001", "0.1", "the most that rounding explains"],
    ["20", "2.0000001001", "0.100000005", "more than that"],
    ["20", "1.9999999", "0.1", "the least that rounding explains"],
    ["20", "1.9999998999", "0.0999999949", "less than that"],
    ["100000", "9999.99999991", "0.1", "as little off in a large order"]
  ])("of %s DOGE for %s USD is %s: %s", (volume, cost, price) => {
    expect(averageOf(volume, cost)).toBe(price)
  })
})
