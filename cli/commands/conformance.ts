/** `kennel conformance [file …]`: runs reference cases against this code. The cases and their runner come with the source, not with an image. */
import { Effect, Schema } from "effect"
import { Argument, Command } from "effect/cli"

class NeedsSource extends Schema.TaggedError<NeedsSource>()("NeedsSource", { problem: Schema.String }) {
  override get message(): string {
    return `conformance needs a checkout of the source, with its conformance folder: ${this.problem}`
  }
}

export const conformanceCommand = Command.make(
  "conformance",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription(".json or .jsonl, also packed as .gz; none: the cases of the repository"),
      Argument.variadic({ min: 0 })
    )
  },
  Effect.fn(function* ({ files }) {
    const { runConformance } = yield* Effect.tryPromise({
      try: () => import("../../conformance/run.ts"),
      catch: (cause) => new NeedsSource({ problem: String(cause) })
    })
    const { exitCode } = yield* Effect.promise(() => runConformance(files))
    yield* Effect.sync(() => {
      process.exitCode = exitCode
    })
  })
)
