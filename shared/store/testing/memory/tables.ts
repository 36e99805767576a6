/**
 * The store's tables in memory, as the database keeps them (`supabase/migrations`): one contract holds for both
 * (`memory.contract.test.ts`). Every call is done whole, at once, or refused.
 */
import type { Candle } from "../../../candles/core/candle.ts"
import type { Gap } from "../../../candles/core/gaps.ts"
import { findGaps } from "../../../candles/testing/gaps.ts"
import type { DayProfileRow } from "../../dayProfile.ts"
import {
  type CandleProvenance,
  CANDLES_OF_STRETCH,
  type CandleSeries,
  type CandleStamp,
  type KeptCandle,
  type SeriesCoverage,
  STORE_TABLES,
  type SymbolRow,
  type TableHealth
} from "../../port.ts"
import type { BotEventRow, FillRow, KeptSince, PriceRow, ProjectedRow } from "../../projected.ts"
import { JobTable } from "./jobTable.ts"

/** A value that the table's own checks do not allow, as PostgreSQL says it. */
export class CheckViolated extends Error {}

/** A market's rows by their events. */
class Projected<Row extends ProjectedRow> {
  readonly rows = new Map<string, Row>()

  put(rows: ReadonlyArray<Row>): void {
    for (const row of rows) this.rows.set(`${row.market} ${row.eventId}`, row)
  }

  forget(gone: (row: Row) => boolean): number {
    const before = this.rows.size
    for (const [key, row] of this.rows) if (gone(row)) this.rows.delete(key)
    return before - this.rows.size
  }

  get newestSec(): number | null {
    return this.rows.size === 0 ? null : Math.max(...[...this.rows.values()].map(({ timeSec }) => timeSec))
  }
}

/** One series: its candles by their starts, and what has changed of each stretch. */
interface Series {
  readonly of: CandleSeries
  readonly candles: Map<number, KeptCandle>
  readonly stamps: Map<number, number>
}

/** Every table. */
export class Tables {
  readonly fills = new Projected<FillRow>()
  readonly prices = new Projected<PriceRow>()
  readonly botEvents = new Projected<BotEventRow>()
  readonly jobs: JobTable
  private readonly state = new Map<string, string>()
  private readonly series = new Map<string, Series>()
  private readonly symbols = new Map<string, SymbolRow>()
  private readonly profiles = new Map<string, DayProfileRow>()
  private changes = 0

  /** `nowSec`: the database's clock. */
  constructor(nowSec: () => number) {
    this.jobs = new JobTable(nowSec)
  }

  /** A value of `bot_state`, read anew each time; null: none. */
  get(key: string): unknown {
    return JSON.parse(this.state.get(key) ?? "null")
  }

  put(key: string, value: unknown): void {
    this.state.set(key, JSON.stringify(value))
  }

  upsert(of: CandleSeries, candles: ReadonlyArray<Candle>, provenance: CandleProvenance): number {
    for (const { open, high, low, close, volume, trades } of candles)
      if ([open, high, low, close].some((price) => price <= 0n) || volume < 0n || trades < 0)
        throw new CheckViolated("new row violates a check constraint (23514)")
    const series = this.seriesOf(of)
    const before = series.candles.size
    for (const candle of candles) {
      const known = series.candles.get(candle.timeSec)
      if (known !== undefined && sameCandle(known, candle)) continue
      series.candles.set(candle.timeSec, { ...candle, provenance })
      this.changed(series, candle.timeSec)
    }
    return series.candles.size - before
  }

  newest(of: CandleSeries, count: number): ReadonlyArray<Candle> {
    return this.sorted(of)
      .slice(-count)
      .map(({ provenance: _, ...candle }) => candle)
  }

  between(of: CandleSeries, fromSec: number, toSec: number): ReadonlyArray<KeptCandle> {
    return this.sorted(of).filter(({ timeSec }) => timeSec >= fromSec && timeSec <= toSec)
  }

  coverage(of: CandleSeries, fromSec: number): SeriesCoverage {
    const { venue, symbol, intervalMin } = of
    const candles = this.sorted(of).filter(({ timeSec }) => timeSec >= fromSec)
    return {
      ...{ venue, symbol, intervalMin, count: candles.length },
      oldestSec: candles[0]?.timeSec ?? null,
      newestSec: candles.at(-1)?.timeSec ?? null,
      withVolume: candles.filter(({ volume }) => volume > 0n).length
    }
  }

