/**
 * Runs reference cases (docs/trading-contract.md §15) through the rebalancer and lists every difference.
 *
 * A case has a `config` under the reference's names and `steps`. A step holds the inputs `now` (Unix seconds), `price`,
 * `idle_ratio`, `capacity_band` and `hmm_bias`, and what must come out: in `expect`, or beside the inputs. What a step
 * leaves out is a price that never moves, no limit on capacity, no bias. An expected null is not judged.
 */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { configProblems, DEFAULT_CONFIG, type RebalancerConfig } from "../../services/rebalancer/core/config.ts"
import { CAPACITY_BANDS } from "../../shared/core/trading.ts"
import {
  initialState,
  rebalance,
  type RebalancerInput,
  type RebalancerState
} from "../../services/rebalancer/core/rebalance.ts"
import { trendScore } from "../../services/rebalancer/core/target/trend.ts"

/** One number that came out otherwise than the reference says. */
export interface Difference {
  /** Index of the step in its case. */
  readonly step: number
  readonly field: string
  readonly expected: unknown
  readonly got: unknown
}

/** Whether a value looks like a rebalancer case: steps to take, and a config with the reference's names. */
export const isRebalancerCase = (input: unknown): boolean =>
  isObject(input) &&
  Array.isArray(input["steps"]) &&
  isObject(input["config"]) &&
  Object.keys(input["config"]).some((name) => name.startsWith("REBALANCE_") || name.startsWith("TREND_"))

/** The differences of one case, empty when it conforms. Throws `CaseError` when the case has not the form above. */
export const runRebalancerCase = (input: unknown): Array<Difference> => {
  const root = new CaseObject(input, "case")
  const config = configOf(root.object("config"))
  const differences: Array<Difference> = []
  const steps = root.list("steps")
  const originSec = Math.floor(steps[0]?.number("now") ?? 0)
  let state = initialState
  let compared = 0
  for (const [index, step] of steps.entries()) {
    state = take(state, inputOf(step, index + 1, originSec), config, step.at)
    const got = resultOf(state, config, originSec)
    const expect = step.optionalObject("expect")
    const { fields: expected } = expect ?? step
    for (const field of Object.keys(expect === null ? got : expected)) {
      const wanted = expected[field] ?? null
      if (wanted === null) continue
      compared++
      if (agrees(wanted, got[field])) continue
      differences.push({ step: index, field, expected: wanted, got: got[field] })
    }
  }
  if (compared === 0) throw new CaseError(`${root.at}.steps expect nothing: there is no number to compare`)
  return differences
}

const take = (
  state: RebalancerState,
  input: RebalancerInput,
  config: RebalancerConfig,
  at: string
): RebalancerState => {
  try {
    return rebalance(state, input, config).state
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CaseError(`${at}: ${error.message}`, { cause: error })
  }
}

const MS = 1000
/** The price of cases about the controller alone: any one will do, as long as it stays. */
const STILL_PRICE = 1

/** The reference's names for our settings. */
const configOf = (config: CaseObject): RebalancerConfig => {
  const of = DEFAULT_CONFIG
  const flag = (name: string, absent: boolean) => ((config.fields[name] ?? null) === null ? absent : config.flag(name))
  const read: RebalancerConfig = {
    enabled: flag("REBALANCE_ENABLED", of.enabled),
    intervalSec: config.number("REBALANCE_INTERVAL_SEC", of.intervalSec),
    baseIdleTarget: config.number("REBALANCE_TARGET_IDLE_PCT", of.baseIdleTarget),
    fastTrendSec: config.number("TREND_FAST_HALFLIFE", of.fastTrendSec),
    slowTrendSec: config.number("TREND_SLOW_HALFLIFE", of.slowTrendSec),
    minSamples: config.number("TREND_MIN_SAMPLES", of.minSamples),
    useBias: flag("HMM_ENABLED", of.useBias),
    trendWeight: config.number("HMM_BLEND_WITH_TREND", of.trendWeight),
    deadZone: config.number("TREND_DEAD_ZONE", of.deadZone),
    targetSensitivity: config.number("TREND_IDLE_SENSITIVITY", of.targetSensitivity),
    targetFloor: config.number("TREND_IDLE_FLOOR", of.targetFloor),
    targetCeiling: config.number("TREND_IDLE_CEILING", of.targetCeiling),
    targetSmoothingSec: config.number("TREND_HYSTERESIS_SMOOTH_HALFLIFE", of.targetSmoothingSec),
    targetHoldSec: config.number("TREND_HYSTERESIS_SEC", of.targetHoldSec),
    errorSmoothingSec: config.number("REBALANCE_EMA_HALFLIFE", of.errorSmoothingSec),
    proportionalGain: config.number("REBALANCE_KP", of.proportionalGain),
    derivativeGain: config.number("REBALANCE_KD", of.derivativeGain),
    neutralBand: config.number("REBALANCE_NEUTRAL_BAND", of.neutralBand),
    maxSkew: config.number("REBALANCE_MAX_SKEW", of.maxSkew),
    maxSkewStep: config.number("REBALANCE_MAX_SKEW_STEP", of.maxSkewStep),
    flipWindowSec: config.number("FLIP_WINDOW_SEC", of.flipWindowSec),
    flipLimit: config.number("FLIP_LIMIT", of.flipLimit)
  }
  const [problem] = configProblems(read)
  if (problem !== undefined) throw new CaseError(`${config.at}: ${problem}`)
  return read
}

/**
 * Every step of a case counts as a sample of the price. A price of 0 is one that is not known. Times are counted from the
 * case's own start, where a double holds milliseconds of any fraction of a second; from 1970 on it would round them.
 */
const inputOf = (step: CaseObject, samples: number, originSec: number): RebalancerInput => {
  const price = step.fields["price"] === null ? 0 : step.number("price", STILL_PRICE)
  return {
    nowMs: (step.number("now") - originSec) * MS,
    price: price === 0 ? null : price,
    samples,
    idleRatio: step.optionalNumber("idle_ratio"),
    capacityBand: step.oneOf("capacity_band", CAPACITY_BANDS, "normal"),
    bias: step.optionalNumber("hmm_bias")
  }
}

/** What the reference shows of its state; it has 0 where nothing is known yet. */
const resultOf = (
  state: RebalancerState,
  config: RebalancerConfig,
  originSec: number
): Readonly<Record<string, number>> => ({
  skew: state.skew,
  target: state.target.target ?? config.baseIdleTarget,
  trend_score: state.averages === null ? 0 : trendScore(state.averages),
  fast_ema: state.averages?.fast ?? 0,
  slow_ema: state.averages?.slow ?? 0,
  smoothed_error: state.control.smoothedError,
  smoothed_velocity: state.control.smoothedVelocity,
  locked_until: toSeconds(state.target.holdUntilMs, originSec),
  last_update_ts: toSeconds(state.updatedAtMs, originSec)
})

const toSeconds = (ms: number | null, originSec: number): number => (ms === null ? 0 : originSec + ms / MS)

const agrees = (expected: unknown, got: number | undefined): boolean =>
  typeof expected === "number" &&
  got !== undefined &&
  Math.abs(expected - got) <= Math.max(1e-12, 1e-9 * Math.abs(expected))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
