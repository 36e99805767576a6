/** Walk forward: settings are chosen on one stretch and judged on the next, which had no part in the choice. */
import type { Figures } from "../report.ts"
import type { Job, Point, Window } from "./points.ts"
import type { SweepRow } from "./resultsFile.ts"

/** Figures that a sweep may be ordered by; the larger the better. */
export const OBJECTIVES = ["return_pct", "sharpe", "sortino", "profit"] as const
/** One of them. */
export type Objective = (typeof OBJECTIVES)[number]

/** What a run is worth; null: it says nothing. */
export const worthOfRow = (row: SweepRow, objective: Objective): number | null => {
  if (!("figures" in row)) return null
  const { figures } = row
  return objective === "profit" ? Number(figures.profit_traded) + Number(figures.booked_at_market) : figures[objective]
}

/** Best first; rows that say nothing are left out. Of equals the one that stands first. */
export const ranked = (rows: ReadonlyArray<SweepRow>, objective: Objective): ReadonlyArray<SweepRow> =>
  rows
    .flatMap((row) => {
      const worth = worthOfRow(row, objective)
      return worth === null ? [] : [{ row, worth }]
    })
    .toSorted((a, b) => b.worth - a.worth)
    .map(({ row }) => row)

/** Runs jobs: `runJobs` with its options. */
type Run = (jobs: ReadonlyArray<Job>) => Promise<ReadonlyArray<SweepRow>>

/** What a window chose, and what came of it. */
export interface Walked {
  readonly window: Window
  readonly set: Point
  readonly train: Figures
  readonly test: Figures | null
}

/** All windows together. */
export interface WalkForward {
  readonly windows: ReadonlyArray<Walked>
  /** The tested stretches one after the other, compounded, percent; each begins with the opening balances. */
  readonly test_return_pct: number
  /** Mean daily return of the tests over that of the trainings: near 1 the choice holds up, near 0 it fitted noise. Null: no gain to compare with. */
  readonly efficiency: number | null
}

/** Chooses and tests window after window. A window in which nothing can be chosen is left out. */
export const walkForward = async (
  windows: ReadonlyArray<Window>,
  points: ReadonlyArray<Point>,
  objective: Objective,
  run: Run
): Promise<WalkForward> => {
  const trainings = windows.flatMap(({ trainFromMs, testFromMs }) =>
    points.map((set): Job => ({ set, fromMs: trainFromMs, untilMs: testFromMs }))
  )
  const trained = await run(trainings)
  const chosen = windows.flatMap((window, at) => {
    const [best] = ranked(trained.slice(at * points.length, (at + 1) * points.length), objective)
    return best === undefined || !("figures" in best) ? [] : [{ window, set: best.set, train: best.figures }]
  })
  const tested = await run(
    chosen.map(({ window, set }): Job => ({ set, fromMs: window.testFromMs, untilMs: window.testUntilMs }))
  )
  const walked = chosen.map((choice, at): Walked => {
    const row = tested[at]
    return { ...choice, test: row !== undefined && "figures" in row ? row.figures : null }
  })
  return { windows: walked, test_return_pct: compounded(walked), efficiency: efficiencyOf(walked) }
}

const compounded = (walked: ReadonlyArray<Walked>): number =>
  (walked.reduce((product, { test }) => product * (1 + (test?.return_pct ?? 0) / 100), 1) - 1) * 100

const efficiencyOf = (walked: ReadonlyArray<Walked>): number | null => {
  const daily = (returnPct: number, ms: number): number => returnPct / ms
  let [train, test] = [0, 0]
  for (const { window, train: chosen, test: proven } of walked) {
    train += daily(chosen.return_pct, window.testFromMs - window.trainFromMs)
    test += daily(proven?.return_pct ?? 0, window.testUntilMs - window.testFromMs)
  }
  return train <= 0 ? null : test / train
}
