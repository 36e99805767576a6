/** Trades of the market as Kraken writes them: the `trade` channel, and pages of `Trades`. */
import { choice, type Json, type Row, rowOf, rows, text, WireProblem } from "../../../../core/wire/json.ts"
import type { MarketTrade, TradePage } from "../../../marketTrades.ts"
import { price, secondsCutToMs, serial, timestampMs, volume } from "./figures.ts"
import type { PairNames } from "./names.ts"

/** The pair's trades of a `trade` frame, snapshot (the newest fifty) and update alike; throws a `WireProblem`. */
export const readTrades = (body: Row, names: PairNames): ReadonlyArray<MarketTrade> =>
  rows(body, "data")
    .filter((row) => text(row, "symbol") === names.symbol)
    .map((row) => ({
      id: serial(row, "trade_id"),
      timeMs: timestampMs(row, "timestamp"),
      price: price(row, "price"),
      volume: volume(row, "qty"),
      takerSide: choice(row, "side", ["buy", "sell"])
    }))

/**
 * REST `Trades?pair=&since=`: rows `[price, volume, time, b|s, m|l, misc, trade id]`, at most 1,000, under whatever name the pair
 * was asked by, and `last`, opaque text (today Unix nanoseconds), which is sent back as it came. Throws a `WireProblem`.
 */
export const readTradePage = (result: Row): TradePage => {
  const names = Object.keys(result.fields).filter((name) => name !== "last")
  const list = names.length === 1 ? result.fields[names[0] ?? ""] : undefined
  if (!Array.isArray(list)) {
    throw new WireProblem(
      result.path,
      `has ${names.length} entries beside last (${names.join(", ")}), expected one list`
    )
  }
  return {
    cursor: text(result, "last"),
    trades: list.map((row: Json, index) => readRestTrade(row, `${result.path}.${names[0]}[${index}]`))
  }
}

const readRestTrade = (value: Json, path: string): MarketTrade => {
  if (!Array.isArray(value)) throw new WireProblem(path, "is no list")
  const row = rowOf(Object.fromEntries(value.entries()), path)
  return {
    id: serial(row, "6"),
    timeMs: secondsCutToMs(row, "2"),
    price: price(row, "0"),
    volume: volume(row, "1"),
    takerSide: choice(row, "3", ["b", "s"]) === "b" ? "buy" : "sell"
  }
}
