/**
 * Opens a journal directory: of a closed segment its index is read, of the newest every record, and the end is judged.
 * A write that a crash tore off was never acknowledged and may be cut; anything else that is damaged was acknowledged,
 * and the journal refuses to open. Damage inside a closed segment is found when it is read: each record has its checksum.
 */
import * as fs from "node:fs"
import type { JournalRecord } from "../port.ts"
import {
  decodeFrame,
  decodeSegmentHeader,
  frameSizeAt,
  MAX_FRAME_BYTES,
  MIN_FRAME_BYTES,
  PREFIX_BYTES,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader
} from "./directory/frame.ts"
import { segmentPath, segmentsDirectory, segmentSeqOf } from "./directory/layout.ts"
import type { Beginning, HighWater } from "./directory/marks.ts"
import { damage, type OpenFile, SCAN_BYTES, scanFrames, withFile } from "./directory/scan.ts"
import { type Decoded, encodeIndex, type IndexTable } from "./index/indexFile.ts"
import { fits, indexOfSegment, readTable } from "./index/rebuild.ts"
import { withSegmentFile } from "./packing/segmentFile.ts"
import { type Mark, markAt, type SegmentSummary, type SubjectEntry } from "./index/segmentIndex.ts"

/** The unfinished write at the end of the newest segment. `offset` 0: not even the segment's header is whole. */
export interface TornTail {
  readonly path: string
  readonly offset: number
  readonly bytes: number
  /** The sequence that is missing or unfinished there. */
  readonly seq: number
}

/** How far the journal reaches, and where the next record goes. */
export interface Recovered {
  /** Newest sequence; 0 when empty. */
  readonly head: number
  /** Checksum of the newest record; 0 when empty. */
  readonly crc: number
  /** The newest segment and where its good part ends, or null when there is none. */
  readonly active: { readonly path: string; readonly endOffset: number } | null
  readonly tornTail: TornTail | null
  /** Segments whose index was missing or wrong. */
  readonly rebuilt: ReadonlyArray<{ readonly path: string; readonly why: string }>
}

/** Called in order, oldest first. A record's data is only valid during the call. */
export interface RecoveryVisitor {
  /** A record inside the duplicate window that stands in a closed segment; before its segment is told. */
  readonly recent: (record: JournalRecord) => void
  readonly closed: (path: string, summary: SegmentSummary, subjects: ReadonlyArray<SubjectEntry>) => void
  /** An index made anew, to be saved; returns why that failed, or null. */
  readonly rebuilt: (path: string, bytes: () => Buffer) => string | null
  /** The newest segment; its records follow. */
  readonly newest: (path: string, header: SegmentHeader) => void
  readonly record: (record: JournalRecord, size: number, crc: number) => void
  /** A record among the last `TAIL_BYTES` of the newest segment, told by `record` before. */
  readonly tail: (record: JournalRecord) => void
}

/** Where whoever starts goes on: a market's folds have snapshots some thousand records back. That is seven thousand prices. */
const TAIL_BYTES = 2 * 1024 * 1024

/** What opening knows beforehand. */
export interface RecoveryOptions {
  readonly directory: string
  readonly highWater: HighWater | null
  readonly beginning: Beginning | null
  /** Ids of records stored after this time still matter. */
  readonly recentAfterMs: number
}

const otherRecord = "not the record this journal held before"

/**
 * Whether anything after a bad place proves that the record there had been safely on disk: a later whole record that
 * was written when `badSeq` was durable already. Tries every byte, since the bad record's length cannot be trusted.
 */
const wasDurable = (file: OpenFile, badOffset: number, badSeq: number): boolean => {
  for (let start = badOffset + 1; start < file.size; start += SCAN_BYTES - MAX_FRAME_BYTES) {
    const bytes = file.readAt(start)
    const last = Math.min(bytes.length - MIN_FRAME_BYTES, SCAN_BYTES - MAX_FRAME_BYTES - 1)
    for (let offset = 0; offset <= last; offset++) {
      if (frameSizeAt(bytes, offset) === null) continue
      // Sequence and durable sequence stand at fixed places: look before paying for the checksum.
      const seq = bytes.readUIntLE(offset + PREFIX_BYTES + 4, 6)
      const durableSeq = bytes.readUIntLE(offset + PREFIX_BYTES + 10, 6)
      if (seq <= badSeq || durableSeq < badSeq || durableSeq >= seq) continue
      if (decodeFrame(bytes, offset) !== null) return true
    }
  }
  return false
}

