import { describe, expect, it } from "@effect/vitest"
import { sealIsDue } from "./due.ts"

const DAY_MS = 86_400_000
const rules = { everyRecords: 1_000, everyDays: 7 }

describe("an open era", () => {
  it.each([
    ["of enough records is sealed, however young", rules, { records: 1_000, beganMs: 0 }, 1, true],
    ["of fewer is left open", rules, { records: 999, beganMs: 0 }, 7 * DAY_MS - 1, false],
    ["that is old enough is sealed, however few its records", rules, { records: 1, beganMs: 0 }, 7 * DAY_MS, true],
    ["without a record is never sealed", rules, { records: 0, beganMs: 0 }, 100 * DAY_MS, false],
    [
      "is not sealed for its records where 0 says so",
      { ...rules, everyRecords: 0 },
      { records: 9e9, beganMs: 0 },
      1,
      false
    ],
    ["is not sealed for its age where 0 says so", { ...rules, everyDays: 0 }, { records: 1, beganMs: 0 }, 9e15, false]
  ])("%s", (_name, settings, era, nowMs, due) => {
    expect(sealIsDue(settings, era, nowMs)).toBe(due)
  })
})
