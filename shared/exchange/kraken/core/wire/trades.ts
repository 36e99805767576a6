/** Trades of the market as Kraken writes them: the `trade` channel, and pages of `Trades`. */
import {
  choice,
  count,
  type Json,
  price,
  type Row,
  rowOf,
  rows,
  text,
  timestampMs,
  volume,
  WireProblem
} from "../../../../core/wire/json.ts"
import type { MarketTrade, TradePage } from "../../../marketTrades.ts"
import type { PairNames } from "./names.ts"

/** The pair's trades of a `trade` frame, snapshot (the newest fifty) and update alike; throws a `WireProblem`. */
export const readTrades = (body: Row, names: PairNames): ReadonlyArray<MarketTrade> =>
  rows(body, "data")
    .filter((row) => text(row, "symbol") === names.symbol)
    .map((row) =>
      plausible(row, {
        id: count(row, "trade_id"),
        timeMs: timestampMs(row, "timestamp"),
        price: price(row, "price"),
        volume: volume(row, "qty"),
        takerSide: choice(row, "side", ["buy", "sell"])
      })
    )

/**
 * REST `Trades?pair=&since=`: rows `[price, volume, time, b|s, m|l, misc, trade id]`, at most 1,000, under whatever name the pair
 * was asked by, and `last`, Unix nanoseconds that are read as text and sent back as they came. Throws a `WireProblem`.
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
  const cursor = text(result, "last")
  if (!/^\d{1,25}$/.test(cursor)) throw new WireProblem(`${result.path}.last`, "is no whole number")
  return { cursor, trades: list.map((row: Json, index) => readRestTrade(row, `${result.path}.${names[0]}[${index}]`)) }
}

const readRestTrade = (value: Json, path: string): MarketTrade => {
  if (!Array.isArray(value)) throw new WireProblem(path, "is no list")
  const row = rowOf(Object.fromEntries(value.entries()), path)
  return plausible(row, {
    id: count(row, "6"),
    timeMs: cutToMs(row, "2"),
    price: price(row, "0"),
    volume: volume(row, "1"),
    takerSide: choice(row, "3", ["b", "s"]) === "b" ? "buy" : "sell"
  })
}

const SECONDS = /^(\d{1,12})(?:\.(\d{1,12}))?$/

/** Unix seconds with a fraction, cut to milliseconds: rounding would move the last trade of a window into the next one. */
const cutToMs = (row: Row, key: string): number => {
  const match = SECONDS.exec(text(row, key))
  if (match === null) throw new WireProblem(`${row.path}.${key}`, "is no Unix seconds such as 1790000000.1234")
  return Number(match[1]) * 1_000 + Number((match[2] ?? "").padEnd(3, "0").slice(0, 3))
}

const plausible = (row: Row, trade: MarketTrade): MarketTrade => {
  if (trade.price <= 0n) throw new WireProblem(`${row.path}: price`, "is not above zero")
  if (trade.volume <= 0n) throw new WireProblem(`${row.path}: volume`, "is not above zero")
  return trade
}
