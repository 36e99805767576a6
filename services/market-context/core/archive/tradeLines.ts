/**
 * Lines of trade archives: Kraken's (`time,price,volume`, no header, no numbers), Binance's aggTrades, with a header or without, and any with
 * a header that names its columns, such as Bybit's (`id,timestamp,price,volume,side`). What
 * the first line shows holds for the whole file, and is said; a later line that differs is refused by its number. Pure.
 */
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { badPrice, badTime, badVolume } from "../../../../shared/core/ranges.ts"
import type { DayTrade } from "../day/tape.ts"

/** A line that is no trade of this file; names the line and the field. */
export class TradeLineRefused extends Error {
  override readonly name = "TradeLineRefused"
  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`)
  }
}

/** By the digits of a time in this century: seconds, milliseconds, microseconds. */
const UNITS = { 10: ["seconds", 0.001], 13: ["milliseconds", 1], 16: ["microseconds", 1_000] } as const
type Digits = keyof typeof UNITS

/** Places of the fields; null where the archive has none. */
interface Columns {
  readonly name: string
  readonly count: ReadonlyArray<number>
  readonly id: number | null
  readonly time: number
  readonly price: number
  readonly volume: number
  readonly buyerIsMaker: number | null
  /** Of the taker, as a word. */
  readonly side?: number | null
}

const KRAKEN: Columns = {
  name: "Kraken's archive",
  count: [3],
  id: null,
  time: 0,
  price: 1,
  volume: 2,
  buyerIsMaker: null
}
const BINANCE: Columns = {
  name: "Binance aggTrades",
  count: [7, 8],
  id: 0,
  time: 5,
  price: 1,
  volume: 2,
  buyerIsMaker: 6
}

/** Names that headers give the fields. */
const NAMES = {
  id: ["agg_trade_id", "aggregate tradeid", "a", "id", "trade_id"],
  time: ["transact_time", "timestamp", "time", "time_ms", "t"],
  price: ["price", "p"],
  volume: ["quantity", "qty", "q", "volume"],
  side: ["side"],
  buyerIsMaker: ["is_buyer_maker", "buyer_is_maker", "was the buyer the maker", "m"]
} as const

const byHeader = (cells: ReadonlyArray<string>, line: number): Columns => {
  const lower = cells.map((cell) => cell.toLowerCase())
  const find = (field: keyof typeof NAMES): number =>
    lower.findIndex((cell) => (NAMES[field] as ReadonlyArray<string>).includes(cell))
  const needed = (field: "time" | "price" | "volume"): number => {
    const at = find(field)
    if (at < 0) throw new TradeLineRefused(line, `the header names no ${field} (${NAMES[field].join(", ")})`)
    return at
  }
  const or = (at: number): number | null => (at < 0 ? null : at)
  return {
    name: "columns by their names",
    count: [cells.length],
    id: or(find("id")),
    time: needed("time"),
    price: needed("price"),
    volume: needed("volume"),
    buyerIsMaker: or(find("buyerIsMaker")),
    side: or(find("side"))
  }
}

/** Reads one file's lines in order. */
export class TradeLines {
  private columns: Columns | null = null
  private digits: Digits | null = null
  private line = 0
  private trades = 0

  /** The trade of the next line; null for a header or an empty line. Throws `TradeLineRefused`. */
  read(text: string): DayTrade | null {
    this.line++
    const cells = text
      .trim()
      .split(",")
      .map((cell) => cell.trim())
    if (cells.length === 1 && cells[0] === "") return null
    if (this.columns === null) {
      this.columns = this.recognised(cells)
      if (/[a-z]/i.test(cells[0] ?? "")) return null
    }
    const { columns } = this
    if (!columns.count.includes(cells.length))
      this.refuse(`has ${cells.length} fields, not ${columns.count.join(" or ")}`)
    const price = Price.read(cells[columns.price] ?? "")
    const volume = Volume.read(cells[columns.volume] ?? "")
    if (price === null || price <= 0n) return this.refuse(`price "${cells[columns.price]}" is no number above 0`)
    if (volume === null || volume < 0n) return this.refuse(`volume "${cells[columns.volume]}" is no number from 0 on`)
    const timeMs = this.timeOf(cells[columns.time] ?? "")
    const problem = badPrice("price", price) ?? badVolume("volume", volume, "volumeOrNone") ?? badTime("time", timeMs)
    if (problem !== null) return this.refuse(problem)
    const id = columns.id === null ? ++this.trades : this.wholeOf(cells[columns.id], "number")
    return { id, timeMs, price, volume, takerSide: this.sideOf(cells, columns) }
  }

  /** What the file turned out to be, for people. */
  get found(): string {
    if (this.columns === null || this.digits === null) return "nothing"
    const { name, id } = this.columns
    return `${name}, times in ${UNITS[this.digits][0]} (${this.digits} digits)${id === null ? ", trades without numbers: each line counts" : ""}`
  }

  private recognised(cells: ReadonlyArray<string>): Columns {
    if (/[a-z]/i.test(cells[0] ?? "")) return byHeader(cells, this.line)
    const known = [KRAKEN, BINANCE].find(({ count }) => count.includes(cells.length))
    return (
      known ??
      this.refuse(`has ${cells.length} fields; without a header 3 (Kraken) or 7 or 8 (Binance aggTrades) are known`)
    )
  }

  private timeOf(text: string): number {
    const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
    const whole = match?.[1] ?? ""
    const digits = whole.length as Digits
    if (UNITS[digits] === undefined) {
      return this.refuse(`time "${text}" has ${whole.length} digits; seconds have 10, milliseconds 13, microseconds 16`)
    }
    this.digits ??= digits
    if (digits !== this.digits) {
      return this.refuse(`time "${text}" is in ${UNITS[digits][0]}, the lines before in ${UNITS[this.digits][0]}`)
    }
    const fraction = (match?.[2] ?? "").padEnd(3, "0").slice(0, 3)
    if (digits === 10) return Number(whole) * 1_000 + Number(fraction)
    return Math.floor(Number(whole) / UNITS[digits][1])
  }

  private sideOf(cells: ReadonlyArray<string>, { buyerIsMaker, side = null }: Columns): DayTrade["takerSide"] {
    if (side !== null) {
      const word = cells[side]?.toLowerCase()
      return word === "buy" || word === "sell" ? word : this.refuse(`side "${cells[side]}" is neither buy nor sell`)
    }
    // An archive that does not say: nothing here depends on it.
    if (buyerIsMaker === null) return "buy"
    const said = cells[buyerIsMaker]?.toLowerCase()
    if (said === "true" || said === "1") return "sell"
    return said === "false" || said === "0" ? "buy" : this.refuse(`"${cells[buyerIsMaker]}" is neither true nor false`)
  }

  private wholeOf(text: string | undefined, field: string): number {
    const value = Number(text)
    return /^\d+$/.test(text ?? "") && Number.isSafeInteger(value)
      ? value
      : this.refuse(`${field} "${text}" is no whole number`)
  }

  private refuse(problem: string): never {
    throw new TradeLineRefused(this.line, problem)
  }
}
