/** The control plane's views, made from the very folds that trade: one definition of every figure. */
import { Deferred, Effect, Layer, PubSub, Stream, SubscriptionRef } from "effect"
import { chartActor } from "../services/control-plane/core/chart/actor.ts"
import { historyActor } from "../services/control-plane/core/history/actor.ts"
import { ledgerActor } from "../services/control-plane/core/money/ledgerActor.ts"
import { statusActor } from "../services/control-plane/core/status/actor.ts"
import { type MarketMoment, MarketViews } from "../services/control-plane/marketViews.ts"
import { governorActor } from "../services/governor/core/actor.ts"
import { describeEffect } from "../services/governor/core/effects.ts"
import { slotActor } from "../services/slot-actor/core/actor.ts"
import { type Actor, NOTHING_IN_FORCE, ofAnyKind } from "../shared/actor/core/actor.ts"
import { slotView } from "../services/slot-actor/core/view.ts"
import type { ActorFold } from "../shared/actor/fold.ts"
import { follow } from "../shared/actor/follow.ts"
import type { HostError } from "../shared/actor/runtime.ts"
import { slotsNamedAfter, slotsNamedUpTo } from "../shared/actor/control/slotsNamed.ts"
import type { MarketSubjects } from "../shared/core/ids/subjects.ts"
import { Journal } from "../shared/journal/port.ts"
import { type Blocks, type Shown, shows } from "../shared/service/manifest.ts"
import { subjectsOf } from "./leaves/journal.ts"
import { previewCommand, refusedButtons } from "./preview.ts"
import { decidersOf, MARKET_SERVICES } from "./registry.ts"
import type { Settings } from "./settings.ts"

const HOST = "control-plane"

const GOVERNOR = ofAnyKind(governorActor)
const statusShown = shows(statusActor, (status) => ({ status }))
const ledgerShown = shows(ledgerActor, (ledger) => ({ ledger }))
const chartShown = shows(chartActor, (chart) => ({ chart }))
const historyShown = shows(historyActor, (history) => ({ history }))
const slotShown = (slot: number) => shows(slotActor(slot), (state) => ({ slot: slotView(slot, state) }))

/** Returns once the journal names a slot: by its last seal, or by a record since. */
const awaitSlots = Effect.fn("awaitSlots")(function* (subjects: MarketSubjects) {
  const head = yield* (yield* Journal).head
  if ((yield* slotsNamedUpTo(subjects, head)).length > 0) return
  yield* Stream.runHead(yield* slotsNamedAfter(subjects, head))
})

/** Where a fold stands; of one that is not there, at the beginning. */
const standingOf = ({ seq, inForce }: Partial<Pick<ActorFold<unknown>, "seq" | "inForce">> = {}) => ({
  seq: seq ?? 0,
  inForce: inForce ?? NOTHING_IN_FORCE
})

/**
 * Follows everything that decides and everything that is shown, as long as the scope. The slots known at the start are folded in
 * one reading with the others; one that appears later is followed beside them until the next start.
 *
 * `told`: what the services tell of themselves that no fold of the journal gives.
 */
const followViews = Effect.fn("followViews")(function* (
  settings: Settings,
  told: SubscriptionRef.SubscriptionRef<Blocks>
) {
  const subjects = subjectsOf(settings)
  const journal = yield* Journal
  yield* awaitSlots(subjects)
  const head = yield* journal.head
  const slots = (yield* slotsNamedUpTo(subjects, head)).map((slot) => ({ slot, shown: slotShown(slot) }))
  const services = MARKET_SERVICES.flatMap((service) => service.show?.(settings) ?? [])
  const watched = [
    statusShown,
    ledgerShown,
    chartShown,
    historyShown,
    ...services,
    ...slots.map(({ shown }) => shown)
  ].map(({ actor }) => actor)
  const actors = new Map([...watched, ...decidersOf(slots.map(({ slot }) => slot))].map((actor) => [actor.name, actor]))
  const main = yield* follow({ host: HOST, subjects, actors: [...actors.values()] })
  const folds = new Map(main.folds.map((fold) => [fold.actor.name, fold]))
  const moved = yield* PubSub.sliding<number>(1)
  const broken = yield* Deferred.make<never, HostError>()
  const forward = (changes: Stream.Stream<number>) =>
    Stream.runForEach(changes, (seq) => PubSub.publish(moved, seq)).pipe(Effect.forkScoped({ startImmediately: true }))
  yield* forward(main.changes)

  const welcome = Effect.fnUntraced(function* (slot: number) {
    if (slots.some((known) => known.slot === slot)) return
    const shown = slotShown(slot)
    const newcomer = yield* follow({ host: HOST, subjects, actors: [shown.actor] })
    folds.set(shown.actor.name, newcomer.folds[0])
    slots.push({ slot, shown })
    yield* forward(newcomer.changes)
    yield* Effect.forkScoped(Effect.tapCause(newcomer.failure, (cause) => Deferred.failCause(broken, cause)))
  })
  yield* (yield* slotsNamedAfter(subjects, head)).pipe(
    Stream.runForEach(welcome),
    Effect.tapCause((cause) => Deferred.failCause(broken, cause)),
    Effect.forkScoped
  )

  const see = <View extends Blocks>({ actor, view }: Shown<View>): View =>
    view(folds.get(actor.name)?.state ?? actor.initial)
  /** Each block under the name that its service's view gives it. */
  const blocksNow = (): Pick<MarketMoment, "governor"> & MarketMoment["blocks"] =>
    Object.assign({}, ...services.map(see), SubscriptionRef.getUnsafe(told))

  const standing = () => standingOf(folds.get(statusActor.name))
  const stateOf = (actor: Actor<unknown>) => ({ actor, state: folds.get(actor.name)?.state ?? actor.initial })
  return MarketViews.of({
    current: Effect.sync(() => {
      const { governor, ...blocks } = blocksNow()
      return {
        seq: [...folds.values()].reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY),
        status: see(statusShown).status,
        ledger: see(ledgerShown).ledger,
        chart: see(chartShown).chart,
        history: see(historyShown).history,
        slots: slots.map(({ shown }) => see(shown).slot),
        governor,
        blocks,
        refused: refusedButtons(subjects, { ...standing(), nowMs: see(statusShown).status.nowMs }, stateOf(GOVERNOR))
      }
    }),
    // What services tell of themselves is news although the journal has not moved.
    changes: Stream.merge(Stream.fromPubSub(moved), Stream.as(SubscriptionRef.changes(told), 0)),
    preview: (asked) =>
      Effect.sync(() => {
        const { nowMs, priceAge } = see(statusShown).status
        const { seq, inForce } = standing()
        const deciders = decidersOf(slots.map(({ slot }) => slot)).map(stateOf)
        return previewCommand(subjects, { seq, inForce, nowMs, priceAgeSec: priceAge?.sec ?? null, deciders }, asked)
      }),
    describe: describeEffect,
    failure: Effect.raceFirst(main.failure, Deferred.await(broken))
  })
})

/** The views of the market of the settings, from the moment that its journal names a slot. */
export const marketViews = (settings: Settings, told: SubscriptionRef.SubscriptionRef<Blocks>) =>
  Layer.effect(MarketViews, followViews(settings, told))
