/** One segment read frame by frame, each checked: checksum, sequence and chain. Synchronous, for opening and for repair. */
import * as fs from "node:fs"
import { JournalCorrupt } from "../../port.ts"
import { packedPathOf } from "./layout.ts"
import { decodeFrame, type Frame, MAX_FRAME_BYTES } from "./frame.ts"

const PACKED = packedPathOf("")

/** Bytes read at a time. Always more than a frame, so that a short read means the end of the file. */
export const SCAN_BYTES = 4 * 1024 * 1024 + MAX_FRAME_BYTES

/** A file open for reading; what `readAt` returns is only valid until its next call. */
export interface OpenFile {
  readonly path: string
  readonly size: number
  /** Up to `SCAN_BYTES` from here, or up to `length`. */
  readonly readAt: (position: number, length?: number) => Buffer
}

/** Runs `use` with the open file. Throws the system's error where it cannot be read. */
export const withFile = <A>(path: string, use: (file: OpenFile) => A): A => {
  const descriptor = fs.openSync(path, "r")
  try {
    const { size } = fs.fstatSync(descriptor)
    let buffer = Buffer.alloc(0)
    const readAt = (position: number, length = SCAN_BYTES): Buffer => {
      const wanted = Math.max(0, Math.min(length, size - position))
      if (buffer.length < wanted) buffer = Buffer.allocUnsafe(wanted)
      let filled = 0
      while (filled < wanted) {
        const got = fs.readSync(descriptor, buffer, filled, wanted - filled, position + filled)
        if (got === 0) break
        filled += got
      }
      return buffer.subarray(0, filled)
    }
    return use({ path, size, readAt })
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Where a scan stands: the next frame's place, and what it must continue. `crc` null: whatever stands there. */
export interface ScanPoint {
  readonly offset: number
  readonly seq: number
  readonly crc: number | null
}

/**
 * Visits frames until `visit` returns false, the file ends, or a frame is not what must come there. Returns where it
 * stopped. A frame's data is only valid during the visit.
 */
export const scanFrames = (file: OpenFile, from: ScanPoint, visit: (frame: Frame, offset: number) => boolean) => {
  let { offset, seq, crc } = from
  while (offset < file.size) {
    const bytes = file.readAt(offset)
    const blockAt = offset
    for (;;) {
      const frame = decodeFrame(bytes, offset - blockAt)
      if (frame === null || frame.record.seq !== seq || (crc !== null && frame.previousCrc !== crc)) break
      const goOn = visit(frame, offset)
      seq += 1
      crc = frame.crc
      offset += frame.size
      if (!goOn) return { offset, seq, crc }
    }
    if (offset === blockAt) break
  }
  return { offset, seq, crc }
}

/** Damage, named by segment, byte and record; of a packed segment the byte is that of what it unpacks to. */
export const damage = (path: string, offset: number, seq: number, what: string): JournalCorrupt =>
  new JournalCorrupt({
    where: path,
    detail: `byte ${offset}${path.endsWith(PACKED) ? " unpacked" : ""}, record ${seq}: ${what}; keep the directory as it is and restore it from a copy`
  })
