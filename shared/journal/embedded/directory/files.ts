/** Records read back from the segments, each frame checked. */
import { Effect } from "effect"
import { errand } from "../../../pace/errands.ts"
import { JournalCorrupt, type JournalRecord, JournalUnavailable } from "../../port.ts"
import { type Mark, markAfter, markAt } from "../index/segmentIndex.ts"
import { type SegmentBytes, withSegmentBytes } from "../packing/segmentFile.ts"
import type { Segment } from "../segments.ts"
import { codeOf, inWords } from "./disk.ts"
import { decodeFrame, MAX_FRAME_BYTES } from "./frame.ts"
import { damage } from "./scan.ts"

/**
 * Bytes read for a run of records: large enough that opening the file does not count, and for what may stand between a
 * mark and the end of the record wanted (`MARK_BYTES` and two of the largest frames).
 */
const RUN_BYTES = 1024 * 1024
/** Frames closer than this are read in one piece with what lies between: a read costs as much as this many bytes. */
const GAP_BYTES = 16 * 1024
/** What is read of a frame before its size is known. */
const TAIL_BYTES = 4 * 1024

const changed = "changed on disk since the journal was opened, or damaged"

/** Runs `use` with the segment open; it may throw `JournalCorrupt`. A failing system is unavailable, not corrupt. */
const withSegment = <A>(
  path: string,
  use: (bytes: SegmentBytes) => Promise<A>
): Effect.Effect<A, JournalUnavailable | JournalCorrupt> =>
  Effect.tryPromise({
    try: () => withSegmentBytes(path, use),
    catch: (error) =>
      error instanceof JournalCorrupt
        ? error
        : new JournalUnavailable({ detail: `reading ${path} failed: ${inWords(codeOf(error))}` })
  }).pipe(errand(`reading ${path}`))

/**
 * The records from `from` on among the frames that begin at `mark`, up to the first that is not whole. At least one.
 * Throws `JournalCorrupt` naming the frame that is not what must stand there.
 */
const decodeRun = (
  bytes: Buffer,
  path: string,
  { summary }: Segment,
  mark: Mark,
  from: number
): ReadonlyArray<JournalRecord> => {
  const records: Array<JournalRecord> = []
  let offset = 0
  let seq = mark.seq
  let crc = mark.seq === summary.firstSeq ? summary.previousCrc : null
  for (;;) {
    const frame = decodeFrame(bytes, offset)
    if (frame === null || frame.record.seq !== seq || (crc !== null && frame.previousCrc !== crc)) break
    if (seq >= from) records.push(frame.record)
    crc = frame.crc
    offset += frame.size
    seq += 1
  }
  if (records.length === 0) throw damage(path, mark.offset + offset, seq, changed)
  return records
}

/**
 * A run of stored records starting exactly at `from`, at least one, from its segment. Begins at a mark before it, so
 * that `from` too must follow from the record before.
 */
export const readRun = (segment: Segment, marks: ReadonlyArray<Mark>, from: number) => {
  const mark = markAt(marks, Math.max(segment.summary.firstSeq, from - 1))
  const length = Math.min(segment.summary.endOffset - mark.offset, RUN_BYTES)
  return withSegment(segment.path, async ({ path, read }) =>
    decodeRun(await read(mark.offset, length), path, segment, mark, from)
  )
}

/** One stored record. */
export const readOne = (segment: Segment, marks: ReadonlyArray<Mark>, seq: number) => {
  const mark = markAt(marks, seq)
  const end = markAfter(marks, seq)?.offset ?? segment.summary.endOffset
  return withSegment(segment.path, async ({ path, read }) => {
    const [record] = decodeRun(await read(mark.offset, end - mark.offset), path, segment, mark, seq)
    return record ?? null
  })
}

/** How many of the offsets from `place` on are read in one piece. */
const together = (offsets: Uint32Array, place: number): number => {
  const start = offsets[place] ?? 0
  let count = 1
  for (;;) {
    const next = offsets[place + count]
    const last = offsets[place + count - 1] ?? 0
    if (next === undefined || next - last > GAP_BYTES || next - start > RUN_BYTES) return count
    count += 1
  }
}

/** Names the first damage between the mark before `offset` and the frame there. */
const firstDamage = async (
  { path, read }: SegmentBytes,
  segment: Segment,
  marks: ReadonlyArray<Mark>,
  offset: number
) => {
  const mark = marks.findLast((one) => one.offset <= offset)
  if (mark === undefined) return damage(path, offset, segment.summary.firstSeq, changed)
  const bytes = await read(mark.offset, Math.min(segment.summary.endOffset, offset + MAX_FRAME_BYTES) - mark.offset)
  let at = 0
  let seq = mark.seq
  for (
    let frame = decodeFrame(bytes, at);
    frame !== null && mark.offset + at < offset;
    frame = decodeFrame(bytes, at)
  ) {
    at += frame.size
    seq += 1
  }
  return damage(path, mark.offset + at, seq, changed)
}

/**
 * The records at these offsets, ascending; the first of them at least, and as many as `RUN_BYTES` hold. Reads what lies
 * between only where that is cheaper than reading twice.
 */
export const readPicked = (segment: Segment, marks: ReadonlyArray<Mark>, offsets: Uint32Array) =>
  withSegment(segment.path, async (file) => {
    const { endOffset } = segment.summary
    const records: Array<JournalRecord> = []
    let bytesRead = 0
    for (let place = 0; place < offsets.length && bytesRead < RUN_BYTES;) {
      const count = together(offsets, place)
      const start = offsets[place] ?? 0
      const last = offsets[place + count - 1] ?? 0
      const bytes = await file.read(start, Math.min(endOffset, last + TAIL_BYTES) - start)
      for (const offset of offsets.subarray(place, place + count)) {
        const frame =
          decodeFrame(bytes, offset - start) ??
          decodeFrame(await file.read(offset, Math.min(endOffset - offset, MAX_FRAME_BYTES)), 0)
        if (frame === null) throw await firstDamage(file, segment, marks, offset)
        records.push(frame.record)
      }
      place += count
      bytesRead += bytes.length
    }
    return records
  })
