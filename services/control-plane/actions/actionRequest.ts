/** The body of `POST /api/action`: read field by field, so that each wrong one is named with its value and what is accepted. Pure. */
import { isUtf8 } from "node:buffer"
import { Result, Schema } from "effect"
import { ACTIONS } from "../../../shared/core/actions/actions.ts"
import { type Action, type ArgumentSetting, defaultOf } from "../../../shared/core/actions/argument.ts"
import { type Command, CommandId, schemaOfArgument } from "../../../shared/events/families/command.ts"

/** A command as somebody asked for it. */
export interface ActionRequest {
  /** Null: nobody chose one. */
  readonly id: string | null
  readonly author: string
  readonly command: Command
  /** True: say what it would do, and do nothing. */
  readonly preview: boolean
  /** What the author was shown that it would do, one effect a line; empty when nobody looked. */
  readonly shown: ReadonlyArray<string>
  /** What was understood though it has another name now, one line each. */
  readonly hints: ReadonlyArray<string>
}

/** What stands for arguments that a setting fills in. */
export type ArgumentDefaults = Readonly<Record<ArgumentSetting, number>>

/** Names of people and chats; longer ones are no names. */
const MAX_AUTHOR = 100
/** A preview longer than this was not read either. */
const MAX_SHOWN = 50

/** The fields of every action besides its own arguments. */
const COMMON = {
  id: Schema.NullOr(CommandId),
  author: Schema.NonEmptyString.check(Schema.isMaxLength(MAX_AUTHOR)),
  preview: Schema.Boolean,
  shown: Schema.Array(Schema.String).check(Schema.isMaxLength(MAX_SHOWN))
} as const

/** An argument as it is read: from the field `name` into the command's field `key`. */
interface Field {
  readonly key: string
  readonly name: string
  /** What it was called once. */
  readonly formerly: string | null
  readonly schema: Schema.Codec<unknown, unknown>
  /** What stands for it where it is left out; undefined: it must be given. */
  readonly fallback: (defaults: ArgumentDefaults) => unknown
}

const FIELDS: ReadonlyMap<string, ReadonlyArray<Field>> = new Map(
  Object.entries(ACTIONS).map(([action, { arguments: args }]: readonly [string, Action]) => [
    action,
    Object.entries(args).map(([key, argument]) => ({
      key,
      name: argument.name,
      formerly: argument.formerly ?? null,
      schema: schemaOfArgument(argument),
      fallback: (defaults: ArgumentDefaults) =>
        argument.setting === undefined ? defaultOf(argument) : defaults[argument.setting]
    }))
  ])
)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A field that the body itself has: what every object inherits was not given. */
const ownOf = (body: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(body, name) ? body[name] : undefined

const shownValue = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Reads one field; the failure is a line for people. */
const read = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  value: unknown,
  fallback: unknown
): Result.Result<A, string> => {
  const given = value === undefined ? fallback : value
  return Result.mapError(Schema.decodeUnknownResult(schema)(given), ({ message }) => {
    const expected = message.replaceAll(/\s*\n\s*/g, " ").replace(/^Expected /, "expected ")
    return given === undefined ? `${name} is missing: ${expected}` : `${name}=${shownValue(value)}: ${expected}`
  })
}

/** The body by the names of today, with a hint for each that has another now; a name given twice is nobody's to choose from. */
const byTodaysNames = (body: Readonly<Record<string, unknown>>, fields: ReadonlyArray<Field>) => {
  const renamed: Record<string, unknown> = { ...body }
  const hints: Array<string> = []
  for (const { name, formerly } of fields) {
    if (formerly === null || !Object.hasOwn(body, formerly)) continue
    if (Object.hasOwn(body, name)) {
      return Result.fail(
        `${formerly}=${shownValue(body[formerly])}: is what ${name} was called once; give ${name} alone`
      )
    }
    renamed[name] = body[formerly]
    delete renamed[formerly]
    hints.push(`${formerly} is called ${name}`)
  }
  return Result.succeed({ renamed, hints })
}

/** An action's fields hold values, and `shown` a list of lines. */
const MAX_DEPTH = 2

/**
 * What is wrong with the bytes of a body before they are taken for JSON: JSON has no word on any of it, and whoever guesses may act on
 * what was not meant. Null: nothing.
 */
export const badBytes = (body: Uint8Array): string | null => {
  if (!isUtf8(body)) return "the body is no UTF-8"
  const text = new TextDecoder().decode(body)
  const names = new Set<string>()
  let depth = 0
  // Strings, and what opens and closes: all else of JSON is passed over.
  for (const [piece, name] of text.matchAll(/("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (piece === "[" || piece === "{") depth++
    else if (piece === "]" || piece === "}") depth--
    else if (depth === 1 && name !== undefined) {
      const read = asRead(name)
      if (names.has(read)) return `${read.slice(0, SAID)} is given twice`
      names.add(read)
    }
    if (depth > MAX_DEPTH) return "the body is nested deeper than any action"
  }
  return null
}
const SAID = 80

/** A name as JSON reads it, however its letters are spelt; one that it does not read is refused with the rest. */
const asRead = (name: string): string => {
  try {
    return String(JSON.parse(name))
  } catch {
    return name
  }
}

/** A command, or the first thing wrong with the body: the field, its value, and what is accepted. */
export const readAction = (given: unknown, defaults: ArgumentDefaults): Result.Result<ActionRequest, string> => {
  if (!isObject(given)) return Result.fail('the body is no JSON object such as {"action":"pause","note":"…"}')
  const action = ownOf(given, "action")
  const fields = typeof action === "string" ? FIELDS.get(action) : undefined
  if (typeof action !== "string" || fields === undefined) {
    const said = action === undefined ? "action is missing" : `action=${shownValue(action)}`
    return Result.fail(`${said}: expected one of ${[...FIELDS.keys()].join(", ")}`)
  }
  const accepted = [...fields.map(({ name }) => name), ...Object.keys(COMMON)]
  const named = byTodaysNames(given, fields)
  if (Result.isFailure(named)) return Result.fail(named.failure)
  const { renamed: body, hints } = named.success
  const unknownField = Object.keys(body).find((name) => name !== "action" && !accepted.includes(name))
  if (unknownField !== undefined) {
    const said = `${unknownField}=${shownValue(body[unknownField])}`
    return Result.fail(`${said}: ${action} has no such field; it has ${accepted.join(", ")}`)
  }
  return Result.gen(function* () {
    const command: Record<string, unknown> = { name: action }
    for (const { key, name, schema, fallback } of fields) {
      command[key] = yield* read(name, schema, ownOf(body, name), fallback(defaults))
    }
    return {
      id: yield* read("id", COMMON.id, ownOf(body, "id"), null),
      author: yield* read("author", COMMON.author, ownOf(body, "author"), "api"),
      // Each field has just been read with this command's own schema.
      command: command as unknown as Command,
      preview: yield* read("preview", COMMON.preview, ownOf(body, "preview"), false),
      shown: yield* read("shown", COMMON.shown, ownOf(body, "shown"), []),
      hints
    }
  })
}
