import { placeAt } from "../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { OrderReport } from "../../../shared/exchange/port.ts"
import { gatewayFold } from "./fold.ts"
import { openListOf } from "./openList.ts"

const subjects = marketSubjects("XDGUSD")
const PLACED_MS = 1_000_000
const ENDED_MS = 2_000_000

const request: MarketEvent = {
  ...{
    _tag: "OrderRequested",
    localId: 1,
    side: "buy",
    role: "exit",
    tradeId: "A",
    cycle: 1,
    postOnly: true,
    layers: 0
  },
  price: Price.parse("0.1"),
  volume: Volume.parse("20"),
  reason: { rule: "entry_fill_exit", numbers: {} }
}
const accepted: MarketEvent = { _tag: "OrderAccepted", clientId: "k", localId: 1, txid: "T1" }
const ended: MarketEvent = {
  ...{ _tag: "OrderCancelled", clientId: "k", localId: 1, txid: "T1", cause: "cancelled" },
  price: Price.parse("0.1"),
  volume: Volume.zero,
  cost: Quote.zero,
  fee: Quote.zero
}
const told = [
  [subjects.out("slot-1"), request, PLACED_MS],
  [subjects.order(1), accepted, PLACED_MS],
  [subjects.order(1), ended, ENDED_MS]
] as const
const stateAfter = (records: number) =>
  told
    .slice(0, records)
    .reduce(
      (state, [subject, event, timeMs], n) =>
        gatewayFold.reduce(state, event, placeAt({ seq: n + 1, index: 0, subject, epoch: 1, timeMs })).state,
      gatewayFold.initial
    )
const live = stateAfter(2)
const over = stateAfter(3)

const listed = (txid: string): OrderReport => ({
  ...{ txid, clientId: null, status: "open", side: "buy", price: Price.parse("0.1"), volume: Volume.parse("20") },
  ...{ filledVolume: Volume.zero, cost: Quote.zero, fee: Quote.zero, reason: null, openedMs: PLACED_MS }
})
const toldApart = (before: typeof live, after: typeof live, askedMs: number) => {
  const { ours, foreign } = openListOf([listed("T1"), listed("by hand")], { before, after, askedMs })
  return [ours, foreign].map((reports) => reports.map(({ txid }) => txid))
}

describe("an order that the exchange lists as open", () => {
  it("is ours where a slot has it, and foreign where none has", () => {
    expect(toldApart(live, live, PLACED_MS + 1)).toStrictEqual([["T1"], ["by hand"]])
  })

  it("is ours where it ended, or was placed, while the list was read", () => {
    expect(toldApart(live, over, ENDED_MS)).toStrictEqual([["T1"], ["by hand"]])
    expect(toldApart(gatewayFold.initial, live, PLACED_MS)).toStrictEqual([["T1"], ["by hand"]])
  })

  it("is neither for a minute after its end: the list is behind", () => {
    expect(toldApart(over, over, ENDED_MS)).toStrictEqual([[], ["by hand"]])
    expect(toldApart(over, over, ENDED_MS + 59_999)).toStrictEqual([[], ["by hand"]])
  })

  it("is foreign where its end is older: the exchange has it, whatever the journal says", () => {
    expect(toldApart(over, over, ENDED_MS + 60_000)).toStrictEqual([[], ["T1", "by hand"]])
  })
})
