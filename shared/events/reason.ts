import { Schema } from "effect"

/**
 * Why a decision was taken, or refused: the rule by name, and the numbers it compared.
 *
 * `rule` is stable text such as `stale_entry` or `refresh_cooldown`: people filter by it.
 * `numbers` holds what was compared, each under a name with its unit (`distancePct`, `ageSec`); money as decimal text.
 */
export const Reason = Schema.Struct({
  rule: Schema.NonEmptyString,
  numbers: Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))
})
export type Reason = typeof Reason.Type
