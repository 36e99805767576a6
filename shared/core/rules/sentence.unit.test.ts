import { describe, expect, it } from "@effect/vitest"
import { COMMAND_RULES } from "./commands.ts"
import { GOVERNOR_RULES } from "./governor.ts"
import { MARKET_RULES } from "./market.ts"
import { REBALANCER_RULES } from "./rebalancer.ts"
import { type Numbers, reason, type Rule, RULE_NAMES, RULES } from "./rules.ts"
import { placeholdersOf, sentenceOf } from "./sentence.ts"
import { SLOT_RULES } from "./slot.ts"

describe("the vocabulary", () => {
  it("has every rule in one family only", () => {
    const families = [MARKET_RULES, SLOT_RULES, GOVERNOR_RULES, COMMAND_RULES, REBALANCER_RULES]
    expect(families.flatMap(Object.keys)).toHaveLength(RULE_NAMES.length)
  })

  it.each(Object.entries(RULES))("%s is said in a sentence: %s", (rule, sentence) => {
    expect(rule).toMatch(/^[a-z0-9]+(?:_[a-zA-Z0-9]+)*$/)
    expect(sentence).toMatch(/^[A-Z{].*[.]$/)
    // What is left without the placeholders has no brace and no bracket that was not closed.
    expect(sentence.replaceAll(/\{[a-zA-Z]+\}/g, "").replaceAll(/\[[^[\]]*\]/g, "")).not.toMatch(/[{}[\]]/)
  })
})

describe("a reason as a sentence", () => {
  it.each<{ readonly rule: Rule; readonly numbers: Numbers; readonly sentence: string }>([
    {
      rule: "stale_price",
      numbers: { priceAgeSec: 61, maxAgeSec: 60 },
      sentence: "The last price was 61 s old, at most 60 s are allowed."
    },
    {
      rule: "stale_entry",
      numbers: { distancePct: 0.830000000001, refreshPct: 0.5 },
      sentence: "It stands 0.83 % from the market, more than 0.5 %."
    },
    {
      rule: "s1_timeout",
      numbers: { ageMs: 600_000 },
      sentence: "It has waited 10 min, and the market has moved away from it."
    },
    {
      rule: "cooldown",
      numbers: { cooldownUntilMs: 1_795_280_589_000 },
      sentence: "The trade rests until 2026-11-21 17:03:09 UTC."
    },
    { rule: "entry_pct_set", numbers: { pct: 0.4 }, sentence: "An operator has set the entry distance to 0.4 %." },
    { rule: "operator", numbers: { note: "lunch" }, sentence: "Paused by an operator: lunch." },
    { rule: "operator", numbers: {}, sentence: "Paused by an operator." },
    {
      rule: "exit_lost",
      numbers: { localId: 4, cause: "", retryAtMs: 0 },
      sentence: "The exchange has not kept exit 4: it is placed again from 1970-01-01 00:00:00 UTC on."
    },
    {
      rule: "volatility",
      numbers: { samples: 3, medianMovePct: "unknown" },
      sentence: "The median move between the last 3 samples is unknown."
    },
    {
      rule: "fault",
      numbers: { actor: "slot-2", seq: 12_345_678 },
      sentence: "It is told that slot-2 cannot fold record 12345678: ?."
    }
  ])("$rule with $numbers is: $sentence", ({ rule, numbers, sentence }) => {
    expect(sentenceOf({ rule, numbers })).toBe(sentence)
  })

  it("needs the numbers outside of brackets, and may have others: a compiler says so", () => {
    expect(placeholdersOf(RULES.exit_lost)).toStrictEqual(["localId", "cause", "retryAtMs"])
    expect(reason("exit_lost", { localId: 4, retryAtMs: 0, rejections: 2 }).numbers["rejections"]).toStrictEqual(2)
    // @ts-expect-error: without `retryAtMs` there is no sentence.
    expect(reason("exit_lost", { localId: 4 }).rule).toBe("exit_lost")
  })
})

/** Two figures that differ by less than a short text of their unit shows. */
const edgeOf = (name: string): readonly [number, number] => {
  if (/(?:At|Until)Ms$/.test(name)) return [1_795_280_589_000, 1_795_280_589_001]
  if (name.endsWith("Ms")) return [180_000, 180_001]
  return name.endsWith("Sec") ? [180, 180.04] : [0.5, 0.500_000_1]
}

const kindOf = (name: string): string => /(?:At|Until)Ms$|Ms$|Sec$|[pP]ct$/.exec(name)?.[0].toLowerCase() ?? "plain"

const pairs = Object.entries(RULES).flatMap(([rule, sentence]) => {
  const names = [...new Set(placeholdersOf(sentence))]
  return names.flatMap((one, at) =>
    names
      .slice(at + 1)
      .filter((other) => kindOf(other) === kindOf(one))
      .map((other) => ({ rule: rule as Rule, one, other, names }))
  )
})

describe("two figures of one sentence", () => {
  it.each(pairs)("$rule tells $one and $other apart wherever they differ", ({ rule, one, other, names }) => {
    const [lower, higher] = edgeOf(one)
    const said = (a: number, b: number): string => {
      const others = Object.fromEntries(names.map((name) => [name, "-"]))
      return sentenceOf({ rule, numbers: { ...others, [one]: a, [other]: b } })
    }
    const texts = [said(lower, higher), said(higher, lower), said(lower, lower), said(higher, higher)]
    expect(new Set(texts.slice(0, 2)).size).toBe(2)
    // Neither of the two sentences reads as if both figures were the same.
    expect(texts.slice(2)).not.toContain(texts[0])
    expect(texts.slice(2)).not.toContain(texts[1])
  })

  it.each<{ readonly rule: Rule; readonly numbers: Numbers; readonly sentence: string }>([
    {
      rule: "stale_price",
      numbers: { priceAgeSec: 180.6, maxAgeSec: 180 },
      sentence: "The last price was 180.6 s old, at most 180 s are allowed."
    },
    {
      rule: "stale_price",
      numbers: { priceAgeSec: 240, maxAgeSec: 180 },
      sentence: "The last price was 4 min old, at most 3 min are allowed."
    },
    {
      rule: "stale_entry",
      numbers: { distancePct: 0.500_000_1, refreshPct: 0.5 },
      sentence: "It stands 0.5000001 % from the market, more than 0.5 %."
    }
  ])("are as exact as it takes, and no more: $sentence", ({ rule, numbers, sentence }) => {
    expect(sentenceOf({ rule, numbers })).toBe(sentence)
  })
})
