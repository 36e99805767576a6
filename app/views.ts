/** The control plane's views, made from the very folds that trade: one definition of every figure. */
import { Context, Deferred, Effect, PubSub, Ref, Stream } from "effect"
import type { Blocks } from "../services/control-plane/core/blocks.ts"
import { MarketViews } from "../services/control-plane/marketViews.ts"
import { statusActor } from "../services/control-plane/core/status/actor.ts"
import { governorActor } from "../services/governor/core/actor.ts"
import { describeEffect } from "../services/governor/core/effects.ts"
import { governorView } from "../services/governor/core/view/view.ts"
import { advisorStatusActor, advisorView } from "../services/hmm-advisor/core/status.ts"
import { rebalancerActor } from "../services/rebalancer/core/actor.ts"
import { rebalancerView } from "../services/rebalancer/core/view.ts"
import { slotActor } from "../services/slot-actor/core/actor.ts"
import type { SlotState } from "../services/slot-actor/core/state.ts"
import { slotView } from "../services/slot-actor/core/view.ts"
import type { ActorFold } from "../shared/actor/fold.ts"
import { follow } from "../shared/actor/follow.ts"
import type { HostError } from "../shared/actor/runtime.ts"
import { slotsNamedAfter, slotsNamedUpTo } from "../shared/actor/slotsNamed.ts"
import type { MarketSubjects } from "../shared/core/ids/subjects.ts"
import { Journal } from "../shared/journal/port.ts"
import { previewCommand } from "./preview.ts"

const HOST = "control-plane"

/** Returns once the journal names a slot. */
export const awaitSlots = Effect.fn("awaitSlots")(function* (subjects: MarketSubjects) {
  yield* Stream.runHead(yield* slotsNamedAfter(subjects, 0))
})

/** What is shown beside the market itself. */
export interface OtherBlocks {
  readonly advisor: Parameters<typeof advisorView>[1]
  /** Of services in this process; empty where they run elsewhere. */
  readonly shown: Ref.Ref<Blocks>
}

interface ShownSlot {
  readonly slot: number
  readonly fold: ActorFold<SlotState>
}

/**
 * Follows everything the page shows. The slots known at the start are folded in one reading with the others; one that appears
 * later is followed beside them until the next start. `failure` fails when something can no longer be shown truthfully.
 */
export const followViews = Effect.fn("followViews")(function* (
  subjects: MarketSubjects,
  /** What else there is to show. */
  others: OtherBlocks
) {
  const journal = yield* Journal
  const head = yield* journal.head
  const known = yield* slotsNamedUpTo(subjects, head)
  const main = yield* follow({
    host: HOST,
    subjects,
    actors: [statusActor, governorActor, rebalancerActor, advisorStatusActor, ...known.map(slotActor)]
  })
  const [status, governor, rebalancer, advisor, ...slotFolds] = main.folds
  const slots: Array<ShownSlot> = slotFolds.map((fold, index) => ({ slot: known[index] ?? 0, fold }))
  const moved = yield* PubSub.sliding<number>(1)
  const broken = yield* Deferred.make<never, HostError>()
  const forward = (changes: Stream.Stream<number>) =>
    Stream.runForEach(changes, (seq) => PubSub.publish(moved, seq)).pipe(Effect.forkScoped({ startImmediately: true }))
  yield* forward(main.changes)

  const welcome = Effect.fnUntraced(function* (slot: number) {
    if (slots.some((shown) => shown.slot === slot)) return
    const { folds, changes, failure } = yield* follow({ host: HOST, subjects, actors: [slotActor(slot)] })
    slots.push({ slot, fold: folds[0] })
    yield* forward(changes)
    yield* Effect.forkScoped(Effect.tapCause(failure, (cause) => Deferred.failCause(broken, cause)))
  })
  yield* (yield* slotsNamedAfter(subjects, head)).pipe(
    Stream.runForEach(welcome),
    Effect.tapCause((cause) => Deferred.failCause(broken, cause)),
    Effect.forkScoped
  )

  const views = MarketViews.of({
    current: Effect.sync(() => ({
      seq: slots.reduce((least, { fold }) => Math.min(least, fold.seq), status.seq),
      status: status.state,
      slots: slots.map(({ slot, fold }) => slotView(slot, fold.state)),
      governor: governorView(governor.state),
      blocks: {
        ...rebalancerView(rebalancer.state),
        ...advisorView(advisor.state, others.advisor),
        ...Ref.getUnsafe(others.shown)
      }
    })),
    changes: Stream.fromPubSub(moved),
    preview: (asked) =>
      Effect.sync(() => {
        const { seq, epoch, state } = status
        const now = {
          seq,
          epoch,
          nowMs: state.nowMs,
          priceAgeSec: state.priceAge?.sec ?? null,
          governor: governor.state,
          slots: slots.map(({ slot, fold }) => ({ slot, state: fold.state }))
        }
        return previewCommand(subjects, now, asked)
      }),
    describe: describeEffect
  })
  return { views: Context.make(MarketViews, views), failure: Effect.raceFirst(main.failure, Deferred.await(broken)) }
})