/** The records of a closed segment from a mark on, until `visit` has seen enough. */
const scanClosed = (path: string, mark: Mark, visit: (record: JournalRecord, crc: number, offset: number) => boolean) =>
  withSegmentFile(path, (file) => {
    let goesOn = true
    const end = scanFrames(file, { offset: mark.offset, seq: mark.seq, crc: null }, ({ record, crc }, offset) => {
      goesOn = visit(record, crc, offset)
      return goesOn
    })
    if (goesOn && end.offset < file.size) throw damage(file.path, end.offset, end.seq, "damaged, and records follow it")
  })

/** Walks the segments, oldest first; the tip is what the next one must continue. */
class Recovery {
  private readonly options: RecoveryOptions
  private readonly visitor: RecoveryVisitor
  private readonly rebuilt: Array<{ path: string; why: string }> = []
  private head: number
  private crc: number

  constructor(options: RecoveryOptions, visitor: RecoveryVisitor) {
    this.options = options
    this.visitor = visitor
    this.head = (options.beginning?.first ?? 1) - 1
    this.crc = options.beginning?.previousCrc ?? 0
  }

  private mustContinue(path: string, { firstSeq, previousCrc }: SegmentHeader): void {
    if (firstSeq === this.head + 1 && previousCrc === this.crc) return
    const what = `the segment begins at record ${firstSeq} and does not continue the one before`
    throw damage(path, 0, this.head + 1, what)
  }

  private headerOf(path: string) {
    const header = withFile(path, (file) => decodeSegmentHeader(file.readAt(0, SEGMENT_HEADER_BYTES)))
    if ("problem" in header) throw damage(path, 0, this.head + 1, header.problem)
    this.mustContinue(path, header)
    return header
  }

  /** Segments whose index fits are believed, up to what the next one says about their last record. */
  closed(path: string): void {
    const table: Decoded<IndexTable> = readTable(path)
    const why = "problem" in table ? table.problem : fits(table, path) ? null : "of another segment"
    if ("problem" in table || why !== null) return this.rebuild(path, why ?? "")
    this.mustContinue(path, table.summary)
    const { recentAfterMs, highWater } = this.options
    const { firstSeq, lastSeq, lastStoredMs } = table.summary
    if (highWater !== null && highWater.head >= firstSeq && highWater.head <= lastSeq) {
      scanClosed(path, markAt(table.marks, highWater.head), (record, crc, offset) => {
        this.checkHighWater(path, offset, record.seq, crc)
        return record.seq < highWater.head
      })
    }
    if (lastStoredMs > recentAfterMs) {
      const start = table.marks.findLast(({ storedMs }) => storedMs <= recentAfterMs) ?? markAt(table.marks, firstSeq)
      scanClosed(path, start, (record) => {
        if (record.storedMs > recentAfterMs) this.visitor.recent(record)
        return true
      })
    }
    this.finish(path, table.summary, table.subjects)
  }

  private rebuild(path: string, why: string): void {
    const index = indexOfSegment(path, this.headerOf(path), (record, crc, offset) => {
      this.checkHighWater(path, offset, record.seq, crc)
      if (record.storedMs > this.options.recentAfterMs) this.visitor.recent(record)
    })
    const notSaved = this.visitor.rebuilt(path, () => encodeIndex(index))
    this.rebuilt.push({ path, why: notSaved === null ? why : `${why}, and not saved (${notSaved})` })
    this.finish(path, index.summary(), index.subjects())
  }

  private finish(path: string, summary: SegmentSummary, subjects: ReadonlyArray<SubjectEntry>): void {
    this.head = summary.lastSeq
    this.crc = summary.lastCrc
    this.visitor.closed(path, summary, subjects)
  }

