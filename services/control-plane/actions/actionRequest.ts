/** The body of `POST /api/action`: read field by field, so that each wrong one is named with its value and what is accepted. Pure. */
import { Result, Schema } from "effect"
import { Command, CommandId } from "../../../shared/events/families/command.ts"

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
}

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

/** What stands for a field that is left out. An argument without a default must be given. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  pause: { note: "" },
  add_slot: { count: 1 },
  add_layer: { source: null },
  retrain: { timeframe: null }
}

/** Every action by its name, with the schemas of its arguments. */
const ACTIONS: ReadonlyMap<string, Readonly<Record<string, Schema.Codec<unknown, unknown>>>> = new Map(
  Command.members.map(({ fields }) => {
    const { name, ...args } = fields
    return [name.literal, args]
  })
)

/** The names of all actions, in the order in which they are documented. */
export const ACTION_NAMES: ReadonlyArray<string> = [...ACTIONS.keys()]

/** The arguments of an action, and whether each must be given. */
export const argumentsOf = (action: string): ReadonlyArray<{ readonly name: string; readonly required: boolean }> =>
  Object.keys(ACTIONS.get(action) ?? {}).map((name) => ({ name, required: DEFAULTS[action]?.[name] === undefined }))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

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

/** A command, or the first thing wrong with the body: the field, its value, and what is accepted. */
export const readAction = (body: unknown): Result.Result<ActionRequest, string> => {
  if (!isObject(body)) return Result.fail('the body is no JSON object such as {"action":"pause","note":"…"}')
  const { action } = body
  const args = typeof action === "string" ? ACTIONS.get(action) : undefined
  if (typeof action !== "string" || args === undefined) {
    const said = action === undefined ? "action is missing" : `action=${shownValue(action)}`
    return Result.fail(`${said}: expected one of ${ACTION_NAMES.join(", ")}`)
  }
  const unknownField = Object.keys(body).find((name) => name !== "action" && !(name in args) && !(name in COMMON))
  if (unknownField !== undefined) {
    const accepted = [...Object.keys(args), ...Object.keys(COMMON)].join(", ")
    return Result.fail(
      `${unknownField}=${shownValue(body[unknownField])}: ${action} has no such field; it has ${accepted}`
    )
  }
  return Result.gen(function* () {
    const command: Record<string, unknown> = { name: action }
    for (const [name, schema] of Object.entries(args)) {
      command[name] = yield* read(name, schema, body[name], DEFAULTS[action]?.[name])
    }
    return {
      id: yield* read("id", COMMON.id, body["id"], null),
      author: yield* read("author", COMMON.author, body["author"], "api"),
      // Each field has just been read with this command's own schema.
      command: command as Command,
      preview: yield* read("preview", COMMON.preview, body["preview"], false),
      shown: yield* read("shown", COMMON.shown, body["shown"], [])
    }
  })
}
