/**
 * The life of one order at the exchange, in the order in which it happens. Written by order-gateway on the slot's own
 * subject `order.<slot>`; `localId` is the slot's number for the order, `clientId` the id the exchange was given.
 */
import { ClientId, LocalId, Txid } from "../../schema/ids.ts"
import { Schema } from "effect"
import { SIDES } from "../../core/trading.ts"
import { PriceText, QuoteText, VolumeText } from "../../schema/decimalText.ts"

/** Buying or selling, seen from the account. */
export const Side = Schema.Literals(SIDES)

const Identity = {
  clientId: ClientId,
  localId: LocalId
}

/**
 * This order is about to be sent, for the only time. Stored before the request leaves: whoever finds a claim without an
 * outcome must look the client id up, and must not send.
 */
export const OrderClaimed = Schema.TaggedStruct("OrderClaimed", {
  ...Identity,
  side: Side,
  price: PriceText,
  volume: VolumeText,
  postOnly: Schema.Boolean,
  /** The exchange will not place the order after this instant (Unix milliseconds of its clock). */
  deadlineMs: Schema.Finite
})

/** The exchange has the order under `txid`. */
export const OrderAccepted = Schema.TaggedStruct("OrderAccepted", { ...Identity, txid: Txid })

/** The order does not exist at the exchange and never will: refused, expired before placement, or withdrawn before it was sent. */
export const OrderRejected = Schema.TaggedStruct("OrderRejected", {
  ...Identity,
  /** The exchange's own words, or ours where it was never sent. */
  cause: Schema.String
})

/** Sent, outcome unknown. The slot waits; the gateway looks the order up until it knows. */
export const OrderUnknown = Schema.TaggedStruct("OrderUnknown", { ...Identity, cause: Schema.String })

/**
 * The part of `fee` that was taken in the base currency, though never asked for so, and what of `fee` stands for it. Absent where the
 * quote currency paid all of it.
 */
const BaseFeePart = Schema.optionalKey(Schema.Struct({ amount: VolumeText, worth: QuoteText }))

/** One fill, booked once by `execId`. */
export const FillRecorded = Schema.TaggedStruct("FillRecorded", {
  ...Identity,
  txid: Txid,
  execId: Schema.NonEmptyString,
  price: PriceText,
  volume: VolumeText,
  cost: QuoteText,
  fee: QuoteText,
  baseFee: BaseFeePart,
  /** What was taken in a currency that is neither of the pair's, in the exchange's words (`12.5 KFEE`): in no figure. */
  otherFees: Schema.optionalKey(Schema.NonEmptyString),
  liquidity: Schema.Literals(["maker", "taker"])
})

/** Executions of one order, added up. */
const Sums = { volume: VolumeText, cost: QuoteText, fee: QuoteText, baseFee: BaseFeePart }

/**
 * What the exchange's list still said of an ended order when it was asked no more: less than the fills recorded, whose sums the end
 * carries then. Absent where both agree.
 */
const Listed = Schema.optionalKey(Schema.Struct(Sums))

/**
 * The order is filled whole, by the exchange's word: totals over its fills; `price` is their average, exact when all had one price.
 * The volume may be another than was asked for: rounded, or changed at the exchange.
 */
export const OrderFilled = Schema.TaggedStruct("OrderFilled", {
  ...Identity,
  txid: Txid,
  price: PriceText,
  ...Sums,
  listed: Listed
})

/** The order is off the book with a rest unfilled; what was filled before stands in the totals (often zero). */
export const OrderCancelled = Schema.TaggedStruct("OrderCancelled", {
  ...Identity,
  txid: Txid,
  /** Average of the fills; zero when there were none. */
  price: PriceText,
  ...Sums,
  /** The exchange's words (`Post only order`, `User requested`, …). */
  cause: Schema.String,
  listed: Listed
})

/** The open order stands at another price now; everything else about it is as it was. */
export const OrderAmended = Schema.TaggedStruct("OrderAmended", { ...Identity, price: PriceText })

/** The exchange does not change the order's price; the order stands as it was. */
export const AmendRefused = Schema.TaggedStruct("AmendRefused", { ...Identity, cause: Schema.String })

/**
 * The order stands at the exchange otherwise than was asked: somebody else has changed its price or its volume, or it has traded more
 * than it was to.
 */
export const OrderRestated = Schema.TaggedStruct("OrderRestated", { ...Identity, price: PriceText, volume: VolumeText })

/** A fill of an order that had ended without it, by all that was known then; booked once by `execId`. */
export const LateFillRecorded = Schema.TaggedStruct("LateFillRecorded", {
  ...Identity,
  txid: Txid,
  execId: Schema.NonEmptyString,
  side: Side,
  role: Schema.Literals(["entry", "exit"]),
  /** Of the order's request. */
  cycle: Schema.Int,
  price: PriceText,
  ...Sums,
  /** What more the fill has: the order's end had counted it already, before anybody knew of which fill. Absent: nothing. */
  counted: Schema.optionalKey(Schema.Struct(Sums)),
  liquidity: Schema.Literals(["maker", "taker"])
})

/** Any fact about an order. */
export const OrderEvent = Schema.Union([
  OrderClaimed,
  OrderAccepted,
  OrderRejected,
  OrderUnknown,
  FillRecorded,
  OrderFilled,
  OrderCancelled,
  OrderAmended,
  AmendRefused,
  OrderRestated,
  LateFillRecorded
])
export type OrderEvent = typeof OrderEvent.Type
