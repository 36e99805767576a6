/**
 * Every text that the market gives for what it does, does not do, or tells: reached by its true cause, and held to the word and the digit.
 * The families are the code's own, so that a rule without a cause here does not compile.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { CAUSES } from "../../services/governor/core/mode/causes.ts"
import { endOf } from "../../shared/core/rules/ends.ts"
import { type Rule, RULE_NAMES } from "../../shared/core/rules/rules.ts"
import { sentenceOf } from "../../shared/core/rules/sentence.ts"
import { COMMANDS } from "./commands.ts"
import { GOVERNOR } from "./governor.ts"
import { MARKET } from "./market.ts"
import { REBALANCER } from "./rebalancer.ts"
import { SLOT } from "./slot.ts"
import type { Told } from "./told.ts"

const ROOT = join(import.meta.dirname, "../..")

const WALK: Readonly<Record<Rule, readonly [Told, ...ReadonlyArray<Told>]>> = {
  ...MARKET,
  ...SLOT,
  ...GOVERNOR,
  ...COMMANDS,
  ...REBALANCER
}
const all = Object.entries(WALK).flatMap(([rule, causes]) => causes.map((told) => ({ rule, ...told })))

/** What stands against the market, and what a slot wants and does not do: people ask when that ends. */
const STANDS: ReadonlyArray<Rule> = [
  ...CAUSES,
  ...(["operator", "access_refused", "governor_broken", "startup"] as const),
  ...(["starting", "paused", "halted", "slot_inactive", "no_price", "entry_not_covered", "price_passed"] as const),
  ...(["insufficient_funds", "nothing_missing", "retry_pause", "cooldown", "long_only", "short_only"] as const),
  ...(["price_out_of_range", "no_size", "below_min_cost", "below_min_volume", "refresh_cooldown"] as const),
  ...(["partially_filled", "cancels_unanswered", "move_pending", "entry_lost", "exit_lost"] as const),
  ...(["residual_below_minimum", "balances_unsettled", "open_order_limit", "no_headroom", "loop_cap"] as const)
]

describe("what stands", () => {
  it.each(STANDS)("as %s is said to end, and when", (rule) => {
    const told = WALK[rule]?.[0].by().findLast((why) => why.rule === rule)
    const end = endOf(told ?? expect.fail(rule), 0, { instant: String, span: String })
    expect(end).toMatch(/^until /)
    expect(end).not.toContain("what it says no longer holds")
  })
})

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
