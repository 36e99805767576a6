/** Whether the candles in the store will do for training, and what is wrong where they will not. Pure. */
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import type { Gap } from "../../../shared/candles/core/gaps.ts"
import { utcDayOf, utcDayText } from "../../../shared/core/time/utcDay.ts"
import type { SeriesCoverage } from "../../../shared/store/port.ts"

/** What the store holds of one timeframe. */
export interface Holdings {
  readonly coverage: Pick<SeriesCoverage, "count" | "oldestSec" | "newestSec" | "withVolume">
  /** Between the candles of the target window, oldest first. */
  readonly gaps: ReadonlyArray<Gap>
}

/** What training wants. */
export interface Wanted {
  readonly intervalMin: number
  /** Candles of a full window. */
  readonly target: number
  /** Fewer train no model. */
  readonly minimum: number
}

/** Whether a model can be trained on the candles, in figures and in words. */
export interface Readiness {
  /** Candles in the store. */
  readonly samples: number
  readonly target: number
  readonly minimum: number
  /** Percent of the target, at most 100: more candles than a window holds cover no more of it. */
  readonly coveragePct: number
  readonly freshnessOk: boolean
  /** Percent of the candles with a volume above zero; 0 without candles. */
  readonly volumeCoveragePct: number
  readonly readyForMinTrain: boolean
  readonly readyForTargetWindow: boolean
  /** From the first to the last candle. */
  readonly spanHours: number
  /** What to mend, one line each: `stale_candles`, `below_target_window:500/720`, `missing_candles:3@2026-…/2026-…`. */
  readonly gaps: ReadonlyArray<string>
}

/** A quarter of an hour of grace: an exchange that is down for less is no reason to distrust a model's input. */
const FRESH_WITHIN_SEC = 900
/** Below this share of candles with trades, volumes say nothing. */
const VOLUME_COVERAGE_PCT = 95
/** Holes named one by one; the rest is one line. */
const MAX_HOLES = 5

/**
 * Whether the newest candle (its start, Unix seconds) is young enough at `nowSec` of the exchange's clock. One of the future
 * is not: it is a stray, or belongs to another clock, and would pass for ever.
 */
export const isFresh = (newestSec: number | null, intervalMin: number, nowSec: number): boolean =>
  newestSec !== null &&
  newestSec <= nowSec &&
  nowSec - newestSec <= Math.max(FRESH_WITHIN_SEC, 3 * intervalSec(intervalMin))

/** `nowSec` is the exchange's clock. */
export const assessReadiness = ({ coverage, gaps: missing }: Holdings, wanted: Wanted, nowSec: number): Readiness => {
  const { count: samples, newestSec, oldestSec, withVolume } = coverage
  const freshnessOk = isFresh(newestSec, wanted.intervalMin, nowSec)
  const volumeCoveragePct = samples === 0 ? 0 : (withVolume / samples) * 100
  const gaps: Array<string> = []
  if (samples < wanted.minimum) gaps.push(`insufficient_samples:${samples}/${wanted.minimum}`)
  if (samples < wanted.target) gaps.push(`below_target_window:${samples}/${wanted.target}`)
  if (!freshnessOk) gaps.push("stale_candles")
  if (samples > 0 && volumeCoveragePct < VOLUME_COVERAGE_PCT) {
    gaps.push(`low_volume_coverage:${volumeCoveragePct.toFixed(1)}%`)
  }
  return {
    samples,
    target: wanted.target,
    minimum: wanted.minimum,
    coveragePct: Math.min(100, (samples / wanted.target) * 100),
    freshnessOk,
    volumeCoveragePct,
    readyForMinTrain: samples >= wanted.minimum && freshnessOk,
    readyForTargetWindow: samples >= wanted.target && freshnessOk,
    spanHours: newestSec === null || oldestSec === null ? 0 : (newestSec - oldestSec) / 3_600,
    gaps: [...gaps, ...holes(missing)]
  }
}

/** `2026-09-21T14:00Z` */
const iso = (sec: number): string => {
  const minute = Math.floor(sec / 60) % 1_440
  const two = (value: number) => String(value).padStart(2, "0")
  return `${utcDayText(utcDayOf(sec * 1_000))}T${two(Math.floor(minute / 60))}:${two(minute % 60)}Z`
}

/** The newest holes first: they are the ones a window keeps longest. */
const holes = (gaps: ReadonlyArray<Gap>): ReadonlyArray<string> => {
  const named = [...gaps].reverse().slice(0, MAX_HOLES)
  const lines = named.map(({ missing, fromSec, toSec }) => `missing_candles:${missing}@${iso(fromSec)}/${iso(toSec)}`)
  const rest = gaps.slice(0, gaps.length - named.length)
  if (rest.length === 0) return lines
  return [...lines, `missing_candles:${rest.reduce((sum, { missing }) => sum + missing, 0)}@${rest.length} more holes`]
}
