/**
 * A process that goes says so at once. What ends it is told the moment it happens (log, page and status), before anything is closed:
 * closing waits for servers, databases and flushes, and a person who looks meanwhile must not see a market that runs.
 */
import { Cause, Effect } from "effect"
import { messageOf } from "../core/messageOf.ts"

/** How long those who look are given to see it, wall time: the page is told within a tenth of a second. */
const SEEN_WITHIN = "250 millis"

/** What a reason to go sets off; must not fail. */
export type Leaving = (reason: string) => Effect.Effect<void>

/** The work, whose failure is told first. An interruption (Ctrl-C) is no failure. */
export const saidAtOnce = <A, E, R>(work: Effect.Effect<A, E, R>, leaving: Leaving): Effect.Effect<A, E, R> =>
  Effect.tapCause(work, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Effect.andThen(leaving(messageOf(Cause.squash(cause))), Effect.sleep(SEEN_WITHIN))
  )
