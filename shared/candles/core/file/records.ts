/**
 * Rows as records of one size, so that any of them is found by its place and a file of any length takes no memory: pages of
 * them go where the caller keeps pages. Pure.
 */
import type { Price, Volume } from "../../../core/decimal/decimal.ts"

/** One row of a file. Of a trade all four prices are its price. */
export interface Row {
  /** Start of a candle, moment of a trade: Unix milliseconds. */
  readonly timeMs: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: Volume
  /** Trades in a candle; of a trade its taker: 0 not known, 1 buy, 2 sell. */
  readonly count: number
  /** Of the file, from 1. */
  readonly line: number
}

/** Where pages are kept, by number from 0 without gaps. A page is written once, and whole. */
export interface Pages {
  /** Rows of a page. */
  readonly rows: number
  /** `page` is used again afterwards. */
  readonly write: (number: number, page: Uint8Array) => void
  readonly read: (number: number, into: Uint8Array) => void
}

/** Pages in memory, small ones: for texts and for tests. */
export const memoryPages = (): Pages => {
  const pages: Array<Uint8Array> = []
  return {
    rows: 64,
    write: (number, page) => {
      pages[number] = page.slice()
    },
    read: (number, into) => into.set(pages[number] ?? new Uint8Array())
  }
}

/** Time 8 bytes, count 4, line 4, then four prices and a volume of 12 each: 96 bits hold 20 digits before the point. */
const RECORD_BYTES = 76
const PRICES_AT = 16
const VALUE_BYTES = 12
const LOW_BITS = 64n

/** Bytes of a page of so many rows. */
export const pageBytes = (rows: number): number => RECORD_BYTES * rows

/** Records by their place, from 0. Two pages are in memory: the one that is written, and the one that was read last. */
export class Records {
  private readonly pages: Pages
  private readonly written: DataView<ArrayBuffer>
  private readonly seen: DataView<ArrayBuffer>
  private seenPage = -1
  /** Records so far. */
  length = 0

  constructor(pages: Pages) {
    this.pages = pages
    this.written = new DataView(new ArrayBuffer(pageBytes(pages.rows)))
    this.seen = new DataView(new ArrayBuffer(pageBytes(pages.rows)))
  }

  push(row: Row): void {
    const { rows } = this.pages
    const place = this.length % rows
    write(this.written, place * RECORD_BYTES, row)
    this.length++
    if (place === rows - 1) this.pages.write((this.length - 1 - place) / rows, bytesOf(this.written))
  }

  /** `place` is at least 0 and below `length`. */
  at(place: number): Row {
    return readRow(...this.find(place))
  }

  timeAt(place: number): number {
    const [from, offset] = this.find(place)
    return from.getFloat64(offset)
  }

  private find(place: number): readonly [DataView<ArrayBuffer>, offset: number] {
    const { rows } = this.pages
    const page = Math.floor(place / rows)
    const offset = (place % rows) * RECORD_BYTES
    if (page === Math.floor(this.length / rows)) return [this.written, offset]
    if (page !== this.seenPage) this.pages.read(page, bytesOf(this.seen))
    this.seenPage = page
    return [this.seen, offset]
  }
}

const bytesOf = ({ buffer }: DataView<ArrayBuffer>) => new Uint8Array(buffer)

const write = (into: DataView<ArrayBuffer>, offset: number, row: Row): void => {
  into.setFloat64(offset, row.timeMs)
  into.setUint32(offset + 8, row.count)
  into.setUint32(offset + 12, row.line)
  const at = offset + PRICES_AT
  writeValue(into, at, row.open)
  writeValue(into, at + VALUE_BYTES, row.high)
  writeValue(into, at + 2 * VALUE_BYTES, row.low)
  writeValue(into, at + 3 * VALUE_BYTES, row.close)
  writeValue(into, at + 4 * VALUE_BYTES, row.volume)
}

const readRow = (from: DataView<ArrayBuffer>, offset: number): Row => {
  const at = offset + PRICES_AT
  return {
    timeMs: from.getFloat64(offset),
    count: from.getUint32(offset + 8),
    line: from.getUint32(offset + 12),
    open: readValue(from, at) as Price,
    high: readValue(from, at + VALUE_BYTES) as Price,
    low: readValue(from, at + 2 * VALUE_BYTES) as Price,
    close: readValue(from, at + 3 * VALUE_BYTES) as Price,
    volume: readValue(from, at + 4 * VALUE_BYTES) as Volume
  }
}

/** Not negative. */
const writeValue = (into: DataView<ArrayBuffer>, at: number, value: bigint): void => {
  into.setBigUint64(at, value)
  into.setUint32(at + 8, Number(value >> LOW_BITS))
}

const readValue = (from: DataView<ArrayBuffer>, at: number): bigint => {
  const high = from.getUint32(at + 8)
  const low = from.getBigUint64(at)
  return high === 0 ? low : low + (BigInt(high) << LOW_BITS)
}
