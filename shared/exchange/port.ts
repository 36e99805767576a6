/**
 * What Kennel needs of an exchange, in its own words: one service for public prices, one for the account.
 * The only adapter is Kraken's (`kraken/`); on paper it talks to the simulator over the same wire.
 * All times are Unix milliseconds of the exchange's clock.
 */
import type { ClientId, Txid } from "../core/ids/kinds.ts"
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Candle } from "../candles/core/candle.ts"
import type { Price, Quote, Volume } from "../core/decimal/decimal.ts"
import type { WithBaseFee } from "../core/baseFee.ts"
import type { Side } from "../core/trading.ts"

/**
 * A failed call, sorted by what the caller may do about it:
 * - `rejected`: the exchange said no; nothing happened; the same request again would be refused again.
 * - `wait`: nothing happened; the request may be repeated after `retryAtMs` (rate limit, throttle, cancel-only mode).
 * - `unknown`: the request may have taken effect. A write is looked up, never repeated; a read may be retried with back-off.
 * - `gone`: the order of a cancel is not open any more; look up how it ended.
 * - `stop`: keys, permissions or settings are wrong; only a person can help. Said of what has never worked in this process; what
 *   has is to `wait`, with the source `access`.
 */
export class ExchangeError extends Schema.TaggedError<ExchangeError>()("ExchangeError", {
  operation: Schema.String,
  advice: Schema.Literals(["rejected", "wait", "unknown", "gone", "stop"]),
  /**
   * What failed: this `request`, its key or its session; a rate `limit`, the exchange's or our own count of it; the exchange's
   * `service`, out of order or closed for now; the `link`, with no reply that the exchange wrote; our `access`, refused although the
   * same key, name and address have worked before.
   */
  source: Schema.Literals(["request", "limit", "service", "link", "access"]),
  /** The exchange's own error text, or what happened to the connection. Never holds a key, a signature or a token. */
  detail: Schema.String,
  retryAtMs: Schema.NullOr(Schema.Finite),
  /** What a person can do about it. Left out: nothing that is known. */
  help: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `${this.operation}: ${this.detail}${this.help === undefined ? "" : ` → ${this.help}`}`
  }
}

/** A frame or reply that does not have the promised shape: names the field, keeps the raw text for quarantine. */
export class MalformedFrame extends Schema.TaggedError<MalformedFrame>()("MalformedFrame", {
  source: Schema.String,
  problem: Schema.String,
  raw: Schema.String
}) {
  override get message(): string {
    return `${this.source}: ${this.problem}`
  }
}

/** Best bid, best ask and price of the last trade, as one message of the exchange had them. */
export interface Ticker {
  readonly bid: Price
  readonly ask: Price
  readonly last: Price
}

/** What the public feed says. `Alive` is any sign of life that carries no price (heartbeat, pong), so that silence and quiet differ. */
export type MarketDataEvent =
  /** `arrivedMs` is when the message came in, by the exchange's clock: who reads it late still knows how old it is. */
  | { readonly _tag: "Ticker"; readonly ticker: Ticker; readonly arrivedMs: number }
  /** The exchange's own time, taken from a reply whose round trip is known; `roundTripMs` bounds its error. */
  | { readonly _tag: "VenueTime"; readonly venueMs: number; readonly roundTripMs: number }
  | { readonly _tag: "Status"; readonly system: string }
  | { readonly _tag: "Alive" }
  /** `refused`: the exchange turns us away although it has not before. */
  | { readonly _tag: "Disconnected"; readonly detail: string; readonly refused?: ExchangeError }
  | { readonly _tag: "Malformed"; readonly error: MalformedFrame }

/** What the exchange says of one timeframe's bars, in its order; the others as above. */
export type BarEvent =
  /** As it stands now, over or still forming. */
  | { readonly _tag: "Bar"; readonly bar: Candle }
  | Extract<MarketDataEvent, { readonly _tag: "Alive" | "VenueTime" | "Disconnected" | "Malformed" }>

/** Public prices of the one pair. Needs no key. */
export class MarketData extends Context.Service<
  MarketData,
  {
    /** Prices for ever: reconnects by itself with back-off, and says when it did. Fails only on `stop` advice. */
    readonly events: Stream.Stream<MarketDataEvent, ExchangeError>
    /** Bars of `intervalMin` minutes, for ever, as `events`. The newest about ten first, then the forming one at each trade. */
    readonly bars: (intervalMin: number) => Stream.Stream<BarEvent, ExchangeError>
    /** The price now, asked for: the first price of a start, and the proof in a silent market that silence is quiet. */
    readonly ticker: Effect.Effect<Ticker, ExchangeError>
    /** The exchange's clock over REST, second resolution. */
    readonly time: Effect.Effect<number, ExchangeError>
  }
>()("kennel/exchange/MarketData") {}

/** What the exchange accepts for orders of the pair, as it states it now. */
export interface PairConstraints {
  /** Digits after the point of a price. */
  readonly priceDecimals: number
  /** Digits after the point of a volume. */
  readonly volumeDecimals: number
  /** Smallest volume of an order. */
  readonly minVolume: Volume
  /** Smallest price × volume of an order. */
  readonly minCost: Quote
  /** `online`, `cancel_only`, `post_only`, `limit_only`, `reduce_only`. */
  readonly status: string
}

/** Percent, as charged to this account now: 0.25 means 0.25 %. */
export interface Fees {
  readonly makerPct: number
  readonly takerPct: number
}

/** Totals include what open orders hold; free = total − hold. */
export interface Balances {
  readonly base: { readonly total: Volume; readonly hold: Volume }
  readonly quote: { readonly total: Quote; readonly hold: Quote }
  /** Where one of the two is empty: what lies in other pots, or under other names, of the same currency (`USD.F 120.5`). */
  readonly elsewhere?: ReadonlyArray<string>
}

