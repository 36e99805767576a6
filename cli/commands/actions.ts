/**
 * `kennel action <name>`: asks the running control plane to do something. Exit codes: 0 applied (or: would be), 1 refused or
 * failed, 2 accepted and not answered yet.
 */
import { ANSWER_WITHIN_MS } from "../../services/control-plane/actions/actions.ts"
import { userInfo } from "node:os"
import { Console, Effect, Option, Redacted, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ACTIONS } from "../../shared/core/actions/actions.ts"
import { type Action, type ActionArgument, mayBeLeftOut, rangeOf } from "../../shared/core/actions/argument.ts"
import { ActionAnswered } from "../../services/control-plane/api/schema/server.ts"
import { readControlToken } from "../../services/control-plane/controlToken.ts"
import { urlOf } from "../shared/address.ts"
import { loadSettings } from "../shared/settings.ts"

/** The control plane gave no answer to the action, or turned it away. */
export class ActionFailed extends Schema.TaggedError<ActionFailed>()("ActionFailed", {
  url: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.url}: ${this.problem}`
  }
}

/** Longer than the control plane itself waits for the governor. */
const TIMEOUT_MS = ANSWER_WITHIN_MS + 5_000

type Reply = typeof ActionAnswered.Type

const Problem = Schema.Struct({ detail: Schema.String, id: Schema.optionalKey(Schema.String) })

const decodeReply = Schema.decodeUnknownOption(ActionAnswered)
const decodeProblem = Schema.decodeUnknownOption(Problem)

/** What the program ends with. */
export const exitCodeOf = (result: Reply["result"]): 0 | 1 | 2 => {
  if (result === "pending") return 2
  return result === "applied" || result === "would_apply" ? 0 : 1
}

/** The answer, line by line. */
export const linesOf = (
  action: string,
  { id, result, effects, reason, repeated, hints }: Reply
): ReadonlyArray<string> => {
  const why = reason === null ? "" : `: ${reason.sentence}`
  const before = repeated ? " (this id was used before: what came of it then)" : ""
  const outcome = {
    applied: "applied",
    refused: `refused${why}`,
    pending: "accepted, no answer yet: is the governor running? Ask again with the same --id",
    would_apply: "would be applied",
    would_refuse: `would be refused${why}`
  }[result]
  return [
    `${action} ${outcome}${before}`,
    ...effects.map((effect) => `  ${effect}`),
    ...hints.map((hint) => `hint: ${hint}`),
    ...(id === null ? [] : [`id ${id}`])
  ]
}

/** Posts one action and returns the answer. */
export const postAction = Effect.fn("postAction")(function* (
  base: string,
  token: Redacted.Redacted,
  body: Readonly<Record<string, unknown>>
) {
  const url = new URL("/api/action", base).href
  const { status, answer } = yield* Effect.tryPromise({
    try: async () => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${Redacted.value(token)}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS)
      })
      return { status: response.status, answer: await response.json() }
    },
    catch: (error) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
      return new ActionFailed({ url, problem: `no answer (${cause}): is the market running, and is this its address?` })
    }
  })
  const reply = decodeReply(answer)
  if (Option.isSome(reply)) return reply.value
  const problem = Option.match(decodeProblem(answer), {
    onNone: () => `answered ${status} with something else than an action's answer`,
    onSome: ({ detail, id }) => (id === undefined ? detail : `${detail} (id ${id})`)
  })
  return yield* new ActionFailed({ url, problem })
})

const optional = <A>(flag: Flag.Flag<A>, description: string) =>
  flag.pipe(Flag.withDescription(description), Flag.optional)

/** On the command line: `slot_id` is `--slot-id`. */
const flagName = (name: string): string =>
  name.replaceAll("_", "-").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const flagOf = ({ name, kind }: ActionArgument, description: string): Flag.Flag<Option.Option<number | string>> => {
  const flag = flagName(name)
  if (kind === "integer") return optional(Flag.Int(flag), description)
  return kind === "percent" ? optional(Flag.Finite(flag), description) : optional(Flag.String(flag), description)
}

/** What it is for, what may be chosen, and what it is left to where it is left open. */
const descriptionOf = (argument: ActionArgument): string => {
  const choices = argument.kind === "choice" ? `: ${rangeOf(argument)}` : ""
  const unset = "open" in argument ? argument.open : argument.setting
  return `${argument.about}${choices}${unset === undefined ? "" : ` (default: ${unset})`}`
}

const rows: ReadonlyArray<readonly [string, Action]> = Object.entries(ACTIONS)
const argumentsOf = (action: Action): ReadonlyArray<ActionArgument> => Object.values(action.arguments)
const everyArgument = rows.flatMap(([, action]) => argumentsOf(action))

/** Under the names of the fields they become; what several actions take is one flag. What a flag was called once goes on working. */
const flags = Object.fromEntries(
  everyArgument.flatMap((argument) => {
    const all = everyArgument.filter(({ name }) => name === argument.name)
    const { formerly } = argument
    return [
      [argument.name, flagOf(argument, [...new Set(all.map(descriptionOf))].join("; "))] as const,
      ...(formerly === undefined || flagName(formerly) === flagName(argument.name)
        ? []
        : [[formerly, flagOf({ ...argument, name: formerly }, `What ${argument.name} was called once`)] as const])
    ]
  })
)

/** Every action with its arguments, for the help text. */
const usage = rows
  .map(([name, action]) => {
    const args = argumentsOf(action).map((argument) => (mayBeLeftOut(argument) ? `[${argument.name}]` : argument.name))
    return [name, ...args].join(" ")
  })
  .join("; ")

/** The command line of actions. */
export const actionCommand = Command.make(
  "action",
  {
    action: Argument.Literals(
      "name",
      rows.map(([name]) => name)
    ).pipe(Argument.withDescription(usage)),
    given: flags,
    id: optional(Flag.String("id"), "The command's id: the same id takes effect once, however often it is sent"),
    author: Flag.String("author").pipe(
      Flag.withDescription("Who asks (default: you)"),
      Flag.withDefault(`cli:${userInfo().username}`)
    ),
    preview: Flag.Boolean("preview").pipe(
      Flag.withDescription("Say what it would do, and do nothing"),
      Flag.withDefault(false)
    ),
    url: optional(Flag.String("url"), "Where the control plane is (default: by HOST and PORT)")
  },
  Effect.fn(function* ({ action, given, id, author, preview, url }) {
    const settings = yield* loadSettings()
    const token = yield* readControlToken(settings)
    const chosen = Object.entries({ ...given, id }).flatMap(([name, value]) =>
      Option.isSome(value) ? [[name, value.value] as const] : []
    )
    const body = { action, author, preview, ...Object.fromEntries(chosen) }
    const reply = yield* postAction(
      Option.getOrElse(url, () => urlOf(settings)),
      token,
      body
    )
    yield* Effect.forEach(linesOf(action, reply), (line) => Console.log(line), { discard: true })
    yield* Effect.sync(() => {
      process.exitCode = exitCodeOf(reply.result)
    })
  })
)
