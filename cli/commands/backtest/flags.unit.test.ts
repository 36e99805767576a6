import { expect, it } from "vitest"
import { givenBy, problemOfFlags } from "./flags.ts"

const NONE = {
  ...{ set: [], sweep: [], slots: false },
  ...{ walkForward: false, results: false, csv: false, stored: false, rangeOfTrades: false }
}

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
  ["nothing", { set: ["ENTRY_PCT= "] }, "--set ENTRY_PCT=  names no value"],
  [
    "one setting by two names",
    { set: ["OPEN_ORDER_DRIFT_MIN=2", "OPEN_ORDER_DRIFT_THRESHOLD=3"] },
    "OPEN_ORDER_DRIFT_MIN is set twice: name it once"
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

const GOES_BY =
  "changes nothing of a backtest, which goes by the rules of slots, governor, rebalancer and advisor and by the simulated exchange's account and terms"

it.each([
  ["NATS_URL=nats://127.0.0.1", `--set NATS_URL (Process) ${GOES_BY}: leave it out`],
  ["PORT=9000", `--set PORT (Process) ${GOES_BY}: leave it out`],
  ["DATA_DIR=/tmp/x", `--set DATA_DIR (Process) ${GOES_BY}: name the directory with --data`],
  ["CONTROL_TOKEN=a-secret", `--set CONTROL_TOKEN (Process) ${GOES_BY}: leave it out`],
  [
    "PAIR=XBTUSD",
    `--set PAIR (Edges) ${GOES_BY}: the recording is the pair's; --set PAIR chooses among those of --stored`
  ],
  ["SEED=2", `--set SEED (Simulated exchange) ${GOES_BY}: leave it out`],
  [
    "MIN_VOLUME=50",
    "--set MIN_VOLUME counts until the exchange has said its own, and a backtest's says it at once: set SIM_ORDER_MIN"
  ]
])("--set %s is refused with why, and with what does what was meant", (set, problem) => {
  expect(problemOfFlags({ ...NONE, set: [set] })).toBe(problem)
})

it("an axis that changes nothing is refused, also of the pair where the store's candles are played", () => {
  expect(problemOfFlags({ ...NONE, sweep: ["PAIR=XDGUSD,XBTUSD"], stored: true })).toMatch(/^--sweep PAIR /)
  expect(problemOfFlags({ ...NONE, set: ["PAIR=XBTUSD"], stored: true })).toBeNull()
})

it("a setting under its other name stands over the environment's all the same", () => {
  expect(givenBy(["OPEN_ORDER_DRIFT_THRESHOLD=3", "ENTRY_PCT=0.3"])).toStrictEqual({
    OPEN_ORDER_DRIFT_MIN: "3",
    ENTRY_PCT: "0.3"
  })
})
