/**
 * A private, mutable copy of a slot's book while one event is applied: the transition functions write to it as the
 * contract's rules are read, and the result is a new immutable state. The state it was opened from is never touched.
 */
import type { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { type NumbersOf, reason, type Rule } from "../../../shared/core/rules/rules.ts"
import type { Amounts, Sized } from "../../../shared/market/core/binding.ts"
import type { Step } from "../../../shared/actor/core/actor.ts"
import type { Wanted } from "../../../shared/events/families/slot.ts"
import type { Execution, Refusals, Side, SlotBook, SlotOrder, SlotState, Trade, TradeId } from "./state.ts"
import type { Terms } from "./terms.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** USD for a new order of each trade. */
export interface OrderSizes {
  readonly A: number
  readonly B: number
}

/** What may be spent: exact, and as doubles, for sizes and for the exchange's minimums. */
export interface Funds {
  readonly base: Volume
  readonly quote: Quote
  readonly doge: number
  readonly usd: number
  /** What is not among it, because it is kept for exits that are still to be placed; left out where nothing is. */
  readonly owed?: Amounts
}

/** What differs between versions of the rules; `variants.ts` says which is in force when. */
export interface SlotVariants {
  /** Gives a slot without any order its first entries, or says why there is none. */
  readonly firstEntries: (draft: Draft, funds: Funds) => void
  /** What the allotment lacks of an entry that answers it; null: nothing, or that is left to the governor. */
  readonly shortfall: (draft: Draft, entry: Sized) => NumbersOf<"entry_not_covered"> | null
  /** The price that a request carries where the strategy wants `price`. */
  readonly sendable: (price: Price, terms: Terms) => Price
  /** What an order's end is taken for (`trouble/proved.ts`). */
  readonly ends: {
    /** What the order came to, by its end and by the fills recorded before. */
    readonly cameTo: (order: SlotOrder, told: Execution) => Execution
    /** Whether an exit that waits to be asked for again may end once more, and fills of an order whose cancel was asked for are forgotten. */
    readonly countsTwice: boolean
    /** What of a fill closes a position of this volume, and what was traded beyond it; null: nothing. */
    readonly within: (filled: Execution, volume: Volume) => readonly [own: Execution, excess: Execution | null]
    /** Whether an exit that counts as filled may have closed less than its position. */
    readonly mayFallShort: boolean
  }
  /** Whether others are told, as fields: which order an exit takes the place of, the size of one that is too small, since when a wish is refused. */
  readonly tellsOthers: boolean
  /** What the exchange's limits of now leave of an exit that is to be asked for (`trouble/limits.ts`). */
  readonly limits: {
    /** Whether no order of this volume is taken at this price. */
    readonly forbid: (draft: Draft, volume: Volume, price: Price) => boolean
    /** The price and the volume as they may be asked for: never nearer to the market, never more. */
    readonly priceNow: (draft: Draft, side: Side, price: Price) => Price
    readonly volumeNow: (draft: Draft, volume: Volume) => Volume
  }
}

/** A slot's book while one event is applied. */
export interface Draft {
  readonly state: SlotState
  readonly nowMs: number
  readonly marketPrice: number
  readonly terms: Terms
  /** The rules that differ between versions, as in force at this event. */
  readonly variants: SlotVariants
  readonly sizes: OrderSizes
  /** What the governor lets the slot spend; null when this event is no allotment. */
  readonly allotted: Funds | null
  readonly book: Mutable<Omit<SlotBook, "trades" | "refusals">> & {
    readonly trades: Readonly<Record<TradeId, Mutable<Trade>>>
    readonly refusals: Mutable<Refusals>
  }
  readonly outputs: Array<MarketEvent>
}

const NO_OUTPUTS: ReadonlyArray<MarketEvent> = []

/** The step that only moves the clock, the price or the facts. */
export const unchanged = (state: SlotState): Step<SlotState> => ({ state, outputs: NO_OUTPUTS })

/** A draft whose changes leave `state` as it is. */
export const openDraft = (
  state: SlotState,
  terms: Terms,
  variants: SlotVariants,
  sizes: OrderSizes,
  allotted: Funds | null = null
): Draft => {
  const { book } = state
  return {
    state,
    nowMs: state.nowMs,
    marketPrice: state.marketPrice,
    terms,
    variants,
    sizes,
    allotted,
    book: { ...book, trades: { A: { ...book.trades.A }, B: { ...book.trades.B } }, refusals: { ...book.refusals } },
    outputs: []
  }
}

/** The step that the draft amounts to; counts the waiting exits anew. */
export const closeDraft = (draft: Draft): Step<SlotState> => {
  const { book, outputs } = draft
  let waiting = 0
  for (const order of book.orders) if (order.stage === "waiting") waiting++
  for (const { order } of book.recoveries) if (order.stage === "waiting") waiting++
  book.waiting = waiting
  return { state: { ...draft.state, book }, outputs }
}

/** What only a fill or a deposit changes. */
const UNFUNDED: ReadonlySet<Rule> = new Set<Rule>(["insufficient_funds", "entry_not_covered"])

/** What only other terms, a larger size or another price changes. */
const TOO_SMALL: ReadonlySet<Rule> = new Set<Rule>(["below_min_cost", "below_min_volume"])

/**
 * Says that something wanted is not done. Written only when the answer differs from the last one to the same wish:
 * `answer` is what is compared, by default the rule.
 */
export const refuse = <R extends Rule>(
  draft: Draft,
  what: Wanted,
  rule: R,
  numbers: () => NumbersOf<R>,
  answer: string = rule
): void => {
  if (draft.book.refusals[what]?.answer === answer) return
  const why = reason(rule, numbers())
  draft.book.refusals[what] = { answer, reason: why, ...(draft.variants.tellsOthers ? { sinceMs: draft.nowMs } : {}) }
  const sizeUsd = why.numbers["sizeUsd"]
  const tooSmall = draft.variants.tellsOthers && TOO_SMALL.has(rule) && typeof sizeUsd === "number"
  draft.outputs.push({
    _tag: "DecisionRefused",
    what,
    unfunded: UNFUNDED.has(rule),
    ...(tooSmall ? { tooSmallUsd: sizeUsd } : {}),
    reason: why
  })
}

/** The wish was granted: the next refusal of it is news again. */
export const grant = (draft: Draft, what: Wanted): void => {
  draft.book.refusals[what] = null
}
