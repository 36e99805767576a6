/** Table `ohlcv_candles`. */
import { Effect, Schema } from "effect"
import { type Candle, CANDLE_VENUES, timeframeName } from "../../candles/core/candle.ts"
import type { Gap } from "../../candles/core/gaps.ts"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { PriceText, VolumeText } from "../../schema/decimalText.ts"
import type { CandleSeries, CandleStore, KeptCandle, SeriesCoverage } from "../port.ts"
import { ask, change, lastOfEach, pieces, readPages, send } from "./call.ts"
import type { Client } from "./client.ts"

const CandleRow = Schema.Struct({
  time: Schema.Int,
  open: PriceText,
  high: PriceText,
  low: PriceText,
  close: PriceText,
  volume: VolumeText,
  trade_count: Schema.Int
})
const CandleRows = Schema.Array(CandleRow)
const KeptRows = Schema.Array(
  Schema.Struct({ ...CandleRow.fields, source: Schema.Literals(["stream", "poll", "backfill", "import"]) })
)
/** Decimals as text: JSON numbers would be rounded to doubles on the way. */
const CANDLE_COLUMNS = "time,open::text,high::text,low::text,close::text,volume::text,trade_count"

const StampRows = Schema.Array(Schema.Struct({ from_sec: Schema.Int, stamp: Schema.String }))
const TimeRows = Schema.Array(Schema.Struct({ time: Schema.Int }))

const CoverageRows = Schema.Array(
  Schema.Struct({
    // Unsaid: of before there were venues, until it is said whose they are.
    venue: Schema.Literals([...CANDLE_VENUES, "unsaid"]),
    pair: Schema.String,
    interval_min: Schema.Int,
    count: Schema.Int,
    oldest: Schema.NullOr(Schema.Int),
    newest: Schema.NullOr(Schema.Int),
    with_volume: Schema.Int
  })
)
const GapRows = Schema.Array(Schema.Struct({ from_sec: Schema.Int, to_sec: Schema.Int, missing: Schema.Int }))

const candleOf = (row: typeof CandleRow.Type): Candle => ({
  timeSec: row.time,
  open: row.open,
  high: row.high,
  low: row.low,
  close: row.close,
  volume: row.volume,
  trades: row.trade_count
})

const keptOf = (row: (typeof KeptRows.Type)[number]): KeptCandle => ({ ...candleOf(row), provenance: row.source })

const coverageOf = (row: (typeof CoverageRows.Type)[number]): ReadonlyArray<SeriesCoverage> =>
  row.venue === "unsaid"
    ? []
    : [
        {
          venue: row.venue,
          symbol: row.pair,
          intervalMin: row.interval_min,
          count: row.count,
          oldestSec: row.oldest,
          newestSec: row.newest,
          withVolume: row.with_volume
        }
      ]

/** Pieces of one upsert that are under way at once: the server writes one while it reads the next. */
const PIECES_AT_ONCE = 3

/** The largest time PostgreSQL's `bigint` and a double both hold: no upper bound. */
const FOR_EVER = Number.MAX_SAFE_INTEGER

/** Rows that one call says the venue of: well within a server's time for a statement. */
const ADOPTED_AT_ONCE = 20_000

/** What a request is called in errors: `candles.upsert XDGUSD 1m`, of a simulated market `candles.upsert simulated XDGUSD 1m`. */
const call = (what: string, { venue, symbol, intervalMin }: CandleSeries) =>
  `candles.${what} ${venue === "real" ? "" : `${venue} `}${symbol} ${timeframeName(intervalMin)}`

/** The store of candles over PostgREST. */
export const makeCandles = (client: Client): CandleStore => ({
  ...writing(client),
  ...reading(client),
  ...measuring(client)
})

const writing = (client: Client): Pick<CandleStore, "upsert" | "deleteOlderThan" | "adopt"> => ({
  upsert: (series, candles, provenance) =>
    Effect.forEach(
      pieces(lastOfEach(candles, ({ timeSec }) => timeSec)),
      (piece) =>
        change(call("upsert", series), Schema.Int, () =>
          client.rpc("upsert_candles", {
            p_venue: series.venue,
            p_pair: series.symbol,
            p_interval_min: series.intervalMin,
            p_source: provenance,
            p_time: piece.map(({ timeSec }) => timeSec),
            p_open: piece.map(({ open }) => Price.format(open)),
            p_high: piece.map(({ high }) => Price.format(high)),
            p_low: piece.map(({ low }) => Price.format(low)),
            p_close: piece.map(({ close }) => Price.format(close)),
            p_volume: piece.map(({ volume }) => Volume.format(volume)),
            p_trade_count: piece.map(({ trades }) => trades)
          })
        ),
      { concurrency: PIECES_AT_ONCE }
    ).pipe(Effect.map((fresh) => fresh.reduce((sum, count) => sum + count, 0))),

  deleteOlderThan: (series, beforeSec) =>
    send(call("deleteOlderThan", series), () =>
      client
        .from("ohlcv_candles")
        .delete({ count: "exact" })
        .eq("venue", series.venue)
        .eq("pair", series.symbol)
        .eq("interval_min", series.intervalMin)
        .lt("time", beforeSec)
    ).pipe(Effect.map(({ count }) => count ?? 0)),

  adopt: Effect.fnUntraced(function* (pair, venue) {
    for (let adopted = 0; ;) {
      const more = yield* change(`candles.adopt ${pair}`, Schema.Int, () =>
        client.rpc("adopt_candles", { p_pair: pair, p_venue: venue, p_most: ADOPTED_AT_ONCE })
      )
      if (more === 0) return adopted
      adopted += more
    }
  })
})

