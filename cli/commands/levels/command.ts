/** `kennel levels`: the key levels of the running market. Exit codes: 0 all precise, 1 failed, 2 something is missing, and what. */
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import type { LevelsView } from "../../../services/market-context/core/view.ts"
import { urlOf } from "../../shared/address.ts"
import { loadSettings } from "../../shared/settings.ts"
import { levelsText } from "./text.ts"

/** Nobody answers with levels. */
export class LevelsFailed extends Schema.TaggedError<LevelsFailed>()("LevelsFailed", { detail: Schema.String }) {
  override get message(): string {
    return `levels: ${this.detail}`
  }
}

const TIMEOUT_MS = 10_000

const Problem = Schema.Struct({ detail: Schema.String })

/** What the market at this address shows of its levels. */
const askLevels = Effect.fnUntraced(function* (base: string) {
  const url = new URL("/levels", base).href
  const { ok, answer } = yield* Effect.tryPromise({
    try: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      const answer: unknown = await response.json()
      return { ok: response.ok, answer }
    },
    catch: () => new LevelsFailed({ detail: `no answer from ${url}: is the market running, and is this its address?` })
  })
  // The server and this program are one build; another one's answer shows as text that is not there.
  if (ok) return answer as LevelsView
  const said = Schema.decodeUnknownOption(Problem)(answer)
  return yield* new LevelsFailed({
    detail: said._tag === "Some" ? said.value.detail : `${url} answered something else`
  })
})

const isPrecise = ({ today, previous_day, opening_range }: LevelsView): boolean =>
  [today, previous_day, opening_range].every(({ precision }) => precision === "PRECISE")

/** The command. */
export const levelsCommand = Command.make(
  "levels",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("The levels as JSON"), Flag.withDefault(false)) },
  Effect.fn(function* ({ json }) {
    const levels = yield* askLevels(urlOf(yield* loadSettings()))
    yield* Console.log(json ? JSON.stringify(levels) : levelsText(levels))
    yield* Effect.sync(() => {
      process.exitCode = isPrecise(levels) ? 0 : 2
    })
  })
).pipe(
  Command.withDescription(
    "Key levels of the running market: POC, value area, VWAP, opening range, first touches. Exit code 2 while something is missing"
  )
)
