/** Which ids were stored lately: the fast path of idempotent appends. Pure; the caller brings the time. */

/** How long an id is remembered, milliseconds. Covers retries and a takeover; what is older is held by compare-and-set. */
export const DEFAULT_DUPLICATE_WINDOW_MS = 600_000

/**
 * Most ids remembered at a time, so that a flood cannot eat the memory (about 100 bytes an id). 1,000,000 in ten minutes
 * is 1,600 records a second, far above a market's rate; beyond it the oldest half is forgotten early.
 */
export const MAX_REMEMBERED_IDS = 1_000_000

/** Ids by the record that holds them; one id is remembered for the window at most. */
export interface DuplicateWindow {
  /** Sequence of the record stored under this id inside the window, or null. */
  readonly find: (id: string, nowMs: number) => number | null
  /** Times must not decrease from call to call. */
  readonly remember: (id: string, seq: number, storedMs: number) => void
}

/** Ids that are forgotten together. Numbers in rows of their own: an object for each id would be looked at by every collection of garbage. */
class Generation {
  private readonly places = new Map<string, number>()
  private readonly seqs: Array<number> = []
  private readonly storedMs: Array<number> = []
  readonly sinceMs: number

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs
  }

  get size(): number {
    return this.seqs.length
  }

  /** Undefined: it has no such id. Null: it has, and that was longer ago. */
  find(id: string, afterMs: number): number | null | undefined {
    const place = this.places.get(id)
    if (place === undefined) return undefined
    return (this.storedMs[place] ?? 0) > afterMs ? (this.seqs[place] ?? null) : null
  }

  add(id: string, seq: number, storedMs: number): void {
    this.places.set(id, this.seqs.length)
    this.seqs.push(seq)
    this.storedMs.push(storedMs)
  }
}

/**
 * Two generations instead of one map with evictions: the older one is dropped whole once everything in it is outside
 * the window, which costs nothing per record.
 */
export const makeDuplicateWindow = (windowMs: number): DuplicateWindow => {
  let young = new Generation(Number.NEGATIVE_INFINITY)
  let old = young

  return {
    find: (id, nowMs) => {
      const afterMs = nowMs - windowMs
      const known = young.find(id, afterMs)
      if (known !== undefined || old === young) return known ?? null
      return old.find(id, afterMs) ?? null
    },
    remember: (id, seq, storedMs) => {
      if (storedMs - young.sinceMs >= windowMs || young.size >= MAX_REMEMBERED_IDS / 2) {
        old = young
        young = new Generation(storedMs)
      }
      young.add(id, seq, storedMs)
    }
  }
}
