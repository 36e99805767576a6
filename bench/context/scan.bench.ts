/**
 * Structure of a whole universe from the store, and what a day's live volume map takes. 311 pairs on four timeframes, the 250 newest
 * candles of each: all that a regime looks at. A third as many pairs beside it, for the time of one series and the memory that is in use
 * afterwards. It says nothing of a store behind a network.
 */
import { Effect } from "effect"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { CANDLES_READ } from "../../services/market-context/core/regime/assess.ts"
import { Universe } from "../../services/market-context/core/regime/universe.ts"
import { VolumeMap } from "../../services/market-context/core/profile/volumeMap.ts"
import { scanOnce } from "../../services/market-context/scan.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import { type BenchResult, figuresOf, timedEffect } from "../result.ts"

const TIMEFRAMES = [1_440, 240, 60, 15]
const REGIME = { minGapPercent: 0.1, neutralZoneBps: 25 }
const MEGABYTE = 1_048_576

/** A walk that depends on the pair. */
const candlesOf = (pair: number, intervalMin: number): ReadonlyArray<Candle> => {
  let at = 2_000 + pair
  return Array.from({ length: CANDLES_READ }, (_, n) => {
    const open = at
    at = Math.max(500, at + ((n * 7_919 + pair * 131) % 41) - 20)
    return {
      timeSec: n * intervalMin * 60,
      open: Price.parse(`0.${open}`),
      high: Price.parse(`0.${Math.max(open, at) + (n % 9)}`),
      low: Price.parse(`0.${Math.min(open, at) - (n % 7)}`),
      close: Price.parse(`0.${at}`),
      volume: Volume.parse("5"),
      trades: 1
    }
  })
}

const heapMb = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / MEGABYTE
}

/** Fills the store with more pairs, and scans all there are from nothing; milliseconds, and megabytes that stay. */
const scanned = Effect.fnUntraced(function* (from: number, to: number) {
  const { candles, symbols } = yield* Store
  for (let pair = from; pair < to; pair++) {
    const symbol = `P${pair}USD`
    yield* symbols.upsert([{ symbol, name: "", enabled: true }])
    for (const intervalMin of TIMEFRAMES) {
      yield* candles.upsert({ venue: "real", symbol, intervalMin }, candlesOf(pair, intervalMin), "import")
    }
  }
  const before = heapMb()
  const universe = new Universe()
  const options = { pair: "P0USD", venueOf: () => "real" as const, timeframes: TIMEFRAMES, regime: REGIME }
  const [read, took] = yield* timedEffect(scanOnce(universe, options))
  const keptMb = heapMb() - before
  const [idle, { wallMs: idleMs }] = yield* timedEffect(scanOnce(universe, options))
  return { took, keptMb, read, idle, idleMs }
})

/** Megabytes of a volume map with this many bins. */
const mapMb = (bins: number): number => {
  const before = process.memoryUsage().arrayBuffers
  const map = new VolumeMap()
  for (let bin = 0; bin < bins; bin++) map.add(1_000_000 + bin, 5, 7)
  const after = process.memoryUsage().arrayBuffers
  return map.size === bins ? (after - before) / MEGABYTE : Number.NaN
}

/** Goals: 311 pairs in at most 10 s, memory flat but for the verdicts; a volume map of a day at most 10 MB. */
export const scanBench = async ({ quick }: { readonly quick: boolean }): Promise<ReadonlyArray<BenchResult>> => {
  const pairs = quick ? 6 : 311
  const few = Math.max(1, Math.floor(pairs / 3))
  const [less, all] = await Effect.runPromise(
    Effect.gen(function* () {
      const less = yield* scanned(0, few)
      return [less, yield* scanned(few, pairs)] as const
    }).pipe(Effect.provide(EmbeddedStore.layer({ directory: null })))
  )
  const bins = quick ? 100 : 20_000
  return [
    {
      name: `structure of ${pairs} pairs on ${TIMEFRAMES.length} timeframes`,
      unit: "ms",
      ...figuresOf([all.took]),
      baseline: {
        name: `${few} pairs, times ${(pairs / few).toFixed(2)}`,
        ...figuresOf([less.took], (ms) => (ms * pairs) / few)
      },
      note: `${all.read} series; heap kept ${all.keptMb.toFixed(1)} MB, of ${few} pairs ${less.keptMb.toFixed(1)} MB; a round without a new candle ${all.idleMs.toFixed(0)} ms, ${all.idle} read`,
      checksum: String(all.read === pairs * TIMEFRAMES.length)
    },
    {
      name: `volume map of ${bins} bins`,
      unit: "MB",
      samples: [mapMb(bins)],
      note: "a day of DOGE/USD has tens to hundreds of bins"
    }
  ]
}
