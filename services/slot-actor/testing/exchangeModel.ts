/**
 * A small exchange for property tests: it holds the orders a slot asked for and lets them live any legal life. It keeps
 * its own books (cash, fees), independent of the slot's arithmetic.
 */
import { cost, divideHalfEven, plus, type Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"

export interface LiveOrder {
  request: EventOf<"OrderRequested">
  accepted: boolean
  cancelAsked: boolean
  filled: Volume
  /** What the fills told one by one come to. */
  told: { readonly cost: Quote; readonly fee: Quote }
}

export class ExchangeModel {
  readonly live = new Map<number, LiveOrder>()
  /** Cash of all orders that have ended: received for sells, paid for buys, fees paid. */
  cash: bigint = 0n
  fees: bigint = 0n

  /** Takes what the slot asked for. Throws when it asks for something no exchange would understand. */
  hear(outputs: ReadonlyArray<MarketEvent>): void {
    for (const output of outputs) {
      if (output._tag === "OrderRequested") {
        if (this.live.has(output.localId)) throw new Error(`order ${output.localId} was asked for twice`)
        this.live.set(output.localId, {
          request: output,
          accepted: false,
          cancelAsked: false,
          filled: Volume.zero,
          told: { cost: Quote.zero, fee: Quote.zero }
        })
      } else if (output._tag === "CancelRequested") {
        const order = this.live.get(output.localId)
        if (order !== undefined) order.cancelAsked = true
      }
    }
  }

  nth(pick: number, only: (order: LiveOrder) => boolean = () => true): LiveOrder | undefined {
    const candidates = [...this.live.values()].filter(only)
    return candidates[pick % Math.max(1, candidates.length)]
  }

  accept(order: LiveOrder): MarketEvent {
    order.accepted = true
    return { _tag: "OrderAccepted", ...identity(order) }
  }

  /** Fills `permille` of what is left, but never all of it. Null when nothing fits. */
  partial(order: LiveOrder, permille: number): MarketEvent | null {
    const left = order.request.volume - order.filled
    const part = ((left * BigInt(permille)) / 1000n) as Volume
    if (part <= 0n || part >= left) return null
    order.filled = (order.filled + part) as Volume
    const { price } = order.request
    const paid = cost(price, part)
    order.told = { cost: plus(order.told.cost, paid), fee: plus(order.told.fee, feeOf(paid)) }
    return {
      _tag: "FillRecorded",
      ...identity(order),
      execId: "E",
      price,
      volume: part,
      cost: paid,
      fee: feeOf(paid),
      liquidity: "maker"
    }
  }

  amend(order: LiveOrder, price: Price): MarketEvent {
    order.request = { ...order.request, price }
    const { clientId, localId } = identity(order)
    return { _tag: "OrderAmended", clientId, localId, price }
  }

  fill(order: LiveOrder): MarketEvent {
    order.filled = order.request.volume
    return { _tag: "OrderFilled", ...identity(order), ...this.end(order) }
  }

  /** Somebody has changed how much it is for, and it is filled for that; null: less than has traded. */
  fillOtherwise(order: LiveOrder, permille: number): MarketEvent | null {
    const volume = ((order.request.volume * BigInt(permille)) / 1000n) as Volume
    if (volume <= 0n || volume < order.filled) return null
    order.request = { ...order.request, volume }
    return this.fill(order)
  }

  /** Taken off, by a report that has nothing of what was filled: its fills have told all of it. */
  cancelBehind(order: LiveOrder): MarketEvent {
    const { side, localId } = order.request
    const { cost: paid, fee } = order.told
    this.live.delete(localId)
    this.cash += (side === "sell" ? paid : -paid) - fee
    this.fees += fee
    const nothing = { price: 0n as Price, volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }
    return { _tag: "OrderCancelled", ...identity(order), ...nothing, cause: "any" }
  }

  cancel(order: LiveOrder): MarketEvent {
    return { _tag: "OrderCancelled", ...identity(order), ...this.end(order), cause: "any" }
  }

  reject(order: LiveOrder): MarketEvent {
    this.live.delete(order.request.localId)
    return { _tag: "OrderRejected", ...identity(order), cause: "any" }
  }

  private end(order: LiveOrder) {
    const { localId, side, price } = order.request
    const volume = order.filled
    const paid = cost(price, volume)
    const fee = feeOf(paid)
    this.live.delete(localId)
    this.cash += (side === "sell" ? paid : -paid) - fee
    this.fees += fee
    return { price: (volume === 0n ? 0n : price) as Price, volume, cost: paid, fee }
  }
}

const identity = ({ request: { localId } }: LiveOrder) => ({ clientId: `k${localId}`, localId, txid: `TX-${localId}` })

/** 0.25 %, to the unit. */
const feeOf = (paid: Quote): Quote => divideHalfEven(paid * 25n, 10_000n) as Quote
