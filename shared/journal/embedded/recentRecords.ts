/** The newest records in memory, shared by all live readers. Who falls behind it reads from disk instead. Pure. */
import type { JournalRecord } from "../port.ts"

/** Bounds of what is kept: enough for a reader that pauses for a moment, little enough not to be noticed. */
export const recentLimits = { records: 8_192, bytes: 16 * 1024 * 1024 } as const

/** The newest records in a row. `push` takes them in the order of their sequences, without gaps. */
export interface RecentRecords {
  readonly push: (record: JournalRecord) => void
  /** Up to `limit` records starting exactly at `from`, or null when that one is no longer (or not yet) here. */
  readonly slice: (from: number, limit: number) => ReadonlyArray<JournalRecord> | null
}

/** Empty at first, whatever the journal holds; bounded by `recentLimits`. */
export const makeRecentRecords = (): RecentRecords => {
  const ring: Array<JournalRecord | undefined> = Array.from({ length: recentLimits.records })
  let oldest = 1
  let newest = 0
  let bytes = 0
  const slot = (seq: number) => seq % recentLimits.records

  const dropOldest = () => {
    bytes -= ring[slot(oldest)]?.data.byteLength ?? 0
    ring[slot(oldest)] = undefined
    oldest += 1
  }

  return {
    push: (record) => {
      if (newest === 0) oldest = record.seq
      while (newest - oldest + 1 >= recentLimits.records) dropOldest()
      newest = record.seq
      ring[slot(newest)] = record
      bytes += record.data.byteLength
      while (bytes > recentLimits.bytes && oldest < newest) dropOldest()
    },
    slice: (from, limit) => {
      if (newest === 0 || from < oldest || from > newest) return null
      const found: Array<JournalRecord> = []
      for (let seq = from; seq <= Math.min(newest, from + limit - 1); seq++) {
        const record = ring[slot(seq)]
        if (record !== undefined) found.push(record)
      }
      return found
    }
  }
}
