/** The private stream and what can befall it: every fill is booked once, and none is lost. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import { onMarket } from "./testing/market.ts"
import { only, tags } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"

/** Ten fills a second of the wall. */
const DRIPPING = swinging({ price: "0.18", volume: "10", everyMs: 1_000 })

const BEFALLS: ReadonlyArray<readonly [what: string, faults: ReadonlyArray<Fault>]> = [
  ["is cut", [{ kind: "disconnect", socket: "private" }]],
  ["says things twice", [{ kind: "duplicate-executions", times: 4 }]],
  ["says things in the wrong order", [{ kind: "reorder-executions", times: 1 }]],
  ["loses a frame", [{ kind: "drop-executions", times: 1 }]],
  ["loses several frames", [{ kind: "drop-executions", times: 5 }]],
  [
    "is cut while the lists lag behind",
    [
      { kind: "rest-lag", delayMs: 20_000 },
      { kind: "disconnect", socket: "private" }
    ]
  ],
  [
    "is cut and gets no new token for a while",
    [
      { kind: "error", error: "EService:Busy", method: "GetWebSocketsToken", times: 2 },
      { kind: "disconnect", socket: "private" }
    ]
  ]
]

describe("a private stream", () => {
  it.live.each(BEFALLS)("that %s costs no fill, and books none twice", ([, faults]) =>
    onMarket({ tape: DRIPPING }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "195" })
        yield* market.story(1, 1, "FillRecorded")
        yield* market.fault(...faults)
        const story = yield* market.story(1, 1, "OrderFilled")
        const { trades } = yield* market.books
        expect(trades).toHaveLength(20)
        // A new stream and a comparison tell them beside each other: all are there, in whatever order.
        expect(
          only(story, "FillRecorded")
            .map(({ execId }) => execId)
            .toSorted()
        ).toStrictEqual(trades.map(({ execId }) => execId).toSorted())
        expect(tags(story).slice(0, 2)).toStrictEqual(["OrderClaimed", "OrderAccepted"])
        yield* market.agreement
      })
    )
  )

  it.live("that was away is made up for, however much the others trade meanwhile", () =>
    onMarket({ tape: DRIPPING, reconcileIntervalMs: 3_600_000 }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "5000" })
        yield* market.request(2, 1, { price: "0.1" })
        const [accepted] = only(yield* market.story(2, 1, "OrderAccepted"), "OrderAccepted")
        yield* market.story(1, 1, "FillRecorded")
        yield* market.fault({ kind: "disconnect", socket: "private" })
        const hand = client(market.urls, Date.now() * 1_000)
        yield* Effect.promise(() => hand.call("CancelOrder", { txid: accepted?.txid ?? "" }))
        yield* market.story(2, 1, "OrderCancelled")
        expect(yield* market.audit).toStrictEqual([])
      })
    )
  )

  it.live("that never rests does not keep the gateway from comparing at its interval", () =>
    onMarket({ tape: DRIPPING, reconcileIntervalMs: 30_000 }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "5000" })
        yield* market.story(1, 1, "FillRecorded")
        const seenSeq = yield* market.head
        // Nothing on the private stream tells of this: the next comparison does.
        yield* market.fault({ kind: "status", system: "cancel_only" })
        expect((yield* market.event("ConstraintsObserved", seenSeq)).status).toBe("cancel_only")
      })
    )
  )
})
