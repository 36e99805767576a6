/**
 * The bytes of one stored record, and of a segment's beginning. Little-endian.
 *
 * Record: `length u32` (of what follows the checksum), `crc u32` (CRC-32 of the same bytes), then
 * `previousCrc u32, seq u48, durableSeq u48, storedMs u48, subjectLength u8, idLength u8, subject, id, data`.
 *
 * A record that bears a mark has it behind its id, after a space, which no id holds; `idLength` is that of both.
 *
 * `previousCrc` chains the records: one removed, repeated or moved breaks the chain. `durableSeq` is the newest sequence
 * that was safely on disk when this record was written: a later record that carries it proves that everything up to it
 * had been acknowledged, which is how recovery tells a torn write from rot.
 */
import { crc32 } from "node:zlib"
import { MAX_DATA_BYTES, MAX_ID_LENGTH, MAX_MARK_LENGTH } from "../../entry.ts"
import type { JournalRecord } from "../../port.ts"
import { MAX_SUBJECT_LENGTH } from "../../subjects.ts"

/** Bytes before the body: length and checksum. */
export const PREFIX_BYTES = 8
/** Between an id and its mark. */
const SPACE = 32
const FIXED_BODY_BYTES = 4 + 6 + 6 + 6 + 1 + 1
/** Smallest and largest whole frame, bytes. */
export const MIN_FRAME_BYTES = PREFIX_BYTES + FIXED_BODY_BYTES + 2
/** Largest whole frame, bytes: longest subject, id and mark, largest data. */
export const MAX_FRAME_BYTES =
  PREFIX_BYTES + FIXED_BODY_BYTES + MAX_SUBJECT_LENGTH + MAX_ID_LENGTH + 1 + MAX_MARK_LENGTH + MAX_DATA_BYTES

/**
 * `KNLJ`, then `version u32`, `firstSeq u48`, `previousCrc u32`, two spare bytes, `crc u32` of all before. Version 1: records follow.
 * Version 2: nothing follows, the segment with a header of version 1 was packed into the file beside it (`packing/seekTable.ts`).
 */
export const SEGMENT_HEADER_BYTES = 24
const magic = 0x4a4c4e4b
const FORMAT_VERSION = 1
const PACKED_VERSION = 2

/** What goes into a frame; see the layout above for each field. */
export interface FrameFields {
  readonly seq: number
  readonly subject: string
  readonly id: string
  readonly data: Uint8Array
  /** Unix milliseconds. */
  readonly storedMs: number
  readonly durableSeq: number
  readonly previousCrc: number
  readonly mark?: string
}

/** A frame read back; `data` is a view of the buffer it was read from. */
export interface Frame {
  readonly record: JournalRecord
  readonly crc: number
  readonly previousCrc: number
  readonly durableSeq: number
  /** Bytes of the whole frame. */
  readonly size: number
}

const nameBytesOf = ({ id, mark }: Pick<FrameFields, "id" | "mark">): number =>
  id.length + (mark === undefined ? 0 : 1 + mark.length)

/** Bytes of the frame of these fields. Subject and id must be ASCII within their limits. */
export const frameBytesOf = (fields: Pick<FrameFields, "subject" | "id" | "mark" | "data">): number =>
  PREFIX_BYTES + FIXED_BODY_BYTES + fields.subject.length + nameBytesOf(fields) + fields.data.byteLength

/** Writes the frame of these fields into `block`, and returns its checksum, which the next frame carries as `previousCrc`. */
export const writeFrame = (fields: FrameFields, block: Buffer, from: number): number => {
  const { subject, id, data, mark } = fields
  const bytes = frameBytesOf(fields)
  writeU32(block, bytes - PREFIX_BYTES, from)
  writeU32(block, fields.previousCrc, from + 8)
  writeU48(block, fields.seq, from + 12)
  writeU48(block, fields.durableSeq, from + 18)
  writeU48(block, fields.storedMs, from + 24)
  block[from + 30] = subject.length
  block[from + 31] = nameBytesOf(fields)
  let at = writeAscii(block, subject, from + 32)
  at = writeAscii(block, id, at)
  if (mark !== undefined) {
    block[at++] = SPACE
    at = writeAscii(block, mark, at)
  }
  block.set(data, at)
  const crc = crc32(new Uint8Array(block.buffer, block.byteOffset + from + PREFIX_BYTES, bytes - PREFIX_BYTES))
  writeU32(block, crc, from + 4)
  return crc
}

/** A frame in bytes of its own. */
export const encodeFrame = (fields: FrameFields): { readonly frame: Buffer; readonly crc: number } => {
  const frame = Buffer.allocUnsafe(frameBytesOf(fields))
  const crc = writeFrame(fields, frame, 0)
  return { frame, crc }
}

/** Writes a text and returns where it ends: for names as short as these faster than one call into the system for each. */
const writeAscii = (bytes: Buffer, text: string, from: number): number => {
  for (let place = 0; place < text.length; place++) bytes[from + place] = text.charCodeAt(place)
  return from + text.length
}

