/** What the routes answer, as the control plane's README says it. Times: Unix seconds of the exchange's clock; money: decimal text. */

/** `/api/candles`. */
export interface Candles {
  readonly seq: number
  readonly timeframe: "1m" | "15m"
  readonly interval_sec: number
  readonly candles: ReadonlyArray<Candle>
  readonly forming: Bar | null
  readonly more: boolean
}
/** What a candle says of prices. */
export interface Bar {
  readonly time: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly seq: number
}
/** A closed candle. */
export interface Candle extends Bar {
  readonly volume: string
  readonly trades: number
  readonly provenance: string
}

/** One order of a cycle, with the records it stands in. */
export interface CycleLeg {
  readonly local_id: number
  readonly requested_seq: number
  readonly fill_seqs: ReadonlyArray<number>
  readonly ended_seq: number | null
}
/** A booked cycle. */
export interface Cycle {
  readonly seq: number
  readonly booked_at: number
  readonly slot_id: number
  readonly kind: "closed" | "recovered" | "evicted" | "corrected" | "cut_short"
  readonly trade_id: "A" | "B"
  readonly cycle: number
  readonly entry_price: string
  readonly exit_price: string
  readonly volume: string
  readonly gross: string
  readonly fees: string
  readonly net: string
  readonly entry_at: number
  readonly exit_at: number
  readonly from_recovery: boolean
  readonly sentence: string
  readonly entry: CycleLeg | null
  readonly exit: CycleLeg | null
}
/** `/api/cycles`. */
export interface Cycles {
  readonly seq: number
  readonly cycles: ReadonlyArray<Cycle>
  readonly more: boolean
}

/** An order that a slot has or had. */
export interface PastOrder {
  readonly local_id: number
  readonly recovery_id: number | null
  readonly side: "buy" | "sell"
  readonly role: "entry" | "exit"
  readonly trade_id: "A" | "B"
  readonly cycle: number
  readonly price: string
  readonly volume: string
  readonly stage: string
  readonly sentence: string
  readonly requested_at: number
  readonly requested_seq: number
  readonly ended_at: number | null
  readonly ended_seq: number | null
  readonly cause: string | null
}
/** A fill. */
export interface Fill {
  readonly seq: number
  readonly at: number
  readonly local_id: number
  readonly side: "buy" | "sell"
  readonly role: "entry" | "exit"
  readonly trade_id: "A" | "B" | null
  readonly cycle: number
  readonly price: string
  readonly volume: string
  readonly fee: string
  readonly liquidity: "maker" | "taker"
}
/** `/api/slots/:id/history`. */
export interface SlotHistory {
  readonly seq: number
  readonly slot_id: number
  readonly orders: ReadonlyArray<PastOrder>
  readonly fills: ReadonlyArray<Fill>
  readonly cycles: ReadonlyArray<Cycle>
  readonly transitions: ReadonlyArray<{
    readonly seq: number
    readonly at: number
    readonly what: string
    readonly from: string | null
    readonly to: string | null
    readonly local_id: number | null
    readonly text: string
  }>
}

/** What was booked and paid in some time. */
export interface PnlSums {
  readonly realised: string
  readonly traded: string
  readonly evicted: string
  readonly corrected: string
  readonly gains: string
  readonly losses: string
  readonly fees: string
  readonly cycles: number
  readonly winning: number
  readonly losing: number
}
/** One day, week or month. */
export interface PnlPeriod extends PnlSums {
  readonly period: string
  readonly from: number
  readonly to: number
}
/** By what sums are kept. */
export type PnlBy = "day" | "week" | "month"
/** `/api/pnl`. */
export interface Pnl {
  readonly seq: number
  readonly by: PnlBy
  readonly currency: string
  readonly periods: ReadonlyArray<PnlPeriod>
  readonly totals: PnlSums
  readonly unrealised: { readonly price: string; readonly open: string; readonly evicted: string } | null
}

/** One record of the journal. */
export interface JournalLine {
  readonly seq: number
  readonly at: number | null
  readonly stored_at: number
  readonly subject: string
  readonly family: string
  readonly slot: number | null
  readonly id: string
  readonly writer: string
  readonly epoch: number
  readonly cause: number | null
  readonly events: ReadonlyArray<{ readonly _tag: string; readonly [field: string]: unknown }>
  readonly texts: ReadonlyArray<string>
}
/** `/api/journal`. */
export interface JournalPage {
  readonly seq: number
  readonly records: ReadonlyArray<JournalLine>
  readonly next: number | null
}
/** `/api/chain/:seq`. */
export interface Chain {
  readonly seq: number
  readonly record: JournalLine
  readonly causes: ReadonlyArray<JournalLine>
  readonly effects: ReadonlyArray<JournalLine>
  readonly looked_to: number
  readonly complete: boolean
}

/** One setting. */
export interface Setting {
  readonly name: string
  readonly group: string
  readonly value: string | null
  readonly default: string
  readonly unit: string
  readonly accepted: string
  readonly about: string
  readonly source: "environment" | "default"
  readonly set_by: string | null
  readonly secret: boolean
}
/** `/api/config`. */
export interface Config {
  readonly seq: number
  readonly settings: ReadonlyArray<Setting>
}
