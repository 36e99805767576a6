/** One moment of the market for people, from the folds that trade: live ones, or those of the past. */
import { chartActor } from "../../services/control-plane/core/chart/actor.ts"
import { historyActor } from "../../services/control-plane/core/history/actor.ts"
import { ledgerActor } from "../../services/control-plane/core/money/ledgerActor.ts"
import { statusActor } from "../../services/control-plane/core/status/actor.ts"
import type { MarketMoment } from "../../services/control-plane/marketViews.ts"
import { governorActor } from "../../services/governor/core/actor.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { slotView } from "../../services/slot-actor/core/view.ts"
import { type Actor, NOTHING_IN_FORCE, ofAnyKind } from "../../shared/actor/core/actor.ts"
import type { ActorFold } from "../../shared/actor/fold.ts"
import { type Blocks, type Shown, shows } from "../../shared/service/manifest.ts"
import { subjectsOf } from "../leaves/journal.ts"
import { refusedButtons } from "../preview.ts"
import { MARKET_SERVICES } from "../registry.ts"
import type { Settings } from "../settings.ts"

const GOVERNOR = ofAnyKind(governorActor)
const statusShown = shows(statusActor, (status) => ({ status }))
const ledgerShown = shows(ledgerActor, ({ ledger, days }) => ({ ledger, days }))
const chartShown = shows(chartActor, (chart) => ({ chart }))
const historyShown = shows(historyActor, (history) => ({ history }))
const slotShown = (slot: number) => shows(slotActor(slot), (state) => ({ slot: slotView(slot, state) }))

/** Folds by the name of their actor; one that is not there stands at the beginning. */
export type Folds = ReadonlyMap<string, ActorFold<unknown>>

/** Where a fold stands. */
export const standingOf = (folds: Folds) => {
  const { seq, inForce } = folds.get(statusActor.name) ?? { seq: 0, inForce: NOTHING_IN_FORCE }
  return { seq, inForce }
}

/** How the market of the settings is shown. */
export const shownOf = (settings: Settings) => {
  const subjects = subjectsOf(settings)
  const services = MARKET_SERVICES.flatMap((service) => service.show?.(settings) ?? [])
  const seen =
    (folds: Folds) =>
    <View extends Blocks>({ actor, view }: Shown<View>): View =>
      view(folds.get(actor.name)?.state ?? actor.initial)
  const stateOf = (folds: Folds) => (actor: Actor<unknown>) => ({
    actor,
    state: folds.get(actor.name)?.state ?? actor.initial
  })
  return {
    /** Everything that is shown beside slots. */
    actors: [statusShown, ledgerShown, chartShown, historyShown, ...services].map(({ actor }) => actor),
    slotActor: (slot: number) => slotShown(slot).actor,
    stateOf,
    status: (folds: Folds) => seen(folds)(statusShown).status,
    /** Each of these slots and everything else, after record `seq`. `told`: what services tell of themselves that no fold gives. */
    momentOf: (folds: Folds, seq: number, slots: ReadonlyArray<number>, told: Blocks): MarketMoment => {
      const see = seen(folds)
      // Each block under the name that its service's view gives it.
      const all: Pick<MarketMoment, "governor"> & MarketMoment["blocks"] = Object.assign({}, ...services.map(see), told)
      const { governor, ...blocks } = all
      const { status } = see(statusShown)
      const standing = { ...standingOf(folds), nowMs: status.nowMs }
      const governorNow = stateOf(folds)(GOVERNOR)
      return {
        seq,
        status,
        ...see(ledgerShown),
        chart: see(chartShown).chart,
        history: see(historyShown).history,
        slots: slots.map((slot) => see(slotShown(slot)).slot),
        governor,
        blocks,
        refused: () => refusedButtons(subjects, standing, governorNow)
      }
    }
  }
}
