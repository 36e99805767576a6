/**
 * Rows of recorded market data, from CSV text. Four layouts, told apart by the header, or without one by the number of
 * columns:
 *
 * | layout                                             | times        | rows    |
 * |----------------------------------------------------|--------------|---------|
 * | `open_time_ms,open,high,low,close,volume`          | milliseconds | candles |
 * | `time,open,high,low,close,volume[,count]` (Kraken) | seconds      | candles |
 * | `time,price,volume` (Kraken), header or not        | seconds      | trades  |
 * | `time_ms,…,price,qty,…,buyer_is_maker` (aggtrades) | milliseconds | trades  |
 */
import type { Bar } from "../../../../shared/candles/core/candle.ts"
import type { Side } from "../../../../shared/core/trading.ts"
import {
  DecimalError,
  divideHalfEven,
  Price,
  PRICE_DECIMALS,
  Volume,
  VOLUME_DECIMALS
} from "../../../../shared/core/decimal/decimal.ts"

/** A bar of a recording. */
export interface CandleRow extends Bar {
  /** Start, Unix milliseconds. */
  readonly timeMs: number
}

/** One recorded trade, at Unix milliseconds. */
export interface TradeRow {
  readonly timeMs: number
  readonly price: Price
  readonly volume: Volume
  /** Null where the recording does not say. */
  readonly takerSide: Side | null
}

/** A file's rows, at least one, oldest first. */
export type Recording =
  | { readonly kind: "candles"; readonly rows: ReadonlyArray<CandleRow> }
  | { readonly kind: "trades"; readonly rows: ReadonlyArray<TradeRow> }

/** A recording that cannot be used: names the file, the line (from 1), the field and its value. */
export class RecordingError extends Error {
  override readonly name = "RecordingError"
  constructor(file: string, line: number, problem: string) {
    super(`${file}, line ${line}: ${problem}`)
  }
}

interface Columns {
  readonly kind: Recording["kind"]
  readonly names: ReadonlyArray<string>
  readonly msPerUnit: number
}

const KRAKEN_TRADES = ["time", "price", "volume"]
const KRAKEN_CANDLES = ["time", "open", "high", "low", "close", "volume", "count"]

/** Throws a `RecordingError`. `file` is only used to name it. */
export const readRecording = (file: string, text: string): Recording => {
  const lines = text.split(/\r?\n/)
  const [first = ""] = lines
  const hasHeader = !/^[\d.,eE+\-\s]*$/.test(first)
  const columns = columnsOf(file, hasHeader ? first : null, first.split(",").length)
  const cells: Array<Cells> = []
  for (let i = hasHeader ? 1 : 0; i < lines.length; i++) {
    const line = lines[i] ?? ""
    if (line === "" && i === lines.length - 1) break
    cells.push(new Cells(file, i + 1, columns, line))
  }
  if (cells.length === 0) throw new RecordingError(file, lines.length, "holds no rows")
  return columns.kind === "candles"
    ? { kind: "candles", rows: inOrder(cells, readCandle) }
    : { kind: "trades", rows: inOrder(cells, readTrade) }
}

const columnsOf = (file: string, header: string | null, width: number): Columns => {
  const names = header?.split(",").map((name) => name.trim()) ?? (width === 3 ? KRAKEN_TRADES : KRAKEN_CANDLES)
  if (header === null && ![3, 6, 7].includes(width)) {
    throw new RecordingError(file, 1, `${width} columns without a header; expected 3 (trades) or 6 to 7 (candles)`)
  }
  const has = (...wanted: ReadonlyArray<string>) => wanted.every((name) => names.includes(name))
  if (has("open_time_ms", "open", "high", "low", "close", "volume")) return { kind: "candles", names, msPerUnit: 1 }
  if (has("time", "open", "high", "low", "close", "volume")) return { kind: "candles", names, msPerUnit: 1_000 }
  if (has("time", "price", "volume")) return { kind: "trades", names, msPerUnit: 1_000 }
  if (has("time_ms", "price", "qty")) return { kind: "trades", names, msPerUnit: 1 }
  throw new RecordingError(file, 1, `unknown header "${header}"; see market/rows.ts for the layouts that are read`)
}

