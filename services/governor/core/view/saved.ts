/**
 * The governor's part of the row `__v1__`, under the names that readers of that row know. Money is decimal text, percentages are
 * in percent, times Unix seconds of the exchange's clock. What is not known is null.
 */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import { utcDayText } from "../../../../shared/core/time/utcDay.ts"
import { profitPctInForce } from "../slots/profitTarget.ts"
import { entryPctInForce } from "../slots/recoveries.ts"
import type { GovernorState, MarketSlice } from "../state.ts"

export const governorSaved = (state: GovernorState) => {
  const { mode, market, loss, sizing, slots } = state
  return {
    mode: mode.mode,
    /** Why it does not run; null while it does. */
    pause_reason: mode.mode === "RUNNING" || mode.reason === null ? null : sentenceOf(mode.reason),
    entry_pct: market.slotRules === null ? null : entryPctInForce(state),
    profit_pct: profitPctInForce(state),
    constraints: constraintsSaved(market),
    maker_fee_pct: market.fees?.makerPct ?? null,
    taker_fee_pct: market.fees?.takerPct ?? null,
    next_slot_id: slots.nextSlot,
    slot_aliases: Object.fromEntries(slots.slots.map(({ slot, alias }) => [slot, alias])),
    slot_states: Object.fromEntries(slots.slots.map(({ slot, state: life }) => [slot, life])),
    recycled_aliases: slots.recycledAliases,
    _daily_loss_lock_active: loss.locked,
    _daily_loss_lock_utc_day: loss.lockedDay === null ? null : utcDayText(loss.lockedDay),
    _daily_realized_loss_utc: Quote.format(loss.loss),
    target_layers: sizing.targetLayers,
    effective_layers: sizing.effectiveLayers
  }
}

const constraintsSaved = ({ constraints }: MarketSlice) =>
  constraints === null
    ? null
    : {
        price_decimals: constraints.priceDecimals,
        volume_decimals: constraints.volumeDecimals,
        min_volume: Volume.format(constraints.minVolume),
        min_cost_usd: Quote.format(constraints.minCost),
        status: constraints.status
      }
