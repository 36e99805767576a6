/** Which ids were stored lately: the fast path of idempotent appends. Pure; the caller brings the time. */

/** How long an id is remembered, milliseconds. Covers retries and a takeover; what is older is held by compare-and-set. */
export const DEFAULT_DUPLICATE_WINDOW_MS = 600_000

/**
 * Most ids remembered at a time, so that a flood cannot eat the memory (about 100 bytes an id). 1,000,000 in ten minutes
 * is 1,600 records a second, far above a market's rate; beyond it the oldest half is forgotten early.
 */
export const MAX_REMEMBERED_IDS = 1_000_000

interface Remembered {
  readonly seq: number
  readonly storedMs: number
}

/** Ids by the record that holds them; one id is remembered for the window at most. */
export interface DuplicateWindow {
  /** Sequence of the record stored under this id inside the window, or null. */
  readonly find: (id: string, nowMs: number) => number | null
  /** Times must not decrease from call to call. */
  readonly remember: (id: string, seq: number, storedMs: number) => void
}

/**
 * Two generations instead of one map with evictions: the older one is dropped whole once everything in it is outside
 * the window, which costs nothing per record.
 */
export const makeDuplicateWindow = (windowMs: number): DuplicateWindow => {
  let young = new Map<string, Remembered>()
  let old = new Map<string, Remembered>()
  let youngSinceMs = Number.NEGATIVE_INFINITY

  return {
    find: (id, nowMs) => {
      const known = young.get(id) ?? old.get(id)
      return known === undefined || nowMs - known.storedMs >= windowMs ? null : known.seq
    },
    remember: (id, seq, storedMs) => {
      if (storedMs - youngSinceMs >= windowMs || young.size >= MAX_REMEMBERED_IDS / 2) {
        old = young
        young = new Map()
        youngSinceMs = storedMs
      }
      young.set(id, { seq, storedMs })
    }
  }
}
