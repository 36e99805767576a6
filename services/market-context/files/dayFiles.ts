/** A day's files by the day: where they stand, what they say of the day, and a worker that reads and writes them. */
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { Deferred, Effect, Schema, type Scope } from "effect"
import type { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { Price as Prices, Volume as Volumes } from "../../../shared/core/decimal/decimal.ts"
import { utcDayText } from "../../../shared/core/time/utcDay.ts"
import { errand } from "../../../shared/pace/errands.ts"
import type { DayBook } from "../core/day/dayBook.ts"
import type { DayTape } from "../core/day/tape.ts"
import type { Stretch } from "../core/day/stretches.ts"
import { ProfileTally } from "../core/profile/tally.ts"
import type { KnownProfile } from "../core/view.ts"
import { copyRows, emptyColumns } from "./columns.ts"
import { type FileFacts, MOST_IN_COLUMN, type ProfileColumns, type TradeColumns } from "./parquet.ts"
import type { FileAnswer, FileTask } from "./worker.ts"

/** A file of a day could not be read or written; the text names it. */
export class DayFileFailed extends Schema.TaggedError<DayFileFailed>()("DayFileFailed", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.detail}`
  }
}

/** Where a pair's files stand. */
export interface FilePlaces {
  readonly pair: string
  /** Profiles: `{pair}_{date}_profile.parquet`. */
  readonly profiles: string
  /** Trades: `{pair}_{date}.parquet`; null: none are kept. */
  readonly trades: string | null
}

/** Path of a day's profile. */
export const profilePath = ({ pair, profiles }: FilePlaces, day: number): string =>
  join(profiles, `${pair}_${utcDayText(day)}_profile.parquet`)

/** Path of a day's trades; null where none are kept. */
export const tradesPath = ({ pair, trades }: FilePlaces, day: number): string | null =>
  trades === null ? null : join(trades, `${pair}_${utcDayText(day)}.parquet`)

/** A day's trades as they were kept, and of which times all of them are there. */
export interface KeptTrades {
  readonly columns: TradeColumns
  readonly covered: ReadonlyArray<Stretch>
}

const StretchesText = Schema.fromJsonString(Schema.Array(Schema.Struct({ from: Schema.Finite, to: Schema.Finite })))
const SumsText = Schema.Struct({
  trades: Schema.FiniteFromString,
  weighted: Schema.BigIntFromString,
  high: Schema.BigIntFromString,
  low: Schema.BigIntFromString,
  tick_size: Schema.BigIntFromString,
  missing: StretchesText
})

/** Reads and writes the files of the days, one after the other. */
export interface DayFiles {
  /** Trades and what is covered of them. */
  readonly keepTrades: (book: DayBook) => Effect.Effect<void, DayFileFailed>
  /** Null where there is no such file. */
  readonly trades: (day: number) => Effect.Effect<KeptTrades | null, DayFileFailed>
  readonly keepProfile: (known: Omit<KnownProfile, "source">) => Effect.Effect<void, DayFileFailed>
  /** Null where there is no such file, or one of other bins. */
  readonly profile: (day: number, tickSize: Price) => Effect.Effect<KnownProfile | null, DayFileFailed>
}

/** Has a worker while its scope lives. */
export const makeDayFiles = Effect.fnUntraced(function* (
  places: FilePlaces
): Effect.fn.Return<DayFiles, never, Scope.Scope> {
  const ask = yield* makeAsking

  const keepTrades = Effect.fnUntraced(function* (book: DayBook) {
    const path = tradesPath(places, book.day)
    if (path === null || book.tape.length === 0) return
    const facts = { symbol: places.pair, date: utcDayText(book.day), covered: JSON.stringify(book.coverage.covered) }
    yield* ask({ kind: "writeTrades", path, columns: yield* copied(book.tape), facts })
  })
  const trades = Effect.fnUntraced(function* (day: number) {
    const path = tradesPath(places, day)
    const found = path === null ? null : yield* ask({ kind: "readTrades", path })
    if (path === null || found === null) return null
    const covered = yield* factOf(path, StretchesText, found.facts["covered"])
    return { columns: found.columns as TradeColumns, covered }
  })
  const keepProfile = Effect.fnUntraced(function* ({ day, tally, missing }: Omit<KnownProfile, "source">) {
    const sums = tally.sums()
    if (sums === null) return
    const levels = tally.levels()
    const path = profilePath(places, day)
    const wide = levels.find(({ price, volume }) => price > MOST_IN_COLUMN || volume > MOST_IN_COLUMN)
    if (wide !== undefined) {
      const detail = `a volume of ${Volumes.format(wide.volume)} at ${Prices.format(wide.price)} has no place in its columns; it is not kept`
      return yield* new DayFileFailed({ path, detail })
    }
    const columns: ProfileColumns = {
      prices: BigInt64Array.from(levels, ({ price }) => price),
      volumes: BigInt64Array.from(levels, ({ volume }) => volume)
    }
    const facts: FileFacts = {
      symbol: places.pair,
      date: utcDayText(day),
      tick_size: String(tally.tickSize),
      trades: String(sums.trades),
      weighted: String(sums.weighted),
      high: String(sums.high),
      low: String(sums.low),
      missing: JSON.stringify(missing)
    }
    yield* ask({ kind: "writeProfile", path, columns, facts })
  })
  const profile = Effect.fnUntraced(function* (day: number, tickSize: Price) {
    const path = profilePath(places, day)
    const found = yield* ask({ kind: "readProfile", path })
    return found === null ? null : yield* knownOf(path, day, tickSize, found)
  })
  return { keepTrades, trades, keepProfile, profile }
})

/** Rows copied before others have their turn: a millisecond's work. */
const ROWS_AT_ONCE = 4_096
/** An older trade that turns up meanwhile moves the others: then the copy begins anew, at most so often. */
const MAX_COPIES = 5

/** A copy of the tape, made in small steps: a whole day at once would hold up the market. */
const copied = Effect.fnUntraced(function* (tape: DayTape) {
  for (let copy = 1; ; copy++) {
    const columns = emptyColumns(tape.length)
    tape.at(0)
    const { reordered } = tape
    for (let from = 0; from < columns.ids.length; from += ROWS_AT_ONCE) {
      copyRows(tape, columns, from, from + (copy < MAX_COPIES ? ROWS_AT_ONCE : columns.ids.length))
      yield* Effect.yieldNow
    }
    tape.at(0)
    if (tape.reordered === reordered || copy >= MAX_COPIES) return columns
  }
})

const factOf = <A>(path: string, schema: Schema.ConstraintDecoder<A>, value: unknown) =>
  Schema.decodeUnknownEffect(schema)(value).pipe(
    Effect.mapError(({ message }) => new DayFileFailed({ path, detail: `its metadata cannot be read: ${message}` }))
  )

/** A profile as its file has it; null where its bins are others. */
export const knownOf = Effect.fnUntraced(function* (
  path: string,
  day: number,
  tickSize: Price,
  { columns, facts }: { readonly columns: ProfileColumns; readonly facts: FileFacts }
) {
  const sums = yield* factOf(path, SumsText, facts)
  if (sums.tick_size !== tickSize) {
    yield* Effect.logInfo(`market-context: ${path}: has bins of ${Prices.format(sums.tick_size as Price)}: left alone`)
    return null
  }
  const tally = new ProfileTally(tickSize)
  const levels = Array.from(columns.prices, (price, at) => ({
    price: price as Price,
    volume: columns.volumes[at]! as Volume
  }))
  tally.include(levels, { ...sums, high: sums.high as Price, low: sums.low as Price })
  return { day, tally, missing: sums.missing, source: "profile_cache" as const }
})

/** A day's file is read or written in well under a second; so long means that the worker or the disk hangs. */
const TASK_TIMEOUT = "1 minute"

type Found = { readonly columns: TradeColumns | ProfileColumns; readonly facts: FileFacts } | null
type Asking = (task: FileTask) => Effect.Effect<Found, DayFileFailed>

const makeAsking: Effect.Effect<Asking, never, Scope.Scope> = Effect.gen(function* () {
  const waiting = new Map<number, Deferred.Deferred<Found, { readonly detail: string }>>()
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL("./worker.ts", import.meta.url))),
    (standing) => Effect.promise(() => standing.terminate())
  )
  // It must not keep a process alive that has nothing else to do.
  worker.unref()
  worker.on("message", (answer: FileAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (asked === undefined) return
    Deferred.doneUnsafe(asked, answer.ok ? Effect.succeed(answer.value) : Effect.fail({ detail: answer.detail }))
  })
  const died = (detail: string): void => {
    for (const asked of waiting.values()) Deferred.doneUnsafe(asked, Effect.fail({ detail }))
    waiting.clear()
  }
  worker.on("error", (error) => died(error.message))
  worker.on("exit", (code) => died(`the worker ended with code ${code}`))
  let asked = 0
  return (task) =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<Found, { readonly detail: string }>()
      const id = ++asked
      const ask = Effect.sync(() => {
        waiting.set(id, answer)
        worker.postMessage({ id, task }, [])
      })
      return yield* Effect.andThen(ask, Deferred.await(answer)).pipe(
        errand(`the file ${task.path}`),
        Effect.timeoutOrElse({
          duration: TASK_TIMEOUT,
          orElse: () => Effect.fail({ detail: `no answer within ${TASK_TIMEOUT}` })
        }),
        Effect.mapError(({ detail }) => new DayFileFailed({ path: task.path, detail }))
      )
    })
})
