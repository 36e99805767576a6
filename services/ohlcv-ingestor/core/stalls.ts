/**
 * When a training window is asked for from the exchange, and when no longer: an attempt that brings nothing new is a stall,
 * and after a few in a row the breaker opens, because a source with a ceiling would give the same bars for ever. Pure.
 */

/** What is remembered of a timeframe's backfills, over restarts. */
export interface BackfillMemory {
  /** Attempts in a row that brought nothing new. */
  readonly stalls: number
  /** What the last attempt or refusal said, in the words operators know. */
  readonly message: string
  /** When the last attempt ended, Unix milliseconds of the wall; 0: never. */
  readonly lastRunMs: number
}

/** The memory before the first attempt. */
export const noBackfillYet: BackfillMemory = { stalls: 0, message: "", lastRunMs: 0 }

/** What stands in the store, against what is wanted. */
export interface WindowNow {
  readonly samples: number
  readonly target: number
  /** Samples reach the target and the newest is fresh. */
  readonly ready: boolean
}

/** Whether to ask, or why not; `message` in the words operators know. */
export type BackfillDecision =
  | { readonly go: true }
  | { readonly go: false; readonly why: "already_ready" | "circuit_open"; readonly message: string }

/** Whether to ask the exchange. A full window is never asked for; an open breaker only closes by hand. */
export const decideBackfill = (memory: BackfillMemory, window: WindowNow, maxStalls: number): BackfillDecision => {
  if (window.ready) {
    return { go: false, why: "already_ready", message: `already_ready:${window.samples}/${window.target}` }
  }
  if (memory.stalls >= maxStalls) {
    return { go: false, why: "circuit_open", message: `backfill_circuit_open:stalls=${memory.stalls}/${maxStalls}` }
  }
  return { go: true }
}

/** What an attempt brought. */
export interface BackfillOutcome {
  /** Closed candles received. */
  readonly queued: number
  /** Those among them that the store did not have. */
  readonly fresh: number
  /** What the store holds now. */
  readonly samples: number
  readonly target: number
}

/** The memory after an attempt; any new candle forgives the stalls before it. */
export const afterBackfill = (memory: BackfillMemory, outcome: BackfillOutcome, nowMs: number): BackfillMemory => {
  const stalls = outcome.fresh === 0 ? memory.stalls + 1 : 0
  const counts = `queued=${outcome.queued} new=${outcome.fresh} est_total=${outcome.samples}/${outcome.target}`
  return { stalls, message: stalls > 0 ? `${counts} stalls=${stalls}` : counts, lastRunMs: nowMs }
}

/** A person asks: the breaker is closed and counting begins anew. */
export const resetStalls = (memory: BackfillMemory): BackfillMemory => ({ ...memory, stalls: 0 })
