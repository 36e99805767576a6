/**
 * The slot's rules as one hand-written loop over mutable objects: what the pure reducer is measured against. It knows
 * only what the tape contains (no partial fills, no refusals, nothing to say), and shares the pricing and the decimals.
 */
import { cost, divideHalfEven, Price, type Quote, type Volume } from "../../shared/core/decimal/decimal.ts"
import { baseSizes, entryPrice, exitPrice, orderVolume } from "../../services/slot-actor/core/money/pricing.ts"
import { evictionChoice } from "../../services/slot-actor/core/exit/orphan.ts"
import type { Recovery } from "../../services/slot-actor/core/state.ts"
import type { Terms } from "../../services/slot-actor/core/terms.ts"
import type { TapeEntry } from "./slotTape.ts"

interface FloorOrder {
  localId: number
  entry: boolean
  sell: boolean
  trade: 0 | 1
  cycle: number
  price: Price
  priceNumber: number
  volume: Volume
  txid: string | null
  entryCost: bigint
  entryFee: bigint
  filledAtMs: number
  recoveryId: number
  orphanedAtMs: number
}

interface FloorTrade {
  cycle: number
  losses: number
  cooldownUntilMs: number
  refreshes: number
  direction: "up" | "down" | null
  refreshCooldownUntilMs: number
}

const freshTrade = (): FloorTrade => ({
  cycle: 1,
  losses: 0,
  cooldownUntilMs: 0,
  refreshes: 0,
  direction: null,
  refreshCooldownUntilMs: 0
})

/**
 * `lasts`: the prices of the tape as doubles, made beforehand; without them each is made of the exact price when it comes, as the reducer
 * does.
 */
