/** One backtest, or three of them by the ways through a candle: table, JSON, CSV and page. */
import { access, constants, mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Console, Effect, Option } from "effect"
import { backtestOptionsOf } from "../../../app/backtest/options.ts"
import { pageOf } from "../../../app/backtest/page/page.ts"
import { cycleRows, equityRows, figuresOf, fillRows } from "../../../app/backtest/report.ts"
import type { BacktestResult } from "../../../app/backtest/result.ts"
import { backtest, WAYS } from "../../../app/backtest/run.ts"
import type { Way } from "../../../services/exchange-sim/core/market/recorded.ts"
import { codeOf, inWords } from "../../../shared/journal/embedded/directory/disk.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { progressOf } from "../../shared/progress.ts"
import { clearLine } from "../../shared/terminal.ts"
import { type BacktestFailed, failed, type Played } from "./failed.ts"
import { tableOf } from "./table.ts"

interface OnceFlags {
  readonly csv: Option.Option<string>
  readonly html: Option.Option<string>
  readonly range: boolean
  readonly prove: boolean
  readonly json: boolean
}

/** Runs it, and says and writes what came of it. */
export const runOnce = Effect.fnUntraced(function* (played: Played, { csv, html, range, prove, json }: OnceFlags) {
  const { recording, settings, fromMs, untilMs } = played
  const ways = range && recording.kind === "candles" ? WAYS : WAYS.slice(0, 1)
  // What cannot be written is said before the run, not after it.
  if (Option.isSome(csv)) yield* ownDirectory(csv.value)
  if (Option.isSome(html)) yield* ownDirectory(dirname(html.value))
  const results: Array<readonly [Way, BacktestResult]> = []
  for (const way of ways) {
    const tell = yield* progressOf(ways.length === 1 ? "backtest" : `backtest, ${way}`)
    const onHour = (nowMs: number): void => tell((nowMs - fromMs) / (untilMs - fromMs))
    const span = { recording, way, fromMs, untilMs, onHour }
    const options = { ...backtestOptionsOf(settings), ...span, proves: prove, compares: true }
    const result = yield* Effect.try({
      try: () => backtest(options),
      catch: (error) => failed(messageOf(error))
    }).pipe(Effect.ensuring(clearLine))
    results.push([way, result])
  }
  const [first] = results
  if (first === undefined) return
  if (Option.isSome(csv)) yield* writeTables(csv.value, first[1])
  const figures = Object.fromEntries(results.map(([way, result]) => [way, figuresOf(result)]))
  if (Option.isSome(html)) {
    const title = `${played.file.split("/").at(-1)}, ${settings.slots} ${settings.slots === 1 ? "slot" : "slots"}`
    yield* write(html.value, pageOf({ title, result: first[1], figures, given: played.given }))
  }
  yield* Console.log(json ? JSON.stringify(figures) : tableOf(figures, first[1]))
})

const writeTables = (directory: string, result: BacktestResult): Effect.Effect<void, BacktestFailed> =>
  Effect.forEach(
    [
      ["fills.csv", fillRows(result)],
      ["cycles.csv", cycleRows(result)],
      ["equity.csv", equityRows(result)]
    ] as const,
    ([name, rows]) => write(join(directory, name), `${rows.join("\n")}\n`),
    { discard: true }
  )

/** A directory that can be written to; it is made where it is missing. */
export const ownDirectory = (directory: string): Effect.Effect<void, BacktestFailed> =>
  attempted(directory, async () => {
    await mkdir(directory, { recursive: true })
    await access(directory, constants.W_OK)
  })

/** Writes a file whole. */
export const write = (path: string, content: string): Effect.Effect<void, BacktestFailed> =>
  attempted(path, () => writeFile(path, content))

/** What the file system rejects as a failure that names the path. */
export const attempted = <A>(path: string, go: () => Promise<A>): Effect.Effect<A, BacktestFailed> =>
  Effect.tryPromise({ try: go, catch: (error) => failed(`${path}: ${inWords(codeOf(error))}`) })
