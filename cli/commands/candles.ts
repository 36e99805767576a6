/** `kennel candles health|gaps|coverage`: what is in the store, for people and for cron. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { intervalSec, timeframeName } from "../../shared/candles/core/candle.ts"
import { type SeriesCoverage, Store } from "../../shared/store/port.ts"
import { namesOf } from "../../services/ohlcv-ingestor/core/job.ts"
import { isFresh } from "../../services/ohlcv-ingestor/core/readiness.ts"
import { candleClock, timeframesNamed } from "./backfill/historySource.ts"
import { storeBeside } from "../../app/leaves/store.ts"
import { venueOf } from "../../shared/config/shared.ts"
import { loadSettings } from "../shared/settings.ts"
import { table } from "../shared/table.ts"

const flags = {
  symbol: Flag.String("symbol").pipe(
    Flag.withDescription("Only these symbols, with commas between them"),
    Flag.optional
  ),
  timeframe: Flag.String("timeframe").pipe(Flag.withDescription("Only these timeframes, such as 1m,1d"), Flag.optional),
  data: Flag.String("data").pipe(Flag.withDescription("Data directory (DATA_DIR)"), Flag.optional)
}
type Flags = { readonly [K in keyof typeof flags]: Option.Option<string> }

/** The series in the store that were asked for, by the words of a person. */
const opened = Effect.fnUntraced(function* (given: Flags) {
  const settings = yield* loadSettings({ DATA_DIR: Option.getOrUndefined(given.data) })
  const symbols = namesOf(Option.getOrElse(given.symbol, () => ""))
  const timeframes = yield* timeframesNamed(Option.getOrElse(given.timeframe, () => ""))
  const fits = ({ symbol, intervalMin }: SeriesCoverage): boolean =>
    (symbols.length === 0 || symbols.includes(symbol)) && (timeframes.length === 0 || timeframes.includes(intervalMin))
  /** Also of before there were venues: only this market knows whose those are. */
  const series = Effect.gen(function* () {
    const { candles } = yield* Store
    yield* candles.adopt(settings.pair, venueOf(settings))
    return (yield* candles.coverageOfAll).filter(fits)
  })
  return { settings, series }
})

/** How a series is named: the simulated market's candles are told from those of the real one. */
const nameOf = ({ venue, symbol }: SeriesCoverage): string => (venue === "real" ? symbol : `${symbol} (${venue})`)

const time = (sec: number | null): string =>
  sec === null ? "-" : new Date(sec * 1_000).toISOString().slice(0, 16).replace("T", " ")

/** Candles that fit between the oldest and the newest; 0 where there is none. */
const spanOf = ({ intervalMin, oldestSec, newestSec }: SeriesCoverage): number =>
  oldestSec === null || newestSec === null ? 0 : (newestSec - oldestSec) / intervalSec(intervalMin) + 1

/** More candles than fit: rows of a shorter timeframe are among them. */
const CROWDED = "more than fit"

const NOTHING = "no such candles in the store; fetch some: kennel backfill --symbol XDGUSD --timeframe 1d"

const healthCommand = Command.make(
  "health",
  flags,
  Effect.fn(function* (given) {
    const { settings, series } = yield* opened(given)
    const found = yield* Effect.provide(series, storeBeside(settings))
    const nowOf = yield* candleClock(settings)
    const rows = found.map((one) => ({
      one,
      ageSec: one.newestSec === null ? Infinity : nowOf(one.venue) - one.newestSec,
      crowded: one.count > Math.ceil(spanOf(one)),
      fresh: isFresh(one.newestSec, one.intervalMin, nowOf(one.venue))
    }))
    const head = ["symbol", "timeframe", "newest (UTC)", "age", "state"]
    const shown = rows.map(({ one, ageSec, crowded, fresh }) => [
      nameOf(one),
      timeframeName(one.intervalMin),
      time(one.newestSec),
      `${(ageSec / 3_600).toFixed(1)} h`,
      crowded ? CROWDED : fresh ? "fresh" : ageSec < 0 ? "ahead of the clock" : "stale"
    ])
    yield* Console.log(rows.length === 0 ? NOTHING : table([head, ...shown]))
    yield* Effect.sync(() => {
      process.exitCode = rows.length > 0 && rows.every(({ fresh, crowded }) => fresh && !crowded) ? 0 : 1
    })
  })
).pipe(
  Command.withDescription(
    "Newest candle of every series. Exit code 1 when one is stale or holds what is no candle, or there is none"
  )
)

const coverageCommand = Command.make(
  "coverage",
  flags,
  Effect.fn(function* (given) {
    const { settings, series } = yield* opened(given)
    const found = yield* Effect.provide(series, storeBeside(settings))
    const head = ["symbol", "timeframe", "candles", "oldest (UTC)", "newest (UTC)", "of the span"]
    const rows = found.map((one) => {
      const { intervalMin, count, oldestSec, newestSec } = one
      const span = spanOf(one)
      const share = span === 0 ? "-" : `${((count / span) * 100).toFixed(1)} %`
      const state = count > Math.ceil(span) ? `${share}, ${CROWDED}` : share
      return [nameOf(one), timeframeName(intervalMin), String(count), time(oldestSec), time(newestSec), state]
    })
    yield* Console.log(rows.length === 0 ? NOTHING : table([head, ...rows]))
  })
).pipe(Command.withDescription("How many candles there are of every series, and from when to when"))

/** Holes of one series that are listed. */
const MAX_HOLES = 50

const gapsCommand = Command.make(
  "gaps",
  flags,
  Effect.fn(function* (given) {
    const { settings, series } = yield* opened(given)
    const found = yield* Effect.gen(function* () {
      const { candles } = yield* Store
      return yield* Effect.forEach(yield* series, (one) => Effect.map(candles.gaps(one, 0), (gaps) => ({ one, gaps })))
    }).pipe(Effect.provide(storeBeside(settings)))
    const lines = found.flatMap(({ one, gaps }) => [
      ...gaps
        .slice(-MAX_HOLES)
        .map(({ fromSec, toSec, missing }) => [
          nameOf(one),
          timeframeName(one.intervalMin),
          String(missing),
          time(fromSec),
          time(toSec)
        ]),
      ...(gaps.length > MAX_HOLES
        ? [[nameOf(one), timeframeName(one.intervalMin), `${gaps.length - MAX_HOLES} older holes`]]
        : [])
    ])
    const none = found.length === 0 ? NOTHING : "no holes"
    yield* Console.log(
      lines.length === 0 ? none : table([["symbol", "timeframe", "missing", "from (UTC)", "to (UTC)"], ...lines])
    )
  })
).pipe(Command.withDescription("Candles that are missing between others"))

export const candlesCommand = Command.make("candles").pipe(
  Command.withSubcommands([healthCommand, gapsCommand, coverageCommand])
)
