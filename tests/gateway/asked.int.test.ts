/** What the governor has the gateway find out or clean up, on an operator's command. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../shared/core/ids/clientId.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import { quarantined } from "../../shared/events/families/control.ts"
import { Journal } from "../../shared/journal/port.ts"
import { amendmentOf, asGovernor, tell } from "./testing/governor.ts"
import { type Market, onMarket } from "./testing/market.ts"
import { only } from "./testing/slots.ts"
import { START_MS, swinging } from "./testing/tape.ts"
import { subjects } from "./testing/watch.ts"

/** The journal has this open order no more: its end is written, wrongly. Gives its txid. */
const forget = (market: Market, localId: number) =>
  Effect.gen(function* () {
    const [accepted] = only(yield* market.story(1, localId, "OrderAccepted"), "OrderAccepted")
    const { txid = "", clientId = "" } = accepted ?? {}
    const sums = { price: Price.zero, volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }
    yield* tell(subjects.order(1), { _tag: "OrderCancelled", clientId, localId, txid, ...sums, cause: "wrong" })
    return txid
  })

/** An order that the journal asked for and has no more. */
const lose = (market: Market, localId: number) => Effect.andThen(market.request(1, localId), forget(market, localId))

/** The journal's first record is of this instant. */
const begin = (timeMs: number) =>
  tell(subjects.quarantine, quarantined({ source: "test", problem: "none", raw: "" }), timeMs)

describe("a clean-up of drift", () => {
  it.live("cancels what is provably ours and nothing else", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        const hand = client(market.urls)
        const place = (id: string, price: string, volume = "100") =>
          Effect.promise(() => hand.txidOf(hand.add("buy", volume, price, { cl_ord_id: id })))
        const byHand = yield* place("by-hand-1", "0.14")
        const forged = yield* place(clientIdOf({ epoch: 1, slot: 1, seq: 1, index: 0 }), "0.13")
        yield* market.startGateway
        const lost = yield* lose(market, 1)
        // Moved as the slot wanted: ours still. Moved by hand: nobody knows whose it is.
        yield* market.request(1, 2)
        yield* market.story(1, 2, "OrderAccepted")
        yield* market.say(1, amendmentOf(2, "0.12"))
        yield* market.story(1, 2, "OrderAmended")
        const moved = yield* forget(market, 2)
        const taken = yield* lose(market, 3)
        const later = client(market.urls, Date.now() * 1_000)
        yield* Effect.promise(() => later.call("AmendOrder", { txid: taken, limit_price: "0.11" }))
        yield* asGovernor({ _tag: "DriftReconcileAsked", commandId: "c1" })
        const answer = yield* market.event("DriftReconciled")
        expect(answer.cancelled.map(({ txid }) => txid).sort()).toStrictEqual([lost, moved].sort())
        expect([...answer.leftAlone].sort()).toStrictEqual([byHand, forged, taken].sort())
        const { orders } = yield* market.books
        expect(
          orders
            .filter(({ status }) => status === "open")
            .map(({ txid }) => txid)
            .sort()
        ).toStrictEqual([byHand, forged, taken].sort())
      })
    )
  )

  it.live("leaves alone what it cannot prove any more, since the record was dropped and no archive is here", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        const lost = yield* lose(market, 1)
        const { last, dropBefore } = yield* Journal
        const request = yield* last(subjects.out("slot-1"))
        yield* dropBefore((request?.seq ?? 0) + 1)
        yield* asGovernor({ _tag: "DriftReconcileAsked", commandId: "c1" })
        const answer = yield* Stream.runHead(
          (yield* Journal).tail({ from: "first", filter: subjects.account }).pipe(
            Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
            Stream.filter((event) => event._tag === "DriftReconciled")
          )
        )
        expect(Option.getOrNull(answer)).toMatchObject({ cancelled: [], leftAlone: [lost] })
      })
    )
  )

  it.live("that was asked for before a stop is answered after it, once", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* asGovernor({ _tag: "DriftReconcileAsked", commandId: "c1" })
        const first = yield* market.startGateway
        yield* market.event("DriftReconciled")
        yield* first.stop
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        const answers = (yield* market.records).flatMap(({ events }) =>
          events.filter(({ _tag }) => _tag === "DriftReconciled")
        )
        expect(answers).toHaveLength(1)
      })
    )
  )
})

