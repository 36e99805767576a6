import type { Ticker } from "../../../port.ts"
import { type Row, rows, soleEntry, text, tuple } from "../../../../core/wire/json.ts"
import { price } from "./figures.ts"
import type { PairNames } from "./names.ts"

/** The pair's tickers of a `ticker` frame, snapshot and update alike; throws a `WireProblem`. */
export const readTickers = (body: Row, names: PairNames): ReadonlyArray<Ticker> =>
  rows(body, "data")
    .filter((row) => text(row, "symbol") === names.symbol)
    .map((row) => ({ bid: price(row, "bid"), ask: price(row, "ask"), last: price(row, "last") }))

/** REST `Ticker?pair=`: `a`, `b` and `c` are lists that begin with a price. Throws a `WireProblem`. */
export const readRestTicker = (result: Row): Ticker => {
  const pair = soleEntry(result)
  return { bid: price(tuple(pair, "b"), "0"), ask: price(tuple(pair, "a"), "0"), last: price(tuple(pair, "c"), "0") }
}
