import { expect, it } from "vitest"
import type { SweepRow } from "../../../app/backtest/sweep/resultsFile.ts"
import type { Walked } from "../../../app/backtest/sweep/walkForward.ts"
import { missingOf, problemsOf } from "./sweepTable.ts"

const job = { set: { ENTRY_PCT: "0.1" }, fromMs: 0, untilMs: 1 }
const without = { ...job, figures: { return_pct: 1, sharpe: null } } as unknown as SweepRow
const sound = { ...job, figures: { return_pct: 1, sharpe: 2 } } as unknown as SweepRow

it("a row that the objective says nothing of is named, with why", () => {
  expect(problemsOf([without, sound, without], "sharpe")).toStrictEqual([
    "2 runs: no sharpe: fewer than two days, or days that do not vary (sharpe) or none below 0 (sortino)"
  ])
  expect(problemsOf([without, sound], "return_pct")).toStrictEqual([])
})

it("windows without a choice, and choices without a test, are counted", () => {
  const walked = (test: object | null) => ({ test }) as unknown as Walked
  const all = { windows: [walked({}), walked(null)], test_return_pct: 0, efficiency: null }
  expect(missingOf(all, 3, "sharpe")).toStrictEqual([
    "1 of 3 windows are left out: no setting has a sharpe there",
    "1 of 3 tests could not be run, and count as a return of 0"
  ])
  expect(missingOf({ ...all, windows: [walked({})] }, 1, "sharpe")).toStrictEqual([])
})
