/** The governor's shell: puts its rules into the journal, then hands the actor to the runtime. */
import { Effect } from "effect"
import { configure, type ControlContended } from "../../shared/actor/control/control.ts"
import { type HostError, runActors } from "../../shared/actor/runtime.ts"
import type { WatchedLevel } from "../../shared/core/marketContext.ts"
import type { GovernorRules } from "../../shared/events/families/control.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { AppendError, Journal, ReadError, SnapshotStore } from "../../shared/journal/port.ts"
import { governorActor } from "./core/actor.ts"

/** The market's subjects, and the rules its journal is to have. */
export interface GovernorServiceOptions {
  readonly subjects: MarketSubjects
  readonly rules: GovernorRules
  /** Candle intervals, in minutes, that the regime advisor fits models to; empty: no advisor runs. */
  readonly fittedIntervals: ReadonlyArray<number>
  /** Whether entries wait until the key levels are precise, and which levels' first touches are told. */
  readonly waitsForLevels?: boolean
  readonly touchNotices?: ReadonlyArray<WatchedLevel>
  /** The pause of the daily loss lock ends by itself when the UTC day is over; otherwise an operator resumes. */
  readonly lossLockEndsAlone?: boolean
}

/** Runs until interrupted or halted. */
export const governorService = Effect.fn("governorService")(function* ({
  subjects,
  rules,
  fittedIntervals,
  waitsForLevels = false,
  touchNotices = [],
  lossLockEndsAlone = false
}: GovernorServiceOptions): Effect.fn.Return<
  never,
  HostError | ControlContended | AppendError | ReadError | DecodeError,
  Journal | SnapshotStore
> {
  yield* configure(subjects, "governor", {
    _tag: "GovernorConfigured",
    rules,
    fittedIntervals,
    // Nothing is written of what nobody asks for: such a journal stays as it was.
    ...(waitsForLevels ? { waitsForLevels } : {}),
    ...(touchNotices.length > 0 ? { touchNotices } : {}),
    ...(lossLockEndsAlone ? { lossLockEndsAlone } : {})
  })
  return yield* runActors({ host: "governor", subjects, actors: [governorActor], publish: true })
})
