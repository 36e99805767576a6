/** `kennel levels`: the key levels of the running market. Exit codes: 0 all precise, 1 failed, 2 something is missing, and what. */
import { writeFile } from "node:fs/promises"
import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import type { LevelsView } from "../../../services/market-context/core/view.ts"
import { contextOptions, type ContextSettings, placesOf } from "../../../services/market-context/options.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { utcDayOf } from "../../../shared/core/time/utcDay.ts"
import { urlOf } from "../../shared/address.ts"
import { loadSettings } from "../../shared/settings.ts"
import { table } from "../../shared/table.ts"
import { type DayOnFile, dayOnFile } from "./dayFile.ts"
import { profilePicture } from "./picture.ts"
import { LevelsFailed } from "./failed.ts"
import { importCommand } from "./importTrades.ts"
import { levelsText } from "./text.ts"

const TIMEOUT_MS = 10_000

const Problem = Schema.Struct({ detail: Schema.String })

/** What the market at this address shows of its levels. */
const askLevels = Effect.fnUntraced(function* (base: string) {
  const url = new URL("/levels", base).href
  const { ok, answer } = yield* Effect.tryPromise({
    try: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      const answer: unknown = await response.json()
      return { ok: response.ok, answer }
    },
    catch: () => new LevelsFailed({ detail: `no answer from ${url}: is the market running, and is this its address?` })
  })
  // The server and this program are one build; another one's answer shows as text that is not there.
  if (ok) return answer as LevelsView
  const said = Schema.decodeUnknownOption(Problem)(answer)
  return yield* new LevelsFailed({
    detail: said._tag === "Some" ? said.value.detail : `${url} answered something else`
  })
})

const isPrecise = ({ today, previous_day, opening_range }: LevelsView): boolean =>
  [today, previous_day, opening_range].every(({ precision }) => precision === "PRECISE")

/** A day such as 2026-11-13, as days since 1970-01-01. */
const dayOf = (text: string): number | null => {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? null : utcDayOf(ms)
}

/** A finished day, from its files. */
const showDay = Effect.fnUntraced(function* (date: string, given: Given) {
  const day = dayOf(date)
  if (day === null) return yield* new LevelsFailed({ detail: `--date ${date}: is no day such as 2026-11-13` })
  const settings = yield* loadSettings({ DATA_DIR: Option.getOrUndefined(given.data) })
  const pair = Option.getOrElse(given.symbol, () => placesOf(settings).pair)
  const found = yield* dayOnFile(settings, pair, day).pipe(
    Effect.mapError(({ message }) => new LevelsFailed({ detail: message }))
  )
  if (found === null) {
    const where = placesOf(settings).profiles
    return yield* new LevelsFailed({ detail: `no trades of ${pair} on ${date} are kept in ${where}` })
  }
  const { profile, source, path } = found
  const levels = {
    symbol: pair,
    day: date,
    source,
    file: path,
    poc: Price.format(profile.pointOfControl),
    vah: Price.format(profile.valueAreaHigh),
    val: Price.format(profile.valueAreaLow),
    vwap: profile.volumeWeightedPrice,
    high: Price.format(profile.high),
    low: Price.format(profile.low),
    volume: Volume.format(profile.totalVolume)
  }
  const lines = Object.entries(levels).map(([name, value]) => [name, String(value)])
  yield* Console.log(given.json ? JSON.stringify(levels) : table(lines))
  if (Option.isSome(given.plot)) yield* draw(given.plot.value, `${pair} ${date}`, found, settings)
})

const draw = (out: string, what: string, { profile }: DayOnFile, settings: ContextSettings) =>
  Effect.tryPromise({
    try: () => writeFile(out, profilePicture(`${what}: volume by price`, profile, contextOptions(settings).tickSize)),
    catch: (error) => new LevelsFailed({ detail: `${out}: ${messageOf(error)}` })
  })

/** Today's profile, from the trades that the running market has kept of it: as of the last time it kept them. */
const drawToday = Effect.fnUntraced(function* (out: string, { day }: LevelsView) {
  const settings = yield* loadSettings()
  const { pair, profiles } = placesOf(settings)
  const found = yield* dayOnFile(settings, pair, dayOf(day) ?? 0).pipe(
    Effect.mapError(({ message }) => new LevelsFailed({ detail: message }))
  )
  if (found === null) {
    const detail = `no trades of ${pair} on ${day} are kept in ${profiles} yet: they are every five minutes`
    return yield* new LevelsFailed({ detail })
  }
  yield* draw(out, `${pair} ${day} so far, as last kept`, found, settings)
})

const flags = {
  date: Flag.String("date").pipe(
    Flag.withDescription("A finished UTC day, such as 2026-11-13, from its files"),
    Flag.optional
  ),
  symbol: Flag.String("symbol").pipe(Flag.withDescription("Another pair's files (with --date)"), Flag.optional),
  plot: Flag.String("plot").pipe(Flag.withDescription("Where the day's profile goes as SVG"), Flag.optional),
  json: Flag.Boolean("json").pipe(Flag.withDescription("The levels as JSON"), Flag.withDefault(false)),
  data: Flag.String("data").pipe(Flag.withDescription("Data directory (DATA_DIR)"), Flag.optional)
}
interface Given {
  readonly symbol: Option.Option<string>
  readonly plot: Option.Option<string>
  readonly data: Option.Option<string>
  readonly json: boolean
}

/** The command. */
export const levelsCommand = Command.make(
  "levels",
  flags,
  Effect.fn(function* ({ date, ...given }) {
    if (Option.isSome(date)) return yield* showDay(date.value, given)
    if (Option.isSome(given.symbol)) {
      return yield* new LevelsFailed({ detail: "--symbol is of a finished day's files: add --date" })
    }
    const levels = yield* askLevels(urlOf(yield* loadSettings()))
    yield* Console.log(given.json ? JSON.stringify(levels) : levelsText(levels))
    if (Option.isSome(given.plot)) yield* drawToday(given.plot.value, levels)
    yield* Effect.sync(() => {
      process.exitCode = isPrecise(levels) ? 0 : 2
    })
  })
).pipe(Command.withSubcommands([importCommand]))
