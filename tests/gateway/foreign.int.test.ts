/** Others at work on the same account or the same market. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import { clientIdOf } from "../../shared/core/ids/clientId.ts"
import { readControl } from "../../shared/actor/control/control.ts"
import { onMarket } from "./testing/market.ts"
import { only } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"
import { subjects } from "./testing/watch.ts"

describe("two gateways on one market", () => {
  it.live("place every order once, and book every fill once", () =>
    onMarket({ tape: swinging({ price: "0.18", volume: "50", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        yield* market.startTwoGateways
        const slots = [1, 2, 3, 4]
        for (const slot of slots) {
          // The last fills at once: its client id is free again at the exchange, which would take a second one.
          const wishes = [{ volume: "120" }, { volume: "1" }, { price: "0.25", volume: "20", postOnly: false }]
          yield* market.request(slot, 1, { price: "0.1" }, ...wishes)
        }
        for (const slot of slots) {
          yield* market.story(slot, 1, "OrderAccepted")
          yield* market.cancel(slot, 1)
        }
        for (const slot of slots) {
          yield* market.story(slot, 1, "OrderCancelled")
          yield* market.story(slot, 2, "OrderFilled")
          yield* market.story(slot, 3, "OrderRejected")
          yield* market.story(slot, 4, "OrderFilled")
        }
        yield* market.agreement
        const { orders } = yield* market.books
        expect(orders).toHaveLength(3 * slots.length)
      })
    )
  )
})

/** How far lists are behind, simulated: longer than a gateway takes from the end of an order to its next start. */
const LAG_MS = 50_000

describe("a foreign order", () => {
  it.live("is left alone, and counted", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        const hand = client(market.urls)
        const txid = yield* Effect.promise(() =>
          hand.txidOf(hand.add("buy", "100", "0.15", { cl_ord_id: "by-hand-1" }))
        )
        yield* market.startGateway
        const { foreignOrders, openOrders, missed } = yield* market.event("AccountReconciled")
        expect({ foreignOrders, openOrders, missed }).toStrictEqual({ foreignOrders: 1, openOrders: 0, missed: 0 })
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.agreement
        const { orders } = yield* market.books
        expect(orders.find((order) => order.txid === txid)?.status).toBe("open")
      })
    )
  )

  it.live("is none that has just ended, however far the exchange's lists are behind", () =>
    onMarket({ reconcileIntervalMs: 3_600_000 }, (market) =>
      Effect.gen(function* () {
        const gateway = yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        const { nowMs } = yield* market.books
        yield* market.booksWhen((books) => books.nowMs > nowMs + LAG_MS)
        yield* market.fault({ kind: "rest-lag", delayMs: LAG_MS })
        yield* market.cancel(1, 1)
        yield* market.story(1, 1, "OrderCancelled")
        yield* gateway.stop
        const seq = yield* market.head
        yield* market.startGateway
        expect(yield* market.event("AccountReconciled", seq)).toMatchObject({ foreignOrders: 0, openOrders: 0 })
      })
    )
  )

  it.live("but carries an id of a later epoch raises the journal's epoch above it", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        const lost = clientIdOf({ epoch: 40, slot: 1, seq: 900, index: 0 })
        const hand = client(market.urls)
        yield* Effect.promise(() => hand.txidOf(hand.add("buy", "100", "0.15", { cl_ord_id: lost })))
        yield* market.startGateway
        expect((yield* market.event("AccountReconciled")).foreignOrders).toBe(1)
        expect((yield* Effect.orDie(readControl(subjects))).epoch).toBe(41)
        yield* market.request(1, 1)
        const [claim] = only(yield* market.story(1, 1, "OrderAccepted"), "OrderAccepted")
        expect(claim?.clientId ?? "").toMatch(/^k0015/)
      })
    )
  )

  it.live("under a pair name that nobody knows is still ours by its id, and so are its fills", () =>
    onMarket(
      { tape: swinging({ price: "0.18", volume: "500", everyMs: 1_000 }), reconcileIntervalMs: 5_000 },
      (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.event("AccountReconciled")
          const renamed = { kind: "rewrite", field: "pair", value: "DOGEUSDX", times: 1_000 } as const
          yield* market.fault(
            { ...renamed, method: "OpenOrders" },
            { ...renamed, method: "QueryOrders" },
            { ...renamed, method: "ClosedOrders" },
            { ...renamed, method: "TradesHistory" },
            { kind: "rewrite", method: "executions", field: "symbol", value: "DOGEX/USD", times: 1_000 }
          )
          yield* market.request(1, 1)
          yield* market.story(1, 1, "OrderFilled")
          yield* market.agreement
        })
    )
  )
})
