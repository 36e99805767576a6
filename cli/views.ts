/** The control plane's views, made from the very folds that trade: one definition of every figure. */
import { Context, Effect, Stream } from "effect"
import { SlotViews, StatusView } from "../services/control-plane/marketView.ts"
import { statusActor } from "../services/control-plane/status.ts"
import { slotActor } from "../services/slot-actor/actor.ts"
import { slotView } from "../services/slot-actor/view.ts"
import { decode, readControl } from "../shared/actor/control.ts"
import { follow } from "../shared/actor/follow.ts"
import type { MarketSubjects } from "../shared/events/subjects.ts"
import { Journal } from "../shared/journal/port.ts"

/** Returns once the journal names a slot that is not among `known`. */
export const awaitNewSlot = Effect.fn("awaitNewSlot")(function* (
  subjects: MarketSubjects,
  known: ReadonlyArray<number>
) {
  const journal = yield* Journal
  yield* journal.tail({ from: 1, filter: subjects.control }).pipe(
    Stream.mapEffect(decode),
    Stream.filter(({ events }) =>
      events.some((event) => event._tag === "MarketConfigured" && event.slots.some((slot) => !known.includes(slot)))
    ),
    Stream.runHead
  )
})

/** Follows slots and status; `failure` fails when one of the two can no longer be shown truthfully. */
export const followViews = Effect.fn("followViews")(function* (subjects: MarketSubjects) {
  const { slots } = yield* readControl(subjects)
  const slotFolds = yield* follow({ host: "control-plane", subjects, actors: slots.map(slotActor) })
  const statusFold = yield* follow({ host: "control-plane", subjects, actors: [statusActor] })
  const views = Context.make(
    SlotViews,
    SlotViews.of({
      current: Effect.sync(() => ({
        seq: slotFolds.folds[0]?.seq ?? 0,
        slots: slotFolds.folds.map((fold, index) => slotView(slots[index] ?? 0, fold.state))
      })),
      changes: slotFolds.changes
    })
  ).pipe(
    Context.add(
      StatusView,
      StatusView.of({
        current: Effect.sync(() => {
          const [fold] = statusFold.folds
          return { seq: fold?.seq ?? 0, state: fold?.state ?? statusActor.initial }
        }),
        changes: statusFold.changes
      })
    )
  )
  return { views, slots, failure: Effect.raceFirst(slotFolds.failure, statusFold.failure) }
})
