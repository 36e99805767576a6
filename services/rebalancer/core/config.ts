/** The rebalancer's settings, and what they must satisfy. All numbers are doubles: ratios, gains and seconds, never money. */

/**
 * What the rebalancer is told to do. A share is a fraction of the portfolio's value (0.4 = 40 %).
 *
 * The `…Sec` settings that smooth are time constants: what is left of an old value after that long is 1/e, not a half,
 * although the reference calls them half-lives (docs/trading-contract.md §9).
 */
export interface RebalancerConfig {
  /** False: the skew is 0 and nothing else moves. */
  readonly enabled: boolean
  /** Least time between two updates. */
  readonly intervalSec: number

  /** Share of the portfolio that should lie idle in USD when the market has no trend. */
  readonly baseIdleTarget: number
  /** Smoothing of the trend's fast average. */
  readonly fastTrendSec: number
  /** Smoothing of the trend's slow average; a gap of more than twice this starts both averages anew. */
  readonly slowTrendSec: number
  /** Price samples needed before the first averages may say anything. */
  readonly minSamples: number
  /** True: the regime advisor's bias, where there is one, takes part in the signal. */
  readonly useBias: boolean
  /** The trend's part of the signal, 0 to 1; the bias has the rest. */
  readonly trendWeight: number
  /** A signal smaller than this is no signal. */
  readonly deadZone: number
  /** Share by which the target moves per unit of signal. */
  readonly targetSensitivity: number
  /** Least target that a signal may lead to. */
  readonly targetFloor: number
  /** Largest target that a signal may lead to. */
  readonly targetCeiling: number
  /** Smoothing of the target. */
  readonly targetSmoothingSec: number
  /** How long the target stands still after a jump. */
  readonly targetHoldSec: number

  /** Smoothing of the error and of its velocity. */
  readonly errorSmoothingSec: number
  /** Skew per unit of smoothed error. */
  readonly proportionalGain: number
  /** Skew per unit of smoothed velocity (share per second, so of the order of 0.00001). */
  readonly derivativeGain: number
  /** A smoothed error smaller than this asks for no skew. */
  readonly neutralBand: number
  /** The skew lies between minus and plus this. */
  readonly maxSkew: number
  /** The skew changes by no more than this per update, except when it is forced to 0. */
  readonly maxSkewStep: number

  /** How far back sign changes of the skew are counted. */
  readonly flipWindowSec: number
  /** This many sign changes within the window silence the rebalancer. */
  readonly flipLimit: number
}

/** The defaults of docs/trading-contract.md §14. */
export const DEFAULT_CONFIG: RebalancerConfig = {
  enabled: true,
  intervalSec: 300,
  baseIdleTarget: 0.4,
  fastTrendSec: 1800,
  slowTrendSec: 14_400,
  minSamples: 24,
  useBias: false,
  trendWeight: 0.5,
  deadZone: 0.001,
  targetSensitivity: 5,
  targetFloor: 0.15,
  targetCeiling: 0.6,
  targetSmoothingSec: 900,
  targetHoldSec: 600,
  errorSmoothingSec: 1800,
  proportionalGain: 0.6,
  derivativeGain: 0.2,
  neutralBand: 0.05,
  maxSkew: 0.3,
  maxSkewStep: 0.05,
  flipWindowSec: 3600,
  flipLimit: 3
}

/** More sign changes than this are never waited for; it bounds the list of their times in the state. */
const MAX_FLIP_LIMIT = 100

const WITHIN_ONE = ["baseIdleTarget", "trendWeight", "targetFloor", "targetCeiling"] as const
const COUNTS = ["minSamples", "flipLimit"] as const

/** Every rule that a configuration breaks, as a sentence with field and value; none when `rebalance` may be given it. */
export const configProblems = (config: RebalancerConfig): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const must = (holds: boolean, field: keyof RebalancerConfig, rule: string): void => {
    if (!holds) problems.push(`${field} must be ${rule}, is ${config[field]}`)
  }
  for (const field of Object.keys(DEFAULT_CONFIG) as Array<keyof RebalancerConfig>) {
    const value = config[field]
    if (typeof value === "number") must(Number.isFinite(value) && value >= 0, field, "a number of 0 or more")
  }
  for (const field of WITHIN_ONE) must(config[field] <= 1, field, "at most 1")
  for (const field of COUNTS) must(Number.isInteger(config[field]), field, "a whole number")
  must(config.targetFloor <= config.targetCeiling, "targetFloor", `at most targetCeiling (${config.targetCeiling})`)
  must(config.flipLimit >= 1 && config.flipLimit <= MAX_FLIP_LIMIT, "flipLimit", `from 1 to ${MAX_FLIP_LIMIT}`)
  return problems
}
