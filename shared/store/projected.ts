/** Rows that are made from a market's journal, and how long they are kept. */
import type { Price, Quote, Volume } from "../core/decimal/decimal.ts"
import type { Side } from "../core/trading.ts"

/** What every row made from a journal has. `(market, eventId)` is its key: the same event again changes nothing. */
export interface ProjectedRow {
  /** The pair whose journal it is, `XDGUSD`. */
  readonly market: string
  /** Place of the event in the journal: `<sequence>.<index>`. */
  readonly eventId: string
  /** When it happened by the exchange's clock, Unix seconds with fractions. */
  readonly timeSec: number
}

/** A row of `fills`: one execution. */
export interface FillRow extends ProjectedRow {
  readonly slot: number
  readonly localId: number
  readonly clientId: string
  readonly txid: string
  readonly execId: string
  /** Null where the order was claimed before the journal's beginning. */
  readonly side: Side | null
  readonly price: Price
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
  readonly liquidity: "maker" | "taker"
}

/** A row of `price_history`. */
export interface PriceRow extends ProjectedRow {
  readonly last: Price
  readonly bid: Price
  readonly ask: Price
}

/** A row of `bot_events`: one decision or fact, for people. */
export interface BotEventRow extends ProjectedRow {
  /** Null for what concerns no slot. */
  readonly slot: number | null
  /** The event's tag, `OrderAccepted`. */
  readonly eventType: string
  /** Phases around a transition; null elsewhere. */
  readonly fromState: string | null
  readonly toState: string | null
  /** The event as the journal has it. */
  readonly details: unknown
}

/** From which time on rows are kept, Unix seconds of the exchange's clock; null: all are. */
export interface KeptSince {
  readonly fillsSec: number | null
  readonly pricesSec: number | null
  readonly botEventsSec: number | null
}
