/** The candles of one timeframe as an advisor could have seen them: what the journal told, and where it told nothing the store. */
import { type Candle, intervalSec } from "../../../../shared/candles/core/candle.ts"
import { newestStretch, type Series } from "../series.ts"

/** A candle, and the record that told it. */
interface Telling {
  readonly seq: number
  readonly candle: Candle
}

/** Everything known of one timeframe. Built in the order of the journal by `tell`, completed once by `store`. */
export interface History {
  readonly intervalMin: number
  /** By start: what was told of it, oldest first; a correction is told again. */
  readonly told: Map<number, Array<Telling>>
  /** Every telling in the journal's order. */
  readonly tellings: Array<{ readonly seq: number; readonly timeSec: number }>
  /** By start: candles the journal says nothing of. */
  readonly stored: Map<number, Candle>
}

/** Nothing known yet. */
export const emptyHistory = (intervalMin: number): History => ({
  intervalMin,
  told: new Map(),
  tellings: [],
  stored: new Map()
})

/** Takes up what the record `seq` tells. Records come in order. */
export const tell = (history: History, seq: number, candle: Candle): void => {
  const before = history.told.get(candle.timeSec)
  if (before === undefined) history.told.set(candle.timeSec, [{ seq, candle }])
  else before.push({ seq, candle })
  history.tellings.push({ seq, timeSec: candle.timeSec })
}

/** The stretches in [fromSec, toSec] that the journal says nothing of, oldest first: what to ask the store for. */
export const untoldRanges = (
  { intervalMin, told }: History,
  fromSec: number,
  toSec: number
): ReadonlyArray<{ readonly fromSec: number; readonly toSec: number }> => {
  const step = intervalSec(intervalMin)
  const ranges: Array<{ readonly fromSec: number; readonly toSec: number }> = []
  let open: number | null = null
  for (let at = Math.ceil(fromSec / step) * step; at <= toSec + step; at += step) {
    const missing = at <= toSec && !told.has(at)
    if (missing) open ??= at
    else if (open !== null) {
      ranges.push({ fromSec: open, toSec: at - step })
      open = null
    }
  }
  return ranges
}

/** More corrections than so many between two candles are not tried one by one. */
const MOST_MOMENTS = 8

/**
 * The moments, as sequences, whose knowledge may have stood behind the record `seq` that looked at candles up to `toSec`. The
 * store has a candle before the journal is told of it, so that a correction told shortly after may have been seen already:
 * tried are the record itself (or the telling of its newest candle, where that came later) and each telling from there to that
 * of the next newer candle.
 */
export const momentsOf = ({ told, tellings }: History, seq: number, toSec: number): ReadonlyArray<number> => {
  const earliest = Math.max(seq, told.get(toSec)?.[0]?.seq ?? 0)
  const moments = [earliest]
  for (let at = firstAfter(tellings, earliest); at < tellings.length && moments.length < MOST_MOMENTS; at++) {
    const telling = tellings[at]
    if (telling === undefined || telling.timeSec > toSec) break
    moments.push(telling.seq)
  }
  return moments
}

const firstAfter = (tellings: History["tellings"], seq: number): number => {
  let [low, high] = [0, tellings.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tellings[middle]?.seq ?? 0) > seq) high = middle
    else low = middle + 1
  }
  return low
}

/** The stretch without a hole that ends at a candle. */
export interface Stretch {
  readonly series: Series
  /** There are as many candles as were wanted; where not, what lies before may only be missing here. */
  readonly complete: boolean
  /** Starts of those that are the store's. */
  readonly stored: ReadonlyArray<number>
}

/** The newest `count` candles up to `toSec` as they were known at the moment `seq`. */
export const stretchAt = (history: History, seq: number, toSec: number, count: number): Stretch => {
  const step = intervalSec(history.intervalMin)
  const candles: Array<Candle> = []
  const stored: Array<number> = []
  for (let at = toSec; candles.length < count; at -= step) {
    const tellings = history.told.get(at)
    const candle =
      tellings === undefined ? history.stored.get(at) : tellings.findLast((telling) => telling.seq <= seq)?.candle
    if (candle === undefined) break
    if (tellings === undefined) stored.push(at)
    candles.push(candle)
  }
  return {
    series: newestStretch(candles.toReversed(), history.intervalMin),
    complete: candles.length === count,
    stored
  }
}
