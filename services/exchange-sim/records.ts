/**
 * What the exchange writes in its journal: the events of one moment, and how far its clock may be believed. Events stand in the
 * order in which they happen in the life of an order; folding them from the first one gives the books, and nothing else is kept.
 * Each carries the figures that were decided, never the inputs to decide again. Times are Unix milliseconds of simulated time.
 */
import { Schema } from "effect"
import { PriceText, QuoteText, VolumeText } from "../../shared/schema/decimalText.ts"

const side = Schema.Literals(["buy", "sell"])
const at = { timeMs: Schema.Finite }
const onOrder = { ...at, txid: Schema.NonEmptyString }

const Created = Schema.TaggedStruct("Created", {
  ...at,
  /** Makes the ids of this exchange differ from those of any other. */
  salt: Schema.NonEmptyString,
  pair: Schema.NonEmptyString,
  /** The market as text, see `core/market/choice.ts`, and its seed: with the time they give every price. */
  market: Schema.NonEmptyString,
  seed: Schema.Int,
  base: VolumeText,
  quote: QuoteText
})
/** The first fact: what the exchange is, for ever, and the account's first money. */
export type Created = typeof Created.Type

/** The order was accepted and has an id. Post-only orders that would cross are opened too, and canceled right after. */
const Opened = Schema.TaggedStruct("Opened", {
  ...onOrder,
  side,
  price: PriceText,
  volume: VolumeText,
  /** Unique among open orders only. */
  clientId: Schema.NullOr(Schema.String),
  userref: Schema.NullOr(Schema.Int),
  postOnly: Schema.Boolean,
  /** Good till canceled, immediate or cancel, good till date. */
  timeInForce: Schema.Literals(["gtc", "ioc", "gtd"]),
  /** When a `gtd` order ends by itself; null for the others. */
  expireMs: Schema.NullOr(Schema.Finite),
  queueAhead: VolumeText
})
/** The terms of an order, and its id. */
export type Opened = typeof Opened.Type

/** `order_qty` or `limit_price` changed. A lost place in the queue shows as `keepsPlace: false`. */
const Amended = Schema.TaggedStruct("Amended", {
  ...onOrder,
  amendId: Schema.NonEmptyString,
  volume: VolumeText,
  price: PriceText,
  keepsPlace: Schema.Boolean,
  queueAhead: VolumeText
})
/** Others traded at the order's price before it. */
const QueueAdvanced = Schema.TaggedStruct("QueueAdvanced", { ...onOrder, queueAhead: VolumeText })
/** The order traded; when that was all of it, it is closed by the same fact (`complete`). Sums include this fill. */
const Filled = Schema.TaggedStruct("Filled", {
  ...onOrder,
  side,
  execId: Schema.NonEmptyString,
  /** From 1,000,000,000 on, apart from the numbers of the market's tape. */
  tradeId: Schema.Int,
  price: PriceText,
  volume: VolumeText,
  cost: QuoteText,
  /** What was taken in the quote currency: all of it, but for the fault `fees-in`. */
  fee: QuoteText,
  /** What was taken in the base currency; absent: nothing. */
  feeBase: Schema.optionalKey(VolumeText),
  liquidity: Schema.Literals(["maker", "taker"]),
  filled: VolumeText,
  filledCost: QuoteText,
  complete: Schema.Boolean
})
/** The order traded, and what the sums of it are by then. */
export type Filled = typeof Filled.Type

/** The order ended with a part, or all, of it untraded. */
const Canceled = Schema.TaggedStruct("Canceled", { ...onOrder, reason: Schema.String })
/** A `gtd` order reached its time. */
const Expired = Schema.TaggedStruct("Expired", onOrder)
/** The dead man's switch: at `triggerMs` every order is canceled; null switches it off. */
const CancelTimerSet = Schema.TaggedStruct("CancelTimerSet", { ...at, triggerMs: Schema.NullOr(Schema.Finite) })

/** Money came to the account, or left it (below zero), without a trade. */
const Moved = Schema.TaggedStruct("Moved", { ...at, base: VolumeText, quote: QuoteText })

const Event = Schema.Union([Created, Opened, Amended, QueueAdvanced, Filled, Canceled, Expired, CancelTimerSet, Moved])
/** Every fact the exchange records. */
export type ExchangeEvent = typeof Event.Type

const RecordText = Schema.fromJsonString(
  Schema.Struct({
    v: Schema.Literal(1),
    /** The market has been matched up to here, Unix milliseconds of simulated time. */
    timeMs: Schema.Finite,
    /** No reply may show a later time until the next record is stored: after a crash the clock goes on from here. */
    untilMs: Schema.Finite,
    /** Highest nonce seen so far, as text because it has 64 bits. */
    nonce: Schema.String,
    /** From where the market can be run again; written now and then. */
    tape: Schema.optionalKey(Schema.Struct({ state: Schema.Array(Schema.Finite), tradeId: Schema.Int })),
    events: Schema.Array(Event)
  })
)

/** One record, decoded. */
export type ExchangeRecord = typeof RecordText.Type

const decode = Schema.decodeUnknownSync(RecordText)
const encode = Schema.encodeSync(RecordText)
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Throws when the bytes are no record of this version; the text names the field. */
export const decodeRecord = (data: Uint8Array): ExchangeRecord => decode(utf8.decode(data))
/** The record as UTF-8 JSON, figures as decimal text; `decodeRecord` reads it back. */
export const encodeRecord = (record: ExchangeRecord): Uint8Array => new TextEncoder().encode(encode(record))
