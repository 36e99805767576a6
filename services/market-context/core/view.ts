/** The market context for people: `levels` of `/api/status`, and `GET /levels`. Pure. Prices and volumes are decimal text, times Unix seconds. */
import { type Price, Price as Prices, Volume as Volumes } from "../../../shared/core/decimal/decimal.ts"
import type { LevelSource } from "../../../shared/core/marketContext.ts"
import { DAY_MS, utcDayText } from "../../../shared/core/time/utcDay.ts"
import { type DayBook, PART_MS } from "./day/dayBook.ts"
import type { MarketDays } from "./day/marketDays.ts"
import { type BackfillProgress, clockSpan, precisionOf } from "./day/precision.ts"
import type { Stretch } from "./day/stretches.ts"
import { mondayOf } from "./day/week.ts"
import type { LevelLine, Touch, TouchWatch } from "./day/touches.ts"
import { CLOSES_MS, OPENS_MS } from "./openingRange.ts"
import { ProfileTally } from "./profile/tally.ts"
import type { StructureView } from "./regime/universe.ts"
import { profileOf, type ValueAreaSettings, type VolumeProfile } from "./profile/volumeProfile.ts"

/** A finished day's profile, from wherever it is known. */
export interface KnownProfile {
  readonly day: number
  readonly tally: ProfileTally
  readonly source: LevelSource
  /** What was missing when it was kept. */
  readonly missing: ReadonlyArray<Stretch>
}

/** What is shown. */
export interface ContextNow {
  readonly symbol: string
  readonly days: MarketDays
  /** Finished days by their number: the day before where its book is not whole, and the days of the week. */
  readonly known: ReadonlyMap<number, KnownProfile>
  readonly watch: TouchWatch
  readonly valueArea: ValueAreaSettings
  readonly tickSize: Price
  /** Whose history is asked for: `kraken`, `binance`, `none`. */
  readonly source: string
  /** Whose trades are counted: `kraken`, or another source and its own symbol. */
  readonly tradesOf: string
  readonly backfill: BackfillProgress & { readonly message: string; readonly etaSec: number | null }
  /** Exchange Unix milliseconds. */
  readonly nowMs: number
}

/** Digits after the point of an average price: as many as an exact price has. */
const averageText = (price: number): string => Prices.format(Prices.fromNumber(price))

const levelsOf = (profile: VolumeProfile | null) =>
  profile === null
    ? { poc: null, vah: null, val: null, vwap: null, high: null, low: null, volume: "0" }
    : {
        poc: Prices.format(profile.pointOfControl),
        vah: Prices.format(profile.valueAreaHigh),
        val: Prices.format(profile.valueAreaLow),
        vwap: averageText(profile.volumeWeightedPrice),
        high: Prices.format(profile.high),
        low: Prices.format(profile.low),
        volume: Volumes.format(profile.totalVolume)
      }

/** The previous day by the best source there is: its own trades where they are whole, then what was kept of it, then what trades there are. */
const previousOf = (now: ContextNow, day: number) => {
  const book = now.days.previous?.day === day ? now.days.previous : null
  const kept = now.known.get(day) ?? null
  const missing = book === null ? [] : now.days.missing(book, book.fromMs, book.toMs, now.nowMs)
  if (book !== null && missing.length === 0 && book.tally.trades > 0) {
    return { tally: book.tally, source: "backfill" as const, missing }
  }
  if (kept !== null && (kept.missing.length === 0 || book === null || book.tally.trades < kept.tally.trades))
    return kept
  if (book !== null && book.tally.trades > 0) return { tally: book.tally, source: "trades" as const, missing }
  const whole = [{ from: day * DAY_MS, to: (day + 1) * DAY_MS }]
  return { tally: new ProfileTally(now.tickSize), source: "none" as const, missing: whole }
}

const weekOf = (now: ContextNow, today: DayBook, missingToday: ReadonlyArray<Stretch>) => {
  const tally = new ProfileTally(now.tickSize)
  const absent: Array<string> = []
  const include = (part: ProfileTally): void => {
    const sums = part.sums()
    if (sums !== null) tally.include(part.levels(), sums)
  }
  for (let day = mondayOf(today.day); day < today.day; day++) {
    const previous = day === today.day - 1 ? previousOf(now, day) : (now.known.get(day) ?? null)
    if (previous !== null) include(previous.tally)
    if (previous === null || previous.missing.length > 0) absent.push(utcDayText(day))
  }
  include(today.tally)
  if (missingToday.length > 0) absent.push(utcDayText(today.day))
  return {
    from: utcDayText(mondayOf(today.day)),
    ...levelsOf(profileOf(tally, now.valueArea)),
    precision: absent.length === 0 ? "PRECISE" : `IMPRECISE (not whole: ${absent.join(", ")})`
  }
}

