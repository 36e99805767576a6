/**
 * The rebalancer's rules, one row each: the trend it follows, the idle target it makes of it, and how it steers towards that.
 * They travel in the journal (`RebalancerConfigured`); its schema is derived from these rows. All numbers are doubles: ratios,
 * gains and seconds, never money.
 */
import { REGIME_SETTINGS } from "../regime.ts"
import { flag, integer, number } from "../setting.ts"
import { defaultsOf, type ValuesOf } from "../table.ts"

const rebalancer = "Rebalancer"
const trend = "Trend and idle target"

/**
 * A share is a fraction of the portfolio's value (0.4 = 40 %). What smooths is a time constant: 1/e of an old value is left after
 * it, not a half, although its variable says half-life.
 */
export const REBALANCER_RULES = {
  enabled: flag("REBALANCE_ENABLED", {
    group: rebalancer,
    default: "true",
    reason: "Skew order sizes so that the share of idle USD comes back to its target."
  }),
  intervalSec: number("REBALANCE_INTERVAL_SEC", {
    group: rebalancer,
    unit: "s",
    default: "300",
    min: 1,
    max: 86_400,
    reason: "Exchange time between two looks."
  }),
  baseIdleTarget: number("REBALANCE_TARGET_IDLE_PCT", {
    group: rebalancer,
    default: "0.40",
    min: 0,
    max: 1,
    reason: "Share of the account's value that should lie idle in USD when the market has no direction. A fraction."
  }),
  proportionalGain: number("REBALANCE_KP", {
    group: rebalancer,
    default: "0.6",
    min: 0,
    max: 100,
    reason: "Skew per unit of smoothed distance to the target."
  }),
  derivativeGain: number("REBALANCE_KD", {
    group: rebalancer,
    default: "0.2",
    min: 0,
    max: 100,
    reason: "Skew per unit of that distance's change per second: small by nature."
  }),
  maxSkew: number("REBALANCE_MAX_SKEW", {
    group: rebalancer,
    default: "0.30",
    min: 0,
    max: 1,
    reason: "The skew never passes this, either way."
  }),
  maxSkewStep: number("REBALANCE_MAX_SLEW_RATE", {
    group: rebalancer,
    default: "0.05",
    min: 0,
    max: 1,
    reason: "The skew changes by no more than this per look."
  }),
  neutralBand: number("REBALANCE_NEUTRAL_BAND", {
    group: rebalancer,
    default: "0.05",
    min: 0,
    max: 1,
    reason: "A smoothed distance smaller than this asks for no skew."
  }),
  errorSmoothingSec: number("REBALANCE_EMA_HALFLIFE", {
    group: rebalancer,
    unit: "s",
    default: "1800",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the distance and its change. A time constant: 1/e is left after it."
  }),

  fastTrendSec: number("TREND_FAST_HALFLIFE", {
    group: trend,
    unit: "s",
    default: "1800",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the trend's fast average. A time constant, as are the other ones of this group."
  }),
  slowTrendSec: number("TREND_SLOW_HALFLIFE", {
    group: trend,
    unit: "s",
    default: "14400",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the slow average. A gap of more than twice this starts both anew."
  }),
  minSamples: integer("TREND_MIN_SAMPLES", {
    group: trend,
    default: "24",
    min: 0,
    max: 1_000_000,
    reason: "Prices needed before the first averages may say anything."
  }),
  deadZone: number("TREND_DEAD_ZONE", {
    group: trend,
    default: "0.001",
    min: 0,
    max: 10,
    reason: "A signal smaller than this is no signal: the target is the base."
  }),
  targetSensitivity: number("TREND_IDLE_SENSITIVITY", {
    group: trend,
    default: "5.0",
    min: 0,
    max: 1_000,
    reason: "How far the idle target moves per unit of signal."
  }),
  targetFloor: number("TREND_IDLE_FLOOR", {
    group: trend,
    default: "0.15",
    min: 0,
    max: 1,
    reason: "The target in the strongest rise."
  }),
  targetCeiling: number("TREND_IDLE_CEILING", {
    group: trend,
    default: "0.60",
    min: 0,
    max: 1,
    reason: "The target in the strongest fall."
  }),
  targetHoldSec: number("TREND_HYSTERESIS_SEC", {
    group: trend,
    unit: "s",
    default: "600",
    min: 0,
    max: 31_536_000,
    reason: "The target stands still for so long after a jump of more than 0.02."
  }),
  targetSmoothingSec: number("TREND_HYSTERESIS_SMOOTH_HALFLIFE", {
    group: trend,
    unit: "s",
    default: "900",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the target."
  }),

  /** True: the regime's bias, where there is one, takes part in the signal. */
  useBias: REGIME_SETTINGS.hmmEnabled,
  /** The trend's part of the signal; the bias has the rest. */
  trendWeight: REGIME_SETTINGS.hmmBlendWithTrend,
  regimeMaxAgeSec: number("HMM_REGIME_MAX_AGE_SEC", {
    group: "Regime advisor",
    unit: "s",
    default: "900",
    min: 1,
    max: 31_536_000,
    reason: "A regime older than this counts as none: an advisor that has died has no say."
  })
} as const

/** The rebalancer's rules, complete. */
export type RebalancerRules = ValuesOf<typeof REBALANCER_RULES>

/** The rules of an empty environment. */
export const DEFAULT_REBALANCER_RULES: RebalancerRules = defaultsOf(REBALANCER_RULES)
