/** The rebalancer's part of the settings: the trend it follows, the idle target it makes of it, and how it steers towards that. */
import { flag, integer, number } from "../setting.ts"

const rebalancer = "Rebalancer"
const trend = "Trend and idle target"

export const REBALANCER_SETTINGS = {
  rebalanceEnabled: flag("REBALANCE_ENABLED", {
    group: rebalancer,
    default: "true",
    reason: "Skew order sizes so that the share of idle USD comes back to its target."
  }),
  rebalanceIntervalSec: number("REBALANCE_INTERVAL_SEC", {
    group: rebalancer,
    unit: "s",
    default: "300",
    min: 1,
    max: 86_400,
    reason: "Exchange time between two looks."
  }),
  rebalanceTargetIdle: number("REBALANCE_TARGET_IDLE_PCT", {
    group: rebalancer,
    default: "0.40",
    min: 0,
    max: 1,
    reason: "Share of the account's value that should lie idle in USD when the market has no direction. A fraction."
  }),
  rebalanceKp: number("REBALANCE_KP", {
    group: rebalancer,
    default: "0.6",
    min: 0,
    max: 100,
    reason: "Skew per unit of smoothed distance to the target."
  }),
  rebalanceKd: number("REBALANCE_KD", {
    group: rebalancer,
    default: "0.2",
    min: 0,
    max: 100,
    reason: "Skew per unit of that distance's change per second: small by nature."
  }),
  rebalanceMaxSkew: number("REBALANCE_MAX_SKEW", {
    group: rebalancer,
    default: "0.30",
    min: 0,
    max: 1,
    reason: "The skew never passes this, either way."
  }),
  rebalanceMaxSlewRate: number("REBALANCE_MAX_SLEW_RATE", {
    group: rebalancer,
    default: "0.05",
    min: 0,
    max: 1,
    reason: "The skew changes by no more than this per look."
  }),
  rebalanceNeutralBand: number("REBALANCE_NEUTRAL_BAND", {
    group: rebalancer,
    default: "0.05",
    min: 0,
    max: 1,
    reason: "A smoothed distance smaller than this asks for no skew."
  }),
  rebalanceEmaSec: number("REBALANCE_EMA_HALFLIFE", {
    group: rebalancer,
    unit: "s",
    default: "1800",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the distance and its change. A time constant: 1/e is left after it."
  }),

  trendFastSec: number("TREND_FAST_HALFLIFE", {
    group: trend,
    unit: "s",
    default: "1800",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the trend's fast average. A time constant, as are the other ones of this group."
  }),
  trendSlowSec: number("TREND_SLOW_HALFLIFE", {
    group: trend,
    unit: "s",
    default: "14400",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the slow average. A gap of more than twice this starts both anew."
  }),
  trendMinSamples: integer("TREND_MIN_SAMPLES", {
    group: trend,
    default: "24",
    min: 0,
    max: 1_000_000,
    reason: "Prices needed before the first averages may say anything."
  }),
  trendDeadZone: number("TREND_DEAD_ZONE", {
    group: trend,
    default: "0.001",
    min: 0,
    max: 1,
    reason: "A signal smaller than this is no signal: the target is the base."
  }),
  trendIdleSensitivity: number("TREND_IDLE_SENSITIVITY", {
    group: trend,
    default: "5.0",
    min: 0,
    max: 1_000,
    reason: "How far the idle target moves per unit of signal."
  }),
  trendIdleFloor: number("TREND_IDLE_FLOOR", {
    group: trend,
    default: "0.15",
    min: 0,
    max: 1,
    reason: "The target in the strongest rise."
  }),
  trendIdleCeiling: number("TREND_IDLE_CEILING", {
    group: trend,
    default: "0.60",
    min: 0,
    max: 1,
    reason: "The target in the strongest fall."
  }),
  trendHysteresisSec: number("TREND_HYSTERESIS_SEC", {
    group: trend,
    unit: "s",
    default: "600",
    min: 0,
    max: 31_536_000,
    reason: "The target stands still for so long after a jump of more than 0.02."
  }),
  trendSmoothSec: number("TREND_HYSTERESIS_SMOOTH_HALFLIFE", {
    group: trend,
    unit: "s",
    default: "900",
    min: 1,
    max: 31_536_000,
    reason: "Smoothing of the target."
  })
} as const
