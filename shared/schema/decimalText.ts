import { Schema, SchemaGetter } from "effect"
import { Price, Quote, Volume } from "../core/decimal/decimal.ts"

const isBigint = <A extends bigint>(u: unknown): u is A => typeof u === "bigint"

/** Decimal text on the wire, a branded scaled bigint inside; a text that does not fit is refused with what would. */
const decimalText = <A extends bigint>(
  expected: string,
  codec: {
    readonly read: (text: string) => A | null
    readonly parse: (text: string) => A
    readonly format: (value: A) => string
  }
) =>
  Schema.String.check(
    Schema.makeFilter(
      (text) => codec.read(text) !== null || `"${text}" is not a decimal number such as 0.1234 (${expected})`
    )
  ).pipe(
    Schema.decodeTo(Schema.declare<A>(isBigint<A>, { expected }), {
      decode: SchemaGetter.transform(codec.parse),
      encode: SchemaGetter.transform(codec.format)
    })
  )

/** `"0.1234567"` ↔ `Price`. */
export const PriceText = decimalText("Price", Price)
/** `"60"` ↔ `Volume`. */
export const VolumeText = decimalText("Volume", Volume)
/** `"-1.5"` ↔ `Quote`. */
export const QuoteText = decimalText("Quote", Quote)