  private checkHighWater(path: string, offset: number, seq: number, crc: number): void {
    const { highWater } = this.options
    if (highWater?.head === seq && highWater.crc !== crc) throw damage(path, offset, seq, otherRecord)
  }

  /** Reads every record. `mayBeTorn`: nothing was ever begun after this segment. */
  newest(path: string, mayBeTorn: boolean): Pick<Recovered, "active" | "tornTail"> {
    const header = this.headerOf(path)
    // Beside a writer it may have been closed and packed since the names were read: the next one stands there then.
    if (header.packed && segmentSeqs(this.options.directory).at(-1) === header.firstSeq)
      throw damage(path, 0, header.firstSeq, "packed, so newer segments followed it, and they are missing")
    this.visitor.newest(path, header)
    return withSegmentFile(path, (file) => {
      const start = { offset: SEGMENT_HEADER_BYTES, seq: this.head + 1, crc: this.crc }
      const end = scanFrames(file, start, ({ record, size, crc }, offset) => {
        this.checkHighWater(path, offset, record.seq, crc)
        this.visitor.record(record, size, crc)
        if (offset >= file.size - TAIL_BYTES) this.visitor.tail(record)
        this.head = record.seq
        this.crc = crc
        return true
      })
      const active = { path, endOffset: end.offset }
      if (end.offset >= file.size) return { active, tornTail: null }
      if (!mayBeTorn) throw damage(path, end.offset, end.seq, "damaged, and records follow it")
      if (wasDurable(file, end.offset, end.seq)) {
        throw damage(path, end.offset, end.seq, "damaged, though it had been acknowledged")
      }
      return { active, tornTail: { path, offset: end.offset, bytes: file.size - end.offset, seq: end.seq } }
    })
  }

  /** What all of it comes to. Throws when the journal once reached further. */
  end({ active, tornTail }: Pick<Recovered, "active" | "tornTail">): Recovered {
    const { highWater, directory } = this.options
    if (highWater !== null && this.head < highWater.head) {
      const where = active?.path ?? segmentsDirectory(directory)
      const what = `the journal ends here, but held ${highWater.head} records before`
      throw damage(where, active?.endOffset ?? 0, this.head + 1, what)
    }
    const missing = tornTail !== null && tornTail.offset === 0 ? { ...tornTail, seq: this.head + 1 } : tornTail
    return { head: this.head, crc: this.crc, active, tornTail: missing, rebuilt: this.rebuilt }
  }
}

/** A crash while a segment was created: its records come after the header is safe, so there are none. */
const tornHeader = (path: string | undefined): TornTail | null =>
  path === undefined
    ? null
    : withFile(path, (file) =>
        file.size <= SEGMENT_HEADER_BYTES && "problem" in decodeSegmentHeader(file.readAt(0, SEGMENT_HEADER_BYTES))
          ? { path, offset: 0, bytes: file.size, seq: 0 }
          : null
      )

/** First sequences of the segment files of a directory, ascending. */
export const segmentSeqs = (directory: string): ReadonlyArray<number> =>
  fs
    .readdirSync(segmentsDirectory(directory))
    .map(segmentSeqOf)
    .filter((seq) => seq !== null)
    .sort((a, b) => a - b)

/**
 * Opens everything. Throws `JournalCorrupt` naming file, byte and record where acknowledged data is damaged or missing,
 * and the system's error where a file cannot be read.
 */
export const recover = (options: RecoveryOptions, visitor: RecoveryVisitor): Recovered => {
  const first = options.beginning?.first ?? 1
  // What was dropped may still lie there: only its names had been given up.
  const paths = segmentSeqs(options.directory)
    .filter((seq) => seq >= first)
    .map((seq) => segmentPath(options.directory, seq))
  const torn = tornHeader(paths.at(-1))
  const whole = torn === null ? paths : paths.slice(0, -1)
  const recovery = new Recovery(options, visitor)
  for (const path of whole.slice(0, -1)) recovery.closed(path)
  const newest = whole.at(-1)
  if (newest === undefined) return recovery.end({ active: null, tornTail: torn })
  const { active, tornTail } = recovery.newest(newest, torn === null)
  return recovery.end({ active, tornTail: torn ?? tornTail })
}
