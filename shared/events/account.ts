import { Schema } from "effect"
import { QuoteText, VolumeText } from "../decimal/schema.ts"

const Digits = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 }))

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
  quote: Schema.Struct({ total: QuoteText, hold: QuoteText })
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

/** The account family: everything the exchange says of the account and the pair. */
export const AccountEvent = Schema.Union([ConstraintsObserved, FeesObserved, BalancesObserved, AccountReconciled])
