/**
 * How much of the portfolio should lie idle in USD: less of it while the price rises, more while it falls
 * (docs/trading-contract.md §9). Three stages keep the target calm: a dead zone, a hold after each jump, and smoothing.
 */
import { clamp, smooth, smoothingWeight } from "../arithmetic.ts"
import type { RebalancerRules } from "../../../../shared/config/rules/rebalancer.ts"
import type { TrendStep } from "./trend.ts"

/** A move of the target by more than this share is a jump, and starts a hold (docs/trading-contract.md §9). */
const JUMP = 0.02

/** What the target remembers. */
export interface TargetMemory {
  /** The target last given; null before the first one, which starts from the base. */
  readonly target: number | null
  /** The target stands still before this time; null without a hold. */
  readonly holdUntilMs: number | null
}

/** Why the target is what it is after an update. */
export type TargetRule =
  /** Too few samples of the market for a signal: the base. */
  | "cold_start"
  /** No price, so no new signal: as it was. */
  | "no_price"
  /** The signal is too weak to mean anything: the base at once, and a hold ends. */
  | "dead_zone"
  /** A jump is less old than the hold: as it was. */
  | "held"
  /** On its way to where the signal wants it. */
  | "smoothed"

/** One update of the target, with every number on the way to it. */
export interface TargetStep {
  readonly rule: TargetRule
  /** The regime advisor's bias as far as it counted, −1 to 1; null when the signal is the trend alone. */
  readonly bias: number | null
  /** What moves the target: the trend's score, blended with the bias. */
  readonly signal: number
  /** Where the signal wants the target: base − sensitivity · signal. */
  readonly raw: number
  /** `raw` within floor and ceiling. */
  readonly clamped: number
  /** The idle share aimed at from here on. */
  readonly target: number
  /** Until then the target stays as it is; null: it may move at the next update. */
  readonly holdUntilMs: number | null
}

/** What an update of the target is made from. */
export interface TargetInput {
  readonly nowMs: number
  readonly elapsedSec: number
  readonly trend: Pick<TrendStep, "rule" | "score">
  /** The bias of a trained regime advisor, −1 to 1; null when there is none. */
  readonly bias: number | null
}

/** Moves the target as far as dead zone, hold and smoothing let it. */
export const moveTarget = (before: TargetMemory, input: TargetInput, config: RebalancerRules): TargetStep => {
  const { nowMs, elapsedSec, trend } = input
  const base = config.baseIdleTarget
  const last = before.target ?? base
  const bias = config.useBias ? input.bias : null
  const signal = bias === null ? trend.score : config.trendWeight * trend.score + (1 - config.trendWeight) * bias
  const raw = base - config.targetSensitivity * signal
  const clamped = clamp(raw, config.targetFloor, config.targetCeiling)
  const chain = { bias, signal, raw, clamped }

  if (trend.rule === "no_price") return { rule: "no_price", ...chain, target: last, holdUntilMs: before.holdUntilMs }
  if (trend.rule === "cold_start") return { rule: "cold_start", ...chain, target: base, holdUntilMs: null }
  if (Math.abs(signal) < config.deadZone) return { rule: "dead_zone", ...chain, target: base, holdUntilMs: null }
  if (before.holdUntilMs !== null && nowMs < before.holdUntilMs) {
    return { rule: "held", ...chain, target: last, holdUntilMs: before.holdUntilMs }
  }
  const weight = smoothingWeight(elapsedSec, config.targetSmoothingSec)
  const target = clamp(smooth(last, clamped, weight), config.targetFloor, config.targetCeiling)
  const jumped = Math.abs(target - last) > JUMP
  return { rule: "smoothed", ...chain, target, holdUntilMs: jumped ? nowMs + config.targetHoldSec * 1000 : null }
}
