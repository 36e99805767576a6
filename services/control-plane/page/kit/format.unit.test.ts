import { describe, expect, it } from "vitest"
import { age, dateTime, decimal, integer, percent, signed, timeOfDay, tone } from "./format.ts"

describe("money and prices", () => {
  it.each([
    ["0.12", 7, false, "0.1200000", "short text is filled up, so that columns stand"],
    ["0.1412823", 7, false, "0.1412823", "exact text stays"],
    ["0.14128235", 7, false, "0.1412824", "halves go away from zero"],
    ["0.14128234999", 7, false, "0.1412823", "only the next digit decides"],
    ["999.999", 2, true, "1,000.00", "rounding carries into the thousands"],
    ["1234567.5", 2, true, "1,234,567.50", "thousands are grouped"],
    ["1234.5", 2, false, "1234.50", "or not"],
    ["10012", 0, true, "10,012", "no digits, no point"],
    ["99999999999999999999.12345678", 8, false, "99999999999999999999.12345678", "nothing becomes a double"],
    ["-0.00004", 4, false, "0.0000", "a loss too small to show has no sign"],
    ["-1.5", 2, false, "−1.50", "the minus is a minus, not a hyphen"],
    ["n/a", 2, false, "n/a", "what is no decimal is shown as it came"],
    [null, 2, false, "–", "nothing known"]
  ])("%s with %i digits (grouped: %s) reads %s: %s", (text, digits, group, shown, _why) => {
    expect(decimal(text, digits, group)).toBe(shown)
  })

  it.each([
    ["0.0099389", "+0.0099", "gain"],
    ["-0.0412394", "−0.0412", "loss"],
    ["0", "0.0000", "even"],
    ["-0.00001", "0.0000", "even"],
    ["12345.6", "+12,345.6000", "gain"]
  ])("a result of %s reads %s and is a %s", (text, shown, kind) => {
    expect(signed(text, 4)).toBe(shown)
    expect(tone(text, 4)).toBe(kind)
  })

  it.each([
    [0.1823, "+0.18\u00a0%"],
    [-6.505, "−6.50\u00a0%"],
    [0, "0.00\u00a0%"],
    [null, "–"]
  ])("a distance of %s reads %s", (pct, shown) => {
    expect(percent(pct)).toBe(shown)
  })

  it.each([
    [0, "0"],
    [1234567, "1,234,567"],
    [null, "–"]
  ])("a count of %s reads %s", (n, shown) => {
    expect(integer(n)).toBe(shown)
  })
})

describe("times", () => {
  it.each([
    [-1, "0.0 s"],
    [0.44, "0.4 s"],
    [9.94, "9.9 s"],
    [9.95, "10 s"],
    [119.4, "119 s"],
    [120, "2 min"],
    [7_199, "119 min"],
    [7_200, "2 h 0 min"],
    [172_800, "2 d 0 h"],
    [null, "–"]
  ])("an age of %s seconds reads %s", (seconds, shown) => {
    expect(age(seconds).replaceAll("\u00a0", " ")).toBe(shown)
  })

  it("are in UTC", () => {
    const unixSec = Date.UTC(2026, 10, 20, 14, 3, 22) / 1000
    expect(timeOfDay(unixSec)).toBe("14:03:22")
    expect(dateTime(unixSec)).toBe("2026-11-20 14:03:22")
    expect(timeOfDay(null)).toBe("–")
    expect(dateTime(null)).toBe("–")
  })
})