export const foldMutable = (
  terms: Terms,
  tape: ReadonlyArray<TapeEntry>,
  lasts: Float64Array | null = null
): string => {
  let nowMs = 0
  let market = 0
  const orders: Array<FloorOrder> = []
  const recoveries: Array<FloorOrder> = []
  const trades = [freshTrade(), freshTrade()] as const
  let nextOrderId = 1
  let nextRecoveryId = 1
  let totalProfit = 0n
  let totalFees = 0n
  let realizedLoss = 0n
  let roundTrips = 0
  let s2EnteredAtMs: number | null = null
  const sizeNow = (): number => baseSizes(totalProfit as Quote, terms).A

  const addEntry = (trade: 0 | 1, cycle: number, size: number): void => {
    const sell = trade === 0
    const price = entryPrice(sell ? "sell" : "buy", market, trades[trade].losses, terms)
    const priceNumber = Price.toNumber(price)
    const volume = orderVolume(size, priceNumber, terms)
    if (typeof volume === "string") return
    orders.push({
      localId: nextOrderId++,
      entry: true,
      sell,
      trade,
      cycle,
      price,
      priceNumber,
      volume,
      txid: null,
      entryCost: 0n,
      entryFee: 0n,
      filledAtMs: 0,
      recoveryId: 0,
      orphanedAtMs: 0
    })
  }
  const addEntryAfterCooldown = (trade: 0 | 1, size: number): void => {
    if (nowMs >= trades[trade].cooldownUntilMs) addEntry(trade, trades[trade].cycle, size)
  }
  const longOnly = (): boolean => orders.length === 1 && orders[0]?.entry !== orders[0]?.sell
  const book = (order: FloorOrder, exitCost: bigint, fee: bigint): void => {
    const gross = order.trade === 0 ? order.entryCost - exitCost : exitCost - order.entryCost
    const net = gross - order.entryFee - fee
    totalProfit += net
    totalFees += fee
    roundTrips++
    if (net < 0n) realizedLoss -= net
    const trade = trades[order.trade]
    trade.losses = net < 0n ? trade.losses + 1 : 0
    const pauseMs = trade.losses >= terms.lossCooldownStart ? terms.lossCooldownMs : 0
    trade.cooldownUntilMs = Math.max(trade.cooldownUntilMs, nowMs + Math.max(pauseMs, terms.reentryCooldownMs))
  }
  const remove = (order: FloorOrder): void => {
    orders.splice(orders.indexOf(order), 1)
  }
  const orphan = (order: FloorOrder, wasLongOnly: boolean, wasShortOnly: boolean): void => {
    const size = sizeNow()
    if (recoveries.length >= terms.maxRecoverySlots) {
      const views = recoveries.map(
        ({ recoveryId, orphanedAtMs, priceNumber }) =>
          ({ recoveryId, orphanedAtMs, order: { priceNumber } }) as Recovery
      )
      const choice = evictionChoice(views, market, terms)
      const victim = recoveries.find(({ recoveryId }) => recoveryId === choice?.recoveryId)
      if (victim !== undefined) {
        recoveries.splice(recoveries.indexOf(victim), 1)
        const exitCost = cost(Price.fromNumber(market), victim.volume)
        book(victim, exitCost, divideHalfEven(exitCost * terms.makerFeeE12, 1_000_000_000_000n))
      }
    }
    remove(order)
    order.recoveryId = nextRecoveryId++
    order.orphanedAtMs = nowMs
    recoveries.push(order)
    const trade = trades[order.trade]
    trade.cooldownUntilMs = Math.max(trade.cooldownUntilMs, nowMs + terms.reentryCooldownMs)
    trade.cycle++
    if (order.trade === 0 ? !wasLongOnly : !wasShortOnly) addEntryAfterCooldown(order.trade, size)
  }
  const refresh = (): void => {
    for (const order of orders) {
      if (!order.entry || !((Math.abs(order.priceNumber - market) / market) * 100 > terms.refreshPct)) continue
      const trade = trades[order.trade]
      if (nowMs < trade.refreshCooldownUntilMs) continue
      if (trade.refreshes >= terms.maxConsecutiveRefreshes && trade.refreshCooldownUntilMs > 0) {
        trade.refreshes = 0
        trade.refreshCooldownUntilMs = 0
      }
      const direction = market < order.priceNumber ? "down" : "up"
      trade.refreshes = direction === trade.direction ? trade.refreshes + 1 : 1
      trade.direction = direction
      if (trade.refreshes >= terms.maxConsecutiveRefreshes) {
        trade.refreshCooldownUntilMs = nowMs + terms.refreshCooldownMs
        return
      }
      remove(order)
      addEntry(order.trade, order.cycle, sizeNow())
      return
    }
  }
  const timers = (): void => {
    let sell: FloorOrder | undefined
    let buy: FloorOrder | undefined
    for (const order of orders) {
      if (order.entry) continue
      if (order.sell) sell = order
      else buy = order
    }
    if (sell !== undefined && buy !== undefined) {
      s2EnteredAtMs ??= nowMs
      if (nowMs - s2EnteredAtMs < terms.s2OrphanAfterMs) return
      const away = (order: FloorOrder) => (Math.abs(order.priceNumber - market) / market) * 100
      orphan(away(buy) > away(sell) ? buy : sell, false, false)
      s2EnteredAtMs = null
      return
    }
    s2EnteredAtMs = null
    const exit = sell ?? buy
    if (exit === undefined || nowMs - exit.filledAtMs < terms.s1OrphanAfterMs) return
    if (exit.sell ? market < exit.priceNumber : market > exit.priceNumber) {
      orphan(exit, longOnly(), orders.length === 1 && !longOnly())
    }
  }
  const fillEntry = (order: FloorOrder, price: Price, entryCost: bigint, fee: bigint): void => {
    remove(order)
    totalFees += fee
    const side = order.sell ? "buy" : "sell"
    order.localId = nextOrderId++
    order.entry = false
    order.sell = !order.sell
    order.price = exitPrice(side, Price.toNumber(price), market, terms.profitPct, terms)
    order.priceNumber = Price.toNumber(order.price)
    order.txid = null
    order.entryCost = entryCost
    order.entryFee = fee
    order.filledAtMs = nowMs
    orders.push(order)
  }
  const fill = (localId: number, price: Price, exitCost: bigint, fee: bigint): void => {
    const recovery = recoveries.find((order) => order.localId === localId)
    if (recovery !== undefined) {
      recoveries.splice(recoveries.indexOf(recovery), 1)
      book(recovery, exitCost, fee)
      return
    }
    const order = orders.find((candidate) => candidate.localId === localId)
    if (order === undefined) return
    if (order.entry) fillEntry(order, price, exitCost, fee)
    else {
      const size = sizeNow()
      const wasLong = longOnly()
      const wasShort = orders.length === 1 && !wasLong
      remove(order)
      book(order, exitCost, fee)
      const trade = trades[order.trade]
      trade.cycle = Math.max(trade.cycle, order.cycle + 1)
      if (order.trade === 0 ? !wasLong : !wasShort) addEntryAfterCooldown(order.trade, size)
    }
    if (orders.length < 2 || orders.some(({ entry }) => entry)) s2EnteredAtMs = null
  }
  const restoreLegs = (): void => {
    if (orders.length === 0) {
      addEntryAfterCooldown(0, sizeNow())
      addEntryAfterCooldown(1, sizeNow())
    }
    if (orders.length === 1) addEntryAfterCooldown(longOnly() ? 0 : 1, sizeNow())
  }
  let at = 0
  for (const { event, place } of tape) {
    const last = lasts?.[at++]
    if (place.timeMs > nowMs) nowMs = place.timeMs
    switch (event._tag) {
      case "PriceObserved":
        market = last ?? Price.toNumber(event.last)
        refresh()
        if (orders.length < 2) restoreLegs()
        break
      case "ClockTicked":
        timers()
        if (orders.length < 2) restoreLegs()
        break
      case "OrderAccepted": {
        const of = (order: FloorOrder) => order.localId === event.localId
        const order = orders.find(of) ?? recoveries.find(of)
        if (order !== undefined) order.txid = event.txid
        break
      }
      case "OrderFilled":
        fill(event.localId, event.price, event.cost, event.fee)
        break
      default:
        break
    }
  }
  return checksum({ totalProfit, totalFees, realizedLoss, roundTrips, nextOrderId, orders, recoveries })
}

/** Totals and open orders as text: equal for equal results, whoever computed them. */
export const checksum = (result: {
  readonly totalProfit: bigint
  readonly totalFees: bigint
  readonly realizedLoss: bigint
  readonly roundTrips: number
  readonly nextOrderId: number
  readonly orders: ReadonlyArray<{
    readonly localId: number
    readonly price: bigint
    readonly volume: bigint
    readonly txid: string | null
  }>
  readonly recoveries: ReadonlyArray<{ readonly localId: number }>
}): string => {
  const { totalProfit, totalFees, realizedLoss, roundTrips, nextOrderId } = result
  const orders = result.orders.map(({ localId, price, volume, txid }) => `${localId}:${price}:${volume}:${txid}`)
  const recoveries = result.recoveries.map(({ localId }) => localId)
  return [totalProfit, totalFees, realizedLoss, roundTrips, nextOrderId, ...orders, ...recoveries].join(" ")
}
