/** Cancels: each leads to the order's one end, whichever it is. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { exitOf } from "./testing/governor.ts"
import { IMPATIENT_MS, onMarket, unanswered } from "./testing/market.ts"
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
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        const [end] = only(story, "OrderCancelled")
        expect([end?.volume, end?.cost, end?.fee, end?.price]).toStrictEqual([0n, 0n, 0n, 0n])
        expect(end?.cause).toBe("User requested")
        yield* market.agreement
      })
    )
  )

  it.live("of an order that filled first ends in its fill", () =>
    // The private stream never stands, and a comparison follows only on a stream that does: nothing but the cancel's answer tells.
    onMarket(
      {
        tape: swinging({ price: "0.18", volume: "500", everyMs: 1_000 }),
        faults: [{ kind: "error", error: "EService:Busy", method: "GetWebSocketsToken" }],
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
          expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderFilled"])
          expect(only(story, "OrderFilled")[0]?.price).toBe(Price.parse("0.19"))
          expect(yield* market.audit).toStrictEqual([])
        })
    )
  )

  it.live("of an order that is partly filled ends it with the sums of its fills", () =>
    onMarket({ tape: swinging({ price: "0.18", volume: "10", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "5000" })
        yield* market.story(1, 1, "FillRecorded")
        yield* market.cancel(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        expect(Volume.toNumber(end?.volume ?? Volume.zero)).toBeGreaterThanOrEqual(10)
        expect(end?.price).toBe(Price.parse("0.19"))
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
        expect(only(lane, "OrderCancelled")).toHaveLength(1)
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
        expect(tags(story)).toStrictEqual(["OrderRejected"])
        expect(only(story, "OrderRejected")[0]?.cause).toContain("withdrawn before it was sent")
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(0)
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
          expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderUnknown", "OrderAccepted", "OrderCancelled"])
          yield* market.agreement
        })
    )
  )

  it.live.each(unanswered("CancelOrder"))("%s leads to the order's end all the same", ([, fault]) =>
    onMarket({ faults: [fault], requestTimeoutMs: IMPATIENT_MS }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.cancel(1, 1)
        const story = yield* market.story(1, 1, "OrderCancelled")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        yield* market.agreement
      })
    )
  )
})
