/**
 * Price records, read from their bytes. Of a market's records nearly all are prices, and to make objects of their JSON, and prices of
 * those, takes longer than to fold them. Understood is what `encodeText` writes of them and nothing else: what differs by a byte is
 * left to the schema, and so is every error. Property tests hold the two to the same results. Pure.
 */
import { Price, PRICE_DECIMALS } from "../core/decimal/decimal.ts"
import type { MarketEvent } from "./event.ts"

type PriceObserved = Extract<MarketEvent, { readonly _tag: "PriceObserved" }>

/** What such a record holds: the envelope of prices, whose cause is outside. */
export interface Prices {
  readonly epoch: number
  readonly timeMs: number
  readonly writer: string
  readonly cause: null
  readonly events: readonly [PriceObserved, ...ReadonlyArray<PriceObserved>]
}

const piece = (text: string): Uint8Array => new TextEncoder().encode(text)

const TIME = piece(',"timeMs":')
const WRITER = piece(',"writer":"')
const EVENTS = piece('","cause":null,"events":[')
const LAST = piece('{"_tag":"PriceObserved","last":"')
const BID = piece('","bid":"')
const ASK = piece('","ask":"')
const PRICE_END = piece('"}')
const END = piece("]}")

const [QUOTE, COMMA, POINT, ZERO, NINE] = [34, 44, 46, 48, 57] as const
/** Digits that a double holds exactly, whatever they are. */
const SAFE_DIGITS = 15
/** Longest name of a writer that is looked at. */
const MAX_WRITER_LENGTH = 64

/** Goes over the bytes of one record after the other. Whatever does not come as expected ends it: it says so once, at the end. */
class Reader {
  private bytes: Uint8Array = new Uint8Array(0)
  private at = 0
  private failed = false
  /** The writer of the last record, who is nearly always the one of the next. */
  private writerBytes: Uint8Array = new Uint8Array(0)
  private writerText = ""
  private readonly version: Uint8Array

  constructor(version: number) {
    this.version = piece(`{"v":${version},"epoch":`)
  }

  read(bytes: Uint8Array): Prices | null {
    this.bytes = bytes
    this.at = 0
    this.failed = false
    this.over(this.version)
    const epoch = this.whole()
    this.over(TIME)
    const timeMs = this.whole()
    this.over(WRITER)
    const writer = this.writer()
    this.over(EVENTS)
    if (this.failed) return null
    const first = this.price()
    const events: [PriceObserved, ...Array<PriceObserved>] = [first]
    while (!this.failed && bytes[this.at] === COMMA) {
      this.at++
      events.push(this.price())
    }
    this.over(END)
    return this.failed || this.at !== bytes.length ? null : { epoch, timeMs, writer, cause: null, events }
  }

  private over(expected: Uint8Array): void {
    const { bytes, at } = this
    for (let place = 0; place < expected.length; place++) {
      if (bytes[at + place] !== expected[place]) {
        this.failed = true
        return
      }
    }
    this.at = at + expected.length
  }

  /** A whole number as JSON has it. */
  private whole(): number {
    const { bytes, at: from } = this
    let at = from
    let digits = 0
    for (; at < bytes.length; at++) {
      const code = bytes[at] as number
      if (code < ZERO || code > NINE) break
      digits = digits * 10 + (code - ZERO)
    }
    const length = at - from
    if (length === 0 || length > SAFE_DIGITS || (length > 1 && bytes[from] === ZERO)) this.failed = true
    this.at = at
    return digits
  }

  private writer(): string {
    const { bytes, at: from, writerBytes } = this
    let at = from
    while (at < from + writerBytes.length && bytes[at] === writerBytes[at - from]) at++
    if (at === from + writerBytes.length && at > from && bytes[at] === QUOTE) {
      this.at = at
      return this.writerText
    }
    return this.newWriter(from)
  }

  /** Letters, digits and signs that JSON writes as they are. */
  private newWriter(from: number): string {
    const { bytes } = this
    let text = ""
    let at = from
    for (; at < from + MAX_WRITER_LENGTH && at < bytes.length; at++) {
      const code = bytes[at] as number
      if (code === QUOTE || code < 32 || code > 126 || code === 92) break
      text += String.fromCharCode(code)
    }
    if (text === "") this.failed = true
    this.at = at
    this.writerBytes = bytes.slice(from, at)
    this.writerText = text
    return text
  }

  private price(): PriceObserved {
    this.over(LAST)
    const last = this.decimal()
    this.over(BID)
    const bid = this.decimal()
    this.over(ASK)
    const ask = this.decimal()
    this.over(PRICE_END)
    return { _tag: "PriceObserved", last, bid, ask }
  }

  /** Digits with at most one point between them. */
  private decimal(): Price {
    const { bytes, at: from } = this
    let at = from
    let digits = 0
    let point = -1
    for (; at < bytes.length; at++) {
      const code = bytes[at] as number
      if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO)
      else if (code === POINT && point === -1) point = at
      else break
    }
    this.at = at
    const places = point === -1 ? 0 : at - point - 1
    if (
      at === from ||
      at - from > SAFE_DIGITS ||
      point === from ||
      (point !== -1 && places === 0) ||
      places > PRICE_DECIMALS
    ) {
      this.failed = true
      return Price.zero
    }
    return Price.ofDigits(digits, places)
  }
}

/**
 * A reader of records in this version of the shapes, the newest: the prices in a record's data, or null where something else stands
 * there, or in another form.
 */
export const priceReader = (version: number): ((data: Uint8Array) => Prices | null) => {
  const reader = new Reader(version)
  return (data) => reader.read(data)
}
