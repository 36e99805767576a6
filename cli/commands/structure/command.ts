/** `kennel structure scan`: structure regimes of the watched pairs, from the store's candles. Exit codes: 0 done, 1 failed, 2 no pair has enough candles. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { scanOptions } from "../../../services/market-context/options.ts"
import type { Assessment } from "../../../services/market-context/core/regime/assess.ts"
import { structureView, Universe } from "../../../services/market-context/core/regime/universe.ts"
import { scanOnce } from "../../../services/market-context/scan.ts"
import { STRUCTURE_REGIMES } from "../../../shared/core/marketContext.ts"
import { storeBeside } from "../../../app/leaves/store.ts"
import { loadSettings } from "../../shared/settings.ts"
import { bar, endLine, showLine } from "../../shared/terminal.ts"
import { table } from "../../shared/table.ts"
import { timeframesNamed } from "../backfill/historySource.ts"

const flags = {
  timeframe: Flag.String("timeframe").pipe(
    Flag.withDescription("Only these timeframes, such as 1h,1d (default: STRUCTURE_TIMEFRAMES)"),
    Flag.optional
  ),
  why: Flag.String("why").pipe(Flag.withDescription("The evidence of this symbol"), Flag.optional),
  json: Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false)),
  data: Flag.String("data").pipe(Flag.withDescription("Data directory (DATA_DIR)"), Flag.optional)
}

/** The evidence of one symbol, line by line. */
const whyText = (universe: Universe, symbol: string): string => {
  const { bias, bias_evidence: verdict, timeframes } = universe.of(symbol)
  if (Object.values(timeframes).every(({ evidence }) => evidence.candles === 0)) {
    return `${symbol}: no candles of it are kept; kennel symbols list names whose are, kennel symbols add ${symbol} has its history kept`
  }
  const iso = (sec: number): string => new Date(sec * 1_000).toISOString().slice(0, 16)
  const lines = Object.entries(timeframes).flatMap(
    ([timeframe, { regime, why, at_sec, evidence }]: [string, Assessment]) => [
      `${timeframe}: ${regime}: ${why}`,
      `  ${evidence.candles} candles${at_sec === null ? "" : ` up to ${iso(at_sec)} UTC`}; ADX ${evidence.adx?.toFixed(2) ?? "not defined"} against ${evidence.adx_trend_from}`,
      `  structure broken: up ${evidence.break_of_structure.bullish}, down ${evidence.break_of_structure.bearish}; open gaps of ${evidence.min_gap_percent} % or more: ${evidence.open_gaps}`,
      ...evidence.zones.map(
        ({ kind, type, at_sec: at, known_at_sec: known, low, high }) =>
          `  ${type} ${kind} ${low} to ${high}, candle of ${iso(at)} UTC, known since the close of ${iso(known)}`
      )
    ]
  )
  const compared =
    verdict === null
      ? "no daily candles looked at"
      : `close ${verdict.close ?? "none"} against ${verdict.average?.toPrecision(7) ?? "none"}, the average of ${verdict.average_days} days ` +
        `(${verdict.days} there); neutral within ${verdict.neutral_zone_bps} bp`
  return [`${symbol}: bias ${bias}: ${compared}`, ...lines].join("\n")
}

const scanCommand = Command.make(
  "scan",
  flags,
  Effect.fn(function* ({ timeframe, why, json, data }) {
    const settings = yield* loadSettings({ DATA_DIR: Option.getOrUndefined(data) })
    const named = yield* timeframesNamed(Option.getOrElse(timeframe, () => ""))
    const own = scanOptions(settings)
    const options = {
      ...own,
      timeframes: named.length === 0 ? own.timeframes : named,
      pair: Option.getOrElse(why, () => own.pair)
    }
    const universe = new Universe()
    const progress = (done: number, all: number) => showLine(`${bar(done / Math.max(1, all))}  ${done}/${all} series`)
    yield* scanOnce(universe, options, progress).pipe(Effect.provide(storeBeside(settings)), Effect.ensuring(endLine))
    const view = structureView(universe, options, null)
    const rows = Object.entries(view.distribution).map(([name, counts]) => [
      name,
      ...STRUCTURE_REGIMES.map((regime) => String(counts[regime]))
    ])
    const text = Option.isSome(why)
      ? whyText(universe, why.value)
      : table([[view.symbols === 1 ? "1 symbol" : `${view.symbols} symbols`, ...STRUCTURE_REGIMES], ...rows])
    const all = Object.fromEntries(universe.symbols.map((symbol) => [symbol, universe.of(symbol)]))
    yield* Console.log(json ? JSON.stringify(Option.isSome(why) ? view.pair : { ...view, universe: all }) : text)
    const known = Object.values(view.distribution).some(({ no_data: _none, ...others }) =>
      Object.values(others).some((count) => count > 0)
    )
    yield* Effect.sync(() => {
      process.exitCode = known ? 0 : 2
    })
  })
).pipe(
  Command.withDescription(
    "Structure regimes of the enabled symbols and the pair. Exit code 2 where none has enough candles"
  )
)

/** The command. */
export const structureCommand = Command.make("structure").pipe(Command.withSubcommands([scanCommand]))