describe("an audit", () => {
  it.live("adds up the exchange's own trade history, ours apart from others'", () =>
    onMarket({ tape: swinging({ price: "0.18", volume: "500", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        const hand = client(market.urls)
        yield* begin(START_MS)
        const txid = yield* Effect.promise(() => hand.txidOf(hand.add("buy", "7", "0.185", {})))
        yield* market.startGateway
        yield* market.request(1, 1, { price: "0.25", volume: "40", postOnly: false })
        yield* market.story(1, 1, "OrderFilled")
        yield* market.request(1, 2, { side: "sell", price: "0.15", volume: "10", postOnly: false })
        const [sold] = only(yield* market.story(1, 2, "OrderFilled"), "OrderFilled")
        const [bought] = only(yield* market.story(1, 1, "OrderFilled"), "OrderFilled")
        yield* market.booksWhen(({ orders }) =>
          orders.some((order) => order.txid === txid && order.status === "closed")
        )
        yield* asGovernor({ _tag: "AuditAsked", commandId: "c2" })
        const { ours, foreign } = yield* market.event("TradeHistoryObserved")
        expect(ours.bought).toBe(Volume.parse("40"))
        expect(ours.sold).toBe(Volume.parse("10"))
        expect(ours.paid).toBe(bought?.cost)
        expect(ours.received).toBe(sold?.cost)
        expect(ours.fees).toBe((bought?.fee ?? 0n) + (sold?.fee ?? 0n))
        expect(foreign.bought).toBe(Volume.parse("7"))
      })
    )
  )

  it.live("reads every page of every week since the journal began", () =>
    onMarket({ tape: swinging({ price: "0.18", volume: "1", everyMs: 1_000 }) }, (market) =>
      Effect.gen(function* () {
        const beganMs = START_MS - 30 * 86_400_000
        yield* begin(beganMs)
        yield* market.startGateway
        // At one unit a swing: more fills than a page of 50 holds.
        yield* market.request(1, 1, { volume: "60" })
        const [end] = only(yield* market.story(1, 1, "OrderFilled"), "OrderFilled")
        yield* asGovernor({ _tag: "AuditAsked", commandId: "c3" })
        const { fromMs, ours, foreign } = yield* market.event("TradeHistoryObserved")
        expect(fromMs).toBeLessThanOrEqual(beganMs)
        expect(ours.trades).toBeGreaterThan(50)
        expect([ours.bought, ours.paid, ours.fees]).toStrictEqual([end?.volume, end?.cost, end?.fee])
        expect(foreign.trades).toBe(0)
      })
    )
  )

  it.live("that the exchange refuses stays asked: trading goes on, and the next start answers it", () =>
    onMarket({ reconcileIntervalMs: 3_600_000 }, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.event("AccountReconciled")
        yield* market.fault({ kind: "error", error: "EGeneral:Invalid arguments", method: "TradesHistory", times: 1 })
        yield* asGovernor({ _tag: "AuditAsked", commandId: "c4" })
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        yield* first.stop
        const before = yield* market.head
        yield* market.startGateway
        expect((yield* market.event("TradeHistoryObserved", before)).commandId).toBe("c4")
      })
    )
  )

  it.live("that needs records which were dropped stays asked: trading goes on", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        yield* market.story(1, 1, "OrderAccepted")
        const { last, dropBefore } = yield* Journal
        const accepted = yield* last(subjects.order(1))
        yield* dropBefore(accepted?.seq ?? 0)
        yield* asGovernor({ _tag: "AuditAsked", commandId: "c5" })
        const asked = yield* market.head
        yield* market.request(1, 2)
        const heard = (yield* Journal).tail({ from: asked + 1, filter: subjects.order(1) }).pipe(
          Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
          Stream.filter(({ _tag }) => _tag === "OrderAccepted")
        )
        expect(Option.isSome(yield* Stream.runHead(heard))).toBe(true)
      })
    )
  )
})
