/** One line of a file as a row, or why it is none. Pure. */
import { problemOf } from "../bar.ts"
import { countOf, MOST_TRADES, priceOf, volumeOf } from "../fields.ts"
import type { Columns } from "./columns.ts"
import type { LeftOutReason } from "./leftOut.ts"
import type { Row } from "./records.ts"
import { shown } from "./refused.ts"
import { readTime, type TimeUnit } from "./time.ts"

/** What a line holds. */
export type LineRead =
  | { readonly row: Row; readonly unit: TimeUnit; readonly symbol: string | null }
  | { readonly row: null; readonly reason: LeftOutReason; readonly detail: string }

const bad = (reason: LeftOutReason, field: string, value: string, what: string): LineRead => ({
  row: null,
  reason,
  detail: `${field} "${shown(value)}" ${what}`
})

const NO_DECIMAL = "is no decimal number such as 0.1234"

/** The row in the cells, of which there are `columns.width`. */
export const readRow = (cells: ReadonlyArray<string>, columns: Columns, line: number, nowSec: number): LineRead => {
  const cell = (place: number): string => cells[place] ?? ""
  const time = columns.date === null ? cell(columns.time) : `${cell(columns.date)} ${cell(columns.time)}`
  const when = readTime(time, nowSec)
  if (when.timeMs === null) return bad("time", "time", time, when.problem)
  const [open, high] = [priceOf(cell(columns.open)), priceOf(cell(columns.high))]
  const [low, close] = [priceOf(cell(columns.low)), priceOf(cell(columns.close))]
  const volume = volumeOf(cell(columns.volume))
  const of = columns.kind === "trades" ? "price" : null
  if (open === null) return bad("unreadable", of ?? "open", cell(columns.open), NO_DECIMAL)
  if (high === null) return bad("unreadable", "high", cell(columns.high), NO_DECIMAL)
  if (low === null) return bad("unreadable", "low", cell(columns.low), NO_DECIMAL)
  if (close === null) return bad("unreadable", "close", cell(columns.close), NO_DECIMAL)
  if (volume === null) return bad("unreadable", "volume", cell(columns.volume), NO_DECIMAL)
  const trades = columns.trades === null ? 0 : countOf(cell(columns.trades))
  if (trades === null) return bad("unreadable", "count", cell(columns.trades ?? 0), "is no whole number from 0 on")
  const bar = { open, high, low, close, volume, trades }
  const problem = problemOf(bar)
  if (problem !== null) {
    const { kind, field, what } = problem
    const place = field === "trades" ? (columns.trades ?? 0) : columns[field]
    return bad(kind, field === "open" ? (of ?? field) : field, cell(place), what)
  }
  const count = columns.kind === "trades" ? takerOf(columns, cell) : Math.min(trades, MOST_TRADES)
  const symbol = columns.symbol === null ? null : cell(columns.symbol)
  return { row: { timeMs: when.timeMs, open, high, low, close, volume, count, line }, unit: when.unit, symbol }
}

/** 0 not known, 1 the taker bought, 2 the taker sold. */
const takerOf = ({ side, buyerIsMaker }: Columns, cell: (place: number) => string): number => {
  if (buyerIsMaker !== null) {
    const maker = cell(buyerIsMaker).toLowerCase()
    return maker === "true" ? 2 : maker === "false" ? 1 : 0
  }
  const said = side === null ? "" : cell(side).toLowerCase()
  return said === "buy" || said === "b" ? 1 : said === "sell" || said === "s" ? 2 : 0
}
