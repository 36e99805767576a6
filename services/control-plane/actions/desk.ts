/** Takes actions from the HTTP server to where they are carried out, a bounded number at a time. */
import { Clock, Effect, Queue, type Scope, Stream } from "effect"
import { monotonicMsOf } from "../../../shared/monotonic.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { Journal } from "../../../shared/journal/port.ts"
import type { ActionRequest, ArgumentDefaults } from "./actionRequest.ts"
import type { ActionDesk, ActionOutcome } from "./actionRoute.ts"
import { makeActions } from "./actions.ts"
import { makeGate } from "./gate.ts"
import type { MarketViews } from "../marketViews.ts"

/** Under way at once: while the governor is down each waits its ten seconds. */
const AT_ONCE = 16
/** Waiting for their turn: as many again, then the answer is "later". */
const WAITING = 16

interface Submitted {
  readonly request: ActionRequest
  readonly reply: (outcome: ActionOutcome) => void
}

/** Runs while its scope lives. */
export const makeDesk = Effect.fn("makeDesk")(function* (options: {
  readonly subjects: MarketSubjects
  readonly token: string
  readonly defaults: ArgumentDefaults
}): Effect.fn.Return<ActionDesk, never, Journal | MarketViews | Scope.Scope> {
  const act = yield* makeActions(options.subjects)
  const clock = yield* Clock.Clock
  const submitted = yield* Queue.dropping<Submitted>(WAITING)

  const serve = ({ request, reply }: Submitted) =>
    act(request).pipe(
      Effect.match({
        onSuccess: (answer): ActionOutcome => ({ answer }),
        onFailure: (error): ActionOutcome => ({ unavailable: error.message })
      }),
      Effect.tapCause((cause) => Effect.logError("control-plane: an action failed", cause)),
      Effect.catchCause(() => Effect.succeed<ActionOutcome>({ unavailable: "the action failed; the log says why" })),
      Effect.andThen((outcome) => Effect.sync(() => reply(outcome)))
    )
  yield* Stream.fromQueue(submitted).pipe(
    Stream.mapEffect(serve, { concurrency: AT_ONCE, unordered: true }),
    Stream.runDrain,
    Effect.forkScoped
  )
  return {
    defaults: options.defaults,
    gate: makeGate(options.token, () => monotonicMsOf(clock)),
    submit: (request, reply) => Queue.offerUnsafe(submitted, { request, reply })
  }
})
