/** What came of a market from a place of its journal on: its orders, cycles, account and modes, from its records alone. */
import type { GovernorState } from "../../services/governor/core/state.ts"
import {
  cost,
  divideHalfEven,
  type Price,
  type Quote,
  type Volume,
  VOLUME_DECIMALS
} from "../../shared/core/decimal/decimal.ts"
import type { LocalId, SlotNumber } from "../../shared/core/ids/kinds.ts"
import type { Side, TradeId } from "../../shared/core/trading.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { orderKey } from "../../shared/market/core/orderLife.ts"

/** An order, and what it has come to. Times are Unix milliseconds of the exchange's clock. */
export interface Told {
  readonly slot: SlotNumber
  readonly localId: LocalId
  readonly side: Side
  readonly role: "entry" | "exit"
  readonly tradeId: TradeId
  readonly cycle: number
  /** As it stands, or stood last. */
  price: Price
  volume: Volume
  /** Sums of its fills, those before the place too. */
  filled: Volume
  cost: Quote
  fee: Quote
  end: "open" | "filled" | "cancelled" | "rejected"
  endMs: number | null
  /** Asked for after the place. */
  readonly asked: boolean
}

/** A cycle that was booked. */
export type Booked = EventOf<"CycleBooked"> & { readonly slot: SlotNumber }

/** Takes records in order. Changed in place. */
export class Tally {
  /** By `orderKey`. */
  readonly orders = new Map<string, Told>()
  readonly cycles: Array<Booked> = []
  /** Milliseconds in each mode. */
  readonly modes: Record<string, number> = {}
  fills = 0
  fees = 0n
  base: bigint
  quote: bigint
  price: Price
  /** Equity at the place, in the quote currency. */
  readonly opening: Quote
  private readonly beganMs: number
  private nowMs: number
  private mode: string
  private modeMs: number
  /** Sum of the base currency's part of the equity, times milliseconds. */
  private exposed = 0

  /** The account, its orders and its mode at the place, as the governor knows them there. */
  constructor({ market, orders, mode }: GovernorState, nowMs: number) {
    if (market.balances === null || market.price === null) throw new Error("the account, or the price, is not known")
    this.base = market.balances.base.total
    this.quote = market.balances.quote.total
    this.price = market.price
    this.opening = this.equity
    this.beganMs = nowMs
    this.nowMs = nowMs
    this.mode = mode.mode
    this.modeMs = nowMs
    for (const { slot, localId, side, role, tradeId, cycle, price, volume, filled, cost: paid, fee } of orders) {
      const sums = { filled, cost: paid, fee, end: "open", endMs: null, asked: false } as const
      this.orders.set(orderKey(slot, localId), { slot, localId, side, role, tradeId, cycle, price, volume, ...sums })
    }
  }

  /** What base and quote are worth now. */
  get equity(): Quote {
    return (this.quote + cost(this.price, this.base as Volume)) as Quote
  }

  /** The base currency's part of the equity, over the time; null: no time has passed. */
  get exposure(): number | null {
    const lasted = this.nowMs - this.beganMs
    return lasted <= 0 ? null : this.exposed / lasted
  }

  get lastMs(): number {
    return this.nowMs
  }

  take(record: StoredRecord): void {
    this.passTime(record.timeMs)
    for (const event of record.events) this.learn(event, record)
  }

  /** Milliseconds in each mode, up to now. */
  get modesMs(): Readonly<Record<string, number>> {
    return { ...this.modes, [this.mode]: (this.modes[this.mode] ?? 0) + Math.max(0, this.nowMs - this.modeMs) }
  }

  private passTime(timeMs: number): void {
    if (timeMs <= this.nowMs) return
    const equity = Number(this.equity)
    const share = equity === 0 ? 0 : Number(cost(this.price, this.base as Volume)) / equity
    this.exposed += share * (timeMs - this.nowMs)
    this.nowMs = timeMs
  }

  private learn(event: MarketEvent, { slot, timeMs }: StoredRecord): void {
    switch (event._tag) {
      case "PriceObserved":
        this.price = event.last
        return
      case "ModeChanged":
        this.modes[this.mode] = (this.modes[this.mode] ?? 0) + Math.max(0, timeMs - this.modeMs)
        this.mode = event.mode
        this.modeMs = timeMs
        return
      case "CycleBooked":
        if (slot !== null) this.cycles.push({ ...event, slot })
        return
      default:
        if (slot !== null && "localId" in event) this.learnOrder(slot, event, timeMs)
    }
  }

  private learnOrder(slot: SlotNumber, event: Extract<MarketEvent, { localId: LocalId }>, timeMs: number): void {
    if (event._tag === "OrderRequested") {
      const { localId, side, role, tradeId, cycle, price, volume } = event
      const sums = {
        filled: 0n as Volume,
        cost: 0n as Quote,
        fee: 0n as Quote,
        end: "open",
        endMs: null,
        asked: true
      } as const
      this.orders.set(orderKey(slot, localId), { slot, localId, side, role, tradeId, cycle, price, volume, ...sums })
      return
    }
    const order = this.orders.get(orderKey(slot, event.localId))
    if (order === undefined) return
    switch (event._tag) {
      case "OrderAmended":
        order.price = event.price
        return
      case "OrderRestated":
        order.price = event.price
        order.volume = event.volume
        return
      case "FillRecorded":
      case "LateFillRecorded":
        this.fills++
        return this.move(order, event.volume, event.cost, event.fee)
      case "OrderFilled":
      case "OrderCancelled":
        // What no fill has told of stands in the sums of the end.
        this.move(order, event.volume - order.filled, event.cost - order.cost, event.fee - order.fee)
        order.end = event._tag === "OrderFilled" ? "filled" : "cancelled"
        order.endMs = timeMs
        return
      case "OrderRejected":
      case "EntryRefused":
        order.end = "rejected"
        order.endMs = timeMs
        return
      default:
        return
    }
  }

  private move(order: Told, volume: bigint, paid: bigint, fee: bigint): void {
    order.filled = (order.filled + volume) as Volume
    order.cost = (order.cost + paid) as Quote
    order.fee = (order.fee + fee) as Quote
    this.fees += fee
    this.base += order.side === "buy" ? volume : -volume
    this.quote += (order.side === "buy" ? -paid : paid) - fee
  }
}

/** A price has as many decimals as an amount of the quote currency: what is left are those of a volume. */
const VOLUME_UNIT = 10n ** BigInt(VOLUME_DECIMALS)

/** What an order's fills came to on average; null: none. */
export const averagePrice = ({ filled, cost: paid }: Told): Price | null =>
  filled === 0n ? null : (divideHalfEven(paid * VOLUME_UNIT, filled) as Price)