  get coverageOfAll(): ReadonlyArray<SeriesCoverage> {
    return [...this.series]
      .filter(([, { of, candles }]) => candles.size > 0 && of.venue !== UNSAID)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { of }]) => this.coverage(of, 0))
  }

  gaps(of: CandleSeries, fromSec: number, newest = Number.POSITIVE_INFINITY): ReadonlyArray<Gap> {
    const times = this.sorted(of).map(({ timeSec }) => timeSec)
    const looked = times.slice(Math.max(0, times.length - newest)).filter((timeSec) => timeSec >= fromSec)
    return findGaps(looked, of.intervalMin)
  }

  stamps(of: CandleSeries): ReadonlyArray<CandleStamp> {
    return [...this.seriesOf(of).stamps]
      .toSorted(([a], [b]) => a - b)
      .map(([fromSec, change]) => ({ fromSec, stamp: String(change) }))
  }

  deleteOlderThan(of: CandleSeries, beforeSec: number): number {
    const series = this.seriesOf(of)
    const old = [...series.candles.keys()].filter((timeSec) => timeSec < beforeSec)
    for (const timeSec of old) {
      series.candles.delete(timeSec)
      this.changed(series, timeSec)
    }
    return old.length
  }

  adopt(pair: string, venue: CandleSeries["venue"]): number {
    let count = 0
    for (const { of, candles } of this.series.values()) {
      if (of.venue !== UNSAID) continue
      const to = this.seriesOf({ ...of, venue: of.symbol === pair ? venue : "real" })
      count += candles.size
      for (const [timeSec, candle] of candles) {
        if (to.candles.has(timeSec)) continue
        to.candles.set(timeSec, candle)
        this.changed(to, timeSec)
      }
      candles.clear()
    }
    return count
  }

  get enabledSymbols(): ReadonlyArray<string> {
    return [...this.symbols.values()].flatMap(({ symbol, enabled }) => (enabled ? [symbol] : [])).toSorted()
  }

  upsertSymbols(rows: ReadonlyArray<SymbolRow>): void {
    for (const row of rows) this.symbols.set(row.symbol, row)
  }

  upsertProfile(row: DayProfileRow): void {
    this.profiles.set(`${row.market} ${row.day}`, row)
  }

  profileOf(market: string, day: string): DayProfileRow | null {
    return this.profiles.get(`${market} ${day}`) ?? null
  }

  forget(market: string): number {
    const ofMarket = (row: ProjectedRow): boolean => row.market === market
    return this.fills.forget(ofMarket) + this.prices.forget(ofMarket) + this.botEvents.forget(ofMarket)
  }

  forgetOlder(market: string, { fillsSec, pricesSec, botEventsSec }: KeptSince): number {
    const older = (sinceSec: number | null) => (row: ProjectedRow) =>
      // What was said before the exchange's time was known is of no age.
      sinceSec !== null && row.market === market && row.timeSec > 0 && row.timeSec < sinceSec
    return (
      this.fills.forget(older(fillsSec)) +
      this.prices.forget(older(pricesSec)) +
      this.botEvents.forget(older(botEventsSec))
    )
  }

  get health(): ReadonlyArray<TableHealth> {
    const newestCandle = Math.max(...[...this.series.values()].flatMap(({ candles }) => [...candles.keys()]))
    const newest: Partial<Record<(typeof STORE_TABLES)[number], number | null>> = {
      ohlcv_candles: Number.isFinite(newestCandle) ? newestCandle : null,
      fills: this.fills.newestSec,
      price_history: this.prices.newestSec,
      bot_events: this.botEvents.newestSec
    }
    return STORE_TABLES.map((table) => ({ table, present: true, newestSec: newest[table] ?? null }))
  }

  private seriesOf(of: CandleSeries): Series {
    const key = `${of.venue} ${of.symbol} ${String(of.intervalMin).padStart(9)}`
    const known = this.series.get(key)
    if (known !== undefined) return known
    const made: Series = { of, candles: new Map(), stamps: new Map() }
    this.series.set(key, made)
    return made
  }

  private sorted(of: CandleSeries): ReadonlyArray<KeptCandle> {
    return [...this.seriesOf(of).candles.values()].toSorted((a, b) => a.timeSec - b.timeSec)
  }

  private changed({ of, stamps }: Series, timeSec: number): void {
    const stretchSec = CANDLES_OF_STRETCH * of.intervalMin * 60
    stamps.set(Math.floor(timeSec / stretchSec) * stretchSec, ++this.changes)
  }
}

/** The venue of rows of before there were venues. */
const UNSAID: string = "unsaid"

/** Whether both say the same of their time. */
export const sameCandle = (a: Omit<Candle, "timeSec">, b: Omit<Candle, "timeSec">): boolean =>
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume &&
  a.trades === b.trades
