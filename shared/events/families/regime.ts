/** What the regime advisor says of the market, on the subject `regime`. Advice: the rebalancer listens; the governor hears of trainings. */
import { Schema } from "effect"

/** Where the market is heading, as the advisor sees it. */
export const Regime = Schema.Literals(["BEARISH", "RANGING", "BULLISH"])

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Signal = Schema.Finite.check(Schema.isBetween({ minimum: -1, maximum: 1 }))

/** One detector's answer. */
const Reading = Schema.Struct({
  /** Minutes of the candles it looks at. */
  intervalMin: Schema.Int,
  /** False: no model speaks; the rest is the neutral answer. */
  trained: Schema.Boolean,
  regime: Regime,
  /** They add up to 1. */
  probabilities: Schema.Struct({ bearish: Share, ranging: Share, bullish: Share }),
  /** Largest probability less the second largest; 0 where the model tells no direction. */
  confidence: Share,
  /** −1 (bearish) to 1 (bullish). */
  biasSignal: Signal,
  /** Why no model speaks, or why it does not speak at full voice; null where it does. */
  reason: Schema.NullOr(Schema.String),
  /** Feature rows looked at. */
  samples: Schema.Int,
  /** Seconds between the newest candle's end and this fact; null without candles. */
  ageSec: Schema.NullOr(Schema.Finite),
  /** `dataHash` of the training whose model spoke; null: none. */
  model: Schema.NullOr(Schema.String)
})

/** The regime as the detector of the short candles and that of the long ones see it, and their consensus. */
export const RegimeObserved = Schema.TaggedStruct("RegimeObserved", {
  fast: Reading,
  slow: Reading,
  consensus: Schema.Struct({
    regime: Regime,
    agreement: Schema.Literals(["full", "slow_neutral", "fast_cooling", "conflict", "fast_only", "slow_only", "none"]),
    confidence: Share,
    biasSignal: Signal
  })
})

/** A model was fitted, with everything needed to fit it again and to audit what it says. Models are never stored elsewhere. */
export const RegimeModelTrained = Schema.TaggedStruct("RegimeModelTrained", {
  intervalMin: Schema.Int,
  /** SHA-256 of the candles it was fitted to. */
  dataHash: Schema.NonEmptyString,
  candles: Schema.Int,
  /** Unix seconds of the first and the last of them. */
  fromSec: Schema.Finite,
  toSec: Schema.Finite,
  /** Rows of features left after the invalid ones. */
  rows: Schema.Int,
  /** Settings, parameters and scaling as JSON text: numbers keep every digit. */
  settings: Schema.String,
  parameters: Schema.String,
  /** The regime of state 0, 1, … */
  labels: Schema.Array(Regime),
  logLikelihood: Schema.Finite,
  start: Schema.NonEmptyString,
  iterations: Schema.Int,
  /** How far neighbouring states lie apart in EMA spread, in their pooled deviations; not in models of earlier builds. */
  separation: Schema.optionalKey(Schema.Finite),
  warnings: Schema.Array(Schema.String)
})

/** A training that gave no model: what it refused, by name. The model before it, if any, stays in use. */
export const RegimeTrainingRefused = Schema.TaggedStruct("RegimeTrainingRefused", {
  intervalMin: Schema.Int,
  refusal: Schema.NonEmptyString,
  detail: Schema.String
})

/** The answer to the governor's `RetrainAsked`: each training stands in its own fact before this one. */
export const RetrainAnswered = Schema.TaggedStruct("RetrainAnswered", {
  commandId: Schema.NonEmptyString,
  outcomes: Schema.Array(
    Schema.Struct({
      intervalMin: Schema.Int,
      /** False: the model before it, if any, stays in use. */
      trained: Schema.Boolean,
      /** What came of it, for people. */
      detail: Schema.String
    })
  )
})

/** Anything the advisor says. */
export const RegimeEvent = Schema.Union([RegimeObserved, RegimeModelTrained, RegimeTrainingRefused, RetrainAnswered])
