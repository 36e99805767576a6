/**
 * What does the store cost on top of the database?
 *
 * Candles by the hundred thousand, as a backfill of hundreds of pairs stores them: through the store (supabase-js,
 * PostgREST, PostgreSQL) against the bare `pg` driver sending the same rows to the same table in large batches; and
 * through the embedded store against bare PGlite. The driver has as many requests under way as the store. Stored candles are also read back
 * whole, as who computes with them does. Both sides start from the same candle objects and end with the same
 * rows in an upsert by primary key.
 *
 * Not claimed: networks other than loopback, other row shapes, PostgREST of other versions than 12.
 */
import { PGlite } from "@electric-sql/pglite"
import { Context, Effect, Layer } from "effect"
import pg from "pg"
import { walkOf } from "./candles/walk.ts"
import type { Candle } from "../shared/candles/core/candle.ts"
import { Price, Volume } from "../shared/core/decimal/decimal.ts"
import { EmbeddedStore } from "../shared/store/embedded/store.ts"
import { migrations, rolesSql } from "../shared/store/migrations.ts"
import { Store } from "../shared/store/port.ts"
import { postgresFound, scratchDatabase } from "../shared/store/testing/postgres.ts"
import { postgrestFound, postgrestOver } from "../shared/store/testing/postgrest.ts"
import { makeStore } from "../shared/store/supabase/store.ts"
import { type BenchResult, type Cost, figuresOf, perSecond, timedEffect } from "./result.ts"

const sizes = (quick: boolean) =>
  quick
    ? { rounds: 2, series: 2, candles: 1_500, embeddedSeries: 1 }
    : { rounds: 3, series: 31, candles: 10_000, embeddedSeries: 6 }

/** For the bare drivers; twice as many are no faster, a fifth is slower. */
const BARE_BATCH = 5_000
/** A store is asked for this many series at once, as workers of the ingestor do. */
const SERIES_AT_ONCE = 2
/** Requests that the store has under way for them: three of each series (`shared/store/supabase/candles.ts`). */
const REQUESTS_AT_ONCE = 6

const candlesOf = (count: number): ReadonlyArray<Candle> => walkOf(1_700_000_000, 0, count)

/** What the bare driver sends: one JSON text a batch, which PostgreSQL takes apart. */
const bareInsert = `
  insert into ohlcv_candles
  select * from json_populate_recordset(null::ohlcv_candles, $1::text::json)
  on conflict (venue, pair, interval_min, time) do update
  set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    volume = excluded.volume, trade_count = excluded.trade_count, source = excluded.source`

/** A driver by itself. */
interface Bare {
  readonly name: string
  readonly query: (sql: string, params: Array<string>) => Promise<{ readonly rows: ReadonlyArray<unknown> }>
  readonly atOnce: number
}

/** `atOnce` batches are under way. */
const writeBare = async (
  { query, atOnce }: Bare,
  symbols: ReadonlyArray<string>,
  candles: ReadonlyArray<Candle>
): Promise<void> => {
  const batches = symbols.flatMap((pair) =>
    Array.from({ length: Math.ceil(candles.length / BARE_BATCH) }, (_, at) => ({ pair, from: at * BARE_BATCH }))
  )
  const work = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const { pair, from } = batch
      const rows = candles.slice(from, from + BARE_BATCH).map((candle) => ({
        venue: "real",
        pair,
        interval_min: 1,
        time: candle.timeSec,
        open: Price.format(candle.open),
        high: Price.format(candle.high),
        low: Price.format(candle.low),
        close: Price.format(candle.close),
        volume: Volume.format(candle.volume),
        trade_count: candle.trades,
        source: "backfill"
      }))
      await query(bareInsert, [JSON.stringify(rows)])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

const writeThroughStore = (
  { candles: table }: Store["Service"],
  symbols: ReadonlyArray<string>,
  candles: ReadonlyArray<Candle>
) =>
  Effect.forEach(symbols, (symbol) => table.upsert({ venue: "real", symbol, intervalMin: 1 }, candles, "backfill"), {
    concurrency: SERIES_AT_ONCE
  }).pipe(Effect.map((fresh) => fresh.reduce((sum, count) => sum + count, 0)))

/** Both sides by turns, each round with new symbols in the same growing table. */
const measure = Effect.fnUntraced(function* (
  name: string,
  store: Store["Service"],
  bare: Bare,
  { rounds, series, candles }: { readonly rounds: number; readonly series: number; readonly candles: number }
) {
  const rows = series * candles
  const page = candlesOf(candles)
  const symbols = (side: string) => Array.from({ length: series }, (_, at) => `${side}-${at}`)
  const [ours, theirs]: [Array<Cost>, Array<Cost>] = [[], []]
  let fresh = 0
  // The first round warms both and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const [count, through] = yield* timedEffect(writeThroughStore(store, symbols(`store${round}`), page))
    const [, direct] = yield* timedEffect(Effect.promise(() => writeBare(bare, symbols(`bare${round}`), page)))
    fresh += count
    if (round === 0) continue
    ours.push(through)
    theirs.push(direct)
  }
  if (fresh !== rows * (rounds + 1))
    return yield* Effect.die(`${name}: ${fresh} rows are new, not ${rows * (rounds + 1)}`)
  const baseline = { name: bare.name, ...figuresOf(theirs, perSecond(rows)) }
  return { name, unit: "rows/s", ...figuresOf(ours, perSecond(rows)), baseline, checksum: String(rows) }
})

