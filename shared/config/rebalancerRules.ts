import type { RebalancerRules } from "../events/families/control.ts"
import type { Settings } from "./settings.ts"

/** Sign changes of the skew within an hour that silence it (docs/trading-contract.md §9: decided, not a setting). */
const FLIP_WINDOW_SEC = 3_600
const FLIP_LIMIT = 3

/** The rebalancer rules the settings ask for. */
export const rebalancerRules = (settings: Settings): RebalancerRules => ({
  enabled: settings.rebalanceEnabled,
  intervalSec: settings.rebalanceIntervalSec,
  baseIdleTarget: settings.rebalanceTargetIdle,
  fastTrendSec: settings.trendFastSec,
  slowTrendSec: settings.trendSlowSec,
  minSamples: settings.trendMinSamples,
  useBias: settings.hmmEnabled,
  trendWeight: settings.hmmBlendWithTrend,
  deadZone: settings.trendDeadZone,
  targetSensitivity: settings.trendIdleSensitivity,
  targetFloor: settings.trendIdleFloor,
  targetCeiling: settings.trendIdleCeiling,
  targetSmoothingSec: settings.trendSmoothSec,
  targetHoldSec: settings.trendHysteresisSec,
  errorSmoothingSec: settings.rebalanceEmaSec,
  proportionalGain: settings.rebalanceKp,
  derivativeGain: settings.rebalanceKd,
  neutralBand: settings.rebalanceNeutralBand,
  maxSkew: settings.rebalanceMaxSkew,
  maxSkewStep: settings.rebalanceMaxSlewRate,
  flipWindowSec: FLIP_WINDOW_SEC,
  flipLimit: FLIP_LIMIT,
  regimeMaxAgeSec: settings.hmmRegimeMaxAgeSec
})
