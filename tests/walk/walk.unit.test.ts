/**
 * Every text that the market gives for what it does, does not do, or tells: reached by its true cause, and held to the word and the digit.
 * The families are the code's own, so that a rule without a cause here does not compile.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { RULE_NAMES } from "../../shared/core/rules/rules.ts"
import { sentenceOf } from "../../shared/core/rules/sentence.ts"
import { COMMANDS } from "./commands.ts"
import { GOVERNOR } from "./governor.ts"
import { MARKET } from "./market.ts"
import { REBALANCER } from "./rebalancer.ts"
import { SLOT } from "./slot.ts"
import type { Told } from "./told.ts"

const ROOT = join(import.meta.dirname, "../..")

const WALK: Readonly<Record<string, ReadonlyArray<Told>>> = {
  ...MARKET,
  ...SLOT,
  ...GOVERNOR,
  ...COMMANDS,
  ...REBALANCER
}
const all = Object.entries(WALK).flatMap(([rule, causes]) => causes.map((told) => ({ rule, ...told })))

describe("every text", () => {
  it("is walked to: there is a cause for every rule", () => {
    expect(Object.keys(WALK).toSorted()).toStrictEqual([...RULE_NAMES].toSorted())
  })

  it.each(all)("$rule, when $when: $says", ({ rule, by, says }) => {
    const told = by().findLast((why) => why.rule === rule)
    expect(told === undefined ? "nothing was said" : sentenceOf(told)).toBe(says)
    expect(says).not.toMatch(/[?{}<>|[\]]|undefined|NaN/)
  })

  it.each(
    all.flatMap(({ rule, heldBy }) => (heldBy === undefined ? [] : [{ rule, file: heldBy[0], words: heldBy[1] }]))
  )("$rule is said by a service in $file", ({ file, words }) => {
    expect(readFileSync(join(ROOT, file), "utf8")).toContain(words)
  })
})
