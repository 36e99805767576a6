/** `kennel backtest`: the market's own rules on recorded candles or trades. */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Clock, Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { backtest, type BacktestOptions, WAYS } from "../../../app/backtest/run.ts"
import { cycleRows, fillRows, figuresOf } from "../../../app/backtest/report.ts"
import type { BacktestResult } from "../../../app/backtest/result.ts"
import { rulesOf } from "../../../app/inProcess/market.ts"
import type { Settings } from "../../../app/settings.ts"
import {
  recordedMarket,
  recordingEnd,
  recordingStart,
  type Way
} from "../../../services/exchange-sim/core/market/recorded.ts"
import { openRecording, type Playable } from "../../../services/exchange-sim/core/market/rows.ts"
import { attempt, readCandleFile } from "../../../shared/candles/candleFile.ts"
import { leftOutText } from "../../../shared/candles/core/file/leftOut.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { utcDayStartMs } from "../../../shared/core/time/utcDay.ts"
import { progressOf } from "../../shared/progress.ts"
import { clearLine } from "../../shared/terminal.ts"
import { loadSettings } from "../../shared/settings.ts"
import { tableOf } from "./table.ts"

/** The backtest did not run, or what it gave could not be written. */
class BacktestFailed extends Schema.TaggedError<BacktestFailed>()("BacktestFailed", { detail: Schema.String }) {
  override get message(): string {
    return `backtest: ${this.detail}`
  }
}
const failed = (detail: string) => new BacktestFailed({ detail })

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const backtestCommand = Command.make(
  "backtest",
  {
    candles: text("candles", "A file of candles, .csv or .csv.gz"),
    trades: text("trades", "A file of trades"),
    from: text("from", "First day (UTC), as 2026-11-01"),
    to: text("to", "First day that is not tested any more"),
    slots: text("slots", "Slots that trade (SLOTS)"),
    set: Flag.String("set").pipe(
      Flag.withDescription("A setting, as ENTRY_PCT=0.3; as often as needed"),
      Flag.between(0, 200)
    ),
    csv: text("csv", "Directory for fills.csv and cycles.csv"),
    range: Flag.Boolean("range").pipe(
      Flag.withDescription("Also the other ways through a candle, and the range over all"),
      Flag.withDefault(false)
    ),
    prove: Flag.Boolean("prove").pipe(
      Flag.withDescription("Encode, compare and hash every decision on the way; the result is the same"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false))
  },
  Effect.fn(function* ({ candles, trades, from, to, slots, set, csv, range, prove, json }) {
    const settings = yield* settingsOf(set, Option.getOrUndefined(slots))
    const file = Option.getOrUndefined(Option.orElse(candles, () => trades))
    if (file === undefined || (Option.isSome(candles) && Option.isSome(trades)))
      return yield* failed("name one file: --candles <file> or --trades <file>")
    return yield* Effect.scoped(
      Effect.gen(function* () {
        const recording = yield* readRecording(file, Option.isSome(candles) ? "candles" : "trades")
        const fromMs = (yield* dayOf("--from", from)) ?? recordingStart(recording)
        const untilMs = (yield* dayOf("--to", to)) ?? recordingEnd(recording)
        if (untilMs <= fromMs) return yield* failed("--to is not after --from")
        const ways = range && recording.kind === "candles" ? WAYS : WAYS.slice(0, 1)
        const results: Array<readonly [Way, BacktestResult]> = []
        for (const way of ways) {
          const market = recordedMarket(recording, settings.slot.priceDecimals, way)
          const tell = yield* progressOf(ways.length === 1 ? "backtest" : `backtest, ${way}`)
          const onHour = (nowMs: number): void => tell((nowMs - fromMs) / (untilMs - fromMs))
          const options = { ...optionsOf(settings), market, fromMs, untilMs, proves: prove, onHour }
          results.push([way, yield* run(options).pipe(Effect.ensuring(clearLine))])
        }
        const [first] = results
        if (first === undefined) return
        if (Option.isSome(csv)) yield* writeTables(csv.value, first[1])
        const figures = Object.fromEntries(results.map(([way, result]) => [way, figuresOf(result)]))
        yield* Console.log(json ? JSON.stringify(figures) : tableOf(figures))
      })
    )
  })
).pipe(Command.withDescription("The market's own rules on recorded candles or trades"))

/** The settings with `--set` and `--slots` over the environment. */
const settingsOf = Effect.fnUntraced(function* (set: ReadonlyArray<string>, slots: string | undefined) {
  const wrong = set.find((pair) => !/^[A-Z][A-Z0-9_]*=/.test(pair))
  if (wrong !== undefined) return yield* failed(`--set ${wrong} is not NAME=value`)
  const pairs = set.map((pair): [string, string] => [
    pair.slice(0, pair.indexOf("=")),
    pair.slice(pair.indexOf("=") + 1)
  ])
  const settings = yield* loadSettings({
    ...Object.fromEntries(pairs),
    ...(slots === undefined ? {} : { SLOTS: slots })
  })
  if (settings.hmmEnabled)
    return yield* failed("HMM_ENABLED=true: the regime advisor takes no part in a backtest yet; test without it")
  return settings
})

const readRecording = Effect.fnUntraced(function* (file: string, wanted: Playable["kind"]) {
  const nowSec = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
  const found = yield* readCandleFile(file, { nowSec })
  const { recording, settled } = yield* attempt(file, () => openRecording(found, nowSec))
  for (const left of settled.leftOut) yield* Effect.logWarning(`backtest: ${file}: ${leftOutText(left)}`)
  if (recording.kind !== wanted)
    return yield* failed(`${file} holds ${recording.kind}: name it with --${recording.kind}`)
  return recording
})

const dayOf = Effect.fnUntraced(function* (flag: string, day: Option.Option<string>) {
  if (Option.isNone(day)) return null
  const ms = utcDayStartMs(day.value)
  return ms ?? (yield* failed(`${flag} ${day.value} is no day such as 2026-11-01`))
})

const optionsOf = (settings: Settings): Omit<BacktestOptions, "market" | "fromMs" | "untilMs"> => ({
  ...rulesOf(settings),
  base: settings.simBase,
  quote: settings.simQuote,
  takerFeePct: settings.simTakerFeePct,
  clockMs: settings.clockIntervalSec * 1_000
})

const run = (options: BacktestOptions): Effect.Effect<BacktestResult, BacktestFailed> =>
  Effect.try({ try: () => backtest(options), catch: (error) => failed(messageOf(error)) })

const writeTables = (directory: string, result: BacktestResult): Effect.Effect<void, BacktestFailed> =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(directory, { recursive: true })
      await writeFile(join(directory, "fills.csv"), `${fillRows(result).join("\n")}\n`)
      await writeFile(join(directory, "cycles.csv"), `${cycleRows(result).join("\n")}\n`)
    },
    catch: (error) => failed(`${directory}: ${messageOf(error)}`)
  })
