/** What outlives the process: trades and profiles of the days as files, and whole days as rows of the store. */
import { Duration, Effect } from "effect"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import { utcDayText } from "../../shared/core/time/utcDay.ts"
import { Store } from "../../shared/store/port.ts"
import type { DayBook } from "./core/day/dayBook.ts"
import { mondayOf } from "./core/day/week.ts"
import type { MarketDays } from "./core/day/marketDays.ts"
import { profileOf, type ValueAreaSettings } from "./core/profile/volumeProfile.ts"
import type { KnownProfile } from "./core/view.ts"
import { tradesOf } from "./files/columns.ts"
import type { DayFiles } from "./files/dayFiles.ts"

/** What the keeper works with. */
export interface KeepParts {
  /** As files and store name the pair: `XDGUSD`. */
  readonly pair: string
  readonly days: MarketDays
  readonly files: DayFiles
  readonly tickSize: Price
  readonly valueArea: ValueAreaSettings
  /** Profiles of finished days, by day: filled here. */
  readonly known: Map<number, KnownProfile>
  /** Exchange Unix milliseconds. */
  readonly nowMs: Effect.Effect<number>
}

/** Keeps days, and brings back what was kept. Nothing of it fails: what goes wrong is said in the log, and the levels do without. */
export interface Keeper {
  /** Brings back what there is of a book's day, and of the finished days of its week. */
  readonly restore: (book: DayBook) => Effect.Effect<void>
  /** Keeps what is new: the trades of the days that are counted, and the profile of the day before once it is whole. */
  readonly keep: Effect.Effect<void>
  /** `keep`, again and again, and once more at the end. */
  readonly keeping: Effect.Effect<never>
}

/** Trades taken in before others have their turn: a millisecond's work. */
const TRADES_AT_ONCE = 2_000
/** Wall time between two looks for something to keep. A process that is killed fetches at most so much again. */
const KEEP_EVERY_MS = 300_000
/** A process that stops waits no longer than this for its files. */
const STOP_WITHIN = "5 seconds"

const said = (error: { readonly message: string }): Effect.Effect<void> =>
  Effect.logWarning(`market-context: ${error.message}`)

/** One file that cannot be read is told of, and takes nothing from what stands in others. */
const orNothing = <A>(reading: Effect.Effect<A | null, { readonly message: string }>): Effect.Effect<A | null> =>
  reading.pipe(Effect.catch((error) => Effect.as(said(error), null)))

/** A keeper of the days. */
export const makeKeeper = Effect.fnUntraced(function* (parts: KeepParts): Effect.fn.Return<Keeper, never, Store> {
  const { days, files, known, tickSize } = parts
  const { profiles } = yield* Store
  /** Trades that a day's file has. */
  const kept = new Map<number, number>()

  const restore = Effect.fnUntraced(function* (book: DayBook) {
    const found = yield* orNothing(files.trades(book.day))
    if (found !== null) {
      const { length } = found.columns.ids
      for (let from = 0; from < length; from += TRADES_AT_ONCE) {
        days.take(tradesOf(found.columns, from, from + TRADES_AT_ONCE))
        yield* Effect.yieldNow
      }
      for (const { from, to } of found.covered) book.coverage.add(from, to)
      kept.set(book.day, length)
      yield* Effect.logInfo(`market-context: ${length} trades of ${utcDayText(book.day)} from their file`)
    }
    for (let day = mondayOf(book.day); day < book.day; day++) {
      if (known.has(day)) continue
      const profile = yield* orNothing(files.profile(day, tickSize))
      if (profile !== null) known.set(day, profile)
    }
    const before = yield* orNothing(files.profile(book.day - 1, tickSize))
    if (before !== null && !known.has(before.day)) known.set(before.day, before)
  })

  const keepTrades = Effect.fnUntraced(function* (book: DayBook | null) {
    if (book === null || book.tape.length === (kept.get(book.day) ?? 0)) return
    const { length } = book.tape
    yield* files.keepTrades(book)
    kept.set(book.day, length)
  })
  const keepProfile = Effect.fnUntraced(function* (book: DayBook | null) {
    if (book === null || known.get(book.day)?.missing.length === 0) return
    const missing = days.missing(book, book.fromMs, book.toMs, yield* parts.nowMs)
    const profile = profileOf(book.tally, parts.valueArea)
    if (profile === null) return
    const before = known.get(book.day)
    // Of a day with holes the fuller profile is kept.
    if (missing.length > 0 && before !== undefined && before.tally.trades >= book.tally.trades) return
    yield* files.keepProfile({ day: book.day, tally: book.tally, missing })
    known.set(book.day, { day: book.day, tally: book.tally, missing, source: "backfill" })
    if (missing.length === 0) yield* profiles.upsert({ market: parts.pair, day: utcDayText(book.day), ...profile })
  })
  const keep = Effect.gen(function* () {
    days.settle()
    yield* keepProfile(days.previous).pipe(Effect.catch(said))
    yield* keepTrades(days.previous).pipe(Effect.catch(said))
    yield* keepTrades(days.today).pipe(Effect.catch(said))
  })
  const keeping = Effect.forever(Effect.andThen(Effect.sleep(Duration.millis(KEEP_EVERY_MS)), keep)).pipe(
    Effect.ensuring(Effect.ignore(Effect.timeoutOption(keep, STOP_WITHIN)))
  )
  return { restore, keep, keeping }
})
