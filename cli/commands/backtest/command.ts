/** `kennel backtest`: the market's own rules on recorded candles or trades; once, over a grid of settings, or window after window. */
import { availableParallelism } from "node:os"
import { Clock, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { withoutEffect } from "../../../app/backtest/heeded.ts"
import { OBJECTIVES } from "../../../app/backtest/sweep/walkForward.ts"
import { recordingEnd, recordingStart } from "../../../services/exchange-sim/core/market/recorded.ts"
import { openRecording, type Playable } from "../../../services/exchange-sim/core/market/rows.ts"
import { attempt, readCandleFile } from "../../../shared/candles/candleFile.ts"
import { leftOutText } from "../../../shared/candles/core/file/leftOut.ts"
import { utcDayStartMs } from "../../../shared/core/time/utcDay.ts"
import type { Settings } from "../../../app/settings.ts"
import { loadSettings } from "../../shared/settings.ts"
import { failed } from "./failed.ts"
import { type GivenFlags, givenBy, nameOf, problemOfFlags, sweptBy } from "./flags.ts"
import { runOnce } from "./once.ts"
import { endOfStored } from "./seen.ts"
import { playStored } from "./stored.ts"
import { runSweep } from "./sweep.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const often = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.between(0, 200))
const yes = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

export const backtestCommand = Command.make(
  "backtest",
  {
    candles: text("candles", "A file of candles, .csv or .csv.gz"),
    trades: text("trades", "A file of trades"),
    stored: text("stored", "Candles of the pair (PAIR) that the store has, of the real market: their length, as 1m"),
    from: text("from", "First day (UTC), as 2026-11-01"),
    to: text("to", "First day that is not tested any more; of --stored otherwise the day of its last candle"),
    slots: text("slots", "Slots that trade (SLOTS)"),
    set: often("set", "A setting, as ENTRY_PCT=0.3; as often as needed"),
    sweep: often("sweep", "Values of a setting, as ENTRY_PCT=0.1..0.6/11 or SLOTS=1,2,5; each combination is run"),
    walkForward: text("walk-forward", "With --sweep: chooses on so many days, tests on the next, as train=30d,test=7d"),
    objective: Flag.Literals("objective", OBJECTIVES).pipe(
      Flag.withDescription("What a sweep is ordered and chosen by"),
      Flag.withDefault("return_pct" as const)
    ),
    results: text(
      "results",
      "With --sweep: file that rows are appended to, and that a run that was broken off goes on from"
    ),
    workers: Flag.Int("workers").pipe(
      Flag.withDescription("With --sweep: threads; one for each core"),
      Flag.withDefault(availableParallelism())
    ),
    csv: text("csv", "Directory for fills.csv and cycles.csv; of a sweep sweep.csv"),
    html: text("html", "File for a page with charts that needs nothing else"),
    range: yes("range", "Also the other ways through a candle, and the range over all"),
    prove: yes("prove", "Fold, encode, compare and hash everything on the way; the result is the same"),
    json: yes("json", "As JSON"),
    data: text("data", "With --stored: data directory (DATA_DIR)")
  },
  Effect.fn(function* (flags) {
    const { from, to, slots, set, sweep, data } = flags
    const problem = problemOfFlags({ set, sweep, slots: Option.isSome(slots), ...givenOf(flags) })
    if (problem !== null) return yield* failed(problem)
    const given = { ...givenBy(set), ...(Option.isSome(slots) ? { SLOTS: slots.value } : {}) }
    const settings = yield* loadSettings({ ...given, DATA_DIR: Option.getOrUndefined(data) })
    const idle = withoutEffect([...set, ...sweep].map(nameOf), settings, sweptBy(sweep))
    if (idle !== null) return yield* failed(idle)
    return yield* Effect.scoped(
      Effect.gen(function* () {
        const nowSec = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
        const read = yield* readRecording(flags, settings, nowSec)
        const { recording } = read
        const fromMs = (yield* dayOf("--from", from)) ?? recordingStart(recording)
        const endMs = recordingEnd(recording)
        const untilMs = (yield* dayOf("--to", to)) ?? (Option.isSome(flags.stored) ? endOfStored(fromMs, endMs) : endMs)
        if (fromMs >= endMs)
          return yield* failed(`--from is after the recording's end, ${new Date(endMs).toISOString()}`)
        if (untilMs <= fromMs)
          return yield* failed(
            `--to is not after ${Option.isSome(from) ? "--from" : "the recording's beginning"}, ${new Date(fromMs).toISOString()}`
          )
        const played = { ...read, nowSec, fromMs, untilMs, settings, given }
        if (sweep.length > 0) yield* runSweep(played, flags)
        else yield* runOnce(played, flags)
      })
    )
  })
).pipe(Command.withDescription("The market's own rules on recorded candles or trades"))

/** Flags that only one kind of run knows, and whether they are given. */
const givenOf = ({ walkForward, results, range, trades, stored, csv }: KindFlags): GivenFlags => ({
  walkForward: Option.isSome(walkForward),
  results: Option.isSome(results),
  csv: Option.isSome(csv),
  stored: Option.isSome(stored),
  rangeOfTrades: range && Option.isSome(trades)
})

interface KindFlags {
  readonly walkForward: Option.Option<string>
  readonly results: Option.Option<string>
  readonly csv: Option.Option<string>
  readonly trades: Option.Option<string>
  readonly stored: Option.Option<string>
  readonly range: boolean
}

/** What is to be played: the one of the three that is named. */
const readRecording = Effect.fnUntraced(function* (flags: Sources, settings: Settings, nowSec: number) {
  const named = (["candles", "trades", "stored"] as const).flatMap((kind) =>
    Option.match(flags[kind], { onNone: () => [], onSome: (value) => [{ kind, value }] })
  )
  const [source] = named
  if (source === undefined || named.length > 1)
    return yield* failed("name one recording: --candles <file>, --trades <file> or --stored <timeframe>")
  const { kind, value } = source
  if (kind === "stored") return yield* playStored(settings, value)
  return { file: value, recording: yield* readFile(value, kind, nowSec) }
})

interface Sources {
  readonly candles: Option.Option<string>
  readonly trades: Option.Option<string>
  readonly stored: Option.Option<string>
}

const readFile = Effect.fnUntraced(function* (file: string, wanted: Playable["kind"], nowSec: number) {
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
