/** One vocabulary for the life of an order: what each fact makes of it. */
import { describe, expect, it } from "@effect/vitest"
import type { EventOf } from "../../events/event.ts"
import { Price, Quote, Volume } from "../../core/decimal/decimal.ts"
import { evolveOrder, type OrderLife, type OrderLifeEvent, requestedOrder } from "./orderLife.ts"

const asked = requestedOrder({
  localId: 7,
  side: "buy",
  role: "entry",
  price: Price.parse("0.1"),
  volume: Volume.parse("20")
})
const ids = { clientId: "c-7", localId: 7 } as const
const fill = (volume: string, cost: string): EventOf<"FillRecorded"> => ({
  _tag: "FillRecorded",
  ...ids,
  txid: "T",
  execId: `e-${volume}`,
  price: Price.parse("0.1"),
  volume: Volume.parse(volume),
  cost: Quote.parse(cost),
  fee: Quote.parse("0.01"),
  liquidity: "maker"
})
const claimed: OrderLifeEvent = {
  _tag: "OrderClaimed",
  ...ids,
  side: "buy",
  price: asked.price,
  volume: asked.volume,
  postOnly: true,
  deadlineMs: 10
}
const after = <Order extends OrderLife<string>>(order: Order, ...events: ReadonlyArray<OrderLifeEvent>): Order | null =>
  events.reduce<Order | null>((known, event) => (known === null ? null : evolveOrder(known, event)), order)
const money = { price: asked.price, volume: asked.volume, cost: Quote.parse("2"), fee: Quote.parse("0.01") } as const

describe("the life of an order", () => {
  it("begins as a request without an id and without fills", () => {
    expect({
      stage: asked.stage,
      txid: asked.txid,
      filled: asked.filled,
      cost: asked.cost,
      fee: asked.fee
    }).toStrictEqual({ stage: "requested", txid: null, filled: Volume.zero, cost: Quote.zero, fee: Quote.zero })
  })

  it.each<[string, ReadonlyArray<OrderLifeEvent>, Partial<OrderLife>]>([
    ["claimed before it is sent", [claimed], { stage: "claimed", txid: null }],
    [
      "unknown when no answer came",
      [claimed, { _tag: "OrderUnknown", ...ids, cause: "timeout" }],
      { stage: "unknown" }
    ],
    [
      "open under the exchange's id",
      [claimed, { _tag: "OrderAccepted", ...ids, txid: "T" }],
      { stage: "open", txid: "T" }
    ],
    [
      "open also after its outcome was unknown",
      [claimed, { _tag: "OrderUnknown", ...ids, cause: "timeout" }, { _tag: "OrderAccepted", ...ids, txid: "T" }],
      { stage: "open", txid: "T" }
    ],
    [
      "at its new price once amended",
      [{ _tag: "OrderAmended", ...ids, price: Price.parse("0.2") }],
      { price: Price.parse("0.2") }
    ],
    [
      "as it was when the amendment is refused",
      [{ _tag: "AmendRefused", ...ids, cause: "no" }],
      { price: asked.price }
    ],
    [
      "the sum of its fills",
      [fill("5", "0.5"), fill("3", "0.3")],
      { filled: Volume.parse("8"), cost: Quote.parse("0.8"), fee: Quote.parse("0.02"), stage: "requested" }
    ]
  ])("is %s", (_name, events, expected) => {
    expect(after(asked, ...events)).toMatchObject(expected)
  })

  it.each<OrderLifeEvent>([
    { _tag: "OrderFilled", ...ids, txid: "T", ...money },
    { _tag: "OrderCancelled", ...ids, txid: "T", ...money, cause: "User requested" },
    { _tag: "OrderRejected", ...ids, cause: "EOrder:Insufficient funds" },
    { _tag: "EntryRefused", slot: 1, localId: 7, askAgain: "later", reason: { rule: "no_headroom", numbers: {} } }
  ])("ends with $_tag", (event) => {
    expect(after(asked, claimed, event)).toBeNull()
  })

  it("leaves what a follower keeps beside it alone", () => {
    const followed = { ...asked, stage: "deferred" as const, layers: 3 }
    expect(after(followed, fill("5", "0.5"))?.layers).toBe(3)
    expect(after(followed, fill("5", "0.5"))?.stage).toBe("deferred")
  })
})
