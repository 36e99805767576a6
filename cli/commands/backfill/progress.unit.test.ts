import { expect, it } from "@effect/vitest"
import { duration } from "../../shared/progress.ts"
import { progressLine } from "./progress.ts"
import { report } from "./run.ts"

it("the line shows bar, share, jobs, candles and the time left at the speed so far", () => {
  const base = { jobsDone: 3, jobsTotal: 12, share: 0.25, elapsedMs: 20_000, fresh: 2_160, label: "XDGUSD 1h" }
  expect(progressLine(base)).toBe(
    "[######------------------]   25.0%  3/12 jobs  +2,160 candles  about 1 min 0 s  XDGUSD 1h"
  )
  expect(progressLine({ ...base, jobsDone: 0, share: 0, fresh: 0, label: "" })).toBe(
    "[------------------------]    0.0%  0/12 jobs  +0 candles"
  )
  expect(progressLine({ ...base, share: 1.2 })).toContain(`[${"#".repeat(24)}]`)
})

it.each([
  [0, "0 s"],
  [59_400, "59 s"],
  [60_000, "1 min 0 s"],
  [3_599_000, "59 min 59 s"],
  [7_500_000, "2 h 5 min"]
])("%i ms is %s", (ms, text) => expect(duration(ms)).toBe(text))

it("the summary counts, names what sources cannot give and what failed, and cuts long lists", () => {
  const failed = Array.from({ length: 25 }, (_, i) => `S${i} 1d: kraken: unknown`)
  const text = report({
    done: 3,
    skipped: 1,
    fresh: 1_234,
    failed,
    notes: ["XDGUSD 1h: new=719 have=719/6000 reachable=719/6000"],
    remarks: ["XDGUSD 1m: times are milliseconds"],
    elapsedMs: 61_000
  })
  const lines = text.split("\n")
  expect(lines[0]).toBe("3 done, 1 had all there was, 25 failed; 1,234 new candles in 1 min 1 s")
  expect(lines.slice(1, 3)).toStrictEqual(["How files were read:", "  XDGUSD 1m: times are milliseconds"])
  expect(lines[4]).toBe("  XDGUSD 1h: new=719 have=719/6000 reachable=719/6000")
  expect(lines.at(-1)).toBe("  … and 5 more")
})
