import { expect, it } from "@effect/vitest"
import { utcDayOf, utcDayText } from "./utcDay.ts"

it("writes every day of eight centuries as the standard library does", () => {
  for (let day = -10_000; day < 280_000; day += 7) {
    const iso = new Date(day * 86_400_000).toISOString().slice(0, 10)
    if (utcDayText(day) !== iso) expect(utcDayText(day)).toBe(iso)
  }
  expect(utcDayText(utcDayOf(0))).toBe("1970-01-01")
})

it.each([
  [Date.UTC(2024, 1, 29), "2024-02-29"],
  [Date.UTC(2024, 1, 29) - 1, "2024-02-28"],
  [Date.UTC(2026, 11, 31, 23, 59, 59, 999), "2026-12-31"],
  [Date.UTC(2027, 0, 1), "2027-01-01"]
])("a day begins at midnight UTC: %d is %s", (ms, text) => {
  expect(utcDayText(utcDayOf(ms))).toBe(text)
})
