import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"
import { DecimalError, Price, Quote, Volume } from "./decimal.ts"

const isBigint = <A extends bigint>(u: unknown): u is A => typeof u === "bigint"

/** Decimal text on the wire, a branded scaled bigint inside; a text that does not fit fails with the text and the reason. */
const decimalText = <A extends bigint>(
  expected: string,
  codec: { readonly parse: (text: string) => A; readonly format: (value: A) => string }
) =>
  Schema.String.pipe(
    Schema.decodeTo(Schema.declare<A>(isBigint<A>, { expected }), {
      decode: SchemaGetter.transformEffect((text: string, options) => {
        try {
          return Effect.succeed(codec.parse(text))
        } catch (error) {
          const message = error instanceof DecimalError ? error.message : String(error)
          return Effect.fail(new SchemaIssue.InvalidValue({ message }, text, options))
        }
      }),
      encode: SchemaGetter.transform((value: A) => codec.format(value))
    })
  )

/** `"0.1234567"` ↔ `Price`. */
export const PriceText = decimalText("Price", Price)
/** `"60"` ↔ `Volume`. */
export const VolumeText = decimalText("Volume", Volume)
/** `"-1.5"` ↔ `Quote`. */
export const QuoteText = decimalText("Quote", Quote)
