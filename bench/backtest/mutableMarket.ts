/**
 * A market's rules as one hand-written loop over mutable objects: what a backtest is measured against. Slots with entries, exits,
 * timers, recoveries and refreshes, the profit target by volatility, the rebalancer's skew, the daily loss lock, and orders that fill on
 * the same way through the same candles. It shares prices, sizes and the rebalancer's arithmetic, and leaves out whatever makes a
 * market safe: grants, funds promised to one slot at a time, claims, queues, part fills, reasons, refusals, invariants, starts.
 */
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import { pathThrough, tradeAt } from "../../services/exchange-sim/core/market/recorded.ts"
import { MoveWindow } from "../../services/governor/core/slots/moveWindow.ts"
import { initialState as freshRebalancer, rebalance } from "../../services/rebalancer/core/rebalance.ts"
import { entryPrice, exitPrice, orderVolume } from "../../services/slot-actor/core/money/pricing.ts"
import { type Terms, termsOf } from "../../services/slot-actor/core/terms.ts"
import type { BacktestOptions } from "../../app/backtest/run.ts"
import {
  cost,
  divideHalfEven,
  Price,
  Quote,
  type Volume,
  Volume as Volumes
} from "../../shared/core/decimal/decimal.ts"
import { utcDayOf } from "../../shared/core/time/utcDay.ts"

interface Order {
  slot: Slot
  trade: 0 | 1
  sell: boolean
  entry: boolean
  price: Price
  priceNumber: number
  volume: Volume
  /** Of the entry, with its fee; 0 of an entry. */
  paid: bigint
  atMs: number
}

interface Slot {
  orders: Array<Order>
  recoveries: Array<Order>
  profit: bigint
  losses: [number, number]
  restUntilMs: [number, number]
  bothExitsMs: number
}

const LOOP_MS = 30_000

