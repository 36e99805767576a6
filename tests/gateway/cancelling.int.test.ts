/** Cancels: each leads to the order's one end, whichever it is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { exitOf } from "./testing/governor.ts"
import { onMarket, unanswered } from "./testing/market.ts"
import { cancelOf, only, tags } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"

describe("a cancel", () => {
  it.live("of an open order ends it, empty", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.cancel(1, 1)
        const story = yield* market.story(1, 1, "OrderCancelled")
        assert.deepStrictEqual(tags(story), ["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        const [end] = only(story, "OrderCancelled")
        assert.deepStrictEqual([end?.volume, end?.cost, end?.fee, end?.price], [0n, 0n, 0n, 0n])
        assert.strictEqual(end?.cause, "User requested")
        yield* market.agreement
      })
    )
  )

  it.live("of an order that filled first ends in its fill", () =>
    // The gateway hears of no fill and compares nothing: only the cancel's answer tells.
    onMarket(
      {
        tape: swinging({ price: "0.18", volume: "500", everyMs: 6_000 }),
        faults: [{ kind: "drop-executions", times: 1_000 }],
        reconcileIntervalMs: 3_600_000
      },
      (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.request(1, 1)
          yield* market.story(1, 1, "OrderAccepted")
          yield* market.booksWhen(({ orders }) => orders[0]?.status === "closed")
          yield* market.cancel(1, 1)
          const story = yield* market.story(1, 1, "OrderFilled")
          assert.deepStrictEqual(tags(story), ["OrderClaimed", "OrderAccepted", "OrderFilled"])
          assert.strictEqual(only(story, "OrderFilled")[0]?.price, Price.parse("0.19"))
          assert.deepStrictEqual(yield* market.audit, [])
        })
    )
  )

  it.live("of an order that is partly filled ends it with the sums of its fills", () =>
    onMarket({ tape: swinging({ price: "0.18", volume: "10", everyMs: 6_000 }) }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "5000" })
        yield* market.story(1, 1, "FillRecorded")
        yield* market.cancel(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        assert.isAtLeast(Volume.toNumber(end?.volume ?? Volume.zero), 10)
        assert.strictEqual(end?.price, Price.parse("0.19"))
        yield* market.agreement
      })
    )
  )

  it.live("that is asked for again and again happens once, and the slot goes on", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.say(1, cancelOf(1), cancelOf(1))
        yield* market.story(1, 1, "OrderCancelled")
        yield* market.cancel(1, 1)
        yield* market.request(1, 2)
        yield* market.story(1, 2, "OrderAccepted")
        const lane = yield* market.factsUntil(1, (fact) => fact.localId === 2 && fact._tag === "OrderAccepted")
        assert.lengthOf(only(lane, "OrderCancelled"), 1)
        yield* market.agreement
      })
    )
  )

  it.live("of an order that was not sent yet withdraws it: it is never sent", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.3" }), cancelOf(1))
        const story = yield* market.story(1, 1, "OrderRejected")
        assert.deepStrictEqual(tags(story), ["OrderRejected"])
        assert.include(only(story, "OrderRejected")[0]?.cause, "withdrawn before it was sent")
        yield* market.agreement
        assert.lengthOf((yield* market.books).orders, 0)
      })
    )
  )

  it.live("of an order of unknown outcome waits until it is known", () =>
    onMarket(
      {
        faults: [
          { kind: "reply-lost", method: "AddOrder", times: 1 },
          { kind: "drop-executions", times: 1 },
          { kind: "rest-lag", delayMs: 10_000 }
        ]
      },
      (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.request(1, 1)
          yield* market.story(1, 1, "OrderUnknown")
          yield* market.cancel(1, 1)
          const story = yield* market.story(1, 1, "OrderCancelled")
          assert.deepStrictEqual(tags(story), ["OrderClaimed", "OrderUnknown", "OrderAccepted", "OrderCancelled"])
          yield* market.agreement
        })
    )
  )

  it.live.each(unanswered("CancelOrder"))("%s leads to the order's end all the same", ([, fault]) =>
    onMarket({ faults: [fault], requestTimeoutMs: 400 }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.cancel(1, 1)
        const story = yield* market.story(1, 1, "OrderCancelled")
        assert.deepStrictEqual(tags(story), ["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        yield* market.agreement
      })
    )
  )
})
