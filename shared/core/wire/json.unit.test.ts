import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../decimal/decimal.ts"
import * as json from "./json.ts"

const row = (text: string) => json.rowOf(json.parseJson(text), "row")

describe("figures", () => {
  it.each([
    [`{"x": 0.1234567}`, "0.1234567"],
    [`{"x": "0.1234567"}`, "0.1234567"],
    [`{"x": 1.5e-7}`, "0.00000015"],
    [`{"x": 2E3}`, "2000"],
    [`{"x": -3}`, "-3"],
    [`{"x": 0}`, "0"],
    [`{"x": "0.2000000000000"}`, "0.2"]
  ])("%s is %s", (text, price) => {
    expect(Price.format(json.price(row(text), "x"))).toBe(price)
  })

  it("the noise of a double beyond the scale is rounded away, halves to even", () => {
    expect(Price.format(json.price(row(`{"x": 0.12345670000000001}`), "x"))).toBe("0.1234567")
    expect(Volume.format(json.volume(row(`{"x": 0.000000005}`), "x"))).toBe("0")
    expect(Volume.format(json.volume(row(`{"x": 0.000000015}`), "x"))).toBe("0.00000002")
  })

  it("every volume that a double can show comes through JSON exactly", () => {
    const seed = 20261121
    fc.assert(
      fc.property(fc.bigInt(0n, 9_007_199_254_740_991n), (units) => {
        const text = Volume.format(units as Volume)
        expect(json.volume(row(`{"x":${text}}`), "x")).toBe(units)
        expect(json.volume(row(`{"x":"${text}"}`), "x")).toBe(units)
      }),
      { seed, numRuns: 300 }
    )
  })

  it("digits beyond 2^53 survive", () => {
    expect(json.text(row(`{"id": 12345678901234567890}`), "id")).toBe("12345678901234567890")
    expect(Quote.format(json.quote(row(`{"x": 12345678901.0123456789}`), "x"))).toBe("12345678901.0123456789")
  })

  it.each([
    [`{}`, "row.x: is missing, expected a decimal number"],
    [`{"x": null}`, "row.x: is null, not a decimal number"],
    [`{"x": ""}`, `row.x: is "", not a decimal number`],
    [`{"x": "abc"}`, `row.x: is "abc", not a decimal number`],
    [`{"x": "Infinity"}`, `row.x: is "Infinity", not a decimal number`],
    [`{"x": [1]}`, `row.x: is ["1"], not a decimal number`],
    [`{"x": 1e999}`, `row.x: is "1e999", not a decimal number of sensible size`]
  ])("%s is refused by name", (text, problem) => {
    expect(() => json.price(row(text), "x")).toThrow(problem)
  })
})

describe("times", () => {
  it.each([
    ["2026-11-20T10:00:00Z", 1795168800000],
    ["2026-11-20T10:00:00.123456789Z", 1795168800123],
    ["2026-11-20T11:00:00.5+01:00", 1795168800500]
  ])("%s is %i ms", (text, ms) => {
    expect(json.timestampMs(row(`{"t":"${text}"}`), "t")).toBe(ms)
  })

  it("seconds keep their fraction to the millisecond", () => {
    expect(json.secondsAsMs(row(`{"t":1790000000.1234}`), "t")).toBe(1790000000123)
    expect(json.secondsAsMs(row(`{"t":1790000000}`), "t")).toBe(1790000000000)
  })

  it("anything else is refused", () => {
    expect(() => json.timestampMs(row(`{"t":"yesterday"}`), "t")).toThrow("row.t")
    expect(() => json.timestampMs(row(`{"t":1790000000}`), "t")).toThrow("row.t")
  })
})

describe("structure", () => {
  it("text that is no JSON is a problem, not a crash", () => {
    expect(() => json.parseJson("<html>520</html>")).toThrow(json.WireProblem)
  })

  it("a path leads to the wrong field", () => {
    const outer = row(`{"open":{"OABC":{"vol":true}}}`)
    const [, order] = json.entries(json.child(outer, "open"))[0] ?? []
    expect(() => json.volume(order ?? outer, "vol")).toThrow("row.open.OABC.vol: is true")
  })

  it("an only entry must be the only one", () => {
    expect(() => json.soleEntry(row(`{}`))).toThrow("has 0 entries")
    expect(() => json.soleEntry(row(`{"A":{},"B":{}}`))).toThrow("has 2 entries (A, B)")
  })

  it("a count is whole and not negative", () => {
    expect(json.count(row(`{"n":"3"}`), "n")).toBe(3)
    for (const bad of ["-1", "1.5", "1e400", `"x"`]) expect(() => json.count(row(`{"n":${bad}}`), "n")).toThrow("row.n")
  })
})
