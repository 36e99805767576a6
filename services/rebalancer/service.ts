/** The rebalancer's shell: puts its rules into the journal, then hands the actor to the runtime. */
import { Effect } from "effect"
import { configure, type ControlContended } from "../../shared/actor/control/control.ts"
import { type HostError, runActors } from "../../shared/actor/runtime.ts"
import type { RebalancerRules } from "../../shared/events/families/control.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { Journal, SnapshotStore } from "../../shared/journal/port.ts"
import { rebalancerActor } from "./core/actor.ts"

/** The market's subjects, and the rules its journal is to have. */
export interface RebalancerServiceOptions {
  readonly subjects: MarketSubjects
  readonly rules: RebalancerRules
}

/** Runs until interrupted or halted. */
export const rebalancerService = Effect.fn("rebalancerService")(function* ({
  subjects,
  rules
}: RebalancerServiceOptions): Effect.fn.Return<never, HostError | ControlContended, Journal | SnapshotStore> {
  yield* configure(subjects, "rebalancer", { _tag: "RebalancerConfigured", rules })
  return yield* runActors({ host: "rebalancer", subjects, actors: [rebalancerActor], publish: true })
})
