/** What the governor's word means to the gateway, and what the gateway tells the governor, against the simulated exchange. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import { exitOf, grant, refuse, tell } from "./testing/governor.ts"
import { type Market, onMarket } from "./testing/market.ts"
import { tags, tagsById } from "./testing/slots.ts"
import { subjects } from "./testing/watch.ts"

describe("an entry", () => {
  it.live("is sent with the governor's grant, and an exit behind it does not wait", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.ask(1, 1)
        yield* market.say(1, exitOf(2, { price: "0.3" }))
        yield* market.story(1, 2, "OrderAccepted")
        expect((yield* market.books).orders).toHaveLength(1)
        yield* grant(1)
        const facts = yield* market.factsUntil(1, (fact) => fact.localId === 1 && fact._tag === "OrderAccepted")
        expect(tagsById(facts)).toStrictEqual([
          "OrderClaimed 2",
          "OrderAccepted 2",
          "OrderClaimed 1",
          "OrderAccepted 1"
        ])
        yield* market.agreement
      })
    )
  )

  it.live("that was taken back is withdrawn when its grant comes late, and never reaches the exchange", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.ask(1, 1)
        yield* market.cancel(1, 1)
        yield* grant(1)
        expect(tags(yield* market.story(1, 1, "OrderRejected"))).toStrictEqual(["OrderRejected"])
        expect((yield* market.books).orders).toHaveLength(0)
      })
    )
  )

  it.live("that is refused is forgotten: no fact, nothing sent, and the slot's next one goes its way", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.ask(1, 1)
        yield* refuse(1)
        yield* market.ask(1, 2)
        yield* grant(2)
        const facts = yield* market.factsUntil(1, (fact) => fact._tag === "OrderAccepted")
        expect(tagsById(facts)).toStrictEqual(["OrderClaimed 2", "OrderAccepted 2"])
        expect((yield* market.books).orders).toHaveLength(1)
        yield* market.agreement
      })
    )
  )

  it.live("that waits for its grant keeps waiting through a restart, and is sent with it then", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        const first = yield* market.startGateway
        yield* market.ask(1, 1)
        yield* market.say(1, exitOf(2, { price: "0.3" }))
        yield* market.story(1, 2, "OrderAccepted")
        yield* first.stop
        yield* grant(1)
        yield* market.startGateway
        expect(tags(yield* market.story(1, 1, "OrderAccepted"))).toStrictEqual(["OrderClaimed", "OrderAccepted"])
        yield* market.agreement
      })
    )
  )
})

/** Every count of failed calls, up to the all-clear. */
const countsOf = (market: Market) =>
  market.patiently(
    () => "the all-clear",
    Effect.gen(function* () {
      while (true) {
        const seen = yield* market.head
        const counts = (yield* market.records).flatMap(({ events }) =>
          events.flatMap((event) => (event._tag === "ExchangeErrorsObserved" ? [event.consecutive] : []))
        )
        if (counts.includes(0)) return counts
        yield* market.next(subjects.account, 1, seen)
      }
    })
  )

describe("calls that fail in a row", () => {
  it.live("are counted until one is answered; one that has to wait is told and not counted", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.event("AccountReconciled")
        const fails = { kind: "error", error: "EService:Unavailable", method: "BalanceEx" } as const
        yield* market.fault(
          { ...fails, times: 2 },
          { kind: "error", error: "EAPI:Rate limit exceeded", method: "BalanceEx", times: 1 },
          { ...fails, times: 1 }
        )
        yield* market.request(1, 1)
        expect(yield* countsOf(market)).toStrictEqual([1, 2, 2, 3, 0])
      })
    )
  )

  it.live("and then ended while the gateway was away get their all-clear from the next one", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.fault({ kind: "error", error: "EService:Unavailable", method: "TradeVolume", times: 1_000 })
        const first = yield* market.startGateway
        yield* market.event("ExchangeErrorsObserved")
        yield* first.stop
        yield* market.clearFaults
        yield* market.startGateway
        yield* countsOf(market)
      })
    )
  )
})

describe("calls that another gateway beside it had counted", () => {
  it.live("get their all-clear from the one that stays, with its first call that is answered", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.event("AccountReconciled")
        // Its twin could not reach the exchange, and has ended without another word.
        const refusal = { operation: "BalanceEx", detail: "no answer in time" } as const
        yield* tell(subjects.account, { _tag: "ExchangeErrorsObserved", consecutive: 6, ...refusal })
        yield* market.request(1, 1)
        expect(yield* countsOf(market)).toStrictEqual([6, 0])
        yield* market.request(1, 2)
        yield* market.story(1, 2, "OrderAccepted")
        expect(yield* countsOf(market)).toStrictEqual([6, 0])
      })
    )
  )
})

describe("open orders", () => {
  it.live("are told when they are others than before", () =>
    onMarket({ reconcileIntervalMs: 10_000 }, (market) =>
      Effect.gen(function* () {
        const hand = client(market.urls)
        yield* Effect.promise(() => hand.txidOf(hand.add("buy", "100", "0.15", { cl_ord_id: "by-hand-2" })))
        yield* market.startGateway
        const first = yield* market.event("OpenOrdersObserved")
        expect([first.ours, first.foreign]).toStrictEqual([0, 1])
        const seen = yield* market.head
        yield* market.request(1, 1)
        const second = yield* market.event("OpenOrdersObserved", seen)
        expect([second.ours, second.foreign]).toStrictEqual([1, 1])
      })
    )
  )
})
