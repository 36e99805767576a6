/**
 * The rebalancer: every few minutes, how strongly the slots should lean towards buying or selling, so that the share of
 * idle USD comes back to its target (docs/trading-contract.md §9). It places no orders: it only says which side's
 * orders may be larger.
 *
 * An update reads: trend of the price → target for the idle share → skew for the distance to it → silence if the skew
 * keeps changing sign. Each step is a file of its own and hands its numbers on, so that every skew can be explained.
 */
import type { RebalancerRules } from "../../../shared/config/rules/rebalancer.ts"
import type { CapacityBand } from "../../../shared/core/trading.ts"
import { control, type ControlMemory, type ControlStep } from "./control/controller.ts"
import { dampFlips, type DampingStep, type FlipMemory } from "./control/flips.ts"
import { moveTarget, type TargetMemory, type TargetStep } from "./target/idleTarget.ts"
import { followTrend, type TrendAverages, type TrendStep } from "./target/trend.ts"

/** Everything the rebalancer remembers: plain data of constant size. */
export interface RebalancerState {
  /** When it was last updated, Unix milliseconds; null before the first time. */
  readonly updatedAtMs: number | null
  readonly averages: TrendAverages | null
  readonly target: TargetMemory
  readonly control: ControlMemory
  readonly flips: FlipMemory
  /** The skew in force, −maxSkew to maxSkew. */
  readonly skew: number
}

/** A rebalancer that has seen nothing. */
export const initialState: RebalancerState = {
  updatedAtMs: null,
  averages: null,
  target: { target: null, holdUntilMs: null },
  control: { smoothedError: 0, smoothedVelocity: 0 },
  flips: { direction: null, flipsAtMs: [], silenced: false },
  skew: 0
}

/** What is known when the rebalancer is asked. */
export interface RebalancerInput {
  /** Unix milliseconds of the exchange's clock. */
  readonly nowMs: number
  /** Last price, USD per DOGE, above 0; null when none is known. */
  readonly price: number | null
  /** How many price samples have been seen so far, the latest included. */
  readonly samples: number
  /** Idle USD as a share of the portfolio's value; null when that value is unknown or 0. */
  readonly idleRatio: number | null
  readonly capacityBand: CapacityBand
  /** The bias of a trained regime advisor, −1 (falling) to 1 (rising); null when there is none. */
  readonly bias: number | null
}

/**
 * The answer. `skew` is what holds from now on: above 0 the buying trade (B) may place larger orders, below 0 the selling
 * one (A), 0 neither (docs/trading-contract.md §6).
 */
export type Rebalance =
  | { readonly _tag: "Disabled"; readonly skew: 0 }
  /** The interval has not passed, or the clock went back: nothing changed. */
  | { readonly _tag: "NotDue"; readonly skew: number; readonly dueAtMs: number }
  | Rebalanced

/** An update, with the chain of numbers that led to its skew. */
export interface Rebalanced {
  readonly _tag: "Rebalanced"
  readonly skew: number
  /** The time that this update counts for: since the last one, at least 1 s; at the first one, the interval. */
  readonly elapsedSec: number
  readonly trend: TrendStep
  readonly target: TargetStep
  readonly control: ControlStep
  readonly damping: DampingStep
}

/** The least time an update counts for, so that two at the same instant do not divide by 0 (docs/trading-contract.md §9). */
const MIN_ELAPSED_SEC = 1

/**
 * Takes one look at the market. Pure. The rules must be within the ranges of their settings.
 * Throws `RangeError` (field, value, what it must be) on an input that is no number: it would poison every average.
 */
export const rebalance = (
  state: RebalancerState,
  input: RebalancerInput,
  config: RebalancerRules
): { readonly state: RebalancerState; readonly output: Rebalance } => {
  checkInput(input)
  if (!config.enabled) return { state: { ...state, skew: 0 }, output: { _tag: "Disabled", skew: 0 } }

  const { nowMs } = input
  const dueAtMs = state.updatedAtMs === null ? nowMs : state.updatedAtMs + config.intervalSec * 1000
  if (nowMs < dueAtMs) return { state, output: { _tag: "NotDue", skew: state.skew, dueAtMs } }

  const sinceSec = state.updatedAtMs === null ? config.intervalSec : (nowMs - state.updatedAtMs) / 1000
  const elapsedSec = Math.max(MIN_ELAPSED_SEC, sinceSec)
  const trend = followTrend(state.averages, { price: input.price, samples: input.samples, elapsedSec }, config)
  const target = moveTarget(state.target, { nowMs, elapsedSec, trend, bias: input.bias }, config)
  const step = control(
    state.control,
    {
      elapsedSec,
      idleRatio: input.idleRatio,
      target: target.target,
      capacityBand: input.capacityBand,
      lastSkew: state.skew
    },
    config
  )
  const damping = dampFlips(state.flips, step.skew, nowMs)
  return {
    state: {
      updatedAtMs: nowMs,
      averages: trend.averages,
      target: { target: target.target, holdUntilMs: target.holdUntilMs },
      control: { smoothedError: step.smoothedError, smoothedVelocity: step.smoothedVelocity },
      flips: { direction: damping.direction, flipsAtMs: damping.flipsAtMs, silenced: damping.silenced },
      skew: damping.skew
    },
    output: { _tag: "Rebalanced", skew: damping.skew, elapsedSec, trend, target, control: step, damping }
  }
}

const checkInput = ({ nowMs, price, samples, idleRatio, bias }: RebalancerInput): void => {
  must("nowMs", nowMs, Number.isFinite(nowMs), "Unix milliseconds")
  must("price", price, price === null || (Number.isFinite(price) && price > 0), "a number above 0, or null")
  must("samples", samples, Number.isInteger(samples) && samples >= 0, "a whole number of 0 or more")
  must("idleRatio", idleRatio, idleRatio === null || Number.isFinite(idleRatio), "a number, or null")
  must("bias", bias, bias === null || Math.abs(bias) <= 1, "from -1 to 1, or null")
}

const must = (field: keyof RebalancerInput, value: number | null, holds: boolean, rule: string): void => {
  if (!holds) throw new RangeError(`rebalancer input ${field} must be ${rule}, is ${value}`)
}
