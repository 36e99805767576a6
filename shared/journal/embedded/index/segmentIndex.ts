/**
 * What is known of one segment without reading it: how it begins and ends, which subjects it holds, and where their
 * records stand. Grows with the newest segment, and is written beside it when the next one begins. Pure.
 */
import type { JournalRecord } from "../../port.ts"
import { SEGMENT_HEADER_BYTES } from "../directory/frame.ts"
import { firstAtLeast, makeOffsetList, type OffsetList } from "./offsets.ts"

/** Bytes between marks: what a look at a single record reads beyond it at most, hundredths of a millisecond of work. */
const MARK_BYTES = 16 * 1024

/** A place where reading may begin. */
export interface Mark {
  readonly seq: number
  /** Of the frame's first byte in the segment. */
  readonly offset: number
  /** When the record there was stored, Unix milliseconds. */
  readonly storedMs: number
}

/** How a segment begins and ends. */
export interface SegmentSummary {
  readonly firstSeq: number
  /** Checksum of the record before the segment; 0 at the journal's beginning. */
  readonly previousCrc: number
  /** `firstSeq - 1` while the segment is empty. */
  readonly lastSeq: number
  /** Checksum of the last record; `previousCrc` while the segment is empty. */
  readonly lastCrc: number
  /** Bytes of the segment up to the end of its last record. */
  readonly endOffset: number
  /** Bytes of data in its records. */
  readonly dataBytes: number
  /** When its newest record was stored, Unix milliseconds; 0 while it is empty. */
  readonly lastStoredMs: number
}

/** One subject's records in a segment. */
export interface SubjectEntry {
  readonly name: string
  readonly count: number
  /** The subject's last sequence in the segment. */
  readonly lastSeq: number
}

/** The index of the newest segment, which takes each record as it becomes durable. */
export interface GrowingIndex {
  readonly summary: () => SegmentSummary
  readonly marks: () => ReadonlyArray<Mark>
  readonly subjects: () => ReadonlyArray<SubjectEntry>
  /** Offsets of a subject's records, ascending; empty when it has none here. */
  readonly offsetsOf: (subject: string) => Uint32Array
  /** The next record, in a frame of `size` bytes with this checksum. */
  readonly add: (record: JournalRecord, size: number, crc: number) => void
}

interface Subject {
  readonly offsets: OffsetList
  lastSeq: number
}

const none = new Uint32Array(0)

/** Of a segment without records. */
export const makeGrowingIndex = (firstSeq: number, previousCrc: number): GrowingIndex => {
  const bySubject = new Map<string, Subject>()
  const marks: Array<Mark> = []
  let lastSeq = firstSeq - 1
  let lastCrc = previousCrc
  let endOffset = SEGMENT_HEADER_BYTES
  let dataBytes = 0
  let lastStoredMs = 0
  let nextMarkAt = 0
  return {
    summary: () => ({ firstSeq, previousCrc, lastSeq, lastCrc, endOffset, dataBytes, lastStoredMs }),
    marks: () => marks,
    subjects: () => [...bySubject].map(([name, { offsets, lastSeq }]) => ({ name, count: offsets.length(), lastSeq })),
    offsetsOf: (subject) => bySubject.get(subject)?.offsets.view() ?? none,
    add: ({ seq, subject, data, storedMs }, size, crc) => {
      if (endOffset >= nextMarkAt) {
        marks.push({ seq, offset: endOffset, storedMs })
        nextMarkAt = endOffset + MARK_BYTES
      }
      let known = bySubject.get(subject)
      if (known === undefined) {
        known = { offsets: makeOffsetList(), lastSeq: seq }
        bySubject.set(subject, known)
      }
      known.offsets.push(endOffset)
      known.lastSeq = seq
      lastSeq = seq
      lastCrc = crc
      endOffset += size
      dataBytes += data.byteLength
      lastStoredMs = Math.max(lastStoredMs, storedMs)
    }
  }
}

/** The last mark at or before `seq`. Every segment with records has one at its first. */
export const markAt = (marks: ReadonlyArray<Mark>, seq: number): Mark => {
  const mark = marks[firstAtLeast(marks.length, (place) => marks[place]?.seq ?? 0, seq + 1) - 1]
  if (mark === undefined) throw new RangeError(`no mark at or before record ${seq}`)
  return mark
}

/** Where the first mark after `seq` stands, or null. */
export const markAfter = (marks: ReadonlyArray<Mark>, seq: number): Mark | null =>
  marks[firstAtLeast(marks.length, (place) => marks[place]?.seq ?? 0, seq + 1)] ?? null
