/** `kennel status`: the running market on one screen. */
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { urlOf } from "../../shared/address.ts"
import { loadSettings } from "../../shared/settings.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { Report, screenOf } from "./screen.ts"

/** Nobody answered, or with something else than a report. */
class NoStatus extends Schema.TaggedError<NoStatus>()("NoStatus", { url: Schema.String, problem: Schema.String }) {
  override get message(): string {
    return `${this.url}: ${this.problem}`
  }
}

/** A report is made from memory: whoever needs longer is stuck. */
const TIMEOUT_MS = 10_000
/** As often as the report changes for a person. */
const WATCH_EVERY = "1 second"
/** Home, and everything below cleared: the screen is drawn in place. */
const CLEAR = "\u001b[H\u001b[J"

const read = Effect.fn("readStatus")(function* (base: string): Effect.fn.Return<Report, NoStatus> {
  const url = new URL("/api/status", base).href
  const answer: unknown = yield* Effect.tryPromise({
    try: async () => (await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })).json(),
    catch: (error) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error)
      return new NoStatus({
        url,
        problem: `no answer (${cause}): is the market running, and is this its address (PORT)?`
      })
    }
  })
  return yield* Schema.decodeUnknownEffect(Report)(answer).pipe(
    Effect.mapError((error) => new NoStatus({ url, problem: `not the report of a market: ${messageOf(error)}` }))
  )
})

export const statusCommand = Command.make(
  "status",
  {
    watch: Flag.Boolean("watch").pipe(
      Flag.withAlias("w"),
      Flag.withDescription("Draw it anew every second until Ctrl-C"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ watch }) {
    const base = urlOf(yield* loadSettings())
    if (!watch) return yield* Console.log(screenOf(yield* read(base)).join("\n"))
    const screen = read(base).pipe(
      Effect.map((report) => screenOf(report)),
      // The market may be on its way back: watching goes on.
      Effect.catchTag("NoStatus", ({ message }) => Effect.succeed([message]))
    )
    const draw = Effect.flatMap(screen, (lines) =>
      Console.log(`${process.stdout.isTTY ? CLEAR : ""}${lines.join("\n")}`)
    )
    yield* draw.pipe(Effect.andThen(Effect.sleep(WATCH_EVERY)), Effect.forever)
  })
)
