/** The advisor for people: a fold of what it has written into the journal. Decides nothing. */
import type { Actor } from "../../../shared/actor/core/actor.ts"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { emptyScorecard, score, type Scorecard } from "./scorecard.ts"

export interface AdvisorState {
  readonly nowMs: number
  readonly price: number
  /** The last regime and when it was said; null before the first. */
  readonly regime: { readonly event: EventOf<"RegimeObserved">; readonly atMs: number } | null
  /** The last training of each timeframe, by minutes: what came of it, and when. */
  readonly trainings: Readonly<Record<number, Training>>
  /** The command to train anew that the advisor has still to answer; null: none. */
  readonly retrain: Pick<EventOf<"RetrainAsked">, "commandId" | "intervals"> | null
  readonly scorecard: Scorecard
}

interface Training {
  readonly atMs: number
  readonly event: EventOf<"RegimeModelTrained"> | EventOf<"RegimeTrainingRefused">
}

/** Runs beside others in whatever follows the journal. */
export const advisorStatusActor: Actor<AdvisorState> = {
  name: "advisor-status",
  version: "2",
  initial: { nowMs: 0, price: 0, regime: null, trainings: {}, retrain: null, scorecard: emptyScorecard },
  reduce: (state, event, { timeMs }) => {
    const nowMs = Math.max(state.nowMs, timeMs)
    switch (event._tag) {
      case "PriceObserved":
        return { state: { ...state, nowMs, price: Price.toNumber(event.last) }, outputs: [] }
      case "RegimeObserved": {
        const scorecard = score(state.scorecard, event.consensus.biasSignal, state.price)
        return { state: { ...state, nowMs, regime: { event, atMs: timeMs }, scorecard }, outputs: [] }
      }
      case "RegimeModelTrained":
      case "RegimeTrainingRefused": {
        const trainings = { ...state.trainings, [event.intervalMin]: { atMs: timeMs, event } }
        return { state: { ...state, nowMs, trainings }, outputs: [] }
      }
      case "RetrainAsked": {
        const { commandId, intervals } = event
        return { state: { ...state, nowMs, retrain: { commandId, intervals } }, outputs: [] }
      }
      case "RetrainAnswered": {
        const retrain = state.retrain?.commandId === event.commandId ? null : state.retrain
        return { state: { ...state, nowMs, retrain }, outputs: [] }
      }
      default:
        return { state, outputs: [] }
    }
  },
  encode: encodeState,
  decode: decodeState<AdvisorState>
}
