import { runInNewContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { instrument, type Mutant, mutantsOf, SWITCH } from "./instrument.ts"
import { reportOf, wilson } from "./report.ts"
import { MutantSwitch, NONE, TooManySteps } from "./switch.ts"

/** The texts that may stand in the place of parts of `source`. */
const changes = (source: string) =>
  mutantsOf("rule.ts", source, 0).map(({ original, mutated }) => `${original} → ${mutated}`)

describe("the wrongs put into a rule", () => {
  it.each([
    ["if (a) b", ["a → !(a)", "b → "]],
    ["x = a < b", ["x = a < b → ", "a < b → (a) >= (b)", "a < b → (a) <= (b)"]],
    ["f(() => a && b)", ["f(() => a && b) → ", "a && b → (a) || (b)"]],
    ["const x = a ?? b", ["a ?? b → b"]],
    ["const x = plus(a, b)", ["plus(a, b) → a"]],
    ["const x = 3", ["3 → 4", "3 → 2"]],
    ["const x = { ...a, b }", ["{ ...a, b } → {b}"]],
    ["const x = a.filter(f)", ["a.filter(f) → a"]],
    ["const x = a?.b.filter(f)", []],
    ['const x: "entry" = "entry"', ['"entry" → "entry~"']],
    ['throw new Error("it is late")', ['throw new Error("it is late") → ']],
    ['import { a } from "./a.ts"', []]
  ])("%s: %j", (source, expected) => {
    expect(changes(source)).toEqual(expected)
  })
})

/** Runs a rule's text as one of its mutants. The text may use no types. */
const runAs = (source: string, pick: (mutant: Mutant) => boolean, limit = Infinity): unknown => {
  const mutants = mutantsOf("rule.ts", source, 0)
  const active = new MutantSwitch()
  active.be(mutants.find(pick)?.id ?? NONE, limit)
  return runInNewContext(`${instrument("rule.ts", source, mutants)}; rule`, { [SWITCH]: active })
}
const call = (rule: unknown, ...args: ReadonlyArray<unknown>): unknown => {
  if (typeof rule !== "function") throw new TypeError("not a rule")
  return rule(...args)
}
const none = () => false

describe("a file with its mutants behind a switch", () => {
  const source = `const rule = (n) => {
  const said = []
  if (n > 10) said.push("big")
  else said.push("small")
  for (let i = 0; i < n; i++) said.push(i)
  return said
}`

  it("runs as it is while no mutant is chosen", () => {
    expect(call(runAs(source, none), 2)).toEqual(["small", 0, 1])
    expect(call(runAs(source, none), 11)).toContain("big")
  })

  it.each([
    ["n > 10", "(n) <= (10)", ["big", 0, 1]],
    ['"small"', '"small~"', ["small~", 0, 1]],
    ['said.push("small")', "", [0, 1]],
    ["said.push(i)", "", ["small"]]
  ])("is the chosen one alone: %s → %s", (original, mutated, expected) => {
    expect(
      call(
        runAs(source, (mutant) => mutant.original === original && mutant.mutated === mutated),
        2
      )
    ).toEqual(expected)
  })

  it("is stopped by its steps where it would never end", () => {
    const endless = runAs(source, ({ mutated }) => mutated === "i--", 1_000)
    expect(() => call(endless, 2)).toThrow(TooManySteps)
  })
})

describe("the report", () => {
  const mutants = mutantsOf("rule.ts", "export const rule = (a) => a > 1 && a !== 5", 0)
  const outcomes = new Map(
    mutants.map(({ id }) => [id, id === 0 || id === 1 ? ("survived" as const) : ("killed" as const)])
  )

  it("counts a survivor until it is accepted, and names entries that fit nothing any more", () => {
    const [first, second] = mutants
    if (first === undefined || second === undefined) throw new Error("no mutants")
    const plain = reportOf({ mutants, all: mutants, outcomes, accepted: [] })
    expect(plain.survivors).toHaveLength(2)
    expect(plain.share).toBe((mutants.length - 2) / mutants.length)
    const gone = { ...first, original: "gone", reason: "was once" }
    const report = reportOf({ mutants, all: mutants, outcomes, accepted: [{ ...first, reason: "the same" }, gone] })
    expect(report.survivors.map(({ id }) => id)).toEqual([second.id])
    expect(report.accepted.map(({ reason }) => reason)).toEqual(["the same"])
    expect(report.share).toBe((mutants.length - 2) / (mutants.length - 1))
    expect(report.stale).toEqual([gone])
  })

  it("gives a sample's share with its interval", () => {
    expect(reportOf({ mutants: mutants.slice(1), all: mutants, outcomes, accepted: [] }).interval).not.toBeNull()
    const [low, high] = wilson(90, 100)
    expect(low).toBeCloseTo(0.8256, 4)
    expect(high).toBeCloseTo(0.9448, 4)
  })
})
