/** Faults that are no failures of a call: what others do with the account, terms that change, and reports that are behind. */
import { Schema } from "effect"
import { PriceText, QuoteText, VolumeText } from "../../../shared/schema/decimalText.ts"

const byHand = Schema.Literal("by-hand")
const txid = Schema.optionalKey(Schema.NonEmptyString)
const pct = Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
const figure = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 })))
const fee = Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 5 })))

/** What others do, once and now (`core/engine/byHand.ts`); without a `txid` to every open order that carries a client id. */
export const BY_HAND = [
  Schema.Struct({
    kind: byHand,
    act: Schema.Literal("place"),
    side: Schema.Literals(["buy", "sell"]),
    price: PriceText,
    volume: VolumeText
  }),
  Schema.Struct({ kind: byHand, act: Schema.Literal("change"), volumePct: pct, pricePct: pct, txid }),
  Schema.Struct({ kind: byHand, act: Schema.Literal("cancel"), reason: Schema.String, txid }),
  Schema.Struct({ kind: byHand, act: Schema.Literal("move"), base: VolumeText, quote: QuoteText })
] as const

/** The pair's terms and the account's fees from now on; what is left out stays as it is. */
export const Terms = Schema.Struct({
  kind: Schema.Literal("terms"),
  orderMin: Schema.optionalKey(VolumeText),
  costMin: Schema.optionalKey(QuoteText),
  priceDecimals: figure,
  volumeDecimals: figure,
  makerFeePct: fee,
  takerFeePct: fee,
  /** Of the pair alone; the system's own is the fault `status`. */
  pairStatus: Schema.optionalKey(
    Schema.Literals(["online", "cancel_only", "post_only", "limit_only", "reduce_only", "maintenance"])
  )
})

/** What a fault of these changed of the terms. */
export type TermsNow = Omit<typeof Terms.Type, "kind">

/** The next reports of ended orders over REST say that they were canceled with nothing traded. */
export const StaleReports = Schema.Struct({
  kind: Schema.Literal("stale-reports"),
  times: Schema.Int.check(Schema.isGreaterThan(0))
})

/** Fees are taken in this currency from now on, whatever the order says; `both`: half in each. `quote` ends it. */
export const FeesInFault = Schema.Struct({
  kind: Schema.Literal("fees-in"),
  currency: Schema.Literals(["quote", "base", "both"])
})

/** A fill that completes an order is short by so many units of 1e-8; 0 ends it. */
export const RoundedFills = Schema.Struct({
  kind: Schema.Literal("rounded-fills"),
  units: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 }))
})
