/** New entries: the ladder of refusals, and the follow-up after a cycle or an orphaned exit. (docs/trading-contract.md §2, §3.) */
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type NumbersOf, reason, type Rule } from "../../../../shared/core/rules/rules.ts"
import { type Draft, grant, refuse } from "../draft.ts"
import { missingTrade } from "../flags.ts"
import { entryStop } from "../gate.ts"
import { layersIn, sizeNumbers } from "../money/orderSizes.ts"
import { entryPrice, lossBackoff, orderVolume, type SizeRefusal } from "../money/pricing.ts"
import { placeOrder } from "../orders.ts"
import type { Side, TradeId } from "../state.ts"
import type { Terms } from "../terms.ts"

/** Trade A sells first, trade B buys first. */
export const entrySide = (tradeId: TradeId): Side => (tradeId === "A" ? "sell" : "buy")

/** The side that closes what this one opened. */
export const opposite = (side: Side): Side => (side === "buy" ? "sell" : "buy")

/** A rule that asks for an entry. */
export type EntryRule = Extract<
  Rule,
  | "bootstrap_A"
  | "bootstrap_B"
  | "reseed_A"
  | "reseed_B"
  | "degraded_A"
  | "degraded_B"
  | "auto_repair"
  | "refresh_entry"
  | "cycle_complete"
  | "orphan_A"
  | "orphan_B"
>

/** What an entry is to be: worth so many USD, or exactly this volume, which the caller has held against the exchange's limits. */
export type EntrySize = number | Volume

/** The price at which an entry of the trade would stand now. */
export const entryPriceNow = ({ book, terms, marketPrice }: Draft, tradeId: TradeId): Price =>
  entryPrice(entrySide(tradeId), marketPrice, book.trades[tradeId].consecutiveLosses, terms)

const volumeOf = (size: EntrySize, price: number, terms: Terms): Volume | SizeRefusal => {
  if (typeof size === "number") return orderVolume(size, price, terms)
  return price <= 0 ? "price_out_of_range" : size
}

/**
 * Adds an entry of the trade's current cycle at today's price, unless one of the refusals stands. `rule` says which
 * rule wants it.
 */
export const addEntry = (
  draft: Draft,
  tradeId: TradeId,
  size: EntrySize,
  rule: EntryRule,
  cycle: number = draft.book.trades[tradeId].cycle
): void => {
  const { book, terms, nowMs, marketPrice } = draft
  const trade = book.trades[tradeId]
  const no = <R extends Rule>(why: R, numbers: () => NumbersOf<R>): void =>
    refuse(draft, `entry_${tradeId}`, why, () => ({ wantedBy: rule, ...numbers() }))
  const stop = entryStop(draft.state.facts, draft.allotted !== null)
  if (stop !== null) return no(stop, () => ({}))
  if (nowMs < trade.retryAtMs) {
    return no("retry_pause", () => ({ retryAtMs: trade.retryAtMs, rejections: trade.rejections }))
  }
  const { priceAgeSec } = draft.state
  if (priceAgeSec === null || marketPrice <= 0) return no("no_price", () => ({}))
  if (priceAgeSec > terms.stalePriceMaxAgeSec) {
    return no("stale_price", () => ({ priceAgeSec, maxAgeSec: terms.stalePriceMaxAgeSec }))
  }
  const side = entrySide(tradeId)
  const price = entryPriceNow(draft, tradeId)
  const volume = volumeOf(size, Price.toNumber(price), terms)
  const sizeUsd = typeof size === "number" ? size : Volume.toNumber(size) * Price.toNumber(price)
  if (typeof volume === "string") {
    return no(volume, () => ({
      sizeUsd,
      price: Price.format(price),
      minVolume: terms.minVolume,
      minCostUsd: terms.minCostUsd,
      ...(draft.variants.tellsOthers
        ? { orderSizeUsd: terms.orderSizeUsd, totalProfitUsd: Quote.format(book.totalProfit), marketPrice }
        : {})
    }))
  }
  const shortfall = draft.variants.shortfall(draft, { side, price, volume })
  if (shortfall !== null) return no("entry_not_covered", () => shortfall)
  grant(draft, `entry_${tradeId}`)
  const order = placeOrder(draft, {
    side,
    role: "entry",
    tradeId,
    cycle,
    price,
    volume,
    layers: layersIn(draft, tradeId, size),
    reason: reason(rule, {
      marketPrice,
      backoff: lossBackoff(trade.consecutiveLosses, terms),
      sizeUsd,
      ...sizeNumbers(draft, tradeId, size)
    })
  })
  book.orders = [...book.orders, { ...order, position: null }]
}

/** As `addEntry`, but the trade's cooldown refuses it too: the helper behind bootstrap and repair. */
export const addEntryAfterCooldown = (draft: Draft, tradeId: TradeId, size: EntrySize, rule: EntryRule): void => {
  const { cooldownUntilMs } = draft.book.trades[tradeId]
  if (draft.nowMs < cooldownUntilMs) {
    refuse(draft, `entry_${tradeId}`, "cooldown", () => ({ wantedBy: rule, cooldownUntilMs, nowMs: draft.nowMs }))
    return
  }
  addEntry(draft, tradeId, size, rule)
}

/** The next entry of a trade whose cycle has ended. A leg that may not come back now does so through auto-repair. */
export const followUpEntry = (draft: Draft, tradeId: TradeId, rule: EntryRule): void => {
  const { book } = draft
  if (missingTrade(book) === tradeId) {
    refuse(draft, `entry_${tradeId}`, tradeId === "A" ? "long_only" : "short_only", () => ({ wantedBy: rule }))
    return
  }
  addEntryAfterCooldown(draft, tradeId, draft.sizes[tradeId], rule)
}
