/**
 * The market trades, and resting orders trade with it.
 *
 * - A trade beyond an order's price, or at it by a taker of the other side, reaches the order.
 * - The trade's volume is all there is: it goes to the reached orders by price, then time. A small trade fills a part.
 * - At exactly its price an order stands behind `queueAhead`: what others had there first (the visible book when the
 *   order came) trades before it. Beyond its price that queue is gone.
 * - Fills are at the order's own price, as a maker.
 * - Own volume does not change the market: the tape goes on as if the account were not there.
 */
import type { Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketTrade } from "../market/process.ts"
import { passTime } from "./change.ts"
import { type Desk, emit } from "./desk.ts"
import { fillOrder } from "./fill.ts"
import { type Order, remaining, type Side } from "./order.ts"

/** Lets the market trade once; what time does until then happens first. */
export const matchTrade = (desk: Desk, trade: MarketTrade): void => {
  const { books } = desk
  if (books.open.buy.length === 0 && books.open.sell.length === 0) return
  passTime(desk, trade.timeMs)
  matchSide(desk, "buy", trade)
  matchSide(desk, "sell", trade)
}

const matchSide = (desk: Desk, side: Side, trade: MarketTrade): void => {
  const best = desk.books.open[side][0]
  if (best === undefined || !reaches(trade, best)) return
  let left: bigint = trade.volume
  // A part-filled order is replaced in the list, so the list as it was is walked.
  for (const order of [...desk.books.open[side]]) {
    if (left <= 0n || !reaches(trade, order)) return
    if (trade.price === order.price && order.queueAhead > 0n) {
      const before = order.queueAhead < left ? order.queueAhead : left
      left -= before
      const queueAhead = (order.queueAhead - before) as Volume
      emit(desk, { _tag: "QueueAdvanced", timeMs: trade.timeMs, txid: order.txid, queueAhead })
      if (left <= 0n) return
    }
    const want = remaining(order)
    const volume = (left < want ? left : want) as Volume
    left -= volume
    const standing = desk.books.orders.get(order.txid) ?? order
    fillOrder(desk, standing, { price: order.price, volume, liquidity: "maker", timeMs: trade.timeMs })
  }
}

const reaches = (trade: MarketTrade, order: Order): boolean => {
  if (trade.price === order.price) return trade.takerSide !== order.side
  return order.side === "buy" ? trade.price < order.price : trade.price > order.price
}
