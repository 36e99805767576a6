/** The control plane's views, made from the very folds that trade: one definition of every figure. */
import { Deferred, Effect, Layer, PubSub, Stream, SubscriptionRef } from "effect"
import { MarketPast } from "../services/control-plane/marketPast.ts"
import { MarketViews } from "../services/control-plane/marketViews.ts"
import { describeEffect } from "../services/governor/core/effects.ts"
import { follow } from "../shared/actor/follow.ts"
import type { HostError } from "../shared/actor/runtime.ts"
import type { ShownSetting } from "../shared/config/show.ts"
import { slotsNamedAfter, slotsNamedUpTo } from "../shared/actor/control/slotsNamed.ts"
import type { MarketSubjects } from "../shared/core/ids/subjects.ts"
import { Journal } from "../shared/journal/port.ts"
import type { Blocks } from "../shared/service/manifest.ts"
import { subjectsOf } from "./leaves/journal.ts"
import { keepPast } from "./shown/past.ts"
import { shownOf, standingOf } from "./shown/moment.ts"
import { previewCommand } from "./preview.ts"
import { decidersOf } from "./registry.ts"
import { type Settings, shownInForce } from "./settings.ts"

const HOST = "control-plane"

/** Returns once the journal names a slot: by its last seal, or by a record since. */
const awaitSlots = Effect.fn("awaitSlots")(function* (subjects: MarketSubjects) {
  const head = yield* (yield* Journal).head
  if ((yield* slotsNamedUpTo(subjects, head)).length > 0) return
  yield* Stream.runHead(yield* slotsNamedAfter(subjects, head))
})

/**
 * Follows everything that decides and everything that is shown, as long as the scope. The slots known at the start are folded in
 * one reading with the others; one that appears later is followed beside them until the next start.
 *
 * `told`: what the services tell of themselves that no fold of the journal gives.
 */
const followViews = Effect.fn("followViews")(function* (
  settings: Settings,
  told: SubscriptionRef.SubscriptionRef<Blocks>,
  inForce: ReadonlyArray<ShownSetting>
) {
  const subjects = subjectsOf(settings)
  const journal = yield* Journal
  yield* awaitSlots(subjects)
  const head = yield* journal.head
  const slots = [...(yield* slotsNamedUpTo(subjects, head))]
  const shown = shownOf(settings)
  const watched = [...shown.actors, ...slots.map((slot) => shown.slotActor(slot))]
  const actors = new Map([...watched, ...decidersOf(slots)].map((actor) => [actor.name, actor]))
  const main = yield* follow({ host: HOST, subjects, actors: [...actors.values()] })
  const folds = new Map(main.folds.map((fold) => [fold.actor.name, fold]))
  const moved = yield* PubSub.sliding<number>(1)
  const broken = yield* Deferred.make<never, HostError>()
  const forward = (changes: Stream.Stream<number>) =>
    Stream.runForEach(changes, (seq) => PubSub.publish(moved, seq)).pipe(Effect.forkScoped({ startImmediately: true }))
  yield* forward(main.changes)

  const welcome = Effect.fnUntraced(function* (slot: number) {
    if (slots.includes(slot)) return
    const actor = shown.slotActor(slot)
    const newcomer = yield* follow({ host: HOST, subjects, actors: [actor] })
    folds.set(actor.name, newcomer.folds[0])
    slots.push(slot)
    yield* forward(newcomer.changes)
    yield* Effect.forkScoped(Effect.tapCause(newcomer.failure, (cause) => Deferred.failCause(broken, cause)))
  })
  yield* (yield* slotsNamedAfter(subjects, head)).pipe(
    Stream.runForEach(welcome),
    Effect.tapCause((cause) => Deferred.failCause(broken, cause)),
    Effect.forkScoped
  )

  return MarketViews.of({
    current: Effect.sync(() => {
      const seq = [...folds.values()].reduce((least, fold) => Math.min(least, fold.seq), Number.POSITIVE_INFINITY)
      return shown.momentOf(folds, seq, slots, SubscriptionRef.getUnsafe(told))
    }),
    // What services tell of themselves is news although the journal has not moved.
    changes: Stream.merge(Stream.fromPubSub(moved), Stream.as(SubscriptionRef.changes(told), 0)),
    preview: (asked) =>
      Effect.sync(() => {
        const { nowMs, priceAge } = shown.status(folds)
        const { seq, inForce } = standingOf(folds)
        const deciders = decidersOf(slots).map(shown.stateOf(folds))
        return previewCommand(subjects, { seq, inForce, nowMs, priceAgeSec: priceAge?.sec ?? null, deciders }, asked)
      }),
    describe: describeEffect,
    settings: inForce,
    failure: Effect.raceFirst(main.failure, Deferred.await(broken))
  })
})

/** The views of the market, and of its past, of the settings, from the moment that its journal names a slot. */
export const marketViews = (
  settings: Settings,
  told: SubscriptionRef.SubscriptionRef<Blocks>,
  /** As they were asked for, before a profile put its addresses in. */
  inForce: ReadonlyArray<ShownSetting> = shownInForce(settings)
) =>
  Layer.mergeAll(
    Layer.effect(MarketViews, followViews(settings, told, inForce)),
    Layer.effect(MarketPast, keepPast(settings))
  )
