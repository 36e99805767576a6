/** A market that does not begin empty: the states of a recorded one after some record, and its exchange as these states know it. */
import { clientIdOf } from "../../shared/core/ids/clientId.ts"
import { feeParts } from "../../services/exchange-sim/core/engine/money.ts"
import type { Rules } from "../../services/exchange-sim/core/engine/desk.ts"
import { TIERS, type Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import type { MarketPrint } from "../../services/exchange-sim/core/market/process.ts"
import type { ExchangeEvent } from "../../services/exchange-sim/records.ts"
import type { GovernorState, TrackedOrder } from "../../services/governor/core/state.ts"
import {
  emptyLane,
  type GatewayState,
  initialState,
  type Lane,
  type LiveOrder
} from "../../services/order-gateway/core/state.ts"
import { minus, plus, type Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { orderKey } from "../../shared/market/core/orderLife.ts"

/** Where a market goes on. */
export interface Resumed {
  /** The record after which it stands. */
  readonly seq: number
  readonly nowMs: number
  readonly slots: ReadonlyArray<number>
  /** Each deciding actor's fold, as `ActorFold.encode` gives it. */
  readonly states: Readonly<Record<string, string>>
  readonly gateway: GatewayState
  /** The exchange's events that make its books, oldest first; `Created` first. */
  readonly exchange: ReadonlyArray<ExchangeEvent>
  readonly rules: Rules
  /** Where the market traded last. */
  readonly last: MarketPrint
}

/** What the market was like, as its governor knows it. */
export interface ResumeFrom extends Pick<Resumed, "seq" | "nowMs" | "slots" | "states"> {
  readonly governor: GovernorState
  readonly tier: Tier
}

/** An order that the exchange has. */
const stands = ({ stage, txid }: TrackedOrder): boolean => stage === "open" && txid !== null

/**
 * Why a market cannot be resumed from this governor's state: something is on the way between the market and its exchange, or not known
 * yet. Null: it can.
 */
export const unsettled = ({ market, orders }: GovernorState): string | null => {
  const { balances, constraints, fees, price, slotRules, spentBase, spentQuote } = market
  if (balances === null || constraints === null || fees === null) return "the account and its terms are not known"
  if (price === null || slotRules === null) return "no price has been heard, or no slots are configured"
  if (spentBase !== 0n || spentQuote !== 0n) return "balances have not been read since the last fill"
  const going = orders.find((order) => !stands(order) && order.stage !== "deferred")
  return going === undefined ? null : `order ${orderKey(going.slot, going.localId)} is on its way (${going.stage})`
}

/** The market's edges rebuilt from its governor's state, which `unsettled` says nothing against. */
export const resumed = ({ governor, tier, ...from }: ResumeFrom): Resumed => {
  const { balances, constraints, fees, price, slotRules } = governor.market
  if (balances === null || constraints === null || fees === null || price === null || slotRules === null) {
    throw new Error(`record ${from.seq}: ${unsettled(governor) ?? "not known"}`)
  }
  const { nowMs } = from
  const { priceDecimals, volumeDecimals, minVolume, minCost } = constraints
  const { epoch, openOrders, reconciled } = governor.market
  return {
    ...from,
    gateway: {
      ...initialState,
      epoch,
      constraints,
      fees,
      balances,
      openOrders,
      reconciled,
      beganMs: nowMs,
      lanes: lanesOf(governor)
    },
    exchange: exchangeOf(governor, nowMs, { base: balances.base.total, quote: balances.quote.total }),
    rules: {
      priceDecimals,
      volumeDecimals,
      minVolume,
      minCost,
      makerFee: feeParts(fees.makerPct),
      takerFee: feeParts(fees.takerPct),
      trading: TIERS[tier].trading,
      maxOpenOrders: TIERS[tier].openOrders
    },
    last: { timeMs: nowMs, price, takerSide: "sell" }
  }
}

/** An id of ours that no later request makes: those name records after this one, and an order's number is below its record's. */
const clientIdFor = ({ clientId, slot, localId }: TrackedOrder) =>
  clientId ?? clientIdOf({ epoch: 1, slot, seq: localId, index: 0 })

const liveOrder = (order: TrackedOrder): LiveOrder => {
  const { localId, side, role, price, volume, stage, txid, filled, cost, fee, cycle } = order
  return {
    ...{ localId, side, role, price, volume, txid, filled, cost, fee, cycle },
    stage: stage === "deferred" || stage === "granted" ? "requested" : stage,
    clientId: clientIdFor(order),
    formerPrices: [],
    changedMs: 0,
    postOnly: true,
    grant: stage === "deferred" ? "awaited" : "granted",
    deadlineMs: 0,
    execIds: filled > 0n && txid !== null ? [earlierFill(order)] : []
  }
}

/** The id under which what was filled before stands in the resumed exchange. */
const earlierFill = ({ slot, localId }: TrackedOrder): string => `EARLIER-${orderKey(slot, localId)}`

/** Orders stand in the order of their requests, so a slot's in that of their numbers. */
const lanesOf = ({ orders }: GovernorState): Record<number, Lane> => {
  const lanes: Record<number, Lane> = {}
  for (const order of orders) {
    const lane = lanes[order.slot] ?? emptyLane(order.slot)
    lanes[order.slot] = { ...lane, orders: [...lane.orders, liveOrder(order)] }
  }
  return lanes
}

/** The account before the fills of the orders that stand, then these orders, and what they have filled: so the balances come out as told. */
const exchangeOf = (
  { orders }: GovernorState,
  timeMs: number,
  balances: { readonly base: Volume; readonly quote: Quote }
): ReadonlyArray<ExchangeEvent> => {
  const standing = orders.filter(stands)
  let { base, quote } = balances
  for (const { side, filled, cost, fee } of standing) {
    base = side === "buy" ? minus(base, filled) : plus(base, filled)
    quote = plus(side === "buy" ? plus(quote, cost) : minus(quote, cost), fee)
  }
  return [
    { _tag: "Created", timeMs, salt: "FORK", pair: "XDGUSD", market: "recorded", seed: 1, base, quote },
    ...standing.flatMap((order): ReadonlyArray<ExchangeEvent> => {
      const { side, price, volume, filled, cost, fee } = order
      const txid = order.txid ?? ""
      const opened: ExchangeEvent = {
        ...{ _tag: "Opened", timeMs: order.openedAtMs, txid, side, price, volume, clientId: clientIdFor(order) },
        ...{ userref: null, postOnly: true, timeInForce: "gtc", expireMs: null, queueAhead: Volume.zero }
      }
      if (filled === 0n) return [opened]
      const fill = {
        execId: earlierFill(order),
        tradeId: 1,
        price,
        volume: filled,
        cost,
        fee,
        liquidity: "maker"
      } as const
      const sums = { filled, filledCost: cost, complete: false }
      return [opened, { _tag: "Filled", timeMs, txid, side, ...fill, ...sums }]
    })
  ]
}