const reading = (client: Client): Pick<CandleStore, "newest" | "between" | "times"> => {
  const table = (columns: string, { venue, symbol, intervalMin }: CandleSeries) =>
    client.from("ohlcv_candles").select(columns).eq("venue", venue).eq("pair", symbol).eq("interval_min", intervalMin)

  /** Newest first, strictly before `before`. */
  const newestPage = (series: CandleSeries, before: number, limit: number) =>
    ask(call("newest", series), CandleRows, () =>
      table(CANDLE_COLUMNS, series).lt("time", before).order("time", { ascending: false }).limit(limit)
    )

  /** From one time to another, oldest first. */
  const upwards =
    <Row extends { readonly time: number }, A>(
      what: string,
      columns: string,
      rowsOf: Schema.ConstraintDecoder<ReadonlyArray<Row>>,
      of: (row: Row) => A
    ) =>
    (series: CandleSeries, fromSec: number, toSec: number) =>
      readPages<Row>((last, limit) =>
        ask(call(what, series), rowsOf, () =>
          table(columns, series)
            .gte("time", last === null ? fromSec : last.time + 1)
            .lte("time", toSec)
            .order("time")
            .limit(limit)
        )
      ).pipe(Effect.map((rows) => rows.map(of)))

  return {
    newest: (series, count) =>
      readPages<typeof CandleRow.Type>((last, limit) => newestPage(series, last?.time ?? FOR_EVER, limit), count).pipe(
        Effect.map((rows) => rows.map(candleOf).reverse())
      ),

    between: upwards("between", `${CANDLE_COLUMNS},source`, KeptRows, keptOf),
    times: upwards("times", "time", TimeRows, ({ time }) => time)
  }
}

const measuring = (client: Client): Pick<CandleStore, "stamps" | "coverage" | "coverageOfAll" | "gaps"> => {
  const gapsPage = (series: CandleSeries, fromSec: number, newest: number | null, limit: number) =>
    ask(call("gaps", series), GapRows, () =>
      client
        .rpc("candle_gaps", {
          p_venue: series.venue,
          p_pair: series.symbol,
          p_interval_min: series.intervalMin,
          p_from: fromSec,
          p_newest: newest
        })
        .order("from_sec")
        .limit(limit)
    )

  return {
    stamps: (series) =>
      readPages<(typeof StampRows.Type)[number]>((last, limit) =>
        ask(call("stamps", series), StampRows, () =>
          client
            .rpc("candle_stamps", {
              p_venue: series.venue,
              p_pair: series.symbol,
              p_interval_min: series.intervalMin,
              p_from: last === null ? -FOR_EVER : last.from_sec + 1
            })
            .order("from_sec")
            .limit(limit)
        )
      ).pipe(Effect.map((rows) => rows.map(({ from_sec: fromSec, stamp }) => ({ fromSec, stamp })))),

    coverage: (series, fromSec) =>
      ask(call("coverage", series), CoverageRows, () =>
        client.rpc("candle_coverage", {
          p_venue: series.venue,
          p_pair: series.symbol,
          p_interval_min: series.intervalMin,
          p_from: fromSec
        })
      ).pipe(Effect.map((rows) => rows.flatMap(coverageOf)[0] ?? nothingOf(series))),

    coverageOfAll: Effect.suspend(() =>
      readPages<(typeof CoverageRows.Type)[number]>((_, limit, offset) =>
        ask("candles.coverageOfAll", CoverageRows, () =>
          client
            .rpc("all_candle_coverage")
            .order("venue")
            .order("pair")
            .order("interval_min")
            .range(offset, offset + limit - 1)
        )
      )
    ).pipe(Effect.map((rows) => rows.flatMap(coverageOf))),

    gaps: (series, fromSec, newest) =>
      readPages<(typeof GapRows.Type)[number]>((last, limit) =>
        // After a first page the next one begins at the end of its last hole.
        last === null ? gapsPage(series, fromSec, newest ?? null, limit) : gapsPage(series, last.to_sec, null, limit)
      ).pipe(
        Effect.map((rows) =>
          rows.map((row): Gap => ({ fromSec: row.from_sec, toSec: row.to_sec, missing: row.missing }))
        )
      )
  }
}

const nothingOf = (series: CandleSeries): SeriesCoverage => ({
  ...series,
  count: 0,
  oldestSec: null,
  newestSec: null,
  withVolume: 0
})
