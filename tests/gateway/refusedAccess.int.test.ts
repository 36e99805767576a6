/** A passing answer is not a verdict: what has worked in this process and is refused is asked again, and told. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { type Market, onMarket } from "./testing/market.ts"
import { only } from "./testing/slots.ts"

/** Waits until the last word on failed calls is that they do not fail. */
const allClear = (market: Market) =>
  market.untilNothing(
    Effect.map(market.records, (records) => {
      const last = records.flatMap(({ events }) => events).findLast(({ _tag }) => _tag === "ExchangeErrorsObserved")
      return last?._tag === "ExchangeErrorsObserved" && last.consecutive === 0 ? [] : ["calls that fail"]
    })
  )

const answers = (error: string, method: string): Fault => ({ kind: "error", error, method, times: 3 })

describe("a passing answer", () => {
  it.live.each([
    { words: "EAPI:Invalid key", fault: answers("EAPI:Invalid key", "BalanceEx") },
    { words: "EAPI:Invalid nonce", fault: { ...answers("EAPI:Invalid nonce", "BalanceEx"), times: 6 } },
    { words: "EGeneral:Permission denied", fault: answers("EGeneral:Permission denied", "BalanceEx") },
    { words: "EAccount:Invalid permissions", fault: answers("EAccount:Invalid permissions", "BalanceEx") },
    { words: "EAuth:Account temporary disabled", fault: answers("EAuth:Account temporary disabled", "BalanceEx") },
    { words: "EQuery:Unknown asset pair", fault: answers("EQuery:Unknown asset pair", "AssetPairs") },
    { words: "HTTP 403", fault: { kind: "http", status: 403, method: "OpenOrders", times: 3 } as const }
  ])(
    "($words) to a key or name that has worked ends nothing: it is told with what helps, and asked again",
    ({ words, fault }) =>
      onMarket({ reconcileIntervalMs: 5_000 }, (market) =>
        Effect.gen(function* () {
          yield* market.startGateway
          yield* market.streamStands
          const before = yield* market.head
          yield* market.fault(fault)
          const told = yield* market.event("ExchangeErrorsObserved", before)
          expect(told.detail).toBe(words)
          expect(told.help ?? "").not.toBe("")
          yield* allClear(market)
          yield* market.request(1, 1)
          yield* market.story(1, 1, "OrderAccepted")
        })
      )
  )

  it.live("to an order is the order's refusal, in the exchange's words; the next one goes through", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.streamStands
        yield* market.fault({ ...answers("EAPI:Invalid key", "AddOrder"), times: 1 } as Fault)
        yield* market.request(1, 1)
        const [refused] = only(yield* market.story(1, 1, "OrderRejected"), "OrderRejected")
        expect(refused?.cause).toBe("EAPI:Invalid key")
        yield* market.request(1, 2)
        yield* market.story(1, 2, "OrderAccepted")
      })
    )
  )

  it.live("a start that has to wait for a limit says so, and until when", () =>
    onMarket({ faults: [answers("EAPI:Rate limit exceeded", "TradeVolume")] }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        const told = yield* market.event("ExchangeErrorsObserved")
        expect(told).toMatchObject({ consecutive: 0, operation: "TradeVolume" })
        expect(told.detail).toBe("EAPI:Rate limit exceeded")
        expect(told.retryAtMs).toBeGreaterThan(0)
        yield* market.event("AccountReconciled")
        const after = (yield* market.records).flatMap(({ events }) => events)
        expect(after.findLast(({ _tag }) => _tag === "ExchangeErrorsObserved")).toMatchObject({ operation: "" })
      })
    )
  )

  it.live("to the private stream's upgrade pauses like any other, until the stream stands again", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.streamStands
        const before = yield* market.head
        yield* market.fault(
          { kind: "refuse-upgrade", socket: "private", status: 401, times: 2 },
          { kind: "disconnect", socket: "private" }
        )
        const told = yield* market.event("ExchangeErrorsObserved", before)
        expect(told.detail).toBe("HTTP 401 instead of a WebSocket")
        yield* allClear(market)
        yield* market.streamStands
      })
    )
  )

  it.live("to a start is one: it ends with the exchange's words and what helps", () =>
    Effect.gen(function* () {
      const faults = [answers("EAPI:Invalid key", "BalanceEx")]
      const starts = onMarket({ faults }, (market) => Effect.andThen(market.startGateway, Effect.never))
      const said = yield* Effect.map(Effect.exit(starts), (exit) => JSON.stringify(exit))
      expect(said).toContain("EAPI:Invalid key")
      expect(said).toContain("kennel doctor")
    })
  )
})
