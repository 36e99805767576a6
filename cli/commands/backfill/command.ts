/** `kennel backfill`: history of one symbol or many, from a public source or from Kraken's CSV archives, into the store. */
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Settings } from "../../../app/settings.ts"
import type { IngestorStore } from "../../../services/ohlcv-ingestor/store.ts"
import { type JobOrder, Store } from "../../../shared/store/port.ts"
import { namesOf, ordersOf } from "../../../services/ohlcv-ingestor/core/job.ts"
import type { CandleSource } from "../../../shared/candles/source.ts"
import { limitedSource } from "../../../services/ohlcv-ingestor/limiter.ts"
import { retentionOf } from "../../../services/ohlcv-ingestor/service.ts"
import { closeBreaker } from "../../../services/ohlcv-ingestor/window/memory.ts"
import { venueOf } from "../../../shared/config/shared.ts"
import { loadSettings } from "../../shared/settings.ts"
import { importArchives } from "./archives.ts"
import { report, workOff } from "./run.ts"
import { storeBeside } from "../../../app/leaves/store.ts"
import { sourceElsewhere, timeframesNamed } from "./historySource.ts"

/** What was asked for makes no sense, or nothing fits it: nothing was fetched. */
export class BackfillRefused extends Schema.TaggedError<BackfillRefused>()("BackfillRefused", {
  detail: Schema.String
}) {
  override get message(): string {
    return `backfill: ${this.detail}`
  }
}

const optionalText = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const yes = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const flags = {
  symbol: optionalText("symbol", "One symbol, as the source names it"),
  symbols: optionalText("symbols", "Several, with commas or spaces between them: --symbols XBTUSD ETHUSD"),
  more: Argument.String("symbol").pipe(
    Argument.withDescription("More of --symbols, or symbols without it"),
    Argument.variadic({ min: 0 })
  ),
  all: yes("all", "The traded pair, every enabled symbol of the store, and those of BACKFILL_SYMBOLS"),
  timeframe: optionalText("timeframe", "One or more of 1m, 5m, 15m, 30m, 1h, 4h, 1d, …; default BACKFILL_TIMEFRAMES"),
  days: Flag.Int("days").pipe(Flag.withDescription("How far back; default BACKFILL_DAYS"), Flag.optional),
  incremental: yes("incremental", "Only what is newer than the newest candle in the store"),
  skipExisting: yes("skip-existing", "Leave out what is filled to 80 % already"),
  from: optionalText("from", "A file of Kraken's CSV archives (XBTUSD_60.csv, also .gz) or a folder of them"),
  source: optionalText("source", "kraken, binance, bybit or polygon (CANDLE_SOURCE)"),
  url: optionalText("url", "Another address of that source (CANDLE_SOURCE_URL)"),
  data: optionalText("data", "Data directory (DATA_DIR)")
}

/** As a shell reports a program that ended by Ctrl-C: what comes after it in a script must not take it for done. */
const STOPPED_EXIT_CODE = 130

const sayStopped = () =>
  Effect.andThen(
    Console.error("backfill: stopped; the same command goes on where it was"),
    Effect.sync(() => {
      process.exitCode = STOPPED_EXIT_CODE
    })
  )

const modeOf = (incremental: boolean, skipExisting: boolean): JobOrder["mode"] =>
  incremental ? "incremental" : skipExisting ? "missing" : "full"

/** The symbols named one by one. */
const namedIn = (asked: {
  readonly symbol: Option.Option<string>
  readonly symbols: Option.Option<string>
  readonly more: ReadonlyArray<string>
}): ReadonlyArray<string> => [
  ...Option.toArray(asked.symbol),
  ...[...Option.toArray(asked.symbols), ...asked.more].flatMap(namesOf)
]

/** The symbols asked for; with `--all` the watchlist. */
const symbolsFor = Effect.fnUntraced(function* (
  asked: Parameters<typeof namedIn>[0] & { readonly all: boolean },
  settings: Settings,
  store: IngestorStore
) {
  const named = namedIn(asked)
  if (named.length > 0) return named
  if (!asked.all) return yield* new BackfillRefused({ detail: "name --symbol, --symbols or --all" })
  return yield* watchlistOf(settings, store)
})

