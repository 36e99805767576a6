/** What a command that works on the store is made of: the store itself, a source, and whose clock counts. */
import { Clock, Effect } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { type CandleVenue, timeframesOf, UnknownTimeframe } from "../../../shared/candles/core/candle.ts"
import type { CandleSource } from "../../../shared/candles/source.ts"
import type { Rate } from "../../../shared/candles/core/tokenBucket.ts"
import { venueOf } from "../../../shared/config/shared.ts"
import { MarketData } from "../../../shared/exchange/port.ts"
import { VenueClock } from "../../../shared/exchange/venueClock.ts"
import { addressed, besideRunning, exchangeAt } from "../../../app/leaves/exchange.ts"
import { ingestorOptions } from "../../../services/ohlcv-ingestor/options.ts"

/** Minutes of the timeframes that a flag names. */
export const timeframesNamed = (list: string): Effect.Effect<ReadonlyArray<number>, UnknownTimeframe> =>
  Effect.try({
    try: () => timeframesOf(list),
    catch: (error) => {
      if (error instanceof UnknownTimeframe) return error
      throw error
    }
  })

/** A source of history as the settings name it, how fast it may be asked, and its clock in Unix seconds. */
export interface HistorySource {
  readonly source: CandleSource
  readonly rate: Rate
  readonly nowSec: Effect.Effect<number>
}

/**
 * The clock of the pair's exchange, Unix milliseconds, asked for once; the wall's where nobody answers. On paper the two
 * are far apart, and a simulated market's candles are as old as its own clock says.
 */
const exchangeClock = (settings: Settings): Effect.Effect<Effect.Effect<number>> =>
  Effect.gen(function* () {
    const { time } = yield* MarketData
    yield* Effect.ignore(time)
    return (yield* VenueClock).nowMs
  }).pipe(Effect.provide(exchangeAt(besideRunning(settings))))

/** The source of the settings, with the pair's exchange somewhere else than in this process. */
export const sourceElsewhere = Effect.fn("sourceElsewhere")(function* (
  settings: Settings
): Effect.fn.Return<HistorySource> {
  const nowMs = yield* exchangeClock(settings)
  const { source, rate, nowSec } = ingestorOptions(addressed(besideRunning(settings)), { live: null, nowMs }).history
  return { source, rate, nowSec }
})

/** Unix seconds of now, by the clock that a venue's candles keep: a simulated exchange has its own. */
export const candleClock = Effect.fn("candleClock")(function* (
  settings: Settings
): Effect.fn.Return<(venue: CandleVenue) => number> {
  const toSec = (ms: number): number => Math.floor(ms / 1_000)
  const wallSec = toSec(yield* Clock.currentTimeMillis)
  const exchangeSec = toSec(yield* yield* exchangeClock(settings))
  return (venue) => (venue === venueOf(settings) ? exchangeSec : wallSec)
})