/** A limit order to be placed; it rests until it is filled or canceled. */
export interface LimitOrder {
  /** At most 18 lower-case letters and digits, unique for ever (the exchange enforces it among open orders only). */
  readonly clientId: ClientId
  readonly side: Side
  readonly price: Price
  readonly volume: Volume
  readonly postOnly: boolean
  /** The exchange will not place the order after this instant. */
  readonly deadlineMs: number
}

/** `pending`: not in the book yet. `closed`: filled completely. `canceled` and `expired` may be filled in part. */
export type OrderStatus = "pending" | "open" | "closed" | "canceled" | "expired"

/** One order as the exchange reports it now. `baseFee`: it says that the fees of this order were taken in the base currency. */
export interface OrderReport extends WithBaseFee {
  readonly txid: Txid
  /** Null for orders placed by hand or by another program. */
  readonly clientId: ClientId | null
  readonly side: Side
  readonly price: Price
  readonly volume: Volume
  readonly status: OrderStatus
  readonly openedMs: number
  readonly filledVolume: Volume
  /** Sum over its fills. */
  readonly cost: Quote
  readonly fee: Quote
  /** Why it ended, in the exchange's words; null while open. */
  readonly reason: string | null
  /** The pair's name in this row, where it is none that the exchange has for our pair: the row is ours by its ids. */
  readonly oddPair?: string
}

/**
 * One fill. `execId` is unique at the exchange: the key to book it once. Lists of fills over REST do not say in which currency a fee
 * was taken (`inBaseCurrency`); the stream does.
 */
export interface Fill extends WithBaseFee {
  readonly execId: string
  readonly txid: Txid
  readonly side: Side
  readonly price: Price
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
  /** Taken in a currency that is neither of the pair's, in the exchange's words: not in `fee`. */
  readonly otherFees?: string
  readonly liquidity: "maker" | "taker"
  readonly timeMs: number
}

/** The account's private stream. Repeats are normal; a gap is followed by a fresh snapshot. */
export type ExecutionEvent =
  /** The stream stands (again), and these are the open orders; what happened before is to be looked up over REST. */
  | { readonly _tag: "Snapshot"; readonly openTxids: ReadonlyArray<string> }
  | { readonly _tag: "Accepted"; readonly txid: Txid; readonly clientId: ClientId | null }
  | { readonly _tag: "Filled"; readonly fill: Fill; readonly clientId: ClientId | null }
  /** The order is complete, cancelled or expired. */
  | {
      readonly _tag: "Ended"
      readonly txid: Txid
      readonly clientId: ClientId | null
      readonly status: "closed" | "canceled" | "expired"
      readonly reason: string | null
    }
  /** `refused`: the exchange turns us away although it has not before. */
  | { readonly _tag: "Disconnected"; readonly detail: string; readonly refused?: ExchangeError }
  | { readonly _tag: "Malformed"; readonly error: MalformedFrame }

/** The account of one API key, for the one pair. */
export class Trading extends Context.Service<
  Trading,
  {
    /** The pair's rules, asked anew each time. */
    readonly constraints: Effect.Effect<PairConstraints, ExchangeError>
    /** The account's fees on the pair, asked anew each time. */
    readonly fees: Effect.Effect<Fees, ExchangeError>
    /** The account's money of the pair's two assets, asked anew each time. */
    readonly balances: Effect.Effect<Balances, ExchangeError>
    /** Sends once. Never retried inside: `unknown` means look it up. */
    readonly place: (order: LimitOrder) => Effect.Effect<{ readonly txid: Txid }, ExchangeError>
    /** Asks for a cancel by the exchange's id. Success means "accepted", the stream or a look-up says how it ended. */
    readonly cancel: (txid: Txid) => Effect.Effect<void, ExchangeError>
    /**
     * Moves an open order to another limit price, keeping its ids and fills; post-only stays post-only. May be repeated: the
     * price is absolute. `gone`: the order has ended. `rejected`: it stands as it was.
     */
    readonly amend: (txid: Txid, price: Price) => Effect.Effect<void, ExchangeError>
    /** The pair's open limit orders, those placed by hand included. */
    readonly openOrders: Effect.Effect<ReadonlyArray<OrderReport>, ExchangeError>
    /** All orders, open or ended, that ever carried this client id, newest first; empty when the exchange knows none. */
    readonly findByClientId: (clientId: ClientId) => Effect.Effect<ReadonlyArray<OrderReport>, ExchangeError>
    /** By the exchange's ids; unknown ids are absent from the answer. */
    readonly orders: (txids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<OrderReport>, ExchangeError>
    /** Every fill of the account's pair in (fromMs, toMs], oldest first, all pages; and those of `ours`, whatever pair they name. */
    readonly fills: (
      fromMs: number,
      toMs: number,
      ours?: ReadonlySet<string>
    ) => Effect.Effect<ReadonlyArray<Fill>, ExchangeError>
    /** For ever; reconnects with a fresh token and subscribes again by itself. Fails only on `stop` advice. */
    readonly executions: Stream.Stream<ExecutionEvent, ExchangeError>
  }
>()("kennel/exchange/Trading") {}

/** What the doctor asks of an account, and nothing that trades needs. */
export class Rehearsal extends Context.Service<
  Rehearsal,
  {
    /** Has the exchange check the order without placing it: what it would refuse, and whether the key may place orders. */
    readonly rehearse: (order: LimitOrder) => Effect.Effect<void, ExchangeError>
  }
>()("kennel/exchange/Rehearsal") {}
