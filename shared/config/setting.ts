/**
 * What one setting is: how its text is read, how its value stands in the journal where it is a rule, and what `kennel config`
 * and `docs/configuration.md` say of it. Pure.
 */
import { Cron, Schema } from "effect"
import { timeframesOf } from "../candles/core/candle.ts"
import { utcDayStartMs } from "../core/time/utcDay.ts"
import { DecimalError, Quote, Volume } from "../core/decimal/decimal.ts"
import { QuoteText, VolumeText } from "../schema/decimalText.ts"
import { hostText, pairText, pathText, symbolText, urlText } from "./shapes.ts"

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
  /** What stands at the path that it names, if it names one. */
  readonly path: PathUse | null
  /** Other names under which people know it: understood, with a hint. */
  readonly alsoCalled: ReadonlyArray<string>
  readonly parse: (text: string) => A
  /** The value in the journal. */
  readonly schema: Schema.Codec<A, unknown>
}

/**
 * What a path is for: a directory that is written to (`data`) or perhaps only read (`archive`), a file that is there to be read
 * (`input`), or one that is written (`output`).
 */
export type PathUse = "data" | "archive" | "input" | "output"

/** A rule that older journals do not have: whoever reads it says what its absence means. */
export interface LaterSetting<A> extends Setting<A> {
  readonly later: true
}

/** Of this row. */
export const later = <A>(row: Setting<A>): LaterSetting<A> => ({ ...row, later: true })

interface Row {
  readonly default: string
  readonly reason: string
  readonly unit?: string
  readonly alsoCalled?: ReadonlyArray<string>
}

const TRUE: ReadonlySet<string> = new Set(["true", "yes", "on", "1"])
const FALSE: ReadonlySet<string> = new Set(["false", "no", "off", "0", ""])

interface Within {
  readonly within: readonly [min: number, max: number]
}

/** The rows of one heading of the settings page: each method makes a row of its kind. */
export class SettingGroup {
  private readonly group: string

  constructor(group: string) {
    this.group = group
  }

  private row<A>(
    name: string,
    options: Row,
    range: string,
    parse: (text: string) => A,
    schema: Schema.Codec<A, unknown>,
    secret = false
  ): Setting<A> {
    const { unit = "", default: defaultText, reason, alsoCalled = [] } = options
    return { name, group: this.group, unit, defaultText, range, reason, secret, path: null, alsoCalled, parse, schema }
  }

  /** A finite number. */
  number(name: string, options: Row & Within): Setting<number> {
    const [min, max] = options.within
    const parse = (value: string): number => inRange(decimalNumber(value), min, max)
    return this.row(name, options, `${min} to ${max}`, parse, Schema.Finite)
  }

  /** A whole number. */
  integer(name: string, options: Row & Within): Setting<number> {
    const [min, max] = options.within
    const parse = (value: string): number => {
      if (!/^-?\d+$/.test(value)) throw new Error("is not a whole number")
      return inRange(Number(value) + 0, min, max)
    }
    return this.row(name, options, `whole number, ${min} to ${max}`, parse, Schema.Int)
  }

  /** An exact amount of quote currency, not negative. */
  amount(name: string, options: Row): Setting<Quote> {
    const parse = (value: string): Quote =>
      positive(
        exact(() => Quote.parse(value)),
        10n
      )
    return this.row(name, options, "0 or more, at most 10 decimals", parse, QuoteText)
  }

  /** An exact volume of base currency, not negative. */
  volume(name: string, options: Row): Setting<Volume> {
    const parse = (value: string): Volume =>
      positive(
        exact(() => Volume.parse(value)),
        8n
      )
    return this.row(name, options, "0 or more, at most 8 decimals", parse, VolumeText)
  }

  /** One of a few words or numbers. */
  choice<const A extends string | number>(name: string, options: Row & { readonly of: ReadonlyArray<A> }): Setting<A> {
    const range = options.of.map((word) => `\`${word}\``).join(" or ")
    const parse = (value: string): A => {
      const found = options.of.find((word) => String(word) === value)
      if (found === undefined) throw new Error(`is none of ${options.of.join(", ")}`)
      return found
    }
    return this.row(name, options, range, parse, Schema.Literals(options.of))
  }

