import { expect, it } from "vitest"
import { problemOfFlags } from "./flags.ts"

const NONE = { set: [], sweep: [], slots: false, walkForward: false, results: false, csv: false, rangeOfTrades: false }

it.each([
  ["a name that is no setting", { set: ["ENTRY_PCTT=0.3"] }, "--set ENTRY_PCTT is no setting: did you mean ENTRY_PCT?"],
  [
    "a swept name that is none",
    { sweep: ["ENTRYPCT=0.1,0.2"] },
    "--sweep ENTRYPCT is no setting: did you mean ENTRY_PCT?"
  ],
  ["a word", { set: ["hello"] }, "--set hello is not NAME=value"],
  ["a setting twice", { set: ["ENTRY_PCT=0.3", "ENTRY_PCT=0.4"] }, "ENTRY_PCT is set twice: name it once"],
  ["slots twice", { set: ["SLOTS=3"], slots: true }, "SLOTS is set twice: name it once"],
  [
    "swept and set",
    { set: ["ENTRY_PCT=0.3"], sweep: ["ENTRY_PCT=0.1,0.2"] },
    "ENTRY_PCT is swept and set: name it once"
  ],
  [
    "a walk over nothing",
    { walkForward: true },
    "--walk-forward chooses among the points of a sweep: name at least one --sweep"
  ],
  ["results of no sweep", { results: true }, "--results keeps the rows of a sweep: name at least one --sweep"],
  [
    "a table of windows",
    { sweep: ["SLOTS=1,2"], walkForward: true, csv: true },
    "--csv writes no windows: --walk-forward has them with --json"
  ],
  ["a range of trades", { rangeOfTrades: true }, "--range is over the ways through a candle: trades have one"]
])("%s is refused: nothing that is typed is passed over", (_, flags, problem) => {
  expect(problemOfFlags({ ...NONE, ...flags })).toBe(problem)
})

it("what can be followed is", () => {
  expect(problemOfFlags(NONE)).toBeNull()
  const sweep = ["ENTRY_PCT=0.1..0.6/11", "PROFIT_PCT=1,2"]
  expect(problemOfFlags({ ...NONE, set: ["REFRESH_PCT=1"], sweep, slots: true, results: true, csv: true })).toBeNull()
})
