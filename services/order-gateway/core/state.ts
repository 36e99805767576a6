/** What the gateway knows, folded from the journal: one lane per slot, each a queue of requests and the orders that live. */
import type { ClientId, LocalId, SlotNumber, Txid } from "../../../shared/core/ids/kinds.ts"
import type { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { TextForm } from "../../../shared/actor/core/actor.ts"
import { type Account, NO_ACCOUNT } from "../../../shared/market/core/account.ts"
import type { WithBaseFee } from "../../../shared/core/baseFee.ts"
import type { OrderLife } from "../../../shared/market/core/orderLife.ts"

/** An order of a slot between its request and its end, and what sending it needs. */
export interface LiveOrder extends OrderLife, WithBaseFee {
  /** Derived from the place of its request: known before the claim. */
  readonly clientId: ClientId
  /** What it stood at before its amendments, oldest first: its fills may be at any of them. */
  readonly formerPrices: ReadonlyArray<Price>
  /** Of the trade that asked for it: a late fill says so. */
  readonly cycle: number
  /** When price or volume last changed, by us or by others; 0: never. A list of the exchange's may lag behind that. */
  readonly changedMs: number
  readonly postOnly: boolean
  /**
   * Whether it may be sent: an entry waits for the governor's grant, an exit needs none. `withdrawn`: its cancel came before
   * the grant, so that a late grant sends nothing.
   */
  readonly grant: "granted" | "awaited" | "withdrawn"
  /** Until then the exchange may still place it; 0 before the claim. */
  readonly deadlineMs: number
  /** Ids of the fills recorded so far: each is added up once. */
  readonly execIds: ReadonlyArray<string>
}

/** Executions of one order, added up. */
export interface Sums extends WithBaseFee {
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
}

/** What a fill of ours does to the account: below zero it takes. Units of `Volume` and `Quote`. */
export interface Movement {
  readonly base: bigint
  readonly quote: bigint
}

/** An order that the exchange had and that has ended: what is known of its fills, so that one nobody knew is told apart. */
export interface EndedOrder extends Pick<LiveOrder, "localId" | "clientId" | "side" | "role" | "cycle" | "execIds"> {
  readonly slot: SlotNumber
  readonly txid: Txid
  /** When its end was written, Unix milliseconds. The exchange's lists may show it open for a while after. */
  readonly endedMs: number
  /** What its end said, and late fills since. */
  readonly sums: Sums
  /** The part of it that was recorded fill by fill. */
  readonly recorded: Sums
}

/** Ended orders that are remembered: a fill shows up a minute late, in which a market ends a few orders; this many take it hours. */
export const ENDED_KEPT = 256

/** What the slot asked for, in its order. */
export type Task =
  | { readonly _tag: "Place"; readonly localId: LocalId }
  | { readonly _tag: "Cancel"; readonly localId: LocalId }
  | { readonly _tag: "Amend"; readonly localId: LocalId; readonly price: Price }

/** One slot's side of the gateway. Tasks are done strictly one after the other; lanes do not wait for each other. */
export interface Lane {
  readonly slot: SlotNumber
  /** Requests without an outcome, oldest first. */
  readonly tasks: ReadonlyArray<Task>
  /** Ascending by local id. A list, since a copied object with ever new numbers for keys is the slowest thing there is. */
  readonly orders: ReadonlyArray<LiveOrder>
  /** The last record of the slot's `order` subject: what our next one must follow. */
  readonly lastFactSeq: number
}

/** What the gateway knows of the market; null where the journal has not said yet. */
export interface GatewayState extends Account {
  readonly lanes: Readonly<Record<number, Lane>>
  /** When the journal's first dated record was written, Unix milliseconds; 0 before. */
  readonly beganMs: number
  /** Calls to the exchange that had failed in a row, as last written down. */
  readonly failedCalls: number
  /** What fills have moved since the balances were last written, oldest first, at most `MOVEMENTS_KEPT`. */
  readonly moved: ReadonlyArray<Movement>
  /** Oldest first, at most `ENDED_KEPT`. */
  readonly ended: ReadonlyArray<EndedOrder>
  /** What the governor asked for and has not been answered, oldest first: by the commands, each once. */
  readonly asked: ReadonlyArray<{ readonly what: "drift" | "audit"; readonly commandId: string }>
}

/** The state before the first record. */
export const initialState: GatewayState = {
  ...NO_ACCOUNT,
  lanes: {},
  beganMs: 0,
  failedCalls: 0,
  moved: [],
  ended: [],
  asked: []
}

/** A lane without a request. */
export const emptyLane = (slot: SlotNumber): Lane => ({ slot, tasks: [], orders: [], lastFactSeq: 0 })

/** The lane's order of this number, if it lives. */
export const orderOf = ({ orders }: Lane, localId: LocalId): LiveOrder | undefined =>
  orders.find((order) => order.localId === localId)

/** The slot's order of this number, if it lives. */
export const orderOfSlot = ({ lanes }: GatewayState, slot: SlotNumber, localId: LocalId): LiveOrder | undefined =>
  orderOf(lanes[slot] ?? emptyLane(slot), localId)

/** As it is written down, which has not changed: each lane's orders by their numbers. */
export interface WrittenState extends Omit<GatewayState, "lanes"> {
  readonly lanes: Readonly<
    Record<number, Omit<Lane, "orders"> & { readonly orders: Readonly<Record<number, LiveOrder>> }>
  >
}

/** Between the state as it is folded and as it is written down. */
export const writtenForm: TextForm<GatewayState, WrittenState> = {
  of: (state) => ({
    ...state,
    lanes: mapValues(state.lanes, (lane) => ({
      ...lane,
      orders: Object.fromEntries(lane.orders.map((order) => [order.localId, order]))
    }))
  }),
  read: (written) => ({
    ...written,
    lanes: mapValues(written.lanes, (lane) => ({ ...lane, orders: Object.values(lane.orders) }))
  })
}

const mapValues = <A, B>(record: Readonly<Record<number, A>>, to: (value: A) => B): Record<number, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]))

/** Every live order of every lane, by slot and local id. */
export const liveOrders = (
  state: GatewayState
): ReadonlyArray<{ readonly slot: SlotNumber; readonly order: LiveOrder }> =>
  Object.values(state.lanes).flatMap(({ slot, orders }) => orders.map((order) => ({ slot, order })))

/** The live order the exchange means by this client id or txid, or null: not ours, or ended. */
export const findLive = (
  state: GatewayState,
  clientId: ClientId | null,
  txid: Txid
): { readonly slot: SlotNumber; readonly order: LiveOrder } | null => {
  // Asked for every fill: no list of all orders is made for it.
  for (const { slot, orders } of Object.values(state.lanes)) {
    for (const order of orders) {
      if (order.txid === txid || (clientId !== null && order.clientId === clientId)) return { slot, order }
    }
  }
  return null
}

/** Whether an amendment of ours waits for its answer: then the order may stand at its new price already. */
export const amendWaits = ({ tasks }: Lane, localId: LocalId): boolean =>
  tasks.some((task) => task._tag === "Amend" && task.localId === localId)
