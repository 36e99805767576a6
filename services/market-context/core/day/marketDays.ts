/**
 * The days that are being counted: today, the one before, and how the stream of trades stands. Knows at any moment which stretches
 * of time are missing. Pure; changed in place.
 */
import type { Price } from "../../../../shared/core/decimal/decimal.ts"
import { DAY_MS, utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import { DayBook } from "./dayBook.ts"
import type { Stretch } from "./stretches.ts"
import type { DayTrade } from "./tape.ts"

/** Which days are wanted, and in what bins. */
export interface DaysOptions {
  readonly tickSize: Price
  /** The day before today as well. */
  readonly previousDay: boolean
}

/** Today's book and the previous day's. */
export class MarketDays {
  private readonly options: DaysOptions
  private books: ReadonlyArray<DayBook> = []
  /** From when on the stream has told of every trade, and up to which trade; null: it does not stand. */
  private stream: { readonly fromMs: number; readonly newestMs: number } | null = null

  /** How often the stream stood and then did not. */
  breaks = 0

  constructor(options: DaysOptions) {
    this.options = options
  }

  /** Today's book at this time; null before the first `roll`. */
  get today(): DayBook | null {
    return this.books.at(-1) ?? null
  }

  /** The day before's book; null where it is not wanted. */
  get previous(): DayBook | null {
    return this.books.length > 1 ? this.books[0]! : null
  }

  /** Time passes: opens the books of the day of `nowMs` and closes older ones. Returns the books that are new. */
  roll(nowMs: number): ReadonlyArray<DayBook> {
    const day = utcDayOf(nowMs)
    const newest = this.today
    if (newest !== null && newest.day >= day) return []
    const wanted = this.options.previousDay ? [day - 1, day] : [day]
    const opened: Array<DayBook> = []
    this.books = wanted.map((each) => {
      const held = this.books.find((book) => book.day === each)
      if (held !== undefined) return held
      const book = new DayBook(each, this.options.tickSize)
      opened.push(book)
      return book
    })
    return opened
  }

  /** Takes in trades of any day; returns how many were not there. Those of other days are left out. */
  take(trades: ReadonlyArray<DayTrade>): number {
    let fresh = 0
    for (const trade of trades) {
      // A trade may be told before the clock has rolled over.
      const newest = this.today
      if (newest !== null && trade.timeMs >= newest.toMs && trade.timeMs < newest.toMs + DAY_MS) this.roll(trade.timeMs)
      const day = utcDayOf(trade.timeMs)
      if (this.books.find((book) => book.day === day)?.take(trade) === true) fresh++
    }
    return fresh
  }

  /** The stream stands from now on. */
  streamStands(nowMs: number): void {
    this.streamBroke()
    this.stream = { fromMs: nowMs, newestMs: nowMs }
  }

  /** The stream has told of these; they need not be new. */
  streamTold(trades: ReadonlyArray<DayTrade>): number {
    const fresh = this.take(trades)
    const { stream } = this
    if (stream === null) return fresh
    for (const { timeMs } of trades) {
      const { fromMs, newestMs } = this.stream!
      // Of the first one's millisecond there may have been others before.
      this.stream = { fromMs: Math.min(fromMs, timeMs + 1), newestMs: Math.max(newestMs, timeMs) }
    }
    return fresh
  }

  /** The stream is cut, or something in it could not be read: what it told up to its newest trade is there. */
  streamBroke(): void {
    if (this.stream === null) return
    this.cover(this.stream.fromMs, this.stream.newestMs)
    this.stream = null
    this.breaks++
  }

  /** Notes down what the stream has told so far, before somebody keeps it. */
  settle(): void {
    if (this.stream !== null) this.cover(this.stream.fromMs, this.stream.newestMs)
  }

  /** All that traded from one time to another is here. */
  cover(fromMs: number, toMs: number): void {
    for (const { fromMs: from, toMs: to, coverage } of this.books)
      coverage.add(Math.max(from, fromMs), Math.min(to, toMs))
  }

  /** What is missing of a stretch of one day, up to `nowMs`. */
  missing(book: DayBook, fromMs: number, toMs: number, nowMs: number): ReadonlyArray<Stretch> {
    return book.coverage.missing(fromMs, Math.min(toMs, nowMs, this.stream?.fromMs ?? Number.POSITIVE_INFINITY))
  }

  /** All that is missing of the days that are counted, in order. */
  allMissing(nowMs: number): ReadonlyArray<Stretch> {
    return this.books.flatMap((book) => this.missing(book, book.fromMs, book.toMs, nowMs))
  }

  /** Whether the stream stands. */
  get isStreaming(): boolean {
    return this.stream !== null
  }
}
