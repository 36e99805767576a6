/** The regime advisor for people and for `/api/status`, under the reference's field names. */
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { AdvisorState } from "./status.ts"

const REGIME_IDS = { BEARISH: 0, RANGING: 1, BULLISH: 2 } as const

/** One detector's answer, with the name of its candles (`1m`, `1h`). `age_sec`: since the newest candle's end; null without candles. */
const readingView = ({ biasSignal, ageSec, ...reading }: EventOf<"RegimeObserved">["fast"]) => ({
  timeframe: timeframeName(reading.intervalMin),
  ...reading,
  bias_signal: biasSignal,
  age_sec: ageSec
})

type Observed = EventOf<"RegimeObserved">

/** The detector that the regime is read from: the slow one sets the direction; the fast one alone speaks for itself. Null: no model speaks. */
const leading = ({ fast, slow }: Observed): Observed["fast"] | null =>
  slow.trained ? slow : fast.trained ? fast : null

/** Why the newest training gave no model; null where it gave one, or there was none. */
const lastError = (trainings: AdvisorState["trainings"]): string | null => {
  const newest = Object.values(trainings).toSorted((a, b) => b.atMs - a.atMs)[0]
  return newest === undefined || newest.event._tag === "RegimeModelTrained"
    ? null
    : `${newest.event.refusal}: ${newest.event.detail}`
}

/** Under the reference's field names; times are Unix seconds, ages seconds. `blendFactor`: the trend's part of the signal. */
export const advisorView = (
  { regime, trainings, scorecard, nowMs }: AdvisorState,
  { enabled, blendFactor }: { readonly enabled: boolean; readonly blendFactor: number }
) => {
  const said = regime?.event.consensus
  const times = Object.values(trainings).map(({ atMs }) => atMs)
  const { open: _open, biasTimesMove, ...scored } = scorecard
  const reading = regime === null || !enabled ? null : leading(regime.event)
  return {
    hmm_regime: {
      enabled,
      /** False while the advisor is off, whatever it said before. */
      available: enabled && regime !== null,
      /** A refused training leaves the model before it in use. */
      trained:
        enabled &&
        (Object.values(trainings).some(({ event }) => event._tag === "RegimeModelTrained") ||
          regime?.event.fast.trained === true ||
          regime?.event.slow.trained === true),
      /** True while it keeps score and moves nothing. */
      shadow: blendFactor === 1,
      /** Null, as are id, confidence and bias, until a regime has been said. */
      regime: said?.regime ?? null,
      regime_id: said === undefined ? null : REGIME_IDS[said.regime],
      agreement: said?.agreement ?? "none",
      confidence: said?.confidence ?? null,
      bias_signal: said?.biasSignal ?? null,
      blend_factor: blendFactor,
      /** Of the detector that sets the direction, as is `observation_count`; null while no model speaks. */
      probabilities: reading?.probabilities ?? null,
      /** Feature rows that it looked at. */
      observation_count: reading?.samples ?? null,
      /** Why the newest training gave no model; null: it gave one. */
      error: lastError(trainings),
      fast: regime === null ? null : readingView(regime.event.fast),
      slow: regime === null ? null : readingView(regime.event.slow),
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
                separation: event.separation ?? null,
                warnings: event.warnings,
                data_hash: event.dataHash
              }
            : { at: atMs / 1_000, error: `${event.refusal}: ${event.detail}` }
        ])
      ),
      scorecard: {
        ...scored,
        bias_times_move: biasTimesMove,
        hit_rate: scorecard.directional === 0 ? null : scorecard.hits / scorecard.directional
      }
    }
  }
}

/** What `/api/status` and the page are given of the advisor. */
export type AdvisorView = ReturnType<typeof advisorView>

/** The advisor's part of the row `__v1__`, under the names that readers of that row know: the regime of its detectors as last said. */
export const advisorSaved = ({ regime, trainings }: AdvisorState) => {
  const times = Object.values(trainings).map(({ atMs }) => atMs)
  const said = regime?.event.consensus
  const reading = regime === null ? null : leading(regime.event)
  return {
    _hmm_regime_state: {
      regime: said?.regime ?? "RANGING",
      regime_id: REGIME_IDS[said?.regime ?? "RANGING"],
      confidence: said?.confidence ?? 0,
      bias_signal: said?.biasSignal ?? 0,
      probabilities: reading?.probabilities ?? null,
      observation_count: reading?.samples ?? null,
      last_update_ts: regime === null ? null : regime.atMs / 1_000
    },
    _hmm_last_train_ts: times.length === 0 ? null : Math.max(...times) / 1_000,
    _hmm_trained: Object.values(trainings).some(({ event }) => event._tag === "RegimeModelTrained")
  }
}
