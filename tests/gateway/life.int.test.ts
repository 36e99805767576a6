/** Reports that are behind, orders that others change, and manual life beside the bot, on the wire. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { onMarket } from "./testing/market.ts"
import { only, tags } from "./testing/slots.ts"
import { swinging } from "./testing/tape.ts"

/** The private stream never stands: what happens is found by asking. */
const DEAF: Fault = { kind: "error", error: "EService:Busy", method: "GetWebSocketsToken" }
/** Exchange time between two comparisons: half a second of the wall. */
const OFTEN = { reconcileIntervalMs: 5_000 }
const NEVER = { reconcileIntervalMs: 3_600_000 }
const partly = swinging({ price: "0.18", volume: "10", everyMs: 1_000 })
const whole = swinging({ price: "0.18", volume: "5000", everyMs: 2_000 })

describe("no source lowers what another has proved", () => {
  it.live("reports that say canceled, nothing filled, do not take back fills that were heard", () =>
    onMarket({ tape: partly, ...OFTEN }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "5000" })
        yield* market.story(1, 1, "FillRecorded")
        yield* market.fault({ kind: "stale-reports", times: 3 })
        yield* market.cancel(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        expect(end?.volume).toBeGreaterThan(0n)
        expect(end?.listed).toBeUndefined()
        yield* market.agreement
      })
    )
  )

  it.live("where the reports stay behind for a minute the fills count, and what was listed is said", () =>
    onMarket({ tape: partly, ...NEVER }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { volume: "5000" })
        yield* market.story(1, 1, "FillRecorded")
        yield* market.fault({ kind: "stale-reports", times: 1_000 })
        yield* market.cancel(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        expect(end?.volume).toBeGreaterThan(0n)
        expect(end?.listed).toStrictEqual({ volume: 0n, cost: 0n, fee: 0n })
      })
    )
  )

  it.live("a fill of an order that had ended without it becomes a fact at the next comparison", () =>
    onMarket({ tape: whole, faults: [DEAF], ...OFTEN }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.fault(
          { kind: "stale-reports", times: 1 },
          { kind: "error", error: "EService:Busy", method: "TradesHistory" }
        )
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.booksWhen(({ orders }) => orders[0]?.status === "closed")
        yield* market.cancel(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        expect(end?.volume).toBe(0n)
        yield* market.clearFaults
        const [late, ...more] = only(yield* market.story(1, 1, "LateFillRecorded"), "LateFillRecorded")
        expect(more).toStrictEqual([])
        expect(late).toMatchObject({
          side: "buy",
          role: "entry",
          volume: Volume.parse("100"),
          price: Price.parse("0.19")
        })
        yield* market.agreement
      })
    )
  )
})

describe("an order may trade more, less or otherwise than asked", () => {
  it.live.each([
    ["doubled", 200, "200"],
    ["halved", 50, "50"]
  ] as const)(
    "%s by hand: that is a fact, and the order is filled for what it has become",
    ([_what, volumePct, volume]) =>
      onMarket({ tape: swinging({ price: "0.16", volume: "5000", everyMs: 60_000 }), ...OFTEN }, (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.request(1, 1, { price: "0.17" })
          yield* market.story(1, 1, "OrderAccepted")
          yield* market.fault({ kind: "by-hand", act: "change", volumePct })
          const [restated] = only(yield* market.story(1, 1, "OrderRestated"), "OrderRestated")
          expect(restated?.volume).toBe(Volume.parse(volume))
          const [filled] = only(yield* market.story(1, 1, "OrderFilled"), "OrderFilled")
          expect(filled?.volume).toBe(Volume.parse(volume))
          yield* market.agreement
        })
      )
  )

  it.live("its price amended by hand: that is a fact, and no amendment of ours", () =>
    onMarket(OFTEN, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.fault({ kind: "by-hand", act: "change", pricePct: 90 })
        const [restated] = only(yield* market.story(1, 1, "OrderRestated"), "OrderRestated")
        expect(restated).toMatchObject({ price: Price.parse("0.171"), volume: Volume.parse("100") })
        yield* market.agreement
      })
    )
  )

  it.live("volume rounded by the exchange: closed 2e-8 short is filled", () =>
    onMarket({ tape: whole, ...OFTEN }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.fault({ kind: "rounded-fills", units: 2 })
        yield* market.request(1, 1)
        const story = yield* market.story(1, 1, "OrderFilled")
        expect(tags(story)).not.toContain("OrderCancelled")
        expect(only(story, "OrderFilled")[0]?.volume).toBe(Volume.parse("99.99999998"))
        yield* market.agreement
      })
    )
  )
})

