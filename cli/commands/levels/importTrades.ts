/** `kennel levels import`: trade archives become the files of their days, as if the market context had fetched them. */
import { existsSync, statSync } from "node:fs"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { TradeLines } from "../../../services/market-context/core/archive/tradeLines.ts"
import { DayBook } from "../../../services/market-context/core/day/dayBook.ts"
import {
  type DayFiles,
  type FilePlaces,
  makeDayFiles,
  profilePath,
  tradesPath
} from "../../../services/market-context/files/dayFiles.ts"
import { contextOptions, placesOf } from "../../../services/market-context/options.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { utcDayOf, utcDayText } from "../../../shared/core/time/utcDay.ts"
import { textPieces } from "../../../shared/files/textPieces.ts"
import { loadSettings } from "../../shared/settings.ts"
import { bar, clearLine, showLine } from "../../shared/terminal.ts"
import { LevelsFailed } from "./failed.ts"

/** One day after the other as the file has them; a day's trades are in memory, never more. */
class DaysOfFile {
  private book: DayBook | null = null
  private fromMs: number | null = null
  private newestMs = 0
  private readonly file: string
  private readonly tickSize: DayBook["tally"]["tickSize"]
  readonly lines = new TradeLines()

  constructor(file: string, tickSize: DayBook["tally"]["tickSize"]) {
    this.file = file
    this.tickSize = tickSize
  }

  /** Takes a line in; returns the day that it ended. Throws with the file's name. */
  push(line: string): DayBook | null {
    try {
      const trade = this.lines.read(line)
      if (trade === null) return null
      this.fromMs ??= trade.timeMs
      this.newestMs = Math.max(this.newestMs, trade.timeMs)
      const day = utcDayOf(trade.timeMs)
      if (this.book !== null && day < this.book.day) {
        throw new RangeError(
          `a trade of ${utcDayText(day)} comes after ${utcDayText(this.book.day)}; sort the file by time`
        )
      }
      const ended = this.book !== null && day > this.book.day ? this.finished(this.book.toMs) : null
      if (this.book === null || ended !== null) this.book = new DayBook(day, this.tickSize)
      this.book.take(trade)
      return ended
    } catch (error) {
      throw new Error(`${this.file}: ${messageOf(error)}`, { cause: error })
    }
  }

  /** The last day: whole only up to its newest trade. */
  end(): DayBook | null {
    return this.finished(this.newestMs)
  }

  private finished(toMs: number): DayBook | null {
    this.book?.coverage.add(Math.max(this.book.fromMs, this.fromMs ?? 0), Math.min(this.book.toMs, toMs))
    return this.book
  }
}

/** Keeps a day, unless it has files: those may hold what the exchange itself has told. */
const keepDay = Effect.fnUntraced(function* (files: DayFiles, places: FilePlaces, book: DayBook) {
  const date = utcDayText(book.day)
  const trades = tradesPath(places, book.day)
  if ((trades !== null && existsSync(trades)) || existsSync(profilePath(places, book.day))) {
    yield* Console.log(`${date}: has files already; left alone`)
    return
  }
  const missing = book.coverage.missing(book.fromMs, book.toMs)
  yield* files.keepTrades(book)
  yield* files.keepProfile({ day: book.day, tally: book.tally, missing })
  yield* Console.log(`${date}: ${book.tape.length} trades${missing.length === 0 ? "" : ", not the whole day"}`)
})

/** The command. */
export const importCommand = Command.make(
  "import",
  {
    file: Argument.String("trades.csv").pipe(
      Argument.withDescription("Kraken's trade archive, or Binance's aggTrades with or without a header; packed or not")
    ),
    symbol: Flag.String("symbol").pipe(Flag.withDescription("Whose trades they are (default: PAIR)"), Flag.optional),
    data: Flag.String("data").pipe(Flag.withDescription("Data directory (DATA_DIR)"), Flag.optional)
  },
  Effect.fn(function* ({ file, symbol, data }) {
    const settings = yield* loadSettings({ DATA_DIR: Option.getOrUndefined(data) })
    const own = placesOf(settings)
    const places = { ...own, pair: Option.getOrElse(symbol, () => own.pair) }
    const files = yield* makeDayFiles(places)
    const days = new DaysOfFile(file, contextOptions(settings).tickSize)
    const pieces = yield* Effect.acquireRelease(
      Effect.sync(() => textPieces(file)),
      (open) => Effect.promise(() => open.return())
    )
    const failed = (error: unknown) => {
      const text = messageOf(error)
      return new LevelsFailed({ detail: text.startsWith(file) ? text : `${file}: ${text}` })
    }
    const bytes = Math.max(1, statSync(file, { throwIfNoEntry: false })?.size ?? 1)
    let rest = ""
    let kept = 0
    for (let done = false; !done;) {
      const piece = yield* Effect.tryPromise({ try: () => pieces.next(), catch: failed })
      done = piece.done === true
      if (piece.value !== undefined) yield* showLine(`${bar(piece.value.readBytes / bytes)}  ${kept} days`)
      const lines = `${rest}${piece.value?.text ?? ""}`.split(/\r?\n/)
      rest = done ? "" : (lines.pop() ?? "")
      for (const line of lines) {
        const ended = yield* Effect.try({ try: () => days.push(line), catch: failed })
        if (ended === null) continue
        yield* clearLine
        yield* keepDay(files, places, ended)
        kept++
      }
    }
    yield* clearLine
    const last = days.end()
    if (last === null) return yield* new LevelsFailed({ detail: `${file}: holds no trade` })
    yield* keepDay(files, places, last)
    yield* Console.log(`${file}: ${days.lines.found}; ${kept + 1} days`)
  }, Effect.scoped)
).pipe(Command.withDescription("Keep the trades of an archive as files of their days, for levels --date"))
