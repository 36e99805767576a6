/** The profit target: as configured, as an operator set it, or following the market's volatility. (docs/trading-contract.md §7.) */
import { quickselect } from "simple-statistics"
import type { Reason } from "../../../../shared/events/reason.ts"
import type { SlotRules } from "../../../../shared/events/families/control.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, type GovernorVariants, notice } from "../draft.ts"
import { makerFeePct } from "../market.ts"
import type { GovernorState, TargetsSlice } from "../state.ts"

/** Samples kept, one a loop. */
export const MAX_SAMPLES = 180
/** The fewest that say anything. */
export const MIN_SAMPLES = 12
/** What a target must earn beyond two maker fees, percent. */
const OVER_FEES_PCT = 0.1

/** The median move between two samples, percent of the earlier one; null with too few samples. */
export const medianMovePct = (samples: ReadonlyArray<number>): number | null => {
  if (samples.length < MIN_SAMPLES) return null
  const moves: Array<number> = []
  for (let index = 1; index < samples.length; index++) moves.push(moveOf(samples[index - 1] ?? 0, samples[index] ?? 0))
  const middle = moves.length >> 1
  quickselect(moves, middle)
  return medianOf(moves.length, moves[middle] ?? 0, () => Math.max(...moves.slice(0, middle)))
}

/** The move from one sample to the next, percent of the earlier one. */
export const moveOf = (before: number, after: number): number => (Math.abs(after - before) / before) * 100

/**
 * The median of so many numbers: the middle one, of an even count half the sum of that and the one before it. The median of
 * `simple-statistics` adds half their difference to the lower one, which may differ in the last bit, and recorded decisions carry the
 * figure whole.
 */
export const medianOf = (count: number, middle: number, before: () => number): number =>
  count % 2 === 1 ? middle : (before() + middle) / 2

/** Once a loop: another sample, and the target that follows. */
export const sampleProfitTarget = (draft: Draft): void => {
  const { state, rules } = draft
  const { targets, scheduler, market } = state
  if (market.priceNumber <= 0 || targets.sampledLoop === scheduler.loop) return
  const samples = [...targets.samples, market.priceNumber].slice(-MAX_SAMPLES)
  state.targets = { ...targets, samples, sampledLoop: scheduler.loop }
  const move = rules.volatilityProfit ? medianMovePct(samples) : null
  const why = reason("volatility", { samples: samples.length, medianMovePct: move ?? "unknown" })
  setTargets(draft, { runtimeProfitPct: move === null ? null : targetFor(draft, move) }, why)
}

/** The target that follows from the median move of the samples, percent. */
export const targetFor = ({ rules, state }: Pick<Draft, "rules" | "state">, medianMove: number): number => {
  const { volatilityProfitFactor, volatilityProfitFloorPct, volatilityProfitCeilingPct } = rules
  const wanted = medianMove * 2 * volatilityProfitFactor
  const clamped = Math.min(volatilityProfitCeilingPct, Math.max(volatilityProfitFloorPct, wanted))
  const overFees = 2 * (makerFeePct(state.market) ?? 0) + OVER_FEES_PCT
  return Math.round(Math.max(clamped, overFees) * 10_000) / 10_000
}

/** Changes targets and tells the slots, when something changed. */
export const setTargets = (
  draft: Draft,
  to: Partial<Pick<TargetsSlice, "entryPct" | "profitPct" | "runtimeProfitPct">>,
  why: Reason
): void => {
  const before = draft.state.targets
  const after = { ...before, ...to }
  const same =
    before.entryPct === after.entryPct &&
    before.profitPct === after.profitPct &&
    before.runtimeProfitPct === after.runtimeProfitPct
  if (same) return
  draft.state.targets = after
  const { entryPct, profitPct, runtimeProfitPct } = after
  draft.outputs.push({ _tag: "TargetsSet", entryPct, profitPct, runtimeProfitPct, reason: why })
  watchFees(draft)
}

/** A configuration that changes a distance takes an operator's own value for it back. */
export const configureTargets = (draft: Draft, before: SlotRules | null): void => {
  const rules = draft.state.market.slotRules
  if (before === null || rules === null) return
  setTargets(
    draft,
    {
      ...(before.entryPct === rules.entryPct ? {} : { entryPct: null }),
      ...(before.profitPct === rules.profitPct ? {} : { profitPct: null })
    },
    reason("configured", {})
  )
}

/** The profit target in force, percent; null before the rules are known. */
export const profitPctInForce = ({ targets, market }: GovernorState): number | null =>
  targets.runtimeProfitPct ?? targets.profitPct ?? market.slotRules?.profitPct ?? null

/** By the fee as configured until the exchange has said its own; when it did is not kept. */
export const byFeesInUse: GovernorVariants["fees"] = {
  observed: (targets) => targets,
  judgedBy: ({ market }) => {
    const feePct = makerFeePct(market)
    return feePct === null ? null : { makerFeePct: feePct }
  }
}

/** By nothing but the fee that the exchange charges, with the time at which it said so. */
export const byChargedFees: GovernorVariants["fees"] = {
  observed: (targets, timeMs) => ({ ...targets, feesObservedAtMs: timeMs }),
  judgedBy: ({ market: { fees }, targets: { feesObservedAtMs } }) => {
    if (fees === null) return null
    // Fees heard under rules that kept no time have none.
    return { makerFeePct: fees.makerPct, ...(feesObservedAtMs === undefined ? {} : { feesObservedAtMs }) }
  }
}

/** The exchange has said its fees. */
export const feesObserved = (draft: Draft, timeMs: number): void => {
  draft.state.targets = draft.variants.fees.observed(draft.state.targets, timeMs)
  watchFees(draft)
}

/** Warns when the target does not earn two maker fees, once per target. */
export const watchFees = (draft: Draft): void => {
  const { state } = draft
  const profitPct = profitPctInForce(state)
  const fee = draft.variants.fees.judgedBy(state)
  if (profitPct === null || fee === null) return
  const { makerFeePct: feePct, ...dated } = fee
  const belowFeesAt = profitPct <= 2 * feePct ? profitPct : null
  if (belowFeesAt === state.targets.belowFeesAt) return
  state.targets = { ...state.targets, belowFeesAt }
  if (belowFeesAt !== null) {
    notice(draft, "warning", "profit_below_fees", { profitPct, makerFeePct: feePct, twoFeesPct: 2 * feePct, ...dated })
  }
}