/** The traded pair, what BACKFILL_SYMBOLS names, and the enabled rows of the store. The pair has Kraken's name: other sources need one of theirs. */
const watchlistOf = Effect.fnUntraced(function* (settings: Settings, store: IngestorStore) {
  const added = [...namesOf(settings.backfillSymbols), ...(yield* store.symbols.enabled)]
  if (settings.candleSource === "kraken") return [...new Set([settings.pair, ...added])]
  if (added.length > 0) return [...new Set(added)]
  return yield* new BackfillRefused({
    detail: "--all: no symbol is watched; add some (kennel symbols add XBTUSD ETHUSD), or name them in BACKFILL_SYMBOLS"
  })
})

/** Pauses before a source is asked once more whether it is there. */
const KNOCK_AGAIN_MS = [1_000, 2_000]

/** Fails in one sentence where the source does not answer at all: each job would find that out for itself, for minutes. */
const reached = Effect.fnUntraced(function* (
  source: CandleSource,
  [first]: ReadonlyArray<JobOrder>,
  { candleSourceUrl }: Settings
) {
  if (first === undefined) return
  const { symbol, intervalMin } = first
  for (let knock = 0; ; knock++) {
    const answer = yield* Effect.result(source.fetchPage({ symbol, intervalMin, cursor: null }))
    // Whatever else is wrong, its job says.
    if (answer._tag === "Success" || answer.failure.advice !== "retry") return
    const pauseMs = KNOCK_AGAIN_MS[knock]
    if (pauseMs === undefined) {
      const where = candleSourceUrl === "" ? source.name : `${source.name} at ${candleSourceUrl}`
      return yield* new BackfillRefused({
        detail: `${where} does not answer (${answer.failure.detail}); is there a way to the internet? What was asked for waits: the same command goes on. Another address: --url`
      })
    }
    yield* Effect.sleep(pauseMs)
  }
})

/** Queues the orders and works until the queue of this source is empty: also what an earlier run left behind. */
const fetchHistory = Effect.fnUntraced(function* (
  settings: Settings,
  store: IngestorStore,
  symbols: ReadonlyArray<string>,
  order: Pick<JobOrder, "mode" | "days"> & { readonly timeframes: ReadonlyArray<number> }
) {
  const { source, rate, nowSec } = yield* sourceElsewhere(settings)
  const limited = yield* limitedSource(source, rate)
  yield* store.candles.adopt(settings.pair, venueOf(settings))
  const { mode, days } = order
  const orders = ordersOf(symbols, order.timeframes, { source: limited.name, mode, days })
  // A person asks for it: an exchange that has given nothing new for a while may be asked again, the market's own too.
  for (const venue of new Set([limited.venue, venueOf(settings)])) {
    yield* Effect.forEach(orders, (order) => closeBreaker(store, { venue, ...order }), { discard: true })
  }
  yield* store.jobs.enqueue(orders)
  yield* reached(source, orders, settings)
  const parts = { source: limited, store, nowSec, retentionDays: retentionOf(settings.candleRetentionDays) }
  return yield* workOff(parts, { workers: settings.backfillWorkers, jobs: orders.length })
})

/** The command, its flags and its exit codes. */
export const backfillCommand = Command.make(
  "backfill",
  flags,
  Effect.fn(function* (given) {
    if (given.incremental && given.skipExisting) {
      return yield* new BackfillRefused({ detail: "--incremental and --skip-existing exclude each other; name one" })
    }
    const settings = yield* loadSettings({
      CANDLE_SOURCE: Option.getOrUndefined(given.source),
      CANDLE_SOURCE_URL: Option.getOrUndefined(given.url),
      DATA_DIR: Option.getOrUndefined(given.data)
    })
    const chosen = Option.isSome(given.timeframe)
      ? yield* timeframesNamed(given.timeframe.value)
      : settings.backfillTimeframes
    const days = Option.getOrElse(given.days, () => settings.backfillDays)
    if (days < 1) return yield* new BackfillRefused({ detail: `--days ${days}: name 1 or more` })
    const run = Effect.gen(function* () {
      const store = yield* Store
      if (Option.isSome(given.from)) {
        const wanted = {
          symbols: namedIn(given),
          timeframes: Option.isSome(given.timeframe) ? chosen : [],
          days: Option.getOrNull(given.days)
        }
        return yield* importArchives(given.from.value, wanted, store.candles)
      }
      const symbols = yield* symbolsFor(given, settings, store)
      const mode = modeOf(given.incremental, given.skipExisting)
      return yield* fetchHistory(settings, store, symbols, { mode, days, timeframes: chosen })
    })
    const result = yield* run.pipe(Effect.provide(storeBeside(settings)), Effect.onInterrupt(sayStopped))
    yield* Console.log(report(result))
    yield* Effect.sync(() => {
      process.exitCode = result.failed.length > 0 ? 1 : 0
    })
  })
)
