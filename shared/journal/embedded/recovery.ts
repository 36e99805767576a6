/**
 * Reads a whole journal directory once: every record is checked (checksum, sequence, chain) and handed to the caller,
 * and the end is judged. A write that a crash tore off was never acknowledged and may be cut; anything else that is
 * damaged was acknowledged, and the journal refuses to open.
 */
import * as fs from "node:fs"
import { JournalCorrupt, type JournalRecord } from "../port.ts"
import {
  decodeFrame,
  decodeSegmentHeader,
  type Frame,
  frameSizeAt,
  MAX_FRAME_BYTES,
  MIN_FRAME_BYTES,
  PREFIX_BYTES,
  SEGMENT_HEADER_BYTES
} from "./directory/frame.ts"
import { segmentPath, segmentsDirectory, segmentSeqOf } from "./directory/layout.ts"

/** What the journal is known to have held: its newest durable sequence and that record's checksum. */
export interface HighWater {
  readonly head: number
  readonly crc: number
}

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
}

/** Called in order, oldest first. A record's data is only valid during the call. */
export interface RecoveryVisitor {
  readonly segment: (path: string, firstSeq: number, startOffset: number) => void
  readonly record: (record: JournalRecord, size: number) => void
}

/** Bytes read at a time. Always more than a frame, so that a short read means the end of the file. */
const readBytes = 4 * 1024 * 1024 + MAX_FRAME_BYTES

const corrupt = (path: string, offset: number, seq: number, what: string) =>
  new JournalCorrupt({
    where: path,
    detail: `byte ${offset}, record ${seq}: ${what}; keep the directory as it is and restore it from a copy`
  })

/** A segment open for reading; what `readAt` returns is only valid until its next call. */
const openSegment = (path: string) => {
  const descriptor = fs.openSync(path, "r")
  const buffer = Buffer.allocUnsafe(Math.min(readBytes, fs.fstatSync(descriptor).size + 1))
  return {
    size: fs.fstatSync(descriptor).size,
    readAt: (position: number): Buffer => {
      let filled = 0
      while (filled < buffer.length) {
        const got = fs.readSync(descriptor, buffer, filled, buffer.length - filled, position + filled)
        if (got === 0) break
        filled += got
      }
      return buffer.subarray(0, filled)
    },
    close: () => fs.closeSync(descriptor)
  }
}
type OpenSegment = ReturnType<typeof openSegment>

const isNext = (frame: Frame, seq: number, crc: number): boolean =>
  frame.record.seq === seq && frame.previousCrc === crc

/**
 * Whether anything after a bad place proves that the record there had been safely on disk: a later whole record that
 * was written when `badSeq` was durable already. Tries every byte, since the bad record's length cannot be trusted.
 */
const wasDurable = (file: OpenSegment, badOffset: number, badSeq: number): boolean => {
  for (let start = badOffset + 1; start < file.size; start += readBytes - MAX_FRAME_BYTES) {
    const bytes = file.readAt(start)
    const last = Math.min(bytes.length - MIN_FRAME_BYTES, readBytes - MAX_FRAME_BYTES - 1)
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

/**
 * Reads everything. Throws `JournalCorrupt` naming file, byte and record where acknowledged data is damaged or missing,
 * and the system's error where a file cannot be read.
 */
export const recover = (directory: string, highWater: HighWater | null, visitor: RecoveryVisitor): Recovered => {
  const paths = fs
    .readdirSync(segmentsDirectory(directory))
    .map(segmentSeqOf)
    .filter((seq) => seq !== null)
    .sort((a, b) => a - b)
    .map((seq) => segmentPath(directory, seq))

  let head = 0
  let crc = 0
  let active: Recovered["active"] = null
  let tornTail: TornTail | null = null

  for (const [place, path] of paths.entries()) {
    const newest = place === paths.length - 1
    const file = openSegment(path)
    try {
      const header = decodeSegmentHeader(file.readAt(0).subarray(0, SEGMENT_HEADER_BYTES))
      if ("problem" in header) {
        // A crash while the segment was created: its records come after the header is safe, so there are none.
        if (!newest || file.size > SEGMENT_HEADER_BYTES) throw corrupt(path, 0, head + 1, header.problem)
        tornTail = { path, offset: 0, bytes: file.size, seq: head + 1 }
        break
      }
      if (header.firstSeq !== head + 1 || header.previousCrc !== crc) {
        const what = `the segment begins at record ${header.firstSeq} and does not continue the one before`
        throw corrupt(path, 0, head + 1, what)
      }
      visitor.segment(path, header.firstSeq, SEGMENT_HEADER_BYTES)

      let position = SEGMENT_HEADER_BYTES
      while (position < file.size) {
        const bytes = file.readAt(position)
        let offset = 0
        for (;;) {
          const frame = decodeFrame(bytes, offset)
          if (frame === null || !isNext(frame, head + 1, crc)) break
          visitor.record(frame.record, frame.size)
          head = frame.record.seq
          crc = frame.crc
          offset += frame.size
          if (highWater?.head === head && highWater.crc !== crc) {
            throw corrupt(path, position + offset - frame.size, head, "not the record this journal held before")
          }
        }
        position += offset
        if (offset > 0) continue
        if (!newest) throw corrupt(path, position, head + 1, "damaged, and records follow it")
        if (wasDurable(file, position, head + 1)) {
          throw corrupt(path, position, head + 1, "damaged, though it had been acknowledged")
        }
        tornTail = { path, offset: position, bytes: file.size - position, seq: head + 1 }
        break
      }
      active = { path, endOffset: position }
    } finally {
      file.close()
    }
  }

  if (highWater !== null && head < highWater.head) {
    const where = active?.path ?? segmentsDirectory(directory)
    const what = `the journal ends here, but held ${highWater.head} records before`
    throw corrupt(where, active?.endOffset ?? 0, head + 1, what)
  }
  return { head, crc, active, tornTail }
}
