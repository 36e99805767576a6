/** Stale entries follow the market, but not for ever. (docs/trading-contract.md §3, Price.) */
import { Volume } from "../../../../shared/core/decimal/decimal.ts"
import { NOT_QUIET, type Quiet } from "../../../../shared/actor/core/quiet.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, grant, refuse } from "../draft.ts"
import { addEntry } from "./entries.ts"
import { forgetOrder, requestCancel } from "../orders.ts"
import { MAX_PENDING_CANCELS, type SlotOrder, type SlotState } from "../state.ts"

const distancePct = (order: SlotOrder, market: number): number => (Math.abs(order.priceNumber - market) / market) * 100

/** True when `refreshStaleEntry` has something to do: an entry is stale, and what keeps it is not said yet. */
export const refreshDue = ({ marketPrice, nowMs, book }: SlotState, refreshPct: number): boolean => {
  if (marketPrice <= 0) return false
  for (const order of book.orders) {
    if (order.role !== "entry" || !(distancePct(order, marketPrice) > refreshPct)) continue
    if (nowMs >= book.trades[order.tradeId].refreshCooldownUntilMs && !saidPartlyFilled(book, order)) return true
  }
  return false
}

/** An entry that is filled in part stays, and that is said. Few are: the name of the wish is made for those alone. */
const saidPartlyFilled = ({ refusals }: SlotState["book"], { filled, tradeId }: SlotOrder): boolean =>
  filled > 0n && refusals[`refresh_${tradeId}`]?.answer === "partially_filled"

/** A double is off by far less; the band is narrower by so much than the rule's own. */
const MARGIN = 1e-9

/**
 * Prices within which no entry is stale, and the time until which those that are rest: `refreshDue` holds for none of them. Entries
 * that are stale now and rest do not narrow the band.
 */
export const staleBand = ({ marketPrice, nowMs, book }: SlotState, refreshPct: number, untilMs: number): Quiet => {
  let [low, high, endsMs] = [0, Number.POSITIVE_INFINITY, untilMs]
  for (const order of book.orders) {
    if (order.role !== "entry") continue
    if (saidPartlyFilled(book, order)) continue
    if (distancePct(order, marketPrice) > refreshPct) {
      const restsUntilMs = book.trades[order.tradeId].refreshCooldownUntilMs
      if (nowMs >= restsUntilMs) return NOT_QUIET
      endsMs = Math.min(endsMs, restsUntilMs)
      continue
    }
    const share = refreshPct / 100
    low = Math.max(low, (order.priceNumber / (1 + share)) * (1 + MARGIN))
    if (share < 1) high = Math.min(high, (order.priceNumber / (1 - share)) * (1 - MARGIN))
  }
  return { untilMs: endsMs, low, high }
}

/** Replaces the first stale entry that may be replaced: at most one per tick. */
export const refreshStaleEntry = (draft: Draft): void => {
  const { book, terms, nowMs, marketPrice } = draft
  for (const order of book.orders) {
    if (order.role !== "entry" || !(distancePct(order, marketPrice) > terms.refreshPct)) continue
    const trade = book.trades[order.tradeId]
    // Said when the cooldown began.
    if (nowMs < trade.refreshCooldownUntilMs) continue
    const what = `refresh_${order.tradeId}` as const
    if (order.filled > 0n) {
      refuse(draft, what, "partially_filled", () => ({
        localId: order.localId,
        filledVolume: Volume.format(order.filled)
      }))
      continue
    }
    if (book.pendingCancels.length >= MAX_PENDING_CANCELS) {
      refuse(draft, what, "cancels_unanswered", () => ({ pendingCancels: book.pendingCancels.length }))
      continue
    }
    if (trade.consecutiveRefreshes >= terms.maxConsecutiveRefreshes && trade.refreshCooldownUntilMs > 0) {
      trade.consecutiveRefreshes = 0
      trade.refreshCooldownUntilMs = 0
    }
    // Which way the market has left the entry behind.
    const direction = marketPrice < order.priceNumber ? "down" : "up"
    const count = direction === trade.lastRefreshDirection ? trade.consecutiveRefreshes + 1 : 1
    trade.consecutiveRefreshes = count
    trade.lastRefreshDirection = direction
    if (count >= terms.maxConsecutiveRefreshes) {
      trade.refreshCooldownUntilMs = nowMs + terms.refreshCooldownMs
      refuse(draft, what, "refresh_cooldown", () => ({
        consecutiveRefreshes: count,
        maxConsecutiveRefreshes: terms.maxConsecutiveRefreshes,
        cooldownUntilMs: trade.refreshCooldownUntilMs
      }))
      return
    }
    forgetOrder(draft, order.localId)
    requestCancel(
      draft,
      { _tag: "Entry", order },
      null,
      reason("stale_entry", { distancePct: distancePct(order, marketPrice), refreshPct: terms.refreshPct, marketPrice })
    )
    addEntry(draft, order.tradeId, draft.sizes[order.tradeId], "refresh_entry", order.cycle)
    grant(draft, what)
    return
  }
}
