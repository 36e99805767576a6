/**
 * The store: the tables that people, dashboards and the learning parts of Kennel read. It is a projection of journals and
 * exchanges, never the truth: it may lag, be away, or be thrown away and filled again, and no trading waits for it.
 *
 * One adapter (`supabase/store.ts`) keeps this contract over PostgREST: hosted Supabase, PostgREST beside PostgreSQL, or
 * the embedded database of a laptop; one suite (`testing/contract.ts`) proves it on each.
 *
 * Every call is safe to repeat: writes are upserts by a natural key. Lists are read whole, page by page.
 */
import { Context, type Effect, Schema } from "effect"
import type { Candle, CandleVenue } from "../candles/core/candle.ts"
import type { Gap } from "../candles/core/gaps.ts"
import type { DayProfileRow } from "./dayProfile.ts"
import type { BotEventRow, FillRow, KeptSince, PriceRow } from "./projected.ts"

/**
 * A call to the store failed. `advice` is what a caller may do about it:
 *
 * - `retry`: not reached, or busy. What was written is stored or not; repeating the same call is safe.
 * - `missing_table`: a table or function is not there. Apply the migrations; until then warn once and go on without.
 * - `refused`: the store will not take this value, now or ever. Repeating changes nothing.
 * - `stop`: wrong address or key. Nothing will work until a person has changed the configuration.
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  /** What was asked, such as `candles.upsert XDGUSD 1m`. */
  call: Schema.String,
  advice: Schema.Literals(["retry", "missing_table", "refused", "stop"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `store: ${this.call}: ${this.detail}`
  }
}

