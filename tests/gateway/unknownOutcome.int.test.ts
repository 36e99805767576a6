/** Requests whose reply never comes, or says nothing: looked up until it is known, never sent again. */
import { CLOCK_SLACK_MS } from "../../shared/exchange/venueClock.ts"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { IMPATIENT_MS, onMarket } from "./testing/market.ts"
import { only, tags, tagsById } from "./testing/slots.ts"

/** Nothing is heard of the order over the private stream: the look-up is all there is. */
const UNHEARD: Fault = { kind: "drop-executions", times: 1 }
const REPLY_LOST: Fault = { kind: "reply-lost", method: "AddOrder", times: 1 }

const PLACED: ReadonlyArray<readonly [what: string, fault: Fault, cause: RegExp]> = [
  ["whose reply is lost", REPLY_LOST, /connection failed/],
  ["whose reply comes too late", { kind: "late-reply", method: "AddOrder", times: 1, delayMs: 60_000 }, /no reply/],
  [
    "that is answered by a page of the edge",
    { kind: "http", status: 520, method: "AddOrder", times: 1, afterExecution: true },
    /HTTP 520/
  ],
  [
    "that is answered as busy",
    { kind: "error", error: "EService:Busy", method: "AddOrder", times: 1, afterExecution: true },
    /EService:Busy/
  ]
]

const NOT_PLACED: ReadonlyArray<readonly [what: string, fault: Fault, cause: RegExp]> = [
  ["that is never answered", { kind: "no-reply", method: "AddOrder", times: 1 }, /no reply/],
  ["that the edge answers", { kind: "http", status: 503, method: "AddOrder", times: 1 }, /HTTP 503/],
  [
    "that finds the exchange busy",
    { kind: "error", error: "EService:Busy", method: "AddOrder", times: 1 },
    /EService:Busy/
  ]
]

describe("an order of unknown outcome", () => {
  it.live.each(PLACED)("%s is looked up and adopted", ([, fault, cause]) =>
    onMarket({ faults: [fault, UNHEARD], requestTimeoutMs: IMPATIENT_MS }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        const story = yield* market.story(1, 1, "OrderAccepted")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderUnknown", "OrderAccepted"])
        expect(only(story, "OrderUnknown")[0]?.cause ?? "").toMatch(cause)
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(1)
      })
    )
  )

  it.live.each(NOT_PLACED)("%s was never placed, which is said only after its deadline", ([, fault, cause]) =>
    onMarket({ faults: [fault], requestTimeoutMs: IMPATIENT_MS }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        const story = yield* market.story(1, 1, "OrderRejected")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderUnknown", "OrderRejected"])
        expect(only(story, "OrderUnknown")[0]?.cause ?? "").toMatch(cause)
        expect(only(story, "OrderRejected")[0]?.cause ?? "").toMatch(/never placed/)
        const rejection = (yield* market.records).find(({ events }) => events[0]._tag === "OrderRejected")
        const deadlineMs = only(story, "OrderClaimed")[0]?.deadlineMs ?? Number.POSITIVE_INFINITY
        expect(rejection?.timeMs ?? 0).toBeGreaterThan(deadlineMs + CLOCK_SLACK_MS)
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(0)
      })
    )
  )

  it.live("that the exchange's lists do not show yet is waited for", () =>
    onMarket({ faults: [REPLY_LOST, UNHEARD, { kind: "rest-lag", delayMs: 15_000 }] }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        const story = yield* market.story(1, 1, "OrderAccepted")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderUnknown", "OrderAccepted"])
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(1)
      })
    )
  )

  it.live("that has filled meanwhile ends with the exchange's sums", () =>
    onMarket({ faults: [REPLY_LOST, UNHEARD] }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { price: "0.25", postOnly: false })
        const story = yield* market.story(1, 1, "OrderFilled")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderUnknown", "OrderAccepted", "OrderFilled"])
        yield* market.agreement
      })
    )
  )

  it.live("that the private stream tells of is adopted from there", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.streamStands
        // The look-up never answers, so that nothing but the stream can.
        yield* market.fault(REPLY_LOST, { kind: "error", error: "EService:Busy", method: "ClosedOrders" })
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.agreement
        const open = (yield* market.books).orders.filter(({ status }) => status === "open")
        expect(open).toHaveLength(1)
      })
    )
  )

  it.live("keeps its own slot waiting, and no other", () =>
    onMarket(
      {
        faults: [
          { kind: "error", error: "EService:Busy", method: "AddOrder", times: 1 },
          { kind: "error", error: "EService:Busy", method: "ClosedOrders" }
        ]
      },
      (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.request(1, 1, {}, {})
          yield* market.story(1, 1, "OrderUnknown")
          yield* market.request(2, 1)
          yield* market.story(2, 1, "OrderAccepted")
          yield* market.cancel(2, 1)
          yield* market.story(2, 1, "OrderCancelled")
          const waiting = yield* market.factsUntil(1, (fact) => fact._tag === "OrderUnknown")
          expect(tags(waiting)).toStrictEqual(["OrderClaimed", "OrderUnknown"])
          yield* market.clearFaults
          const lane = yield* market.factsUntil(1, (fact) => fact.localId === 2 && fact._tag === "OrderAccepted")
          expect(tagsById(lane)).toStrictEqual([
            "OrderClaimed 1",
            "OrderUnknown 1",
            "OrderRejected 1",
            "OrderClaimed 2",
            "OrderAccepted 2"
          ])
          yield* market.agreement
        })
    )
  )
})