/** One line, cut at its commas. */
class Cells {
  readonly file: string
  readonly line: number
  readonly columns: Columns
  private readonly cells: ReadonlyArray<string>
  constructor(file: string, line: number, columns: Columns, text: string) {
    this.file = file
    this.line = line
    this.columns = columns
    this.cells = text.split(",")
    if (this.cells.length < 3) throw this.problem("row", text, "too few columns")
  }

  problem(field: string, value: string, what: string): RecordingError {
    return new RecordingError(this.file, this.line, `${field} "${value}" ${what}`)
  }

  text(field: string): string {
    return this.cells[this.columns.names.indexOf(field)]?.trim() ?? ""
  }

  timeMs(field: string): number {
    const value = Number(this.text(field) === "" ? Number.NaN : this.text(field))
    if (!(value > 0 && Number.isFinite(value))) throw this.problem(field, this.text(field), "is no time")
    return Math.round(value * this.columns.msPerUnit)
  }

  price(field: string): Price {
    const price = this.decimal(field, PRICE_DECIMALS, Price.parse) as Price
    if (price <= 0n) throw this.problem(field, this.text(field), "must be above 0")
    return price
  }

  volume(field: string): Volume {
    const volume = this.decimal(field, VOLUME_DECIMALS, Volume.parse) as Volume
    if (volume < 0n) throw this.problem(field, this.text(field), "must not be negative")
    return volume
  }

  /** Digits beyond the scale are the residue of somebody's doubles: they are rounded away. */
  private decimal(field: string, decimals: number, parse: (text: string) => bigint): bigint {
    const text = this.text(field)
    const [whole = "", fraction = ""] = text.split(".")
    try {
      if (fraction.length <= decimals) return parse(text)
      if (!/^\d{1,20}$/.test(whole) || !/^\d{1,30}$/.test(fraction))
        throw new DecimalError(text, "is no decimal number")
      return divideHalfEven(BigInt(whole + fraction), 10n ** BigInt(fraction.length - decimals))
    } catch (error) {
      if (!(error instanceof DecimalError)) throw error
      throw this.problem(field, text, "is no decimal number such as 0.1234")
    }
  }
}

const readCandle = (cells: Cells): CandleRow => {
  const row: CandleRow = {
    timeMs: cells.timeMs(cells.columns.msPerUnit === 1 ? "open_time_ms" : "time"),
    open: cells.price("open"),
    high: cells.price("high"),
    low: cells.price("low"),
    close: cells.price("close"),
    volume: cells.volume("volume")
  }
  if (row.high < row.open || row.high < row.close)
    throw cells.problem("high", cells.text("high"), "is below open or close")
  if (row.low > row.open || row.low > row.close) throw cells.problem("low", cells.text("low"), "is above open or close")
  return row
}

const readTrade = (cells: Cells): TradeRow => {
  const maker = cells.text("buyer_is_maker")
  return {
    timeMs: cells.timeMs(cells.columns.msPerUnit === 1 ? "time_ms" : "time"),
    price: cells.price("price"),
    volume: cells.volume(cells.columns.msPerUnit === 1 ? "qty" : "volume"),
    takerSide: maker === "true" ? "sell" : maker === "false" ? "buy" : null
  }
}

const inOrder = <Row extends { readonly timeMs: number }>(
  cells: ReadonlyArray<Cells>,
  read: (cells: Cells) => Row
): ReadonlyArray<Row> => {
  let lastMs = 0
  return cells.map((each) => {
    const row = read(each)
    if (row.timeMs < lastMs) throw each.problem("time", String(row.timeMs), "is earlier than the row before")
    lastMs = row.timeMs
    return row
  })
}
