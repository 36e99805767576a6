/**
 * What the market's journal is told of the pair: which facts follow from what is shown, and which of them are due. A fact is written
 * when it differs from the last one of its subject, and not again before `everyMs` of exchange time: so a day has at most 288 records
 * of today's levels, the same of the day before, of the range and of each of the eight touches, and in a calm one about 300 in all. Pure.
 */
import { timeframeName, timeframesOf } from "../../../shared/candles/core/candle.ts"
import { type Price, Price as Prices, Volume as Volumes } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { StructureView } from "./regime/universe.ts"
import type { LevelsView } from "./view.ts"

/** Anything that the market context says. */
export type ContextFact = EventOf<
  | "LevelsObserved"
  | "OpeningRangeObserved"
  | "LevelTouched"
  | "PrecisionObserved"
  | "StructureObserved"
  | "BiasObserved"
>

/** A fact, the name of its subject below `context`, and how long it stands at least, exchange milliseconds. */
export interface WantedFact {
  readonly name: string
  readonly fact: ContextFact
  readonly everyMs: number
}

/** What was written last on a subject, and when; at -Infinity what stood there before this process. */
export interface ToldFact {
  readonly fact: ContextFact
  readonly atMs: number
}

/** Today's VWAP moves with every trade. */
const LEVELS_EVERY_MS = 300_000
/** A stream that comes and goes makes no flood. */
const PRECISION_EVERY_MS = 10_000
/** Bound by the candles themselves: at most one change a candle. */
const AT_ONCE = 0

const priceOf = (text: string | null): Price | null => (text === null ? null : Prices.parse(text))

const figuresOf = ({ poc, vah, val, vwap, high, low, volume }: LevelsView["previous_day"] | LevelsView["today"]) => ({
  poc: priceOf(poc),
  vah: priceOf(vah),
  val: priceOf(val),
  vwap: priceOf(vwap),
  high: priceOf(high),
  low: priceOf(low),
  volume: Volumes.parse(volume)
})

/** Whether levels that are not whole will become so by themselves: then they are told when they have. */
const isUnderWay = ({ backfill_status: phase }: LevelsView["backfill"]): boolean =>
  phase === "idle" || phase === "pending" || phase === "in_progress"

/** Whether today, and the day before where that is wanted, are whole. */
export const precisionFact = (
  { today, previous_day: previous, trades_of: tradesOf }: LevelsView,
  previousDay: boolean
): EventOf<"PrecisionObserved"> => {
  const open = [today.precision, ...(previousDay ? [previous.precision] : [])].find((words) => words !== "PRECISE")
  return { _tag: "PrecisionObserved", precise: open === undefined, precision: open ?? "PRECISE", tradesOf }
}

/** What follows from the levels as they are shown. */
export const factsOfLevels = (view: LevelsView, previousDay: boolean): ReadonlyArray<WantedFact> => {
  const { day, today, previous_day: previous, opening_range: range, touches, trades_of: tradesOf } = view
  const settled = (precision: string): boolean => precision === "PRECISE" || !isUnderWay(view.backfill)
  const facts: Array<WantedFact> = [
    { name: "precision", fact: precisionFact(view, previousDay), everyMs: PRECISION_EVERY_MS }
  ]
  const tell = (name: string, fact: ContextFact): void => {
    facts.push({ name, fact, everyMs: LEVELS_EVERY_MS })
  }
  if (previous.source !== "none" && settled(previous.precision)) {
    const { source, precision } = previous
    tell("previous", {
      _tag: "LevelsObserved",
      day: previous.day,
      finished: true,
      ...figuresOf(previous),
      tradesOf,
      source,
      precision
    })
  }
  if (today.trades > 0) {
    const source = today.precision === "PRECISE" ? "backfill" : "trades"
    const said = { day, finished: false, ...figuresOf(today), tradesOf, source, precision: today.precision } as const
    tell("today", { _tag: "LevelsObserved", ...said })
  }
  if (range.complete && settled(range.precision)) {
    const { precision } = range
    tell("range", {
      _tag: "OpeningRangeObserved",
      day,
      high: priceOf(range.high),
      low: priceOf(range.low),
      tradesOf,
      precision
    })
  }
  for (const { level, level_price, price, at, trade_id: tradeId, from, precision } of touches) {
    if (!settled(precision)) continue
    const [levelPrice, traded, atMs] = [Prices.parse(level_price), Prices.parse(price), Math.round(at * 1_000)]
    const touched = { day, level, levelPrice, price: traded, atMs, tradeId, from, precision }
    tell(`touch-${level}`, { _tag: "LevelTouched", ...touched })
  }
  return facts
}

/** What follows from the pair's structure. */
export const factsOfStructure = ({ pair }: StructureView): ReadonlyArray<WantedFact> => {
  const facts = Object.entries(pair.timeframes).map(
    ([timeframe, { regime, why, at_sec: atSec, evidence }]): WantedFact => {
      const fact = {
        _tag: "StructureObserved",
        intervalMin: timeframesOf(timeframe)[0] ?? 0,
        atSec,
        regime,
        why,
        candles: evidence.candles,
        adx: evidence.adx,
        brokenUp: evidence.break_of_structure.bullish,
        brokenDown: evidence.break_of_structure.bearish,
        zones: evidence.zones.map(({ kind, type, at_sec, known_at_sec, low, high }) => ({
          kind,
          type,
          atSec: at_sec,
          knownAtSec: known_at_sec,
          low,
          high
        }))
      } as const
      return { name: structureName(fact.intervalMin), fact, everyMs: AT_ONCE }
    }
  )
  const verdict = pair.bias_evidence
  if (verdict === null) return facts
  const { bias, close, average, neutral_zone_bps: neutralZoneBps } = verdict
  return [
    ...facts,
    { name: "bias", fact: { _tag: "BiasObserved", bias, close, average, neutralZoneBps }, everyMs: AT_ONCE }
  ]
}

/** Name of the subject of a timeframe's structure. */
const structureName = (intervalMin: number): string => `structure-${timeframeName(intervalMin)}`

/** Whether two facts of a subject say the same. Of structure only what it is counts: the evidence moves with every candle. */
const isSame = (a: ContextFact, b: ContextFact): boolean => {
  if (a._tag === "StructureObserved" && b._tag === "StructureObserved") return a.regime === b.regime
  if (a._tag === "BiasObserved" && b._tag === "BiasObserved") return a.bias === b.bias
  // The words of what is under way change with every page.
  if (a._tag === "PrecisionObserved" && b._tag === "PrecisionObserved") return a.precise === b.precise
  return textOf(a) === textOf(b)
}

const textOf = (fact: ContextFact): string =>
  JSON.stringify(fact, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))

/** Whether a fact is to be written now; `told` is the last one of its subject, null: there is none. */
export const isDue = ({ fact, everyMs }: WantedFact, told: ToldFact | null, nowMs: number): boolean =>
  told === null || (!isSame(fact, told.fact) && nowMs - told.atMs >= everyMs)
