/** The doctor's questions to an exchange, asked of the simulated one over its wire. */
import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Layer, Redacted } from "effect"
import type { Fault } from "../../../services/exchange-sim/faults/faults.ts"
import { ExchangeSim, exchangeSimLayer } from "../../../services/exchange-sim/layer.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../../../services/exchange-sim/options.ts"
import { readSettings } from "../../../app/settings.ts"
import { KrakenMarketData, KrakenTrading } from "../../../shared/exchange/kraken/layer.ts"
import { MarketData, Trading } from "../../../shared/exchange/port.ts"
import { VenueClock } from "../../../shared/exchange/venueClock.ts"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { type Check, examine } from "./check.ts"
import { clockCheck, keysCheck, termsCheck } from "./exchange.ts"

const { settings } = readSettings({})

/** An adapter to a simulated exchange at the wall's own speed. */
const venue = (faults: ReadonlyArray<Fault>, apiSecret = EXCHANGE_SIM_DEFAULTS.apiSecret) => {
  const simulator = exchangeSimLayer({ speed: 1, faults }).pipe(Layer.provide(MemoryJournal.layer()))
  const adapter = Layer.unwrap(
    Effect.map(ExchangeSim, ({ restUrl, wsPublicUrl, wsPrivateUrl }) => {
      const options = { restUrl, wsPublicUrl, requestTimeoutMs: 2_000 }
      const { apiKey, tier } = EXCHANGE_SIM_DEFAULTS
      const keys = { wsPrivateUrl, apiKey: Redacted.make(apiKey), apiSecret: Redacted.make(apiSecret), tier }
      return Layer.merge(KrakenMarketData.layer(options), KrakenTrading.layer({ ...options, ...keys }))
    })
  )
  return adapter.pipe(Layer.provideMerge(simulator), Layer.provideMerge(VenueClock.layer({ speed: 1 })))
}

const levels = <R>(check: Check<R>) =>
  Effect.map(examine(check), (findings) => findings.map(({ level, what, finding }) => `${level} ${what}: ${finding}`))

describe("the doctor at an exchange", () => {
  it.live("reads its clock, and finds terms, fees and size in order", () =>
    Effect.gen(function* () {
      const [clock] = yield* levels(clockCheck)
      // The simulated exchange's clock began at a full minute.
      expect(clock ?? "").toMatch(
        /^(ok|warn|fail) clock: this machine is [\d.]+ s (ahead of|behind) the exchange, ± 0\.\d s$/
      )
      const [market, fees, size] = yield* levels(termsCheck(settings))
      expect(market ?? "").toMatch(/^ok exchange: DOGE\/USD is online at 0\./)
      expect(fees ?? "").toMatch(/^ok fees: PROFIT_PCT 1 % against two maker fees of 0\.25 % \(the exchange\)$/)
      expect(size ?? "").toMatch(/^ok size: ORDER_SIZE_USD 1 buys /)
    }).pipe(Effect.provide(venue([])))
  )

  it.live.each([
    { aheadMs: 0, expected: /^ok clock: / },
    { aheadMs: 3_500, expected: /^warn clock: this machine is [234]\.\d s ahead of the exchange/ },
    { aheadMs: 8_000, expected: /^fail clock: this machine is [789]\.\d s ahead of the exchange/ },
    { aheadMs: -8_000, expected: /^fail clock: this machine is [789]\.\d s behind the exchange/ }
  ])("judges a machine whose clock is $aheadMs ms ahead", ({ aheadMs, expected }) =>
    Effect.gen(function* () {
      const wall = yield* Clock.Clock
      const venueMs = yield* (yield* MarketData).time
      // The reply is in whole seconds: half of one on the average.
      const shiftMs = venueMs + 500 - (yield* wall.currentTimeMillis) + aheadMs
      const shifted: Clock.Clock = Object.assign(Object.create(wall), {
        currentTimeMillis: Effect.sync(() => wall.currentTimeMillisUnsafe() + shiftMs)
      })
      const [clock] = yield* levels(clockCheck).pipe(Effect.provideService(Clock.Clock, shifted))
      expect(clock ?? "").toMatch(expected)
    }).pipe(Effect.provide(venue([])))
  )

  it.live("finds out what a key may do, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const found = yield* levels(keysCheck)
      expect(found.slice(0, 5)).toStrictEqual(
        [
          "query funds",
          "query open orders",
          "query trades and closed orders",
          "place and amend orders",
          "cancel orders"
        ].map((what) => `ok keys: may ${what}`)
      )
      expect(found[5] ?? "").toMatch(/^warn keys: whether they may withdraw/)
      expect(yield* (yield* Trading).openOrders).toStrictEqual([])
    }).pipe(Effect.provide(venue([])))
  )

  it.live("names each permission that is missing", () =>
    Effect.gen(function* () {
      const found = yield* levels(keysCheck)
      expect(found.map((line) => line.split(":")[1]?.trim()).slice(0, 5)).toStrictEqual([
        "may query funds",
        "may query open orders",
        "may query trades and closed orders",
        "may not place and amend orders",
        "may cancel orders"
      ])
      expect(found[3] ?? "").toMatch(/^fail keys: .*EGeneral:Permission denied/)
    }).pipe(
      Effect.provide(venue([{ kind: "error", error: "EGeneral:Permission denied", method: "AddOrder", times: 9 }]))
    )
  )

  it.live("says that a key is wrong without saying the key", () =>
    Effect.gen(function* () {
      const found = yield* levels(keysCheck)
      expect(found[0] ?? "").toMatch(/^fail keys: may not query funds/)
      expect(found.join("\n")).not.toContain("d3Jvbmcta2V5")
    }).pipe(Effect.provide(venue([], "d3Jvbmcta2V5")))
  )
})
