/** Recoveries under pressure: notices when they pile up, and the moves that bring them next to the market. */
import type { Command } from "../../../../shared/events/families/command.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { roomOf } from "../entries/capacity.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, notice } from "../draft.ts"
import { isHalted } from "../mode/mode.ts"
import { waitsFor } from "./softCloseCount.ts"
import { recoveriesOf, type TrackedRecovery } from "../orderTable.ts"
import type { GovernorState } from "../state.ts"

/** A notice each time the recoveries reach another multiple of the threshold; falling below re-arms it. */
export const noteOrphanPressure = (draft: Draft): void => {
  const recoveries = recoveriesOf(draft.state).length
  const multiple = Math.floor(recoveries / draft.rules.orphanPressureWarnAt)
  const { capacity } = draft.state
  if (multiple === capacity.orphanNotice) return
  draft.state.capacity = { ...capacity, orphanNotice: multiple }
  if (multiple > capacity.orphanNotice) {
    notice(draft, "warning", "orphan_pressure", { recoveries, warnAt: draft.rules.orphanPressureWarnAt, multiple })
  }
}

/** How far the recovery stands from the market, in percent of it; 0 without a price. Units of price cancel out. */
const distancePct = ({ market }: GovernorState, { price }: TrackedRecovery): number =>
  market.price === null ? 0 : (Math.abs(Number(price - market.price)) * 100) / Number(market.price)

/** Those the exchange has, so that they can be moved: oldest first, then by slot and number. */
const movableOldestFirst = (state: GovernorState): ReadonlyArray<TrackedRecovery> =>
  recoveriesOf(state)
    .filter(({ stage }) => stage === "open")
    .toSorted(
      (a, b) =>
        a.recovery.orphanedAtMs - b.recovery.orphanedAtMs ||
        a.slot - b.slot ||
        a.recovery.recoveryId - b.recovery.recoveryId
    )

/** Recoveries that may be moved, farthest from the market first. */
const farthestFirst = (state: GovernorState): ReadonlyArray<TrackedRecovery> =>
  movableOldestFirst(state).toSorted((a, b) => distancePct(state, b) - distancePct(state, a))

const ask = (draft: Draft, order: TrackedRecovery, by: "pressure" | "operator", why: Reason): void => {
  const { slot, recovery } = order
  draft.variants.softCloses.asked(draft, order, by)
  draft.outputs.push({ _tag: "SoftCloseAsked", slot, recoveryId: recovery.recoveryId, reason: why })
}

/** A recovery this little farther out than an entry is next to the market already: moving it again only costs its place. */
const NEAR_ENOUGH = 1.5

/**
 * Once a loop: above the threshold the farthest recoveries are moved next to the market. Not by a price that may be wrong, and
 * not while a person is to look first.
 */
export const softCloseUnderPressure = (draft: Draft): void => {
  const { state, rules } = draft
  const { utilisationPct, open, safeCap } = roomOf(state, rules)
  if (utilisationPct <= rules.autoSoftCloseCapacityPct || noPrice(state) !== null || isHalted(state.mode)) return
  const nearPct = entryPctInForce(state) * NEAR_ENOUGH
  const far = farthestFirst(state).filter((recovery) => distancePct(state, recovery) > nearPct)
  for (const recovery of far.slice(0, rules.autoSoftCloseBatch)) {
    ask(
      draft,
      recovery,
      "pressure",
      reason("capacity_pressure", {
        utilisationPct,
        thresholdPct: rules.autoSoftCloseCapacityPct,
        open,
        safeCap,
        distancePct: distancePct(state, recovery)
      })
    )
  }
}

/** The entry distance in force, percent. */
export const entryPctInForce = ({ targets, market }: GovernorState): number =>
  targets.entryPct ?? market.slotRules?.entryPct ?? 0

type SoftClose = Extract<Command, { readonly name: "soft_close" | "soft_close_next" | "cancel_stale_recoveries" }>

/** An operator moves recoveries: null when some are moved, else why none is. */
export const softCloseByOperator = (draft: Draft, command: SoftClose): Reason | null => {
  const { state } = draft
  const unpriced = noPrice(state)
  if (unpriced !== null) return unpriced
  const chosen = choose(draft, command)
  if (chosen.length === 0) return nothingToMove(draft, command)
  for (const recovery of chosen) {
    ask(draft, recovery, "operator", reason("operator_moves_recovery", { distancePct: distancePct(state, recovery) }))
  }
  return null
}

/** Why no order can be placed next to the market now, or null. */
const noPrice = ({ market, mode }: GovernorState): Reason | null =>
  market.priceNumber <= 0 ? reason("no_price", {}) : (mode.causes.stale_price ?? null)

/** Why a move of it would change nothing: it is moving, or stands no farther out than the move would put it. Null: it would. */
const standsAsAsked = ({ state, variants }: Draft, order: TrackedRecovery): Reason | null => {
  if (!variants.saysUnchanged) return null
  const { slot, recovery } = order
  const { recoveryId } = recovery
  if (waitsFor({ state }, order)) return reason("recovery_moves_already", { slot, recoveryId })
  const [distance, entryPct] = [distancePct(state, order), entryPctInForce(state)]
  return distance > entryPct ? null : reason("recovery_is_near", { slot, recoveryId, distancePct: distance, entryPct })
}

/** How many recoveries there are, and what keeps each of them: one that nothing keeps is nearer than was asked. */
const whyNoneMoves = (draft: Draft) => {
  const all = recoveriesOf(draft.state)
  const recoveries = all.length
  if (!draft.variants.saysUnchanged) return { recoveries }
  const kept = all.map((order) =>
    order.stage === "open" ? (standsAsAsked(draft, order)?.rule ?? "nearer") : "notOpen"
  )
  const count = (what: string): number => kept.filter((one) => one === what).length
  return {
    recoveries,
    notOpen: count("notOpen"),
    moving: count("recovery_moves_already"),
    near: count("recovery_is_near"),
    nearer: count("nearer")
  }
}

const nothingToMove = (draft: Draft, command: SoftClose): Reason => {
  const { state } = draft
  if (command.name !== "soft_close") return reason("no_recovery_to_move", whyNoneMoves(draft))
  const { slot, recoveryId } = command
  const known = recoveriesOf(state).find((one) => one.slot === slot && one.recovery.recoveryId === recoveryId)
  if (known === undefined) return reason("no_such_recovery", { slot, recoveryId })
  if (known.stage === "open") {
    const stands = standsAsAsked(draft, known)
    if (stands !== null) return stands
  }
  return reason("recovery_not_open", { slot, recoveryId, stage: known.stage })
}

const choose = (draft: Draft, command: SoftClose): ReadonlyArray<TrackedRecovery> => {
  const { state } = draft
  const moves = (order: TrackedRecovery) => standsAsAsked(draft, order) === null
  const oldestFirst = movableOldestFirst(state).filter(moves)
  switch (command.name) {
    case "soft_close":
      return oldestFirst.filter(
        ({ slot, recovery }) => slot === command.slot && recovery.recoveryId === command.recoveryId
      )
    case "soft_close_next":
      return oldestFirst.slice(0, 1)
    case "cancel_stale_recoveries":
      return farthestFirst(state)
        .filter((recovery) => moves(recovery) && distancePct(state, recovery) >= command.minDistancePct)
        .slice(0, command.count)
  }
}
