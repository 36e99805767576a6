import { ClientId, Txid } from "../../schema/ids.ts"
import { Schema } from "effect"
import { QuoteText, VolumeText } from "../../schema/decimalText.ts"

const Digits = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 }))

/** Executions added up. */
export const TradeSums = Schema.Struct({
  trades: Schema.Int,
  bought: VolumeText,
  sold: VolumeText,
  /** Quote paid for what was bought, and received for what was sold, before fees. */
  paid: QuoteText,
  received: QuoteText,
  fees: QuoteText
})

/** What the exchange demands of an order of this pair. Written by order-gateway at start and when it changes. */
export const ConstraintsObserved = Schema.TaggedStruct("ConstraintsObserved", {
  priceDecimals: Digits,
  volumeDecimals: Digits,
  minVolume: VolumeText,
  minCost: QuoteText,
  /** `online`, `cancel_only`, `post_only`, `limit_only` or `reduce_only`. */
  status: Schema.String
})

/** Fees as charged to this account, in percent (0.25 means 0.25 %). Written by order-gateway at start and when they change. */
export const FeesObserved = Schema.TaggedStruct("FeesObserved", {
  makerPct: Schema.Finite,
  takerPct: Schema.Finite
})

/** What the account owns; `hold` is the part bound by open orders. Written by order-gateway when it changes. */
export const BalancesObserved = Schema.TaggedStruct("BalancesObserved", {
  base: Schema.Struct({ total: VolumeText, hold: VolumeText }),
  quote: Schema.Struct({ total: QuoteText, hold: QuoteText }),
  /** Where one of the two is empty: what lies in other pots of it, or under other names (`USD.F 120.5`). */
  elsewhere: Schema.optionalKey(Schema.Array(Schema.String))
})

/**
 * The gateway compared its orders with the exchange's and read the fills of the window. Written once per gateway start:
 * until it stands, a slot's open orders may have been filled without the journal knowing.
 */
export const AccountReconciled = Schema.TaggedStruct("AccountReconciled", {
  /** Ours and open at the exchange. */
  openOrders: Schema.Int,
  /** Orders whose end or fills happened while nobody listened, now written as order facts. */
  missed: Schema.Int,
  /** Open at the exchange and not ours: left alone. */
  foreignOrders: Schema.Int,
  /** Start of the window of fills that was read, Unix milliseconds of the exchange's clock. */
  windowStartMs: Schema.Finite
})

/** How many orders of this pair stand open at the exchange. Written by order-gateway when a comparison finds other numbers. */
export const OpenOrdersObserved = Schema.TaggedStruct("OpenOrdersObserved", {
  /** Alive in the journal too. */
  ours: Schema.Int,
  /** All others: placed by hand, by another program, or ours and forgotten. */
  foreign: Schema.Int
})

/**
 * How many calls to the exchange have failed in a row: 0 is the all-clear. A refusal is an answer and no failure. Written by
 * order-gateway at each change up to 20, when a call first has to wait for a limit, and at the all-clear.
 */
export const ExchangeErrorsObserved = Schema.TaggedStruct("ExchangeErrorsObserved", {
  consecutive: Schema.Int,
  /** The last that failed, and how; empty at the all-clear. */
  operation: Schema.String,
  detail: Schema.String,
  /** It is no failure but a limit: the call has to wait, until then (Unix milliseconds of the exchange's clock). Not counted. */
  retryAtMs: Schema.optionalKey(Schema.Finite),
  /** The exchange refuses a key, name or address that had worked in this process: what a person can do about it. */
  help: Schema.optionalKey(Schema.String)
})

/** The answer to `DriftReconcileAsked`: what was cancelled, and what was left because it is not provably ours. */
export const DriftReconciled = Schema.TaggedStruct("DriftReconciled", {
  commandId: Schema.NonEmptyString,
  cancelled: Schema.Array(Schema.Struct({ txid: Txid, clientId: ClientId })),
  leftAlone: Schema.Array(Schema.NonEmptyString)
})

/** The answer to `AuditAsked`: sums over the exchange's trade history of the pair since the journal's first record. */
export const TradeHistoryObserved = Schema.TaggedStruct("TradeHistoryObserved", {
  commandId: Schema.NonEmptyString,
  fromMs: Schema.Finite,
  toMs: Schema.Finite,
  /** Of orders the journal knows. */
  ours: TradeSums,
  /** Of all others. */
  foreign: TradeSums
})

/** The account family: everything the exchange says of the account and the pair. */
export const AccountEvent = Schema.Union([
  ConstraintsObserved,
  FeesObserved,
  BalancesObserved,
  AccountReconciled,
  OpenOrdersObserved,
  ExchangeErrorsObserved,
  DriftReconciled,
  TradeHistoryObserved
])
