import { describe, expect, it } from "vitest"
import { isPattern, isSubject, patternWithin, subjectMatcher } from "./subjects.ts"

describe("subjects", () => {
  it.each(["a", "market.XDGUSD.price", "market.XDGUSD.out.slot-1", "A_b-9"])("takes %s", (subject) => {
    expect(isSubject(subject)).toBe(true)
  })
  it.each(["", ".", "a.", ".a", "a..b", "a b", "a.*", "a.>", "ä", "x".repeat(201)])("refuses %j", (subject) => {
    expect(isSubject(subject)).toBe(false)
  })
  it.each([">", "*", "a.*", "a.*.b", "a.>", "*.>", "a"])("takes the pattern %s", (pattern) => {
    expect(isPattern(pattern)).toBe(true)
  })
  it.each(["", "a.>.b", "a*", "a.>b", ">.a"])("refuses the pattern %j", (pattern) => {
    expect(isPattern(pattern)).toBe(false)
    expect(() => subjectMatcher(pattern)).toThrow(pattern === "" ? "filter" : pattern)
  })
})

describe("a pattern", () => {
  it.each([
    ["a.b", "a.b", true],
    ["a.b", "a.b.c", false],
    ["a.*", "a.b", true],
    ["a.*", "a.b.c", false],
    ["a.*", "a", false],
    ["a.>", "a.b.c", true],
    ["a.>", "a", false],
    ["a.>", "ab.c", false],
    ["*.b.>", "a.b.c", true],
    ["*.b.>", "a.b", false],
    [">", "a", true]
  ])("%s matches %s: %s", (pattern, subject, matches) => {
    expect(subjectMatcher(pattern)(subject)).toBe(matches)
  })
  it.each([
    ["a.b", "a.>", true],
    ["a.*", "a.>", true],
    ["a.>", "a.>", true],
    ["a.*", "a.*", true],
    ["a.b", "a.*", true],
    ["a.>", "a.*", false],
    ["*.b", "a.>", false],
    [">", "a.>", false],
    ["a.b.c", "a.*", false],
    ["a", "a.>", false]
  ])("%s lies within %s: %s", (inner, outer, within) => {
    expect(patternWithin(inner, outer)).toBe(within)
  })
})
