/**
 * The journal's segments, oldest first: what is known of each without its records, and the index of the newest, which
 * grows. Some 600 bytes a segment (of 50,000 records) stand in memory, a line a subject, and four bytes a record of the
 * newest segment. Pure.
 */
import type { JournalRecord } from "../port.ts"
import type { Beginning } from "./directory/marks.ts"
import { firstAtLeast } from "./index/offsets.ts"
import { type GrowingIndex, makeGrowingIndex, type SegmentSummary, type SubjectEntry } from "./index/segmentIndex.ts"

/** One segment as it stands now. `growing` is the index of the newest; that of a closed one is a file. */
export interface Segment {
  readonly path: string
  readonly summary: SegmentSummary
  readonly growing: GrowingIndex | null
}

/** A segment that takes no more records, with its finished index. */
export interface ClosedSegment {
  readonly path: string
  readonly index: GrowingIndex
}

/** All of them. */
export interface Segments {
  /** Lowest sequence kept. */
  readonly first: () => number
  /** Newest sequence; 0 when there was never a record. */
  readonly head: () => number
  /** Checksum of the newest record; 0 when there was never one. */
  readonly headCrc: () => number
  /** Newest sequence on the subject, also of a record that was dropped; 0 for none. */
  readonly lastOf: (subject: string) => number
  /** Bytes of data kept. */
  readonly dataBytes: () => number
  /** The files of the closed ones. */
  readonly closed: () => ReadonlyArray<string>
  /** Takes in a closed segment, at opening. */
  readonly addClosed: (path: string, summary: SegmentSummary, subjects: Iterable<SubjectEntry>) => void
  /** Begins the next segment; returns the one that is closed by it, with its finished index, or null. */
  readonly begin: (path: string, firstSeq: number, previousCrc: number) => ClosedSegment | null
  /** The next record, durable in the newest segment. */
  readonly add: (record: JournalRecord, size: number, crc: number) => void
  /** The segment of a record. Only for first ≤ seq ≤ head. */
  readonly at: (seq: number) => Segment
  /** Where the journal would begin without the segments that end before `seq` and were whose newest record was stored at `olderMs` or before; null: nothing to drop. */
  readonly beginningAt: (seq: number, olderMs: number) => Beginning | null
  /** Forgets the segments before this beginning; returns how many bytes of data they held. */
  readonly dropTo: (beginning: Beginning) => number
}

/** Without segments yet, beginning where the dropped ones ended. */
export const makeSegments = (beginning: Beginning | null): Segments => {
  const lastBySubject = new Map(Object.entries(beginning?.lasts ?? {}))
  let closed: Array<Segment> = []
  let newest: { readonly path: string; readonly index: GrowingIndex } | null = null
  let first = beginning?.first ?? 1

  const all = (): ReadonlyArray<Segment> =>
    newest === null
      ? closed
      : [...closed, { path: newest.path, summary: newest.index.summary(), growing: newest.index }]
  const tip = (): SegmentSummary | undefined => newest?.index.summary() ?? closed.at(-1)?.summary

  const placeOf = (seq: number): number =>
    firstAtLeast(closed.length, (place) => closed[place]?.summary.lastSeq ?? 0, seq)

  return {
    first: () => first,
    head: () => tip()?.lastSeq ?? first - 1,
    headCrc: () => tip()?.lastCrc ?? beginning?.previousCrc ?? 0,
    lastOf: (subject) => lastBySubject.get(subject) ?? 0,
    dataBytes: () => all().reduce((sum, { summary }) => sum + summary.dataBytes, 0),
    closed: () => closed.map(({ path }) => path),
    addClosed: (path, summary, subjects) => {
      closed.push({ path, summary, growing: null })
      for (const { name, lastSeq } of subjects) lastBySubject.set(name, lastSeq)
    },
    begin: (path, firstSeq, previousCrc) => {
      const finished = newest
      newest = { path, index: makeGrowingIndex(firstSeq, previousCrc) }
      if (finished !== null) closed.push({ path: finished.path, summary: finished.index.summary(), growing: null })
      return finished
    },
    add: (record, size, crc) => {
      if (newest === null) throw new RangeError("a record needs a segment before it")
      newest.index.add(record, size, crc)
      lastBySubject.set(record.subject, record.seq)
    },
    at: (seq) => {
      const found = closed[placeOf(seq)]
      if (found !== undefined) return found
      if (newest === null || newest.index.summary().lastSeq < seq)
        throw new RangeError(`no segment holds record ${seq}`)
      return { path: newest.path, summary: newest.index.summary(), growing: newest.index }
    },
    beginningAt: (seq, olderMs) => {
      const young = closed.findIndex(({ summary }) => summary.lastStoredMs > olderMs)
      const place = Math.min(placeOf(seq), young === -1 ? closed.length : young)
      const last = closed[place - 1]?.summary
      if (last === undefined) return null
      const gone = [...lastBySubject].filter(([, lastSeq]) => lastSeq <= last.lastSeq)
      return { first: last.lastSeq + 1, previousCrc: last.lastCrc, lasts: Object.fromEntries(gone) }
    },
    dropTo: (next) => {
      const gone = closed.filter(({ summary }) => summary.lastSeq < next.first)
      closed = closed.slice(gone.length)
      first = next.first
      return gone.reduce((sum, { summary }) => sum + summary.dataBytes, 0)
    }
  }
}