/** The store cannot be opened; the text says what to do. */
export class StoreOpenError extends Schema.TaggedError<StoreOpenError>()("StoreOpenError", {
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.where}: ${this.detail}`
  }
}

type Answer<A> = Effect.Effect<A, StoreError>

/** The candles of one venue, symbol (`XDGUSD`) and timeframe. */
export interface CandleSeries {
  readonly venue: CandleVenue
  readonly symbol: string
  readonly intervalMin: number
}

/** Where a candle came from: the live stream, polling, a backfill or a file. */
export type CandleProvenance = "stream" | "poll" | "backfill" | "import"

/** A candle as it is kept. */
export interface KeptCandle extends Candle {
  readonly provenance: CandleProvenance
}

/** How much of a series is there. */
export interface SeriesCoverage extends CandleSeries {
  readonly count: number
  /** Starts of the first and the last candle, Unix seconds; null when there are none. */
  readonly oldestSec: number | null
  readonly newestSec: number | null
  /** Candles in which something traded. */
  readonly withVolume: number
}

/** Intervals that one stamp stands for (`supabase/migrations`: `candle_stretch`). */
export const CANDLES_OF_STRETCH = 1_440

/** Says whether a stretch of a series is what it was: another stamp after every change of its candles, whoever made it. */
export interface CandleStamp {
  /** Start, Unix seconds; it ends before `CANDLES_OF_STRETCH` intervals later. */
  readonly fromSec: number
  readonly stamp: string
}

/** Table `ohlcv_candles`. */
export interface CandleStore {
  /** Stores candles over whatever is there, at most 1,000 a request; of two with the same start the later one wins. Returns how many were not there before. */
  readonly upsert: (
    series: CandleSeries,
    candles: ReadonlyArray<Candle>,
    provenance: CandleProvenance
  ) => Answer<number>
  /** The newest `count` candles, oldest first. */
  readonly newest: (series: CandleSeries, count: number) => Answer<ReadonlyArray<Candle>>
  /** Candles with a start in [fromSec, toSec], oldest first, and where each came from. */
  readonly between: (series: CandleSeries, fromSec: number, toSec: number) => Answer<ReadonlyArray<KeptCandle>>
  /** Only their starts, Unix seconds, ascending. */
  readonly times: (series: CandleSeries, fromSec: number, toSec: number) => Answer<ReadonlyArray<number>>
  /** What is there with a start of `fromSec` or later; 0 is everything. */
  readonly coverage: (series: CandleSeries, fromSec: number) => Answer<SeriesCoverage>
  /** Every series there is, by venue, symbol and length. */
  readonly coverageOfAll: Answer<ReadonlyArray<SeriesCoverage>>
  /** The holes between candles from `fromSec` on, oldest first. `newest`: looks at no more than that number of the newest candles. */
  readonly gaps: (series: CandleSeries, fromSec: number, newest?: number) => Answer<ReadonlyArray<Gap>>
  /**
   * Of every stretch that has or had candles, oldest first. For whoever keeps a copy: asked before the candles are read, so that what
   * changes meanwhile has a stamp that the copy does not know.
   */
  readonly stamps: (series: CandleSeries) => Answer<ReadonlyArray<CandleStamp>>
  /** Deletes what started before `beforeSec`; returns how many. */
  readonly deleteOlderThan: (series: CandleSeries, beforeSec: number) => Answer<number>
  /**
   * Says whose the candles are that were stored before there were venues, and that nobody reads until then: those of `pair` are
   * `venue`'s, all others are real, as files are. Returns how many there were.
   */
  readonly adopt: (pair: string, venue: CandleVenue) => Answer<number>
}

/** Table `bot_state`: small JSON values by key, such as cursors and stall counters. */
export interface StateStore {
  /** The value, or null where there is none. */
  readonly get: (key: string) => Answer<unknown>
  /** Any JSON value but null. */
  readonly put: (key: string, value: unknown) => Answer<void>
}

/** What a history job has to fetch. At most one of a (source, symbol, interval) is waiting or running. */
export interface JobOrder {
  /** Name of the candle source. */
  readonly source: string
  readonly symbol: string
  readonly intervalMin: number
  /**
   * `incremental`: what follows the newest candle, and what is missing before it. `full`: the whole span again. `missing`: unless the span counts as
   * filled.
   */
  readonly mode: "incremental" | "full" | "missing"
  /** How far back from now. */
  readonly days: number
}

/** How far a job is. */
export interface JobPlace {
  /** What the source returned last. */
  readonly cursor: string | null
  /** Pages stored, and how many it will be as far as one can tell. */
  readonly chunksDone: number
  readonly chunksTotal: number
  /** Candles the store did not have. */
  readonly fresh: number
}

/** `pending` waits, `in_progress` is leased to a worker, the other four are over. */
export const JOB_PHASES = ["pending", "in_progress", "complete", "skipped", "error", "cancelled"] as const
/** One of `JOB_PHASES`. */
export type JobPhase = (typeof JOB_PHASES)[number]

/** Jobs in each phase. */
export type JobCounts = Readonly<Record<JobPhase, number>>
/** There are none. */
export const NO_JOBS: JobCounts = { pending: 0, in_progress: 0, complete: 0, skipped: 0, error: 0, cancelled: 0 }

/** A row of `backfill_jobs`. */
export interface Job extends JobOrder {
  readonly id: string
  readonly phase: JobPhase
  /** Null: not begun. */
  readonly place: JobPlace | null
  /** How often it was taken on. */
  readonly attempts: number
  /** What it said last. */
  readonly message: string
  /** Who has it, or had it last; null where nobody did. */
  readonly worker: string | null
}

/** Table `backfill_jobs`: a durable queue that several workers share. Leases run by the database's clock. */
export interface JobStore {
  /**
   * Queues what is neither waiting nor running already; returns how many are new. A job that has not begun takes on mode
   * and days of a later order, unless that one is `incremental`. What was over of the series is forgotten.
   */
  readonly enqueue: (orders: ReadonlyArray<JobOrder>) => Answer<number>
  /** Takes on the oldest free job of a source, also one whose lease has run out; null: there is none. Never the same job for two workers. Not idempotent: a lost reply costs one lease. */
  readonly claim: (source: string, worker: string, leaseSec: number) => Answer<Job | null>
  /** Keeps how far a job is and renews its lease. False: the job is no longer this worker's, who must stop. */
  readonly keepPlace: (id: string, worker: string, place: JobPlace, leaseSec: number) => Answer<boolean>
  /** Ends a job, or (`pending`) puts it back with its place. False: it is no longer this worker's. */
  readonly end: (
    id: string,
    worker: string,
    ending: { readonly phase: "complete" | "skipped" | "error" | "pending"; readonly message: string }
  ) => Answer<boolean>
  /** Cancels a job that waits or runs, by hand; its worker learns it at its next `keepPlace`. False: it was over. */
  readonly cancel: (id: string) => Answer<boolean>
  /** How many of a source (null: of all) there are in each phase. */
  readonly counts: (source: string | null) => Answer<JobCounts>
}

/** A row of `symbols`: the watchlist. */
export interface SymbolRow {
  readonly symbol: string
  /** For people; may be empty. */
  readonly name: string
  readonly enabled: boolean
}

/** Table `symbols`. */
export interface SymbolStore {
  /** Names of the enabled ones, in alphabetical order. */
  readonly enabled: Answer<ReadonlyArray<string>>
  readonly upsert: (symbols: ReadonlyArray<SymbolRow>) => Answer<void>
}

/** Table `day_profiles`. */
export interface ProfileStore {
  /** Stores a day over what is there of it. */
  readonly upsert: (row: DayProfileRow) => Answer<void>
  /** The day's row; null where there is none. */
  readonly ofDay: (market: string, day: string) => Answer<DayProfileRow | null>
}

/** Tables `fills`, `price_history` and `bot_events`, written by the projector. Each takes any number of rows, at most 1,000 a request. */
export interface ProjectionStore {
  readonly fills: (rows: ReadonlyArray<FillRow>) => Answer<void>
  readonly prices: (rows: ReadonlyArray<PriceRow>) => Answer<void>
  readonly botEvents: (rows: ReadonlyArray<BotEventRow>) => Answer<void>
  /** Deletes every projected row of a market, before it is projected from its beginning; returns how many. */
  readonly forget: (market: string) => Answer<number>
  /** Deletes rows of a market that are older than they are kept; returns how many. */
  readonly forgetOlder: (market: string, since: KeptSince) => Answer<number>
}

/** Every table of the store. */
export const STORE_TABLES = [
  "bot_state",
  "fills",
  "price_history",
  "ohlcv_candles",
  "candle_changes",
  "bot_events",
  "symbols",
  "backfill_jobs",
  "day_profiles"
] as const
/** A table's name in the database. */
export type StoreTable = (typeof STORE_TABLES)[number]

/** One table as the store has it. */
export interface TableHealth {
  readonly table: StoreTable
  readonly present: boolean
  /** Newest row by the table's own time, Unix seconds; null where it is empty, missing or has no time. */
  readonly newestSec: number | null
}

/** The store as the rest of Kennel uses it: one part per table or group of tables. */
export class Store extends Context.Service<
  Store,
  {
    /** Where it is, for people: a URL, a directory, or "memory". */
    readonly where: string
    readonly candles: CandleStore
    readonly state: StateStore
    readonly jobs: JobStore
    readonly symbols: SymbolStore
    readonly projection: ProjectionStore
    readonly profiles: ProfileStore
    /** Which tables are there and how fresh each is. Fails only where the store is not reached. */
    readonly health: Answer<ReadonlyArray<TableHealth>>
  }
>()("kennel/store/Store") {}
