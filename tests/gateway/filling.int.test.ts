/** Orders that are accepted, refused and filled: the facts in their order, the sums to the last unit. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../shared/core/ids/clientId.ts"
import { onMarket } from "./testing/market.ts"
import { only, tags, type Wish } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"
import { subjects } from "./testing/watch.ts"

const volumes = (facts: ReadonlyArray<{ readonly volume: Volume }>) => facts.map(({ volume }) => Volume.format(volume))

describe("an order", () => {
  it.live("stands in the journal as claimed before the exchange hears of it", () =>
    onMarket({ faults: [{ kind: "no-reply", method: "AddOrder" }] }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 7, { side: "sell", price: "0.21", volume: "50.5", postOnly: true })
        const [claim] = only(yield* market.story(1, 7, "OrderClaimed"), "OrderClaimed")
        expect((yield* market.books).orders).toHaveLength(0)
        const records = yield* market.records
        const request = records.find(({ subject }) => subject === subjects.out("slot-1"))
        const raised = records.find(({ events }) => events[0]._tag === "EpochRaised")
        expect({ ...claim, deadlineMs: 0 }).toStrictEqual({
          _tag: "OrderClaimed",
          clientId: clientIdOf({ epoch: raised?.epoch ?? 0, slot: 1, seq: request?.seq ?? 0, index: 0 }),
          localId: 7,
          side: "sell",
          price: Price.parse("0.21"),
          volume: Volume.parse("50.5"),
          postOnly: true,
          deadlineMs: 0
        })
      })
    )
  )

  it.live("has a deadline that the exchange takes, however much of the wall's time a request may need", () =>
    onMarket({ leastDeadlineWallMs: 60_000 }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        expect(tags(yield* market.story(1, 1, "OrderAccepted"))).toStrictEqual(["OrderClaimed", "OrderAccepted"])
      })
    )
  )

  it.live("that rests is accepted under the exchange's id", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        const story = yield* market.story(1, 1, "OrderAccepted")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted"])
        yield* market.agreement
        expect((yield* market.books).orders[0]?.txid).toBe(only(story, "OrderAccepted")[0]?.txid)
      })
    )
  )

  it.live.each([
    ["buy", "0.19", "0.18"],
    ["sell", "0.21", "0.22"]
  ] as const)("to %s that fills in parts has a fact for each, and then their sums", ([side, price, swing]) =>
    onMarket({ tape: swinging({ price: swing, volume: "10", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { side, price, volume: "25" })
        const story = yield* market.story(1, 1, "OrderFilled")
        expect(tags(story)).toStrictEqual([
          "OrderClaimed",
          "OrderAccepted",
          "FillRecorded",
          "FillRecorded",
          "FillRecorded",
          "OrderFilled"
        ])
        expect(volumes(only(story, "FillRecorded"))).toStrictEqual(["10", "10", "5"])
        expect(only(story, "FillRecorded").every(({ liquidity }) => liquidity === "maker")).toBe(true)
        const [filled] = only(story, "OrderFilled")
        expect(filled?.price).toBe(Price.parse(price))
        yield* market.agreement
      })
    )
  )

  it.live("that takes what the market offers fills at several prices in one moment", () =>
    onMarket({ exchange: { initialBase: Volume.parse("100000") } }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { side: "sell", price: "0.15", volume: "80000", postOnly: false })
        const story = yield* market.story(1, 1, "OrderFilled")
        const fills = only(story, "FillRecorded")
        expect(new Set(fills.map(({ price }) => price)).size).toBeGreaterThan(1)
        expect(fills.every(({ liquidity }) => liquidity === "taker")).toBe(true)
        expect(fills.reduce((sum, { volume }) => sum + volume, 0n)).toBe(Volume.parse("80000"))
        yield* market.agreement
      })
    )
  )

  it.live("that fills before its request is answered is accepted and filled once", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.streamStands
        yield* market.fault({ kind: "late-reply", method: "AddOrder", times: 1, delayMs: 400 })
        yield* market.request(1, 1, { price: "0.25", postOnly: false }, {})
        const story = yield* market.story(1, 1, "OrderFilled")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "FillRecorded", "OrderFilled"])
        // The next request is claimed when the late reply has come: it has added nothing.
        const lane = yield* market.factsUntil(1, (fact) => fact.localId === 2)
        expect(tags(lane.slice(0, -1))).toStrictEqual(tags(story))
        yield* market.story(1, 2, "OrderAccepted")
        yield* market.agreement
      })
    )
  )
})

const REFUSED: ReadonlyArray<readonly [what: string, wish: Wish, faults: ReadonlyArray<Fault>, cause: string]> = [
  ["without the money", { volume: "20000" }, [], "EOrder:Insufficient funds"],
  ["below the minimum", { volume: "1.5" }, [], "EOrder:Order minimum not met"],
  [
    "above the rate limit",
    {},
    [{ kind: "error", error: "EOrder:Rate limit exceeded", method: "AddOrder", times: 1 }],
    "EOrder:Rate limit exceeded"
  ],
  [
    "while the exchange throttles",
    {},
    [{ kind: "throttled", method: "AddOrder", times: 1, forSec: 5 }],
    "EService:Thr"
  ],
  [
    "while the exchange only cancels",
    {},
    [{ kind: "status", system: "cancel_only" }],
    "EService:Market in cancel_only mode"
  ]
]

describe("an order that the exchange does not want", () => {
  it.live.each(REFUSED)("%s is rejected in its words, and the next one is placed", ([, wish, faults, cause]) =>
    onMarket({ faults }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, wish)
        const story = yield* market.story(1, 1, "OrderRejected")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderRejected"])
        expect(only(story, "OrderRejected")[0]?.cause).toContain(cause)
        expect((yield* market.books).orders).toHaveLength(0)
        yield* market.clearFaults
        yield* market.request(1, 2)
        yield* market.story(1, 2, "OrderAccepted")
        yield* market.agreement
      })
    )
  )

  it.live("because it would trade at once is accepted and cancelled, empty", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { price: "0.25", postOnly: true })
        const story = yield* market.story(1, 1, "OrderCancelled")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted", "OrderCancelled"])
        const [end] = only(story, "OrderCancelled")
        expect([end?.volume, end?.cost, end?.fee, end?.price]).toStrictEqual([0n, 0n, 0n, 0n])
        expect(end?.cause).toBe("Post only order")
        yield* market.agreement
      })
    )
  )
})
