/** Amendments in place: each is answered, or ends with its order. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { amendmentOf, exitOf } from "./testing/governor.ts"
import { IMPATIENT_MS, onMarket, unanswered } from "./testing/market.ts"
import { cancelOf, only, tags } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"

describe("an amendment", () => {
  it.live("moves the order in place: same order, other price", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.3" }))
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.say(1, amendmentOf(1, "0.25"))
        const [amended] = only(yield* market.story(1, 1, "OrderAmended"), "OrderAmended")
        expect(amended?.price).toBe(Price.parse("0.25"))
        const { orders } = yield* market.books
        expect(orders).toHaveLength(1)
        expect(Price.parse(orders[0]?.price ?? "0")).toBe(Price.parse("0.25"))
        yield* market.agreement
      })
    )
  )

  it.live.each(unanswered("AmendOrder"))("that is %s ends at its price, once", ([, fault]) =>
    onMarket({ requestTimeoutMs: IMPATIENT_MS }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.3" }))
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.fault(fault)
        yield* market.say(1, amendmentOf(1, "0.25"))
        const story = yield* market.story(1, 1, "OrderAmended")
        expect(only(story, "OrderAmended")).toHaveLength(1)
        const { orders } = yield* market.books
        expect(Price.parse(orders[0]?.price ?? "0")).toBe(Price.parse("0.25"))
      })
    )
  )

  it.live("that would trade at once is refused, and the order stands as it was", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.3" }))
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.say(1, amendmentOf(1, "0.1"))
        const [refused] = only(yield* market.story(1, 1, "AmendRefused"), "AmendRefused")
        expect(refused?.cause ?? "").toMatch(/Post only/)
        const { orders } = yield* market.books
        expect(orders[0]?.status).toBe("open")
        expect(Price.parse(orders[0]?.price ?? "0")).toBe(Price.parse("0.3"))
      })
    )
  )

  it.live("of an order that has filled meanwhile ends in its fill", () =>
    // The private stream never stands: nothing but the look before the amendment tells.
    onMarket(
      {
        tape: swinging({ price: "0.22", volume: "500", everyMs: 1_000 }),
        faults: [{ kind: "error", error: "EService:Busy", method: "GetWebSocketsToken" }],
        reconcileIntervalMs: 3_600_000
      },
      (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.say(1, exitOf(1, { price: "0.21" }))
          yield* market.story(1, 1, "OrderAccepted")
          yield* market.booksWhen(({ orders }) => orders[0]?.status === "closed")
          yield* market.say(1, amendmentOf(1, "0.25"))
          yield* market.story(1, 1, "OrderFilled")
          expect(yield* market.audit).toStrictEqual([])
        })
    )
  )

  it.live("gives way to a cancel that stands behind it", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.3" }))
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.say(1, amendmentOf(1, "0.25"), cancelOf(1))
        const story = yield* market.story(1, 1, "OrderCancelled")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        yield* market.agreement
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
          yield* market.say(1, exitOf(1, { price: "0.3" }))
          yield* market.story(1, 1, "OrderUnknown")
          yield* market.say(1, amendmentOf(1, "0.25"))
          const story = yield* market.story(1, 1, "OrderAmended")
          expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderUnknown", "OrderAccepted", "OrderAmended"])
        })
    )
  )

  it.live("whose answer nobody took is looked at by the next gateway, and not sent again", () =>
    onMarket({ faults: [{ kind: "late-reply", method: "AmendOrder", times: 1, delayMs: 60_000 }] }, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.3" }))
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.say(1, amendmentOf(1, "0.25"))
        yield* market.booksWhen(({ orders }) => Price.parse(orders[0]?.price ?? "0") === Price.parse("0.25"))
        yield* first.stop
        // Whoever sent it again would be refused.
        yield* market.fault({ kind: "error", error: "EOrder:Invalid price", method: "AmendOrder", times: 1_000 })
        yield* market.startGateway
        const story = yield* market.factsUntil(1, ({ _tag }) => _tag === "OrderAmended" || _tag === "AmendRefused")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderAmended"])
      })
    )
  )

  it.live(
    "that is refused to two gateways is answered once, though a cancel has taken its place by the second answer",
    () =>
      onMarket({ faults: [{ kind: "late-reply", method: "AmendOrder", times: 1, delayMs: 5_000 }] }, (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.say(1, exitOf(1, { price: "0.3" }))
          yield* market.story(1, 1, "OrderAccepted")
          // It would trade at once; the first gateway hears so late.
          yield* market.say(1, amendmentOf(1, "0.1"))
          const second = yield* market.startGateway
          yield* market.story(1, 1, "AmendRefused")
          yield* market.fault({ kind: "error", error: "EService:Busy", method: "CancelOrder", times: 1_000 })
          yield* market.cancel(1, 1)
          yield* second.stop
          yield* market.clearFaults
          // The first one comes to the cancel behind its answer.
          const story = yield* market.story(1, 1, "OrderCancelled")
          expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "AmendRefused", "OrderCancelled"])
        })
      )
  )

  it.live("leaves the fills before it at their price: the order's end says their exact average", () =>
    onMarket({ tape: swinging({ price: "0.22", volume: "10", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.say(1, exitOf(1, { price: "0.2133333", volume: "4000" }))
        yield* market.story(1, 1, "FillRecorded")
        yield* market.say(1, amendmentOf(1, "0.3"))
        yield* market.story(1, 1, "OrderAmended")
        yield* market.cancel(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        expect(end?.price).toBe(Price.parse("0.2133333"))
        expect(Volume.toNumber(end?.volume ?? Volume.zero)).toBeGreaterThanOrEqual(10)
        yield* market.agreement
      })
    )
  )
})
