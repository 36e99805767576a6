/** New entries: the ladder of refusals, and the follow-up after a cycle or an orphaned exit. (docs/trading-contract.md §2, §3.) */
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type Compared, type Draft, grant, reason, refuse } from "../draft.ts"
import { entriesClosed, lifeOf } from "../gate.ts"
import { sizeNumbers } from "../money/orderSizes.ts"
import { entryPrice, lossBackoff, orderVolume } from "../money/pricing.ts"
import type { EntryOrder, Side, TradeId } from "../state.ts"

/** Trade A sells first, trade B buys first. */
export const entrySide = (tradeId: TradeId): Side => (tradeId === "A" ? "sell" : "buy")

export const opposite = (side: Side): Side => (side === "buy" ? "sell" : "buy")

/**
 * Adds an entry of the trade's current cycle at today's price, unless one of the refusals stands. True when it was added.
 * `rule` says which rule wants it.
 */
export const addEntry = (
  draft: Draft,
  tradeId: TradeId,
  sizeUsd: number,
  rule: string,
  cycle: number = draft.book.trades[tradeId].cycle
): boolean => {
  const { book, terms, nowMs, marketPrice } = draft
  const trade = book.trades[tradeId]
  const what = `entry_${tradeId}` as const
  const no = (why: string, numbers: () => Compared): false => {
    refuse(draft, what, why, () => ({ wantedBy: rule, ...numbers() }))
    return false
  }
  const { facts } = draft.state
  if (lifeOf(facts) !== "active") return no("slot_inactive", () => ({}))
  const closed = entriesClosed(facts, draft.allotted !== null)
  if (closed !== null) return no(closed, () => ({}))
  if (nowMs < trade.retryAtMs) {
    return no("retry_pause", () => ({ retryAtMs: trade.retryAtMs, rejections: trade.rejections }))
  }
  const { priceAgeSec } = draft.state
  if (priceAgeSec === null || priceAgeSec > terms.stalePriceMaxAgeSec) {
    return no("stale_price", () => ({ priceAgeSec: priceAgeSec ?? "unknown", maxAgeSec: terms.stalePriceMaxAgeSec }))
  }
  if (marketPrice <= 0) return no("no_price", () => ({ marketPrice }))
  const side = entrySide(tradeId)
  const price = entryPrice(side, marketPrice, trade.consecutiveLosses, terms)
  const priceNumber = Price.toNumber(price)
  const volume = orderVolume(sizeUsd, priceNumber, terms)
  if (typeof volume === "string") {
    return no(volume, () => ({
      sizeUsd,
      price: Price.format(price),
      minVolume: terms.minVolume,
      minCostUsd: terms.minCostUsd
    }))
  }
  const order: EntryOrder = {
    localId: book.nextOrderId,
    side,
    role: "entry",
    tradeId,
    cycle,
    price,
    priceNumber,
    volume,
    status: "requested",
    txid: "",
    placedAtMs: nowMs,
    filledVolume: Volume.zero,
    rejections: 0,
    retryAtMs: 0,
    position: null
  }
  book.nextOrderId += 1
  book.orders = [...book.orders, order]
  grant(draft, what)
  draft.outputs.push({
    _tag: "OrderRequested",
    localId: order.localId,
    side,
    role: "entry",
    tradeId,
    cycle,
    price,
    volume,
    postOnly: true,
    reason: reason(rule, {
      marketPrice,
      backoff: lossBackoff(trade.consecutiveLosses, terms),
      sizeUsd,
      ...sizeNumbers(draft, tradeId, sizeUsd)
    })
  })
  return true
}

/** As `addEntry`, but the trade's cooldown refuses it too: the helper behind bootstrap and repair. */
export const addEntryAfterCooldown = (draft: Draft, tradeId: TradeId, sizeUsd: number, rule: string): boolean => {
  const { cooldownUntilMs } = draft.book.trades[tradeId]
  if (draft.nowMs < cooldownUntilMs) {
    refuse(draft, `entry_${tradeId}`, "cooldown", () => ({ wantedBy: rule, cooldownUntilMs, nowMs: draft.nowMs }))
    return false
  }
  return addEntry(draft, tradeId, sizeUsd, rule)
}

/** The next entry of a trade whose cycle has ended. A leg that may not come back now does so through auto-repair. */
export const followUpEntry = (draft: Draft, tradeId: TradeId, rule: string): void => {
  const { book } = draft
  const blocked = tradeId === "A" ? book.longOnly : book.shortOnly
  if (blocked) {
    refuse(draft, `entry_${tradeId}`, tradeId === "A" ? "long_only" : "short_only", () => ({ wantedBy: rule }))
    return
  }
  addEntryAfterCooldown(draft, tradeId, draft.sizes[tradeId], rule)
}
