/** The advisor for people: a fold of what it has written into the journal. Decides nothing. */
import { defineActor, type EventPlace, type Step } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers, hearsOnly } from "../../../shared/actor/core/handlers.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { emptyScorecard, score, type Scorecard } from "./scorecard.ts"

/**
 * What the journal has of the advisor. `nowMs` is the journal's time, Unix milliseconds; `price` the last one, 0 before
 * the first.
 */
export interface AdvisorState {
  readonly nowMs: number
  readonly price: number
  /** The last regime and when it was said; null before the first. */
  readonly regime: { readonly event: EventOf<"RegimeObserved">; readonly atMs: number } | null
  /** The last training of each timeframe, by minutes: what came of it, and when. */
  readonly trainings: Readonly<Record<number, Training>>
  /** The command to train anew that the advisor has still to answer; null: none. */
  readonly retrain: Pick<EventOf<"RetrainAsked">, "commandId" | "intervals"> | null
  /** By minutes, the end of the newest candle that the journal has told of, Unix seconds. */
  readonly closedSec: Readonly<Record<number, number>>
  readonly scorecard: Scorecard
}

interface Training {
  readonly atMs: number
  readonly event: EventOf<"RegimeModelTrained"> | EventOf<"RegimeTrainingRefused">
}

type AdvisorStep = Step<AdvisorState>

const NO_OUTPUTS: AdvisorStep["outputs"] = []
const kept = (state: AdvisorState): AdvisorStep => ({ state, outputs: NO_OUTPUTS })
/** The state at the time of a fact, with what the fact changes. */
const learnt = (state: AdvisorState, { timeMs }: EventPlace, change: Partial<AdvisorState>): AdvisorStep =>
  kept({ ...state, ...change, nowMs: Math.max(state.nowMs, timeMs) })

const trained = (state: AdvisorState, event: Training["event"], place: EventPlace): AdvisorStep =>
  learnt(state, place, {
    trainings: { ...state.trainings, [event.intervalMin]: { atMs: place.timeMs, event } }
  })

const HANDLERS: Handlers<AdvisorState, AdvisorStep, "regime"> = {
  PriceObserved: (state, { last }, place) => learnt(state, place, { price: Price.toNumber(last) }),
  RegimeObserved: (state, event, place) =>
    learnt(state, place, {
      regime: { event, atMs: place.timeMs },
      scorecard: score(state.scorecard, event.consensus.biasSignal, state.price)
    }),
  RegimeModelTrained: trained,
  RegimeTrainingRefused: trained,
  CandleClosed: (state, { intervalMin, timeSec }, place) => {
    const endSec = timeSec + intervalMin * 60
    if (endSec <= (state.closedSec[intervalMin] ?? 0)) return kept(state)
    return learnt(state, place, { closedSec: { ...state.closedSec, [intervalMin]: endSec } })
  },
  RetrainAsked: (state, { commandId, intervals }, place) => learnt(state, place, { retrain: { commandId, intervals } }),
  RetrainAnswered: (state, { commandId }, place) =>
    learnt(state, place, { retrain: state.retrain?.commandId === commandId ? null : state.retrain })
}

/** Runs beside others in whatever follows the journal. */
export const advisorStatusActor = defineActor<AdvisorState>({
  name: "advisor-status",
  version: "4",
  initial: { nowMs: 0, price: 0, regime: null, trainings: {}, retrain: null, closedSec: {}, scorecard: emptyScorecard },
  hears: hearsOnly(HANDLERS),
  reduce: dispatch(HANDLERS, kept)
})
