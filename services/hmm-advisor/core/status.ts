/** The advisor for people: a fold of what it has written into the journal. Decides nothing. */
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import { defineActor, type EventPlace, type Step } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers } from "../../../shared/actor/core/handlers.ts"
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
  RetrainAsked: (state, { commandId, intervals }, place) => learnt(state, place, { retrain: { commandId, intervals } }),
  RetrainAnswered: (state, { commandId }, place) =>
    learnt(state, place, { retrain: state.retrain?.commandId === commandId ? null : state.retrain })
}

/** Runs beside others in whatever follows the journal. */
export const advisorStatusActor = defineActor<AdvisorState>({
  name: "advisor-status",
  version: "3",
  initial: { nowMs: 0, price: 0, regime: null, trainings: {}, retrain: null, scorecard: emptyScorecard },
  reduce: dispatch(HANDLERS, kept)
})

/** With the name of its candles: `1m`, `1h`. */
const named = (reading: EventOf<"RegimeObserved">["fast"]) => ({
  timeframe: timeframeName(reading.intervalMin),
  ...reading
})

const REGIME_IDS = { BEARISH: 0, RANGING: 1, BULLISH: 2 } as const

/** Under the reference's field names; times are Unix seconds, ages seconds. `blendFactor`: the trend's part of the signal. */
export const advisorView = (
  { regime, trainings, scorecard, nowMs }: AdvisorState,
  { enabled, blendFactor }: { readonly enabled: boolean; readonly blendFactor: number }
) => {
  const said = regime?.event.consensus
  const times = Object.values(trainings).map(({ atMs }) => atMs)
  const { open: _open, ...scored } = scorecard
  return {
    hmm_regime: {
      enabled,
      available: regime !== null,
      /** A refused training leaves the model before it in use. */
      trained:
        Object.values(trainings).some(({ event }) => event._tag === "RegimeModelTrained") ||
        regime?.event.fast.trained === true ||
        regime?.event.slow.trained === true,
      /** True while it keeps score and moves nothing. */
      shadow: blendFactor === 1,
      regime: said?.regime ?? "RANGING",
      regime_id: REGIME_IDS[said?.regime ?? "RANGING"],
      agreement: said?.agreement ?? "none",
      confidence: said?.confidence ?? 0,
      bias_signal: said?.biasSignal ?? 0,
      blend_factor: blendFactor,
      fast: regime === null ? null : named(regime.event.fast),
      slow: regime === null ? null : named(regime.event.slow),
      last_update_ts: regime === null ? null : regime.atMs / 1_000,
      age_sec: regime === null ? null : (nowMs - regime.atMs) / 1_000,
      last_train_ts: times.length === 0 ? null : Math.max(...times) / 1_000,
      trainings: Object.fromEntries(
        Object.entries(trainings).map(([intervalMin, { atMs, event }]) => [
          timeframeName(Number(intervalMin)),
          event._tag === "RegimeModelTrained"
            ? {
                at: atMs / 1_000,
                candles: event.candles,
                log_likelihood: event.logLikelihood,
                start: event.start,
                warnings: event.warnings,
                data_hash: event.dataHash
              }
            : { at: atMs / 1_000, error: `${event.refusal}: ${event.detail}` }
        ])
      ),
      scorecard: { ...scored, hit_rate: scorecard.directional === 0 ? null : scorecard.hits / scorecard.directional }
    }
  }
}