/** Cycles booked and fills made: near to those of the market itself, and not the same. */
export const runMutable = (
  rows: ReadonlyArray<CandleRow>,
  options: BacktestOptions
): { readonly cycles: number; readonly fills: number; readonly worth: number } => {
  const { slotRules, rebalancerRules, governorRules, clockMs } = options
  const terms: Terms = termsOf(slotRules, null, null)
  let [base, quote] = [options.base as bigint, options.quote as bigint]
  let [market, nowMs, loop, cycles, fills, day, dayLoss] = [0, options.fromMs, -1, 0, 0, 0, 0n]
  let nextTickMs = options.fromMs
  let profitPct = terms.profitPct
  let skew = 0
  let core = freshRebalancer
  let samples = 0
  const window = new MoveWindow([])
  const slots: Array<Slot> = Array.from({ length: options.slots }, () => ({
    orders: [],
    recoveries: [],
    profit: 0n,
    losses: [0, 0],
    restUntilMs: [0, 0],
    bothExitsMs: 0
  }))
  let [bestBuy, bestSell, dueMs] = [0, Number.POSITIVE_INFINITY, 0]

  const settle = (): void => {
    bestBuy = 0
    bestSell = Number.POSITIVE_INFINITY
    for (const slot of slots)
      for (const list of [slot.orders, slot.recoveries])
        for (const { sell, priceNumber } of list)
          if (sell) bestSell = Math.min(bestSell, priceNumber)
          else bestBuy = Math.max(bestBuy, priceNumber)
  }
  const enter = (slot: Slot, trade: 0 | 1): void => {
    if (nowMs < slot.restUntilMs[trade] || dayLoss >= governorRules.dailyLossLimit) return
    const sell = trade === 0
    const price = entryPrice(sell ? "sell" : "buy", market, slot.losses[trade], terms)
    const priceNumber = Price.toNumber(price)
    const favoured = skew !== 0 && skew < 0 === sell
    const multiplier = favoured
      ? Math.min(governorRules.maxSizeMultiplier, 1 + Math.abs(skew) * governorRules.skewSensitivity)
      : 1
    const size = Math.max(terms.orderSizeUsd, terms.orderSizeUsd + Quote.toNumber(slot.profit as Quote)) * multiplier
    const volume = orderVolume(size, priceNumber, terms)
    if (typeof volume === "string") return
    slot.orders.push({ slot, trade, sell, entry: true, price, priceNumber, volume, paid: 0n, atMs: nowMs })
  }
  const book = (order: Order, closedFor: bigint, fee: bigint): void => {
    const { slot, trade, sell, paid } = order
    const net = (sell ? closedFor : -closedFor) + paid - fee
    slot.profit += net
    cycles++
    slot.losses[trade] = net < 0n ? slot.losses[trade] + 1 : 0
    if (net < 0n) dayLoss -= net
    const pauseMs = slot.losses[trade] >= terms.lossCooldownStart ? terms.lossCooldownMs : 0
    slot.restUntilMs[trade] = Math.max(slot.restUntilMs[trade], nowMs + Math.max(pauseMs, terms.reentryCooldownMs))
  }
  const drop = (list: Array<Order>, order: Order): void => {
    list.splice(list.indexOf(order), 1)
  }
  const fill = (order: Order): void => {
    const { slot, sell, price, volume, trade } = order
    const amount = cost(price, volume)
    const fee = divideHalfEven(amount * terms.makerFeeE12, 1_000_000_000_000n)
    base += sell ? -volume : volume
    quote += (sell ? amount : -amount) - fee
    fills++
    if (slot.recoveries.includes(order)) {
      drop(slot.recoveries, order)
      return book(order, amount, fee)
    }
    drop(slot.orders, order)
    if (!order.entry) {
      book(order, amount, fee)
      return enter(slot, trade)
    }
    const paid = (sell ? amount : -amount) - fee
    const exit = exitPrice(sell ? "buy" : "sell", order.priceNumber, market, profitPct, terms)
    const priceNumber = Price.toNumber(exit)
    slot.orders.push({ ...order, sell: !sell, entry: false, price: exit, priceNumber, paid, atMs: nowMs })
  }
  const orphan = (slot: Slot, order: Order): void => {
    const oldest = slot.recoveries[0]
    if (slot.recoveries.length >= terms.maxRecoverySlots && oldest !== undefined) {
      slot.recoveries.shift()
      const amount = cost(Price.fromNumber(market), oldest.volume)
      book(oldest, amount, divideHalfEven(amount * terms.makerFeeE12, 1_000_000_000_000n))
    }
    drop(slot.orders, order)
    slot.recoveries.push(order)
    slot.restUntilMs[order.trade] = Math.max(slot.restUntilMs[order.trade], nowMs + terms.reentryCooldownMs)
    enter(slot, order.trade)
  }
  const look = (slot: Slot): void => {
    const exits = slot.orders.filter(({ entry }) => !entry)
    const [one, two] = exits
    if (one !== undefined && two !== undefined) {
      if (slot.bothExitsMs === 0) slot.bothExitsMs = nowMs
      else if (nowMs - slot.bothExitsMs >= terms.s2OrphanAfterMs) {
        const away = ({ priceNumber }: Order): number => Math.abs(priceNumber - market)
        orphan(slot, away(two) > away(one) ? two : one)
        slot.bothExitsMs = 0
      }
    } else {
      slot.bothExitsMs = 0
      if (one !== undefined && nowMs - one.atMs >= terms.s1OrphanAfterMs) orphan(slot, one)
    }
    for (const order of slot.orders) {
      if (!order.entry || (Math.abs(order.priceNumber - market) / market) * 100 <= terms.refreshPct) continue
      drop(slot.orders, order)
      enter(slot, order.trade)
      break
    }
    for (const trade of [0, 1] as const) if (!slot.orders.some((order) => order.trade === trade)) enter(slot, trade)
  }
  /** When a slot has to be looked at by time alone. */
  const dueOf = ({ orders, bothExitsMs, restUntilMs }: Slot): number => {
    let due = Number.POSITIVE_INFINITY
    if (orders.length < 2) due = Math.max(nowMs + 1, Math.min(...restUntilMs))
    for (const { entry, atMs } of orders)
      if (!entry)
        due = Math.min(due, bothExitsMs > 0 ? bothExitsMs + terms.s2OrphanAfterMs : atMs + terms.s1OrphanAfterMs)
    return due
  }
  const beginLoop = (): void => {
    loop = Math.floor(nowMs / LOOP_MS)
    window.push(market)
    const move = governorRules.volatilityProfit ? window.medianPct : null
    if (move === null) return
    const { volatilityProfitFactor, volatilityProfitFloorPct, volatilityProfitCeilingPct } = governorRules
    const wanted = Math.max(
      volatilityProfitFloorPct,
      Math.min(volatilityProfitCeilingPct, move * 2 * volatilityProfitFactor)
    )
    profitPct = Math.round(Math.max(wanted, 2 * slotRules.makerFeePct + 0.1) * 10_000) / 10_000
  }
  const updateSkew = (): void => {
    const value = Quote.toNumber(quote as Quote) + Volumes.toNumber(base as Volume) * market
    const input = { nowMs, price: market, samples, idleRatio: Quote.toNumber(quote as Quote) / value, bias: null }
    const step = rebalance(core, { ...input, capacityBand: "normal" }, rebalancerRules)
    core = step.state
    skew = step.output.skew
  }

  for (const row of rows) {
    const through = pathThrough(row, 60_000, slotRules.priceDecimals, "likely")
    if (through.length === 0) continue
    const [low, high] = [Price.toNumber(row.low), Price.toNumber(row.high)]
    const endMs = row.timeMs + 54_000
    const quiet = low > bestBuy && high < bestSell && endMs < dueMs
    for (let at = 0; at < through.length; at++) {
      // Nothing is reached and nothing is due: only the prices at which loops begin are looked at.
      if (quiet && at !== 0 && at !== 5) continue
      const trade = tradeAt(through, at)
      nowMs = trade.timeMs
      market = Price.toNumber(trade.price)
      samples++
      if (Math.floor(nowMs / LOOP_MS) > loop) beginLoop()
      const today = utcDayOf(nowMs)
      if (today > day) [day, dayLoss] = [today, 0n]
      const dueTick = nextTickMs < nowMs
      if (dueTick) nextTickMs = nowMs + clockMs
      if (core.updatedAtMs === null || nowMs >= core.updatedAtMs + rebalancerRules.intervalSec * 1_000) updateSkew()
      if (quiet) continue
      const reached = market <= bestBuy || market >= bestSell
      if (reached)
        for (const slot of slots)
          for (const order of [...slot.orders, ...slot.recoveries])
            if (order.sell ? market >= order.priceNumber : market <= order.priceNumber) fill(order)
      if (!reached && nowMs < dueMs && low > bestBuy * 0.99 && high < bestSell * 1.01) continue
      for (const slot of slots) look(slot)
      settle()
      dueMs = Math.min(...slots.map(dueOf))
    }
    market = Price.toNumber(row.close)
  }
  return { cycles, fills, worth: Quote.toNumber(quote as Quote) + Volumes.toNumber(base as Volume) * market }
}
