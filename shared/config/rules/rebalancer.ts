/**
 * The rebalancer's rules, one row each: the trend it follows, the idle target it makes of it, and how it steers towards that.
 * They travel in the journal (`RebalancerConfigured`); its schema is derived from these rows. All numbers are doubles: ratios,
 * gains and seconds, never money.
 */
import { REGIME_SETTINGS } from "../regime.ts"
import { SettingGroup } from "../setting.ts"
import { defaultsOf, type ValuesOf } from "../table.ts"

const rebalancer = new SettingGroup("Rebalancer")
const advisor = new SettingGroup("Regime advisor")
const trend = new SettingGroup("Trend and idle target")

/**
 * A share is a fraction of the portfolio's value (0.4 = 40 %). What smooths is a time constant: 1/e of an old value is left after
 * it, not a half, although its variable says half-life.
 */
export const REBALANCER_RULES = {
  enabled: rebalancer.flag("REBALANCE_ENABLED", {
    default: "true",
    reason: "Skew order sizes so that the share of idle USD comes back to its target."
  }),
  intervalSec: rebalancer.number("REBALANCE_INTERVAL_SEC", {
    unit: "s",
    default: "300",
    within: [1, 86_400],
    reason: "Exchange time between two looks."
  }),
  baseIdleTarget: rebalancer.number("REBALANCE_TARGET_IDLE_PCT", {
    default: "0.40",
    within: [0, 1],
    reason: "Share of the account's value that should lie idle in USD when the market has no direction. A fraction."
  }),
  proportionalGain: rebalancer.number("REBALANCE_KP", {
    default: "0.6",
    within: [0, 100],
    reason: "Skew per unit of smoothed distance to the target."
  }),
  derivativeGain: rebalancer.number("REBALANCE_KD", {
    default: "0.2",
    within: [0, 100],
    reason: "Skew per unit of that distance's change per second: small by nature."
  }),
  maxSkew: rebalancer.number("REBALANCE_MAX_SKEW", {
    default: "0.30",
    within: [0, 1],
    reason: "The skew never passes this, either way."
  }),
  maxSkewStep: rebalancer.number("REBALANCE_MAX_SLEW_RATE", {
    default: "0.05",
    within: [0, 1],
    reason: "The skew changes by no more than this per look."
  }),
  neutralBand: rebalancer.number("REBALANCE_NEUTRAL_BAND", {
    default: "0.05",
    within: [0, 1],
    reason: "A smoothed distance smaller than this asks for no skew."
  }),
  errorSmoothingSec: rebalancer.number("REBALANCE_EMA_HALFLIFE", {
    unit: "s",
    default: "1800",
    within: [1, 31_536_000],
    reason: "Smoothing of the distance and its change. A time constant: 1/e is left after it."
  }),

  fastTrendSec: trend.number("TREND_FAST_HALFLIFE", {
    unit: "s",
    default: "1800",
    within: [1, 31_536_000],
    reason: "Smoothing of the trend's fast average. A time constant, as are the other ones of this group."
  }),
  slowTrendSec: trend.number("TREND_SLOW_HALFLIFE", {
    unit: "s",
    default: "14400",
    within: [1, 31_536_000],
    reason: "Smoothing of the slow average. A gap of more than twice this starts both anew."
  }),
  minSamples: trend.integer("TREND_MIN_SAMPLES", {
    default: "24",
    within: [0, 1_000_000],
    reason: "Prices needed before the first averages may say anything."
  }),
  deadZone: trend.number("TREND_DEAD_ZONE", {
    default: "0.001",
    within: [0, 10],
    reason: "A signal smaller than this is no signal: the target is the base."
  }),
  targetSensitivity: trend.number("TREND_IDLE_SENSITIVITY", {
    default: "5.0",
    within: [0, 1_000],
    reason: "How far the idle target moves per unit of signal."
  }),
  targetFloor: trend.number("TREND_IDLE_FLOOR", {
    default: "0.15",
    within: [0, 1],
    reason: "The target in the strongest rise."
  }),
  targetCeiling: trend.number("TREND_IDLE_CEILING", {
    default: "0.60",
    within: [0, 1],
    reason: "The target in the strongest fall."
  }),
  targetHoldSec: trend.number("TREND_HYSTERESIS_SEC", {
    unit: "s",
    default: "600",
    within: [0, 31_536_000],
    reason: "The target stands still for so long after a jump of more than 0.02."
  }),
  targetSmoothingSec: trend.number("TREND_HYSTERESIS_SMOOTH_HALFLIFE", {
    unit: "s",
    default: "900",
    within: [1, 31_536_000],
    reason: "Smoothing of the target."
  }),

  /** True: the regime's bias, where there is one, takes part in the signal. */
  useBias: REGIME_SETTINGS.hmmEnabled,
  /** The trend's part of the signal; the bias has the rest. */
  trendWeight: REGIME_SETTINGS.hmmBlendWithTrend,
  regimeMaxAgeSec: advisor.number("HMM_REGIME_MAX_AGE_SEC", {
    unit: "s",
    default: "900",
    within: [1, 31_536_000],
    reason: "A regime older than this counts as none: an advisor that has died has no say."
  })
} as const

/** The rebalancer's rules, complete. */
export type RebalancerRules = ValuesOf<typeof REBALANCER_RULES>

/** The rules of an empty environment. */
export const DEFAULT_REBALANCER_RULES: RebalancerRules = defaultsOf(REBALANCER_RULES)
