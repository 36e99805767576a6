import { describe, expect, it } from "vitest"
import { keyOf, parseAxis, parseWalk, pointsOf, windowsOf } from "./points.ts"

const DAY_MS = 86_400_000

describe("the points of a sweep", () => {
  it("a range has its ends and the steps between them, without the dust of doubles", () => {
    expect(parseAxis("ENTRY_PCT=0.1..0.6/6")).toStrictEqual({
      name: "ENTRY_PCT",
      values: ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]
    })
    expect(parseAxis("SLOTS=1,2,5").values).toStrictEqual(["1", "2", "5"])
    expect(parseAxis("REBALANCE_NEUTRAL_BAND=-1..1/3").values).toStrictEqual(["-1", "0", "1"])
  })

  it.each([
    ["0.1..0.6/11", "--sweep 0.1..0.6/11 is not NAME=from..to/count or NAME=a,b,c"],
    ["ENTRY_PCT=0.1..0.6", "--sweep ENTRY_PCT=0.1..0.6: a range is from..to/count, as 0.1..0.6/11"],
    ["ENTRY_PCT=0.2,,0.3", "--sweep ENTRY_PCT=0.2,,0.3: a value is empty"],
    ["ENTRY_PCT=0.2,", "--sweep ENTRY_PCT=0.2,: a value is empty"],
    ["ENTRY_PCT=0.2,0.2", "--sweep ENTRY_PCT=0.2,0.2: 0.2 stands twice"],
    ["ENTRY_PCT=0.2..0.2/3", "--sweep ENTRY_PCT=0.2..0.2/3: 0.2 stands twice"],
    ["ENTRY_PCT=0.1..0.6/1", "--sweep ENTRY_PCT=0.1..0.6/1: the count is from 2 to 100000, is 1"]
  ])("%s is refused, and what it must look like is said", (text, message) => {
    expect(() => parseAxis(text)).toThrow(message)
  })

  it("has each combination once, the last setting fastest", () => {
    const points = pointsOf([parseAxis("A=1,2"), parseAxis("B=x,y")])
    expect(points).toStrictEqual([
      { A: "1", B: "x" },
      { A: "1", B: "y" },
      { A: "2", B: "x" },
      { A: "2", B: "y" }
    ])
    expect(() => pointsOf([parseAxis("A=1,2"), parseAxis("A=3,4")])).toThrow("--sweep A stands twice")
    const wide = { name: "A", values: Array.from({ length: 1_000 }, String) }
    expect(() => pointsOf([wide, { ...wide, name: "B" }])).toThrow(
      "the sweep has 1000000 points, at most 100000 are run"
    )
  })

  it("names a run whatever the order of its settings", () => {
    const job = { fromMs: 1, untilMs: 2 }
    expect(keyOf({ ...job, set: { B: "2", A: "1" } })).toBe("A=1 B=2 1..2")
  })
})

describe("the windows of a walk forward", () => {
  it("tests no day twice, and none beyond the recording", () => {
    const walk = parseWalk("train=30d,test=7d")
    const windows = windowsOf(walk, 0, 45 * DAY_MS)
    expect(windows).toStrictEqual([
      { trainFromMs: 0, testFromMs: 30 * DAY_MS, testUntilMs: 37 * DAY_MS },
      { trainFromMs: 7 * DAY_MS, testFromMs: 37 * DAY_MS, testUntilMs: 44 * DAY_MS }
    ])
    expect(windowsOf(walk, 0, 36 * DAY_MS)).toStrictEqual([])
  })

  it.each(["30,7", "train=0d,test=7d", "train=30d"])("%s is refused", (text) => {
    expect(() => parseWalk(text)).toThrow(`--walk-forward ${text} is not train=30d,test=7d, in days of 1 or more`)
  })
})
