/** What slots say and the governor grants, and how their order facts are looked at. */
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"

/** What a slot asks for. Default: 100 units to buy at 0.19, post-only: rests below every price of a still market. */
export interface Wish {
  readonly side?: "buy" | "sell"
  readonly price?: string
  readonly volume?: string
  readonly postOnly?: boolean
}

const REASON = { rule: "configured", numbers: {} } as const

/** The request of an entry. */
export const requestOf = (
  localId: number,
  { side = "buy", price = "0.19", volume = "100", postOnly = true }: Wish
): MarketEvent => ({
  _tag: "OrderRequested",
  localId,
  side,
  role: "entry",
  tradeId: side === "buy" ? "B" : "A",
  cycle: 1,
  price: Price.parse(price),
  volume: Volume.parse(volume),
  postOnly,
  layers: 0,
  reason: REASON
})

/** The governor lets an entry go. */
export const grantOf = (slot: number, localId: number): MarketEvent => ({
  _tag: "EntryGranted",
  slot,
  localId,
  reason: REASON
})

/** The request to take an order off the book. */
export const cancelOf = (localId: number): MarketEvent => ({
  _tag: "CancelRequested",
  localId,
  recoveryId: null,
  reason: REASON
})

/** The kinds of some facts, in their order. */
export const tags = (facts: ReadonlyArray<OrderEvent>): ReadonlyArray<OrderEvent["_tag"]> =>
  facts.map((fact) => fact._tag)

/** The kinds of a slot's facts, each with its order's local id. */
export const tagsById = (facts: ReadonlyArray<OrderEvent>): ReadonlyArray<string> =>
  facts.map(({ _tag, localId }) => `${_tag} ${localId}`)

/** The facts of one kind. */
export const only = <Tag extends OrderEvent["_tag"]>(
  facts: ReadonlyArray<OrderEvent>,
  tag: Tag
): ReadonlyArray<Extract<OrderEvent, { readonly _tag: Tag }>> =>
  facts.filter((fact): fact is Extract<OrderEvent, { readonly _tag: Tag }> => fact._tag === tag)