/** What both sides read: every candle of a series, decimals as text. */
const bareSelect = `
  select time, open::text, high::text, low::text, close::text, volume::text, trade_count
  from ohlcv_candles where venue = 'real' and pair = $1 and interval_min = 1 order by time`

/** One series, written before, read whole. */
const measureReading = Effect.fnUntraced(function* (
  name: string,
  store: Store["Service"],
  bare: Bare,
  { rounds, candles }: { readonly rounds: number; readonly candles: number }
) {
  const [ours, theirs]: [Array<Cost>, Array<Cost>] = [[], []]
  const series = { venue: "real", symbol: "store0-0", intervalMin: 1 } as const
  for (let round = 0; round <= rounds; round++) {
    const [read, through] = yield* timedEffect(store.candles.between(series, 0, Number.MAX_SAFE_INTEGER))
    const [{ rows }, direct] = yield* timedEffect(Effect.promise(() => bare.query(bareSelect, ["bare0-0"])))
    if (read.length !== candles || rows.length !== candles)
      return yield* Effect.die(`${name}: ${read.length} and ${rows.length} of ${candles} candles were read`)
    if (round === 0) continue
    ours.push(through)
    theirs.push(direct)
  }
  const perCandle = (ms: number): number => (ms * 1_000) / candles
  const baseline = { name: `${bare.name}, one query, nothing decoded`, ...figuresOf(theirs, perCandle) }
  return { name, unit: "µs/candle", ...figuresOf(ours, perCandle), baseline, checksum: String(candles) }
})

const overServer = Effect.fnUntraced(function* (quick: boolean) {
  const database = yield* scratchDatabase
  const { url, key } = yield* postgrestOver(database)
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new pg.Pool({ connectionString: database, max: REQUESTS_AT_ONCE })),
    (made) => Effect.promise(() => made.end())
  )
  const bare: Bare = {
    name: `pg driver, ${REQUESTS_AT_ONCE} connections`,
    query: (sql, params) => pool.query(sql, params),
    atOnce: REQUESTS_AT_ONCE
  }
  const store = makeStore({ url, key, restPath: "/", timeoutMs: 60_000 })
  return [
    yield* measure("store over PostgREST: upsert", store, bare, sizes(quick)),
    yield* measureReading("store over PostgREST: candles read back", store, bare, sizes(quick))
  ]
})

const overEmbedded = Effect.fnUntraced(function* (quick: boolean) {
  const { embeddedSeries, ...size } = sizes(quick)
  const store = Context.get(yield* Layer.build(EmbeddedStore.layer({ directory: null })), Store)
  const database = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const made = await PGlite.create()
      for (const sql of [rolesSql(), ...migrations().map((file) => file.sql)]) await made.exec(sql)
      return made
    }),
    (made) => Effect.promise(() => made.close())
  )
  // It works on one thing at a time.
  const bare: Bare = { name: "PGlite", query: (sql, params) => database.query(sql, params), atOnce: 1 }
  const sized = { ...size, series: embeddedSeries }
  return [
    yield* measure("embedded store: upsert", store, bare, sized),
    yield* measureReading("embedded store: candles read back", store, bare, sized)
  ]
})

/** Runs both pairs; the first only where a PostgREST and a PostgreSQL server are. */
export const storeBench = async ({ quick }: { readonly quick: boolean }): Promise<ReadonlyArray<BenchResult>> => {
  const served = postgrestFound() && postgresFound()
  const embedded = await Effect.runPromise(Effect.scoped(overEmbedded(quick)))
  return served ? [...(await Effect.runPromise(Effect.scoped(overServer(quick)))), ...embedded] : embedded
}
