/** Rows of a sweep, and windows of a walk forward, for terminals and as CSV. */
import type { SweepRow } from "../../../app/backtest/sweep/resultsFile.ts"
import { type Objective, type WalkForward, worthOfRow } from "../../../app/backtest/sweep/walkForward.ts"
import { utcDayText } from "../../../shared/core/time/utcDay.ts"
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"
import { table } from "../../shared/table.ts"

/** Why a ratio of daily returns may be none. */
const NO_RATIO = "fewer than two days, or days that do not vary (sharpe) or none below 0 (sortino)"

/** Shown on a terminal; `--json` and `--csv` have all. */
const SHOWN = 20

const shown = (value: number | string | null): string => (value === null ? "–" : Number(value).toFixed(2))
const setText = (set: SweepRow["set"]): string =>
  Object.entries(set)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ")

/** The best rows; `rows` stand best first. */
export const sweepTable = (rows: ReadonlyArray<SweepRow>, objective: Objective): string => {
  const lines = rows.slice(0, SHOWN).flatMap((row) => {
    if (!("figures" in row)) return []
    const { set, figures: f } = row
    return [
      [
        setText(set),
        shown(f.return_pct),
        shown(f.max_drawdown_pct),
        shown(f.sharpe),
        shown(f.sortino),
        String(f.cycles),
        shown(f.win_rate_pct),
        shown(f.fees)
      ]
    ]
  })
  const head = ["settings", "return %", "deepest fall %", "Sharpe", "Sortino", "cycles", "won %", "fees"]
  const more = rows.length > SHOWN ? `\n${rows.length - SHOWN} more: --json or --csv has them all` : ""
  return `Best first by ${objective}:\n${table([head, ...lines])}${more}\nThe best of many fits this recording best: --walk-forward says what is left of that on days it was not chosen on.`
}

/** Why rows are missing, each reason once. */
export const problemsOf = (rows: ReadonlyArray<SweepRow>, objective: Objective): ReadonlyArray<string> => {
  const count = new Map<string, number>()
  for (const row of rows) {
    const problem =
      "problem" in row ? row.problem : worthOfRow(row, objective) === null ? `no ${objective}: ${NO_RATIO}` : null
    if (problem !== null) count.set(problem, (count.get(problem) ?? 0) + 1)
  }
  return [...count].map(([problem, runs]) => `${runs} ${runs === 1 ? "run" : "runs"}: ${problem}`)
}

/** What a walk forward is without, each a line: windows in which nothing could be chosen, and tests that could not be run. */
export const missingOf = ({ windows }: WalkForward, all: number, objective: Objective): ReadonlyArray<string> => {
  const untested = windows.filter(({ test }) => test === null).length
  return [
    ...(windows.length === all
      ? []
      : [`${all - windows.length} of ${all} windows are left out: no setting has a ${objective} there`]),
    ...(untested === 0 ? [] : [`${untested} of ${all} tests could not be run, and count as a return of 0`])
  ]
}

/** Lines of CSV, the first with the names of the columns. */
export const sweepCsv = (rows: ReadonlyArray<SweepRow>): ReadonlyArray<string> => {
  const sound = rows.flatMap((row) => ("figures" in row ? [row] : []))
  const names = Object.keys(sound[0]?.set ?? {})
  const columns = Object.keys(sound[0]?.figures ?? {}).filter((name) => name !== "mode_pct")
  return [
    [...names, ...columns].join(","),
    ...sound.map(({ set, figures }) => {
      const { mode_pct: _modes, ...values } = figures
      const cells: Readonly<Record<string, string | number | null>> = values
      return [...names.map((name) => set[name] ?? ""), ...columns.map((name) => String(cells[name] ?? ""))].join(",")
    })
  ]
}

const day = (ms: number): string => utcDayText(Math.floor(ms / DAY_MS))

/** Each window, and all together. */
export const walkTable = ({ windows, test_return_pct, efficiency }: WalkForward, objective: Objective): string =>
  [
    `Chosen by ${objective} on the first stretch, tested on the second:`,
    table([
      ["chosen on", "tested until", "settings", "return % chosen", "return % tested", "Sharpe tested"],
      ...windows.map(({ window, set, train, test }) => [
        `${day(window.trainFromMs)} to ${day(window.testFromMs)}`,
        day(window.testUntilMs),
        setText(set),
        shown(train.return_pct),
        shown(test?.return_pct ?? null),
        shown(test?.sharpe ?? null)
      ])
    ]),
    `Tested stretches one after the other: ${shown(test_return_pct)} %`,
    `Daily return tested over daily return chosen: ${shown(efficiency)} (near 1 the choice holds up, near 0 it fitted noise)`
  ].join("\n")
