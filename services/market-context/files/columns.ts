/** A day's trades between the tape and the columns of a file. */
import type { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { DayTape, DayTrade } from "../core/day/tape.ts"
import { UNITS_PER_WHOLE } from "../core/profile/volumeMap.ts"
import type { TradeColumns } from "./parquet.ts"

const UNITS = BigInt(UNITS_PER_WHOLE)

/** Columns for this many trades. */
export const emptyColumns = (length: number): TradeColumns => ({
  ids: new BigInt64Array(length),
  times: new BigInt64Array(length),
  prices: new BigInt64Array(length),
  volumes: new BigInt64Array(length),
  buys: new Uint8Array(length)
})

/** Copies rows of the tape, from one place until before another, to the same places of the columns. */
export const copyRows = (tape: DayTape, columns: TradeColumns, from: number, to: number): void => {
  const end = Math.min(to, columns.ids.length)
  for (let place = from; place < end; place++) {
    const { id, timeMs, price, whole, rest, isBuy } = tape.at(place)
    columns.ids[place] = BigInt(id)
    columns.times[place] = BigInt(timeMs)
    columns.prices[place] = BigInt(price)
    columns.volumes[place] = BigInt(whole) * UNITS + BigInt(rest)
    columns.buys[place] = isBuy ? 1 : 0
  }
}

/** Trades of the columns from one place until before another. */
export const tradesOf = (columns: TradeColumns, from: number, to: number): ReadonlyArray<DayTrade> =>
  Array.from({ length: Math.max(0, Math.min(to, columns.ids.length) - from) }, (_, at) => ({
    id: Number(columns.ids[from + at]),
    timeMs: Number(columns.times[from + at]),
    price: columns.prices[from + at]! as Price,
    volume: columns.volumes[from + at]! as Volume,
    takerSide: columns.buys[from + at] === 1 ? "buy" : "sell"
  }))
