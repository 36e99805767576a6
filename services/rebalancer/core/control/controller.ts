/** From the distance to the target to a skew: a PD controller with a neutral band, a clamp and a slew limit (docs/trading-contract.md §9). */
import type { RebalancerRules } from "../../../../shared/config/rules/rebalancer.ts"
import type { CapacityBand } from "../../../../shared/core/trading.ts"
import { clamp, smooth, smoothingWeight } from "../arithmetic.ts"

/** What the controller remembers: the smoothed distance to the target, and its change per second. */
export interface ControlMemory {
  readonly smoothedError: number
  readonly smoothedVelocity: number
}

/** What one update of the controller is made from. */
export interface ControlInput {
  readonly elapsedSec: number
  /** Idle USD as a share of the portfolio's value; null when that value is unknown or 0. */
  readonly idleRatio: number | null
  /** The idle share aimed at. */
  readonly target: number
  readonly capacityBand: CapacityBand
  /** The skew in force until now. */
  readonly lastSkew: number
}

/** An update that was not allowed: the skew is 0 at once, and the memory stands still. */
export interface GatedControl extends ControlMemory {
  readonly rule: "capacity" | "no_portfolio"
  readonly skew: 0
}

/** An update with every number on the way to its skew. */
export interface AppliedControl extends ControlMemory {
  readonly rule: "neutral_band" | "controlled"
  /** Idle share − target: above 0, too much USD lies idle. */
  readonly error: number
  /** Change of the smoothed error per second, before smoothing. */
  readonly velocity: number
  /** Proportional gain · smoothed error. */
  readonly proportional: number
  /** Derivative gain · smoothed velocity. */
  readonly derivative: number
  /** The skew wanted: 0 within the neutral band, else the sum of both parts, clamped. */
  readonly wanted: number
  /** The skew reached: at most one step from the last one towards the wanted one. */
  readonly skew: number
}

/** One update of the controller. */
export type ControlStep = GatedControl | AppliedControl

/** Skew for the distance to the target: above 0 buys are to grow (too much idle USD), below 0 sells. */
export const control = (
  before: ControlMemory,
  { elapsedSec, idleRatio, target, capacityBand, lastSkew }: ControlInput,
  config: RebalancerRules
): ControlStep => {
  if (capacityBand !== "normal") return gated("capacity", before)
  if (idleRatio === null) return gated("no_portfolio", before)

  const weight = smoothingWeight(elapsedSec, config.errorSmoothingSec)
  const error = idleRatio - target
  const smoothedError = smooth(before.smoothedError, error, weight)
  const velocity = (smoothedError - before.smoothedError) / elapsedSec
  const smoothedVelocity = smooth(before.smoothedVelocity, velocity, weight)

  const proportional = config.proportionalGain * smoothedError
  const derivative = config.derivativeGain * smoothedVelocity
  const neutral = Math.abs(smoothedError) < config.neutralBand
  const wanted = neutral ? 0 : withinLimits(proportional + derivative, config)
  const reached = clamp(wanted, lastSkew - config.maxSkewStep, lastSkew + config.maxSkewStep)
  return {
    rule: neutral ? "neutral_band" : "controlled",
    smoothedError,
    smoothedVelocity,
    error,
    velocity,
    proportional,
    derivative,
    wanted,
    skew: withinLimits(reached, config)
  }
}

const gated = (rule: GatedControl["rule"], { smoothedError, smoothedVelocity }: ControlMemory): GatedControl => ({
  rule,
  smoothedError,
  smoothedVelocity,
  skew: 0
})

const withinLimits = (skew: number, { maxSkew }: RebalancerRules): number => clamp(skew, -maxSkew, maxSkew)
