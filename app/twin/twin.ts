/**
 * The paper twin: a paper market beside the live one on the same stream of prices, begun anew each day in the live market's own states,
 * and a report each day of how far paper was off, order by order. It is given the journal to read, and no exchange: what it needs
 * (`Journal`, `SnapshotStore`) holds no way to place an order, and of the journal it takes what reads.
 */
import { Effect, Option, Stream } from "effect"
import type { Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import { readControl } from "../../shared/actor/control/control.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { restoreFold } from "../../shared/actor/snapshots.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { BuildTooOld } from "../../shared/events/envelope.ts"
import { Journal } from "../../shared/journal/port.ts"
import { decidersOf } from "../registry.ts"
import { TwinDay, type TwinReport } from "./twinDay.ts"

/** Whose twin. */
export interface TwinOptions {
  readonly pair: string
  readonly subjects: MarketSubjects
  readonly tier: Tier
  /** The record after which it begins at the earliest; left out: the journal's newest when it starts. */
  readonly beginAt?: number
  /** Told of each day that is over. */
  readonly told: (report: TwinReport) => Effect.Effect<void>
}

/** A market that has no slots yet is looked at again. */
const LOOK_AGAIN = "10 seconds"

/** Follows the market until its day is over. `beginAt` as of the options; a slot that is added on the way is not followed that day. */
const oneDay = Effect.fn("twinDay")(function* ({ pair, subjects, tier, beginAt }: TwinOptions) {
  const { head, tail } = yield* Journal
  const upTo = yield* head
  const slots = yield* slotsNamedUpTo(subjects, upTo)
  if (slots.length === 0) return null
  const folds = decidersOf(slots).map((actor) => new ActorFold(actor, subjects))
  for (const fold of folds) yield* restoreFold(fold)
  const from = Math.min(...folds.map(({ seq }) => seq)) + 1
  const control = yield* readControl(subjects)
  const day = new TwinDay({ pair, tier, slots, folds, control, beginAt: beginAt ?? upTo })
  return yield* tail({ from, filter: subjects.everything }).pipe(
    Stream.mapEffect((record) =>
      Effect.try({
        try: () => day.take(record),
        catch: (error) => error
      }).pipe(Effect.catch((error) => (error instanceof BuildTooOld ? Effect.fail(error) : Effect.die(error))))
    ),
    Stream.filter((report) => report !== null),
    Stream.runHead,
    Effect.map(Option.getOrNull)
  )
})

/** Runs for ever; fails where the journal cannot be read on. */
export const runTwin = Effect.fn("runTwin")(function* (options: TwinOptions) {
  let { beginAt } = options
  while (true) {
    const report = yield* oneDay({ ...options, ...(beginAt === undefined ? {} : { beginAt }) })
    if (report === null) yield* Effect.sleep(LOOK_AGAIN)
    else {
      yield* options.told(report)
      // The next day begins where this one has ended, however long the report took.
      beginAt = report.to + 1
    }
  }
})
