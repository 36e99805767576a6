/** What a gateway finds when it starts again: everything that happened meanwhile is written once, and nothing is sent twice. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import { onMarket } from "./testing/market.ts"
import { only, tags, tagsById } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"

describe("a gateway that starts again", () => {
  it.live("writes the fills of its absence once, and counts the orders they belong to", () =>
    onMarket({ tape: swinging({ price: "0.18", volume: "20", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.request(1, 1, { volume: "500" })
        yield* market.story(1, 1, "FillRecorded")
        yield* first.stop
        yield* market.booksWhen(({ orders }) => orders[0]?.status === "closed")

        const beforeSecond = yield* market.head
        const second = yield* market.startGateway
        expect((yield* market.event("AccountReconciled", beforeSecond)).missed).toBe(1)
        const story = yield* market.story(1, 1, "OrderFilled")
        const { trades } = yield* market.books
        // A new stream and a comparison tell them beside each other: all are there, in whatever order.
        expect(
          only(story, "FillRecorded")
            .map(({ execId }) => execId)
            .toSorted()
        ).toStrictEqual(trades.map(({ execId }) => execId).toSorted())
        yield* market.agreement
        yield* second.stop

        const beforeThird = yield* market.head
        yield* market.startGateway
        expect((yield* market.event("AccountReconciled", beforeThird)).missed).toBe(0)
        yield* market.agreement
      })
    )
  )

  it.live("writes that an order was cancelled by hand in its absence", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.request(1, 1)
        const [accepted] = only(yield* market.story(1, 1, "OrderAccepted"), "OrderAccepted")
        yield* first.stop
        const hand = client(market.urls, Date.now() * 1_000)
        yield* Effect.promise(() => hand.call("CancelOrder", { txid: accepted?.txid ?? "" }))
        yield* market.startGateway
        const story = yield* market.story(1, 1, "OrderCancelled")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        yield* market.agreement
      })
    )
  )

  it.live("adopts an order that was sent and whose reply nobody took", () =>
    onMarket(
      {
        faults: [
          { kind: "late-reply", method: "AddOrder", times: 1, delayMs: 60_000 },
          { kind: "drop-executions", times: 1 }
        ]
      },
      (market) =>
        Effect.gen(function* () {
          const first = yield* market.startGateway
          yield* market.request(1, 1)
          yield* market.booksWhen(({ orders }) => orders.length === 1)
          yield* first.stop
          expect(tags(yield* market.story(1, 1, "OrderClaimed"))).toStrictEqual(["OrderClaimed"])
          yield* market.startGateway
          const story = yield* market.story(1, 1, "OrderAccepted")
          expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted"])
          yield* market.agreement
          expect((yield* market.books).orders).toHaveLength(1)
        })
    )
  )

  it.live("does not send what was claimed before: after the deadline it was never placed", () =>
    onMarket({ faults: [{ kind: "no-reply", method: "AddOrder" }] }, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.request(1, 1, {}, {})
        yield* market.story(1, 1, "OrderClaimed")
        yield* first.stop
        yield* market.clearFaults
        yield* market.startGateway
        const story = yield* market.story(1, 1, "OrderRejected")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderRejected"])
        yield* market.story(1, 2, "OrderAccepted")
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(1)
      })
    )
  )

  it.live("carries out the cancel that the one before could not", () =>
    onMarket({ faults: [{ kind: "no-reply", method: "CancelOrder" }] }, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.cancel(1, 1)
        yield* first.stop
        yield* market.clearFaults
        yield* market.startGateway
        yield* market.story(1, 1, "OrderCancelled")
        yield* market.agreement
      })
    )
  )

  it.live("carries out what was asked for in its absence, each request once", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* first.stop
        yield* market.cancel(1, 1)
        yield* market.request(1, 2)
        yield* market.request(2, 1)
        yield* market.startGateway
        yield* market.story(2, 1, "OrderAccepted")
        const lane = yield* market.factsUntil(1, (fact) => fact.localId === 2 && fact._tag === "OrderAccepted")
        expect(tagsById(lane)).toStrictEqual([
          "OrderClaimed 1",
          "OrderAccepted 1",
          "OrderCancelled 1",
          "OrderClaimed 2",
          "OrderAccepted 2"
        ])
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(3)
      })
    )
  )

  it.live("leaves no start without its comparison: one that runs makes it for one that ended before", () =>
    onMarket({ reconcileIntervalMs: 5_000 }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        const before = yield* market.head
        yield* market.enter
        expect((yield* market.event("AccountReconciled", before)).openOrders).toBe(1)
        yield* market.agreement
      })
    )
  )
})
