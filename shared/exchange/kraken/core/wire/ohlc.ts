import type { Candle } from "../../../../candles/core/candle.ts"
import { type Row, rows, text, WireProblem } from "../../../../core/wire/json.ts"
import { count, price, timestampMs, volumeOrNone } from "./figures.ts"
import type { PairNames } from "./names.ts"

/**
 * The pair's bars of an `ohlc` frame, snapshot (about ten bars) and update alike, as they stand: no field says whether a bar
 * is closed. `timestamp` is the bar's end and is not read. Throws a `WireProblem`.
 */
export const readBars = (body: Row, names: PairNames, intervalMin: number): ReadonlyArray<Candle> =>
  rows(body, "data")
    .filter((row) => text(row, "symbol") === names.symbol && count(row, "interval") === intervalMin)
    .map((row) => readBar(row, intervalMin))

const readBar = (row: Row, intervalMin: number): Candle => {
  const bar = {
    timeSec: timestampMs(row, "interval_begin") / 1_000,
    open: price(row, "open"),
    high: price(row, "high"),
    low: price(row, "low"),
    close: price(row, "close"),
    volume: volumeOrNone(row, "volume"),
    trades: count(row, "trades")
  }
  if (bar.timeSec % (intervalMin * 60) !== 0) {
    throw new WireProblem(`${row.path}.interval_begin`, `is not where a bar of ${intervalMin} min begins`)
  }
  return bar
}