  /** Any of a few words, each once, in the order of `of`; may be none. */
  words<const A extends string>(
    name: string,
    options: Row & { readonly of: ReadonlyArray<A> }
  ): Setting<ReadonlyArray<A>> {
    const parse = (value: string): ReadonlyArray<A> => {
      const given = value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "")
      const unknown = given.find((word) => !(options.of as ReadonlyArray<string>).includes(word))
      if (unknown !== undefined) throw new Error(`holds "${unknown}", which is none of ${options.of.join(", ")}`)
      return options.of.filter((word) => given.includes(word))
    }
    const range = `empty, or with commas between them: ${options.of.map((word) => `\`${word}\``).join(", ")}`
    return this.row(name, options, range, parse, Schema.Array(Schema.Literals(options.of)))
  }

  /** `true`, `yes`, `on` or `1`; `false`, `no`, `off`, `0` or empty: in any case, as scripts of all kinds write them. */
  flag(name: string, options: Row): Setting<boolean> {
    const parse = (value: string): boolean => {
      const word = value.toLowerCase()
      if (TRUE.has(word)) return true
      if (FALSE.has(word)) return false
      throw new Error("is neither true nor false")
    }
    return this.row(name, options, "`true` or `false`", parse, Schema.Boolean)
  }

  /** A day in UTC as `2026-11-21`, `now`, or empty. */
  day(name: string, options: Row): Setting<string> {
    const parse = (value: string): string => {
      if (value !== "" && value !== "now" && utcDayStartMs(value) === null)
        throw new Error("is neither a day such as 2026-11-21, nor `now`")
      return value
    }
    return this.row(name, options, "empty, `now` or a day (UTC) such as `2026-11-21`", parse, Schema.String)
  }

  /** Free text; empty means "not set" where the reason says so. */
  text(name: string, options: Row & { readonly range?: string }): Setting<string> {
    return this.row(name, options, options.range ?? "text", (value) => value, Schema.String)
  }

  /** Names with commas between them. */
  names(name: string, options: Row): Setting<ReadonlyArray<string>> {
    const parse = (value: string): ReadonlyArray<string> =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "")
    return this.row(name, options, "names with commas between them", parse, Schema.Array(Schema.NonEmptyString))
  }

  /** Timeframes such as `1d,4h`, at least one; minutes of each. */
  timeframes(name: string, options: Row): Setting<ReadonlyArray<number>> {
    const parse = (value: string): ReadonlyArray<number> => {
      const minutes = timeframesOf(value)
      if (minutes.length === 0) throw new Error("names no timeframe")
      return minutes
    }
    return this.row(name, options, "timeframes with commas between them", parse, Schema.Array(Schema.Int))
  }

  /** A path; empty where the reason says what that means. */
  path(name: string, options: Row & { readonly use: PathUse }): Setting<string> {
    const range = options.use === "data" || options.use === "archive" ? "a directory" : "a file"
    return { ...this.row(name, options, range, pathText, Schema.String), path: options.use }
  }

  /** Where a server listens. */
  host(name: string, options: Row): Setting<string> {
    return this.row(name, options, "an address of this machine", hostText, Schema.String)
  }

  /** Host names with commas between them, without ports; none by default. */
  hosts(name: string, options: Row): Setting<ReadonlyArray<string>> {
    const names = this.names(name, options)
    const parse = (value: string): ReadonlyArray<string> =>
      names.parse(value).map((host) => hostText(host).toLowerCase())
    return { ...names, range: "host names with commas between them", parse }
  }

  /** A pair as Kraken's REST names it. */
  pair(name: string, options: Row): Setting<string> {
    return this.row(name, options, "4 to 24 capitals and digits", pairText, Schema.String)
  }

  /** A pair as Kraken's WebSocket names it. */
  symbol(name: string, options: Row): Setting<string> {
    return this.row(name, options, "two names in capitals with a slash between", symbolText, Schema.String)
  }

  /** An absolute URL with one of these schemes, or empty; without user, password and query. */
  url(name: string, options: Row & { readonly schemes: ReadonlyArray<string> }): Setting<string> {
    const starts = options.schemes.map((scheme) => `${scheme}://`)
    const parse = (value: string): string => (value === "" ? value : urlText(value, options.schemes))
    const range = `empty, or a URL: ${starts.map((start) => `${start}…`).join(", ")}`
    return this.row(name, options, range, parse, Schema.String)
  }

  /** Such URLs with commas between them, or empty. */
  urls(name: string, options: Row & { readonly schemes: ReadonlyArray<string> }): Setting<string> {
    const one = this.url(name, options)
    const parse = (value: string): string => {
      const urls = value.split(",").map((part) => part.trim())
      if (urls.length > 1 && urls.includes("")) throw new Error("holds an empty address")
      for (const url of urls) one.parse(url)
      return urls.join(",")
    }
    return { ...one, range: `${one.range}; several with commas between them`, parse }
  }

  /** A schedule in cron's form, five fields (minute, hour, day, month, weekday), in UTC. */
  schedule(name: string, options: Row): Setting<string> {
    const parse = (value: string): string => {
      const cron = Cron.parse(value, "UTC")
      if (cron._tag === "Failure") throw new Error(`is no schedule: ${cron.failure.message}`)
      return value
    }
    return this.row(name, options, "five fields of cron, in UTC", parse, Schema.String)
  }

  /** Text that is never printed, logged or written to the journal. */
  secret(name: string, options: Row): Setting<string> {
    return this.row(name, options, "text", (value) => value, Schema.String, true)
  }
}

/** More of a wrong value than this helps nobody. */
const MAX_SHOWN = 200

/** The text of a setting as it may be shown: passwords and keys that stand in an address are left out, right or wrong. */
export const shownText = (text: string): string => {
  const safe = text
    .replaceAll(/:\/\/.*@/gs, "://(secret)@")
    .replaceAll(/(:\/\/[^?#]*)[?#].*/gs, "$1?(secret)")
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => JSON.stringify(character).slice(1, -1))
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe
}

const decimalNumber = (value: string): number => {
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new Error("is not a number")
  // -0 is 0.
  return Number(value) + 0
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

/** Nobody's account holds more; sums of such amounts stay far from the ends of every column and counter. */
const MOST = 10n ** 12n

const positive = <A extends bigint>(value: A, decimals: bigint): A => {
  if (value < 0n) throw new Error("is negative")
  if (value > MOST * 10n ** decimals) throw new Error(`is above ${MOST}`)
  return value
}
