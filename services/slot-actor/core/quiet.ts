/** Until when prices and time alone leave a slot as it is: no leg is due, no entry stale, no exit late. Pure. */
import {
  ALWAYS_QUIET,
  type Deferrable,
  NOT_QUIET,
  type Quiet,
  type Quietness
} from "../../../shared/actor/core/quiet.ts"
import { fundsDueMs } from "./entry/funds.ts"
import { staleBand } from "./entry/refresh.ts"
import { lateExitDueMs } from "./exit/orphan.ts"
import { entryStop } from "./gate.ts"
import type { SlotState } from "./state.ts"

/** How long the slot stays quiet (`Quiet`). It reckons as `priceObserved` and `clockTicked` do, and errs on the narrow side. */
export const slotQuiet = (state: SlotState): Quiet => {
  const { terms, book, facts, marketPrice } = state
  if (terms === null || book.halted !== null) return ALWAYS_QUIET
  if (facts.life === "retiring" || book.waiting > 0 || marketPrice <= 0) return NOT_QUIET
  const untilMs = Math.min(fundsDueMs(state), lateExitDueMs(state, terms))
  if (entryStop(facts, false) !== null) return { ...ALWAYS_QUIET, untilMs }
  return staleBand(state, terms.refreshPct, untilMs)
}

/** What a quiet time has left. */
interface Heard {
  readonly nowMs: number
  /** The last price as a double, and when it was heard; null: none came. */
  readonly price: { readonly last: number; readonly atMs: number } | null
  readonly priceAgeSec: number | null
}

/** Prices and clock facts only ever replace what stands at the top of the state. */
const having = (state: SlotState, { nowMs, price, priceAgeSec }: Heard): SlotState => {
  const { facts, terms, book } = state
  return {
    nowMs,
    marketPrice: price === null ? state.marketPrice : price.last,
    priceAtMs: price === null ? state.priceAtMs : price.atMs,
    priceAgeSec,
    facts,
    terms,
    book
  }
}

/** The last price of a quiet time as a double, when it came, and the clock fact after it; null: none. */
export interface Passed {
  readonly priceNumber: number
  readonly priceAtMs: number
  readonly tick: { readonly timeMs: number; readonly priceAgeSec: number | null } | null
}

/** The state after a quiet time, as folding each of its facts would have left it. */
export const passedQuietly = (state: SlotState, { priceNumber, priceAtMs, tick }: Passed): SlotState => {
  const atMs = Math.max(state.nowMs, priceAtMs)
  return having(state, {
    nowMs: tick === null ? atMs : Math.max(atMs, tick.timeMs),
    price: { last: priceNumber, atMs },
    priceAgeSec: tick === null ? 0 : tick.priceAgeSec
  })
}

/** What an order is worth is asked when one is planned, not before: neither says when that is. */
export const SLOT_DEFERS: Deferrable = new Set(["BalancesObserved", "SizingSet"] as const)

/** What a host goes by that keeps prices and clock facts from the slot, and lays them on later. */
export const SLOT_QUIETNESS: Quietness<SlotState> = {
  of: (state) => {
    const quiet = slotQuiet(state)
    return state.nowMs < quiet.untilMs ? quiet : NOT_QUIET
  },
  passed: (state, { nowMs, priceAgeSec, price }, fromSeq) =>
    having(state, {
      nowMs: Math.max(state.nowMs, nowMs),
      price:
        price !== null && price.seq > fromSeq ? { last: price.last, atMs: Math.max(state.nowMs, price.nowMs) } : null,
      priceAgeSec
    })
}