const linesOf = (now: ContextNow, today: DayBook, previous: VolumeProfile | null): ReadonlyArray<LevelLine> => {
  const { high, low, complete } = today.openingRange(now.nowMs)
  const rangeFromMs = today.fromMs + CLOSES_MS
  const range: ReadonlyArray<LevelLine> =
    complete && high !== null && low !== null
      ? [
          { name: "OR_high", price: high, fromMs: rangeFromMs },
          { name: "OR_low", price: low, fromMs: rangeFromMs }
        ]
      : []
  if (previous === null) return range
  const vwap = Prices.fromNumber(previous.volumeWeightedPrice)
  const lines = [
    ["POCprev", previous.pointOfControl],
    ["VAHprev", previous.valueAreaHigh],
    ["VALprev", previous.valueAreaLow],
    ["VWAPprev", vwap],
    ["PDH", previous.high],
    ["PDL", previous.low]
  ] as const
  return [...lines.map(([name, price]) => ({ name, price, fromMs: today.fromMs })), ...range]
}

/** `precision`: of the level, and of there being no touch before. */
const touchView = ({ name, level, price, timeMs, from, tradeId }: Touch, precision: string) => ({
  level: name,
  level_price: Prices.format(level),
  price: Prices.format(price),
  at: timeMs / 1_000,
  from,
  trade_id: tradeId,
  precision
})

/** Null before the exchange's clock has been heard. */
export const levelsView = (now: ContextNow) => {
  const { days, backfill, nowMs } = now
  const { today } = days
  if (today === null) return null
  const missingToday = days.missing(today, today.fromMs, today.toMs, nowMs)
  const previous = previousOf(now, today.day - 1)
  const previousProfile = profileOf(previous.tally, now.valueArea)
  const range = today.openingRange(nowMs)
  const missingRange = days.missing(today, today.fromMs + OPENS_MS, today.fromMs + CLOSES_MS, nowMs)
  const precisionRange = precisionOf(missingRange, backfill)
  const precisionPrevious = precisionOf(previous.missing, backfill)
  return {
    symbol: now.symbol,
    day: utcDayText(today.day),
    tick_size: Prices.format(now.tickSize),
    value_area_rule: now.valueArea.rule,
    /** Of every figure here. */
    trades_of: now.tradesOf,
    /** Of today's figures. */
    metrics_precision: precisionOf(missingToday, backfill),
    backfill: {
      source: now.source,
      backfill_status: backfill.phase,
      percent: backfill.percent,
      eta_seconds: backfill.etaSec,
      message: backfill.message,
      stream: days.isStreaming ? "open" : "lost",
      stream_breaks: days.breaks
    },
    today: {
      ...levelsOf(profileOf(today.tally, now.valueArea)),
      trades: today.tally.trades,
      precision: precisionOf(missingToday, backfill),
      missing: missingToday.map(clockSpan),
      /** Numbers that the exchange has given and that have not come; more than 0 with nothing missing is worth a look. */
      id_holes: Math.max(0, today.tape.idStretches - 1)
    },
    previous_day: {
      day: utcDayText(today.day - 1),
      ...levelsOf(previousProfile),
      source: previous.source,
      precision: precisionPrevious,
      missing: previous.missing.map(clockSpan)
    },
    opening_range: {
      high: range.high === null ? null : Prices.format(range.high),
      low: range.low === null ? null : Prices.format(range.low),
      complete: range.complete,
      precision: precisionRange,
      missing: missingRange.map(clockSpan)
    },
    four_hours: today.parts.flatMap((part, index) => {
      const fromMs = today.fromMs + index * PART_MS
      if (fromMs > nowMs) return []
      const missing = days.missing(today, fromMs, fromMs + PART_MS, nowMs)
      return [
        { from: fromMs / 1_000, ...levelsOf(profileOf(part, now.valueArea)), precision: precisionOf(missing, backfill) }
      ]
    }),
    week: weekOf(now, today, missingToday),
    touches: touchesOf(now, today, { previousProfile, precisionPrevious, precisionRange })
  }
}

/** First touches, each as precise as its level and as what was heard of the time before it. */
const touchesOf = (
  now: ContextNow,
  today: DayBook,
  levels: {
    readonly previousProfile: VolumeProfile | null
    readonly precisionPrevious: string
    readonly precisionRange: string
  }
) => {
  const lines = linesOf(now, today, levels.previousProfile)
  return now.watch.touches(today.tape, lines).map((touch) => {
    const level = touch.name.startsWith("OR_") ? levels.precisionRange : levels.precisionPrevious
    const fromMs = lines.find(({ name }) => name === touch.name)?.fromMs ?? today.fromMs
    const before = now.days.missing(today, fromMs, touch.timeMs, now.nowMs)
    return touchView(touch, level === "PRECISE" ? precisionOf(before, now.backfill) : level)
  })
}

/** What `GET /levels` answers. */
export type LevelsView = NonNullable<ReturnType<typeof levelsView>>

/** The blocks of the status report. */
export interface ContextBlocks {
  /** Null before the first look, and where it is switched off. */
  readonly structure: StructureView | null
  readonly levels: LevelsView | { readonly enabled: false } | { readonly trouble: string }
}
