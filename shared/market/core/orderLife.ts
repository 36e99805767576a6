/**
 * The life of an order, once for everyone who follows it: slots, governor, gateway, status and ledger keep what else they need
 * beside these fields.
 *
 * ```
 * requested → claimed → open → ended
 *                  ↘ unknown ↗
 * ```
 * `ended` (filled, cancelled, rejected, or an entry the governor refused) is the absence of the order. Facts may be doubled or
 * come late; an order that is not followed any more is not brought back by one.
 */
import type { ClientId, LocalId, SlotNumber, Txid } from "../../core/ids/kinds.ts"
import type { EventOf } from "../../events/event.ts"
import type { Side } from "../../core/trading.ts"
import { plus, type Price, Quote, Volume } from "../../core/decimal/decimal.ts"

/** `requested`: a slot wants it. `claimed`: about to be sent, or sent. `unknown`: sent, outcome unknown. `open`: the exchange has it. */
export type Stage = "requested" | "claimed" | "unknown" | "open"

/** What an order is and how far it has come. `Extra` are stages of the follower's own. */
export interface OrderLife<Extra extends string = never> {
  /** The slot's number of the order, never used twice. */
  readonly localId: LocalId
  readonly side: Side
  readonly role: "entry" | "exit"
  readonly price: Price
  readonly volume: Volume
  readonly stage: Stage | Extra
  /** The id under which the exchange was asked for it; null before its claim. */
  readonly clientId: ClientId | null
  /** The exchange's id; null until it has accepted the order. */
  readonly txid: Txid | null
  /** Sums over the fills recorded so far. */
  readonly filled: Volume
  readonly cost: Quote
  readonly fee: Quote
}

/** The facts that move an order on. */
export type OrderLifeEvent = EventOf<
  | "OrderClaimed"
  | "OrderAccepted"
  | "OrderUnknown"
  | "OrderAmended"
  | "AmendRefused"
  | "OrderRestated"
  | "FillRecorded"
  | "OrderFilled"
  | "OrderCancelled"
  | "OrderRejected"
  | "EntryRefused"
>

/** The key of an order in a table of all slots' orders. */
export const orderKey = (slot: SlotNumber, localId: LocalId): string => `${slot}/${localId}`

/** An order as its request makes it. */
export const requestedOrder = ({
  localId,
  side,
  role,
  price,
  volume
}: Pick<EventOf<"OrderRequested">, "localId" | "side" | "role" | "price" | "volume">): OrderLife => ({
  localId,
  side,
  role,
  price,
  volume,
  stage: "requested",
  clientId: null,
  txid: null,
  filled: Volume.zero,
  cost: Quote.zero,
  fee: Quote.zero
})

/** Executions of an order, added up. */
interface Sums {
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
}

/** What an order came to: no end lowers what its recorded fills have proved. */
export const provedEnd = ({ filled, cost, fee }: Pick<OrderLife, "filled" | "cost" | "fee">, end: Sums): Sums =>
  end.volume < filled ? { volume: filled, cost, fee } : end

/** The order after a fact about it; null when it has ended. Fields of the follower's own stay as they are. */
export const evolveOrder = <Order extends OrderLife<string>>(order: Order, event: OrderLifeEvent): Order | null => {
  switch (event._tag) {
    case "OrderClaimed":
      return { ...order, stage: "claimed", clientId: event.clientId }
    case "OrderUnknown":
      return { ...order, stage: "unknown" }
    case "OrderAccepted":
      return { ...order, stage: "open", txid: event.txid }
    case "OrderAmended":
      return { ...order, price: event.price }
    case "AmendRefused":
      return order
    case "OrderRestated":
      return { ...order, price: event.price, volume: event.volume }
    case "FillRecorded":
      return {
        ...order,
        filled: plus(order.filled, event.volume),
        cost: plus(order.cost, event.cost),
        fee: plus(order.fee, event.fee)
      }
    case "OrderFilled":
    case "OrderCancelled":
    case "OrderRejected":
    case "EntryRefused":
      return null
  }
}
