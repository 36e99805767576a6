/**
 * The vocabulary of decisions: every rule once, under the name that the journal keeps, with the sentence that people read.
 *
 * `{name}` stands for a number of the reason; `<one|many>` behind it are the words for one and for any other number. A part in brackets is left out where one of its numbers is missing or empty.
 * A sentence names the cause that holds whenever its rule is given: where two situations differ, they are two rules.
 */
import { COMMAND_RULES } from "./commands.ts"
import { GOVERNOR_RULES } from "./governor.ts"
import { MARKET_RULES } from "./market.ts"
import { REBALANCER_RULES } from "./rebalancer.ts"
import { SLOT_RULES } from "./slot.ts"

/** Every rule with its sentence. */
export const RULES = {
  ...MARKET_RULES,
  ...SLOT_RULES,
  ...GOVERNOR_RULES,
  ...COMMAND_RULES,
  ...REBALANCER_RULES
} as const

/** The name of a rule: stable text, which people filter by. */
export type Rule = keyof typeof RULES

/** Every rule by name. */
export const RULE_NAMES = Object.keys(RULES) as ReadonlyArray<Rule>

/** What a rule compared, each under a name with its unit (`distancePct`, `ageSec`, `untilMs`); money as decimal text. */
export type Numbers = Readonly<Record<string, number | string>>

/** The names in braces. */
type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

/** Those outside of brackets. */
type Needed<Text extends string> = Text extends `${infer Before}[${string}]${infer After}`
  ? Needed<`${Before}${After}`>
  : Placeholders<Text>

/** The numbers that the rule's sentence needs, and any others beside them; of several rules, what each of them needs. */
export type NumbersOf<R extends Rule> = Numbers & Readonly<Record<Needed<(typeof RULES)[R]>, number | string>>

/** Why: the rule that decided, and the numbers it compared. */
export const reason = <R extends Rule>(
  rule: R,
  numbers: NumbersOf<R>
): { readonly rule: R; readonly numbers: Numbers } => ({
  rule,
  numbers
})
