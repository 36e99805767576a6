/**
 * What one setting is: how its text is read, how its value stands in the journal where it is a rule, and what `kennel config`
 * and `docs/configuration.md` say of it. Pure.
 */
import { Schema } from "effect"
import { timeframesOf } from "../candles/core/candle.ts"
import { DecimalError, Quote, Volume } from "../core/decimal/decimal.ts"
import { QuoteText, VolumeText } from "../schema/decimalText.ts"

/** One row of the table. `parse` throws an Error whose message completes "PORT=abc: …". */
export interface Setting<A> {
  /** The environment variable. */
  readonly name: string
  readonly group: string
  /** `%`, `s`, `USD`, …; empty where there is none. */
  readonly unit: string
  /** As text, the way a person would set it; also what is used when the variable is missing. */
  readonly defaultText: string
  /** What is accepted, for people. */
  readonly range: string
  /** What it does, and why the default is what it is. */
  readonly reason: string
  readonly secret: boolean
  readonly parse: (text: string) => A
  /** The value in the journal. */
  readonly schema: Schema.Codec<A, unknown>
}

interface Row {
  readonly group: string
  readonly default: string
  readonly reason: string
  readonly unit?: string
}

const row = <A>(
  name: string,
  options: Row,
  range: string,
  parse: (text: string) => A,
  schema: Schema.Codec<A, unknown>,
  secret = false
): Setting<A> => ({
  name,
  group: options.group,
  unit: options.unit ?? "",
  defaultText: options.default,
  range,
  reason: options.reason,
  secret,
  parse,
  schema
})

/** A finite number in [min, max]. */
export const number = (name: string, options: Row & { readonly min: number; readonly max: number }): Setting<number> =>
  row(
    name,
    options,
    `${options.min} to ${options.max}`,
    (text) => inRange(decimalNumber(text), options.min, options.max),
    Schema.Finite
  )

/** A whole number in [min, max]. */
export const integer = (name: string, options: Row & { readonly min: number; readonly max: number }): Setting<number> =>
  row(
    name,
    options,
    `whole number, ${options.min} to ${options.max}`,
    (text) => {
      if (!/^-?\d+$/.test(text)) throw new Error("is not a whole number")
      return inRange(Number(text), options.min, options.max)
    },
    Schema.Int
  )

/** An exact amount of quote currency, not negative. */
export const amount = (name: string, options: Row): Setting<Quote> =>
  row(name, options, "0 or more, at most 10 decimals", (text) => notNegative(exact(() => Quote.parse(text))), QuoteText)

/** An exact volume of base currency, not negative. */
export const volume = (name: string, options: Row): Setting<Volume> =>
  row(
    name,
    options,
    "0 or more, at most 8 decimals",
    (text) => notNegative(exact(() => Volume.parse(text))),
    VolumeText
  )

/** One of a few words or numbers. */
export const choice = <const A extends string | number>(
  name: string,
  options: Row & { readonly of: ReadonlyArray<A> }
): Setting<A> =>
  row(
    name,
    options,
    options.of.map((word) => `\`${word}\``).join(" or "),
    (text) => {
      const found = options.of.find((word) => String(word) === text)
      if (found === undefined) throw new Error(`is none of ${options.of.join(", ")}`)
      return found
    },
    Schema.Literals(options.of)
  )

/** `true` or `1`, `false`, `0` or empty. */
export const flag = (name: string, options: Row): Setting<boolean> =>
  row(
    name,
    options,
    "`true` or `false`",
    (text) => {
      if (text === "true" || text === "1") return true
      if (text === "false" || text === "0" || text === "") return false
      throw new Error("is neither true nor false")
    },
    Schema.Boolean
  )

/** Free text; empty means "not set" where the reason says so. */
export const text = (name: string, options: Row & { readonly range?: string }): Setting<string> =>
  row(name, options, options.range ?? "text", (value) => value, Schema.String)

/** Names with commas between them. */
export const names = (name: string, options: Row): Setting<ReadonlyArray<string>> =>
  row(
    name,
    options,
    "names with commas between them",
    (value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    Schema.Array(Schema.NonEmptyString)
  )

/** Timeframes such as `1d,4h`, at least one; minutes of each. */
export const timeframes = (name: string, options: Row): Setting<ReadonlyArray<number>> =>
  row(
    name,
    options,
    "timeframes with commas between them",
    (value) => {
      const minutes = timeframesOf(value)
      if (minutes.length === 0) throw new Error("names no timeframe")
      return minutes
    },
    Schema.Array(Schema.Int)
  )

/** An absolute URL with one of these schemes, or empty. */
export const url = (name: string, options: Row & { readonly schemes: ReadonlyArray<string> }): Setting<string> =>
  row(
    name,
    options,
    `empty, or a URL: ${options.schemes.map((scheme) => `${scheme}://…`).join(", ")}`,
    (value) => {
      if (value === "") return value
      const scheme = /^([a-z]+):\/\/[^\s/]+/.exec(value)?.[1]
      if (scheme === undefined || !options.schemes.includes(scheme)) {
        throw new Error(`is not a URL starting with ${options.schemes.map((known) => `${known}://`).join(" or ")}`)
      }
      return value
    },
    Schema.String
  )

/** Text that is never printed, logged or written to the journal. */
export const secret = (name: string, options: Row): Setting<string> =>
  row(name, options, "text", (value) => value, Schema.String, true)

const decimalNumber = (value: string): number => {
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new Error("is not a number")
  return Number(value)
}

const inRange = (value: number, min: number, max: number): number => {
  if (value < min || value > max) throw new Error(`is outside ${min} to ${max}`)
  return value
}

const exact = <A>(parse: () => A): A => {
  try {
    return parse()
  } catch (error) {
    if (error instanceof DecimalError) throw new Error("is not a decimal number such as 2.50", { cause: error })
    throw error
  }
}

const notNegative = <A extends bigint>(value: A): A => {
  if (value < 0n) throw new Error("is negative")
  return value
}
