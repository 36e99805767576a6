/**
 * What people ask of the market: one record per command, on a subject of its own (`command.<id>`), so that an id takes
 * effect once however often it is sent. The governor answers with `CommandApplied` or `CommandRefused`.
 */
import { Schema } from "effect"
import { ACTIONS, type ActionName, type ArgumentsOf } from "../../core/actions/actions.ts"
import { type ActionArgument, defaultOf } from "../../core/actions/argument.ts"
import type { Quote } from "../../core/decimal/decimal.ts"
import { QuoteText } from "../../schema/decimalText.ts"

/** What code sees of an argument of each kind. */
interface ValueOfKind {
  readonly integer: number
  readonly percent: number
  readonly amount: Quote
  readonly text: string
}

type Value<A> = A extends { readonly choices: ReadonlyArray<infer Choice> }
  ? Choice
  : A extends { readonly kind: infer Kind extends keyof ValueOfKind }
    ? ValueOfKind[Kind]
    : never

/** Null where the argument may be left open. */
type Given<A> = Value<A> | (A extends { readonly default: null } ? null : never)

/** The command of one action, with its arguments; of several, any of theirs. */
export type CommandOf<N extends ActionName> = {
  readonly [K in N]: { readonly name: K } & { readonly [A in keyof ArgumentsOf<K>]: Given<ArgumentsOf<K>[A]> }
}[N]

/** Any command. */
export type Command = CommandOf<ActionName>

const inRange = (argument: Extract<ActionArgument, { readonly kind: "integer" | "percent" }>) => {
  const { min, max, above } = argument
  if (above !== undefined) return Schema.isGreaterThan(above)
  return max === undefined ? Schema.isGreaterThanOrEqualTo(min) : Schema.isBetween({ minimum: min, maximum: max })
}

const schemaOfValue = (argument: ActionArgument): Schema.Codec<unknown, unknown> => {
  switch (argument.kind) {
    case "integer":
      return Schema.Int.check(inRange(argument))
    case "percent":
      return Schema.Finite.check(inRange(argument))
    case "amount":
      return QuoteText.check(Schema.makeFilter((amount) => amount >= 0n || "Expected an amount of 0 or more"))
    case "text":
      return argument.pattern === undefined ? Schema.String : Schema.String.check(Schema.isPattern(argument.pattern))
    case "choice":
      return Schema.Literals(argument.choices)
  }
}

/** An argument in the journal and in the body of a request. */
export const schemaOfArgument = (argument: ActionArgument): Schema.Codec<unknown, unknown> =>
  defaultOf(argument) === null ? Schema.NullOr(schemaOfValue(argument)) : schemaOfValue(argument)

const members = Object.entries(ACTIONS).map(([name, { arguments: args }]) =>
  Schema.Struct({
    name: Schema.Literal(name),
    ...Object.fromEntries(Object.entries(args).map(([key, argument]) => [key, schemaOfArgument(argument)]))
  })
)

// Made from the rows from which the type is made: the compiler sees only that each is made of them.
/** Every command by its name, with its arguments. */
export const Command = Schema.Union(members) as unknown as Schema.Codec<Command, unknown>

/** One token of a subject: what makes it safe in a file name and a URL too. */
export const CommandId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/))

/** Somebody has asked for something. Written by control-plane. */
export const CommandIssued = Schema.TaggedStruct("CommandIssued", {
  commandId: CommandId,
  /** Who: a name, a chat, `api`. */
  author: Schema.NonEmptyString,
  command: Command,
  /** What the author was shown that it would do, one effect a line; empty when nobody looked. */
  preview: Schema.Array(Schema.String)
})

/** The command family. */
export const CommandEvent = CommandIssued