describe("a fee in another currency than was asked for", () => {
  it.live.each([
    // A comparison could be sooner than the stream, and lists do not say which half was paid in what.
    ["base", "heard on the stream", { ...NEVER }],
    ["both", "heard on the stream", { ...NEVER }],
    ["base", "found by asking", { faults: [DEAF], ...OFTEN }]
  ] as const)("in %s, %s: booked at its worth, and both balances agree", ([currency, , how]) =>
    onMarket({ tape: whole, ...how }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        if (!("faults" in how)) yield* market.streamStands
        yield* market.fault({ kind: "fees-in", currency })
        yield* market.request(1, 1)
        const [end] = only(yield* market.story(1, 1, "OrderFilled"), "OrderFilled")
        // 0.25 % of 100 DOGE at 0.19, each half of it where both currencies pay.
        expect(end?.fee).toBe(Quote.parse("0.0475"))
        expect(end?.baseFee?.amount).toBe(Volume.parse(currency === "base" ? "0.25" : "0.125"))
        yield* market.agreement
      })
    )
  )
})

describe("manual life beside the bot", () => {
  it.live("an order that the exchange takes off ends in its words", () =>
    onMarket(OFTEN, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* market.fault({ kind: "by-hand", act: "cancel", reason: "Market halted" })
        const [end] = only(yield* market.story(1, 1, "OrderCancelled"), "OrderCancelled")
        expect(end?.cause).toBe("Market halted")
        yield* market.agreement
      })
    )
  )

  it.live("deposits and withdrawals are balances, orders by hand are counted and left alone", () =>
    onMarket(OFTEN, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        const before = yield* market.event("BalancesObserved")
        yield* market.event("AccountReconciled")
        const seq = yield* market.head
        yield* market.fault(
          { kind: "by-hand", act: "move", base: Volume.parse("500"), quote: Quote.parse("-10") },
          { kind: "by-hand", act: "place", side: "buy", price: Price.parse("0.15"), volume: Volume.parse("60") }
        )
        expect(yield* market.event("OpenOrdersObserved", seq)).toMatchObject({ ours: 0, foreign: 1 })
        const after = yield* market.event("BalancesObserved", seq)
        expect(after.base.total - before.base.total).toBe(Volume.parse("500"))
        expect(after.quote.total - before.quote.total).toBe(Quote.parse("-10"))
        expect((yield* market.books).orders.map(({ status }) => status)).toStrictEqual(["open"])
      })
    )
  )

  it.live("terms that change in mid-run are read at the next comparison", () =>
    onMarket(OFTEN, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.event("AccountReconciled")
        const seq = yield* market.head
        yield* market.fault({
          kind: "terms",
          orderMin: Volume.parse("70"),
          priceDecimals: 5,
          makerFeePct: 0.3,
          pairStatus: "cancel_only"
        })
        const terms = yield* market.event("ConstraintsObserved", seq)
        expect(terms).toMatchObject({ minVolume: Volume.parse("70"), priceDecimals: 5, status: "cancel_only" })
        expect(yield* market.event("FeesObserved", seq)).toMatchObject({ makerPct: 0.3 })
        yield* market.request(1, 1)
        const [refused] = only(yield* market.story(1, 1, "OrderRejected"), "OrderRejected")
        expect(refused?.cause).toContain("cancel_only")
      })
    )
  )
})
