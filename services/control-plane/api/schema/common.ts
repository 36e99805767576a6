/** What payloads have in common. */
import { Schema } from "effect"

/** A decimal as text: exact, without exponent. */
export const Decimal = Schema.String.annotate({ description: "exact decimal text" }).check(
  Schema.isPattern(/^-?\d+(\.\d+)?$/)
)

/** Unix seconds of the exchange's clock. */
export const UnixSeconds = Schema.Finite.annotate({ description: "Unix seconds of the exchange's clock" })

/** What a rule compared, each under its name. */
export const Numbers = Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))

/** The sequence of a record. */
export const Sequence = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
  description: "sequence of a record of the journal"
})

/** Which record a payload knows the journal up to, and how old that is. */
export const Standing = {
  seq: Sequence,
  /** Wall seconds. */
  age_sec: Schema.Finite.annotate({ description: "wall seconds since this server has taken in a newer record" })
} as const

/** RFC 9457; further members are told of by the answers that have them. */
export const Problem = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  /** Of an action whose outcome is not known. */
  id: Schema.optionalKey(Schema.String),
  /** How far the past has been laid, in records. */
  laid: Schema.optionalKey(Schema.Int),
  of: Schema.optionalKey(Schema.Int)
}).annotate({ identifier: "Problem", description: "problem details (RFC 9457)" })
