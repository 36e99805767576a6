/** Updates, each handled once after the other and confirmed afterwards: one that a crash leaves unconfirmed comes again. */
import { Effect } from "effect"
import { type BotApi, BotCallFailed } from "./botApi.ts"
import { pollPauseMs } from "./core/pauses.ts"
import { readUpdate, type Update } from "./updates.ts"

/** A poll waits so long for the first update: Telegram allows 50 and more, proxies in between cut what takes longer than a minute. */
export const POLL_SEC = 50

const NO_NUMBERS = new BotCallFailed({
  method: "getUpdates",
  code: null,
  problem: "updates without numbers",
  retryAfterSec: null
})

/** Polls for ever. What goes wrong with the network is waited out; what goes wrong with an update is logged, and the next one comes. */
export const pollForever = Effect.fn("pollForever")(function* (
  api: BotApi,
  handle: (update: Update) => Effect.Effect<void>
): Effect.fn.Return<never> {
  let offset = 0
  let failures = 0

  const round = Effect.gen(function* () {
    const raw = yield* api.updates(offset, POLL_SEC)
    const updates = raw.map(readUpdate).filter((update) => update !== null)
    // To ask at once for the same again would be a loop without a pause.
    if (raw.length > 0 && updates.length === 0) return yield* NO_NUMBERS
    for (const update of updates) {
      // A number below those confirmed was handled in this process; Telegram does not promise order.
      if (update.id >= offset) yield* handled(update)
    }
    offset = updates.reduce((next, { id }) => Math.max(next, id + 1), offset)
  })

  const handled = (update: Update) =>
    handle(update).pipe(
      Effect.tapCause((cause) => Effect.logError("telegram: an update failed", cause)),
      Effect.ignoreCause
    )

  return yield* Effect.forever(
    Effect.matchEffect(round, {
      onSuccess: () =>
        Effect.suspend(() => {
          const was = failures
          failures = 0
          return was === 0 ? Effect.void : Effect.logInfo("telegram: answers again")
        }),
      onFailure: (failed) =>
        Effect.suspend(() => {
          failures++
          const pause = pollPauseMs(failed, failures)
          const said = failures === 1 ? Effect.logWarning(`${failed.message}; tries again`) : Effect.void
          return Effect.andThen(said, Effect.sleep(pause))
        })
    })
  )
})