/** `writeUInt32LE`, `readUInt32LE` and the like without their checks, which the sizes make needless: most of every frame is written and read by them. */
const writeU32 = (bytes: Buffer, value: number, at: number): void => {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}
const writeU48 = (bytes: Buffer, value: number, at: number): void => {
  const high = Math.floor(value / 2 ** 32)
  writeU32(bytes, value - high * 2 ** 32, at)
  bytes[at + 4] = high
  bytes[at + 5] = high >>> 8
}
const readU32 = (bytes: Buffer, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0
const readU48 = (bytes: Buffer, at: number): number =>
  readU32(bytes, at) + ((bytes[at + 4] as number) | ((bytes[at + 5] as number) << 8)) * 2 ** 32

/** The subject of the last frame that was read: that of the next one nearly always, and equal texts are compared faster where they are one. */
let lastSubject = { bytes: new Uint8Array(0), text: "" }

const subjectAt = (bytes: Buffer, from: number, length: number): string => {
  const known = lastSubject.bytes
  if (length === known.length) {
    let at = length - 1
    while (at >= 0 && bytes[from + at] === known[at]) at--
    if (at < 0) return lastSubject.text
  }
  const text = bytes.toString("latin1", from, from + length)
  lastSubject = { bytes: Uint8Array.prototype.slice.call(bytes, from, from + length), text }
  return text
}

/** The frame at `offset`, or null when there is none whole and undamaged. */
export const decodeFrame = (bytes: Buffer, offset: number): Frame | null => {
  const size = frameSizeAt(bytes, offset)
  if (size === null || offset + size > bytes.length) return null
  const crc = readU32(bytes, offset + 4)
  // Views of their own: pieces of a buffer take twice as long to make.
  const { buffer } = bytes
  const start = bytes.byteOffset + offset
  if (crc32(new Uint8Array(buffer, start + PREFIX_BYTES, size - PREFIX_BYTES)) !== crc) return null
  const namesAt = PREFIX_BYTES + FIXED_BODY_BYTES
  const subjectLength = bytes[offset + 30] as number
  const dataAt = namesAt + subjectLength + (bytes[offset + 31] as number)
  if (dataAt > size) return null
  const subject = subjectAt(bytes, offset + namesAt, subjectLength)
  const names = bytes.toString("latin1", offset + namesAt + subjectLength, offset + dataAt)
  const data = new Uint8Array(buffer, start + dataAt, size - dataAt)
  const [seq, storedMs] = [readU48(bytes, offset + 12), readU48(bytes, offset + 24)]
  const space = names.indexOf(" ")
  const record: JournalRecord =
    space < 0
      ? { seq, subject, id: names, data, storedMs }
      : { seq, subject, id: names.slice(0, space), data, storedMs, mark: names.slice(space + 1) }
  return { record, crc, previousCrc: readU32(bytes, offset + 8), durableSeq: readU48(bytes, offset + 18), size }
}

/** The size a frame at `offset` claims, or null when its length is missing or impossible. */
export const frameSizeAt = (bytes: Buffer, offset: number): number | null => {
  if (offset + PREFIX_BYTES > bytes.length) return null
  const size = PREFIX_BYTES + readU32(bytes, offset)
  return size < MIN_FRAME_BYTES || size > MAX_FRAME_BYTES ? null : size
}

/** What a segment says about itself, so that its place in the chain can be checked. */
export interface SegmentHeader {
  /** Sequence of the segment's first record. */
  readonly firstSeq: number
  /** Checksum of the record before it; 0 at the journal's beginning. */
  readonly previousCrc: number
}

/** The first `SEGMENT_HEADER_BYTES` of a segment; all there is of one that was `packed`. */
export const encodeSegmentHeader = (header: SegmentHeader, packed = false): Buffer => {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  bytes.writeUInt32LE(magic, 0)
  bytes.writeUInt32LE(packed ? PACKED_VERSION : FORMAT_VERSION, 4)
  bytes.writeUIntLE(header.firstSeq, 8, 6)
  bytes.writeUInt32LE(header.previousCrc, 14)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20)
  return bytes
}

/** The header, and whether the records stand elsewhere; or what is wrong with it. */
export const decodeSegmentHeader = (
  bytes: Buffer
): (SegmentHeader & { readonly packed: boolean }) | { readonly problem: string } => {
  if (bytes.length < SEGMENT_HEADER_BYTES) return { problem: "too short for a segment header" }
  if (bytes.readUInt32LE(0) !== magic) return { problem: "not a segment of a Kennel journal" }
  const version = bytes.readUInt32LE(4)
  if (version !== FORMAT_VERSION && version !== PACKED_VERSION) {
    return { problem: `format version ${version}, this build reads up to ${PACKED_VERSION}` }
  }
  if (bytes.readUInt32LE(20) !== crc32(bytes.subarray(0, 20))) return { problem: "segment header is damaged" }
  return { firstSeq: bytes.readUIntLE(8, 6), previousCrc: bytes.readUInt32LE(14), packed: version === PACKED_VERSION }
}
