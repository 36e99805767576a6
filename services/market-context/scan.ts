/** Structure over the watched pairs, from the store's candles: a series is read again only where it has a new candle. */
import { Duration, Effect } from "effect"
import type { CandleVenue } from "../../shared/candles/core/candle.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { type CandleSeries, Store, type StoreError } from "../../shared/store/port.ts"
import { assess, biasOf, CANDLES_READ, type RegimeSettings, type TimedCandle } from "./core/regime/assess.ts"
import { structureView, type StructureView, Universe } from "./core/regime/universe.ts"

/** Which pairs and timeframes are looked at, and how. */
export interface ScanOptions {
  /** The traded pair, watched whether or not it is enabled. */
  readonly pair: string
  /** Whose candles of a symbol are read: of the traded pair its own market's, which on paper is a simulated one. */
  readonly venueOf: (symbol: string) => CandleVenue
  /** Minutes. */
  readonly timeframes: ReadonlyArray<number>
  readonly regime: RegimeSettings
}

const DAY_MIN = 1_440
/** Between two looks as long as the traded pair has no candle at all: they are being fetched, as a rule. */
const BEFORE_CANDLES_SEC = 10

/**
 * One round over all of them; returns how many series were read. Memory holds one series at a time. `progress` is told how many
 * of how many were looked at.
 */
export const scanOnce = Effect.fn("scanOnce")(function* (
  universe: Universe,
  { pair, venueOf, timeframes, regime }: ScanOptions,
  progress: (done: number, all: number) => Effect.Effect<void> = () => Effect.void
): Effect.fn.Return<number, StoreError, Store> {
  const { candles, symbols } = yield* Store
  const watched = new Set([pair, ...(yield* symbols.enabled)])
  universe.keepOnly(watched)
  const newest = new Map((yield* candles.coverageOfAll).map((series) => [keyOf(series), series.newestSec]))
  let read = 0
  let done = 0
  for (const symbol of watched) {
    for (const intervalMin of timeframes) {
      yield* progress(done++, watched.size * timeframes.length)
      const series = { venue: venueOf(symbol), symbol, intervalMin }
      const newestSec = newest.get(keyOf(series)) ?? null
      if (universe.has(symbol, intervalMin) && newestSec === universe.newestOf(symbol, intervalMin)) continue
      const stretch = newestSec === null ? [] : (yield* candles.newest(series, CANDLES_READ)).map(timed)
      universe.set(symbol, intervalMin, assess(stretch, regime))
      if (intervalMin === DAY_MIN)
        universe.setBias(
          symbol,
          biasOf(
            stretch.map(({ close }) => close),
            regime
          )
        )
      read++
      yield* Effect.yieldNow
    }
  }
  yield* progress(done, done)
  return read
})

const keyOf = ({ venue, symbol, intervalMin }: CandleSeries): string => `${venue} ${symbol} ${intervalMin}`

const timed = ({
  timeSec,
  open,
  high,
  low,
  close
}: {
  readonly timeSec: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
}): TimedCandle => ({
  timeSec,
  open: Price.toNumber(open),
  high: Price.toNumber(high),
  low: Price.toNumber(low),
  close: Price.toNumber(close)
})

/** Looks for ever. A store that is away is waited for: its trouble is shown, and what was known stays. */
export const keepScanning = (
  options: ScanOptions,
  everySec: number,
  show: (view: StructureView) => void
): Effect.Effect<never, never, Store> =>
  Effect.suspend(() => {
    const universe = new Universe()
    const soonSec = Math.min(BEFORE_CANDLES_SEC, everySec)
    const hasCandles = (): boolean =>
      options.timeframes.some((intervalMin) => universe.newestOf(options.pair, intervalMin) !== null)
    const look = scanOnce(universe, options).pipe(
      Effect.match({
        onSuccess: () => show(structureView(universe, options, null)),
        onFailure: ({ message }) => show(structureView(universe, options, message))
      }),
      Effect.andThen(Effect.suspend(() => Effect.sleep(Duration.seconds(hasCandles() ? everySec : soonSec))))
    )
    return Effect.forever(look)
  })
