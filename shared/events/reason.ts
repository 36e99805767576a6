import { Schema } from "effect"
import { RULE_NAMES } from "../core/rules/rules.ts"

/**
 * Why a decision was taken, or refused: the rule by name, and the numbers it compared (`rules.ts` has every rule with its
 * sentence). Money stands in `numbers` as decimal text, for people: no rule of another service reads it there.
 */
export const Reason = Schema.Struct({
  rule: Schema.Literals(RULE_NAMES),
  numbers: Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))
})
export type Reason = typeof Reason.Type
