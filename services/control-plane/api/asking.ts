/** Takes questions about the past from the HTTP server to where they are answered, a bounded number at a time. */
import { Effect, Queue, type Scope, Stream } from "effect"
import { ApiProblem } from "./route.ts"
import type { Ask } from "./serve.ts"

/** Answered at once: each reads and folds records, on the thread that the market trades on where it has one for itself. */
const AT_ONCE = 2
/** Waiting for their turn; one more is told to come again. */
const WAITING = 32

interface Question<R> {
  readonly work: Effect.Effect<object, ApiProblem, R>
  readonly reply: (outcome: object | ApiProblem) => void
}

/** Runs while its scope lives. */
export const makeAsk = Effect.fn("makeAsk")(function* <R>(): Effect.fn.Return<Ask<R>, never, R | Scope.Scope> {
  const waiting = yield* Queue.dropping<Question<R>>(WAITING)
  const answer = ({ work, reply }: Question<R>) =>
    work.pipe(
      Effect.catchTag("ApiProblem", (refused) => Effect.succeed(refused)),
      Effect.tapCause((cause) => Effect.logError("control-plane: a question about the past failed", cause)),
      Effect.catchCause(() => Effect.succeed(new ApiProblem(503, "the question failed; the log says why"))),
      Effect.andThen((outcome) => Effect.sync(() => reply(outcome)))
    )
  yield* Stream.fromQueue(waiting).pipe(
    Stream.mapEffect(answer, { concurrency: AT_ONCE, unordered: true }),
    Stream.runDrain,
    Effect.forkScoped
  )
  return (work, reply) => Queue.offerUnsafe(waiting, { work, reply })
})
