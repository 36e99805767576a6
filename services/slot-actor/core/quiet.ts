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

/** The last price of a quiet time as a double, when it came, and the clock fact after it; null: none. */
export interface Passed {
  readonly priceNumber: number
  readonly priceAtMs: number
  readonly tick: { readonly timeMs: number; readonly priceAgeSec: number | null } | null
}

/** The state after a quiet time, as folding each of its facts would have left it. */
export const passedQuietly = (state: SlotState, { priceNumber, priceAtMs, tick }: Passed): SlotState => {
  const { facts, terms, book } = state
  const heardMs = Math.max(state.nowMs, priceAtMs)
  return {
    nowMs: tick === null ? heardMs : Math.max(heardMs, tick.timeMs),
    marketPrice: priceNumber,
    priceAtMs: heardMs,
    priceAgeSec: tick === null ? 0 : tick.priceAgeSec,
    facts,
    terms,
    book
  }
}

/** What an order is worth is asked when one is planned, not before: neither says when that is. */
export const SLOT_DEFERS: Deferrable = new Set(["BalancesObserved", "SizingSet"] as const)

/** What a host goes by that passes over prices and clock facts: both only ever replace what stands at the top of the state. */
export const SLOT_QUIETNESS: Quietness<SlotState> = {
  of: (state) => {
    const quiet = slotQuiet(state)
    return state.nowMs < quiet.untilMs ? quiet : NOT_QUIET
  },
  passed: (state, { nowMs, priceAgeSec, price }, fromSeq) => {
    const { facts, terms, book } = state
    const newPrice = price !== null && price.seq > fromSeq ? price : null
    return {
      nowMs: Math.max(state.nowMs, nowMs),
      marketPrice: newPrice?.last ?? state.marketPrice,
      priceAtMs: newPrice === null ? state.priceAtMs : Math.max(state.nowMs, newPrice.nowMs),
      priceAgeSec,
      facts,
      terms,
      book
    }
  }
}
