/**
 * The bytes of an index file, which stands beside a closed segment under the same name. Little-endian.
 *
 * Beside the segment and not in it: an index that is lost or damaged is made anew from its segment, and writing one can
 * spoil nothing. Offsets are those in the segment as it was written, also once it is packed (`packing/`).
 *
 * Header: `KNLI`, then `version u32, firstSeq u48, lastSeq u48, previousCrc u32, lastCrc u32, endOffset u48,
 * dataBytes u48, lastStoredMs u48`, two spare bytes, `subjects u32, tableBytes u32, marks u32, tableCrc u32`, and
 * `crc u32` of all before. The table: each subject's `count u32, lastSeq u32` (counted from firstSeq), `listCrc u32,
 * nameLength u8, name`; then the marks, `seq u32` (from firstSeq), `offset u32, storedMs u48`. The lists follow, each
 * subject's offsets as `u32`: four bytes a record.
 */
import { crc32 } from "node:zlib"
import type { GrowingIndex, Mark, SegmentSummary, SubjectEntry } from "./segmentIndex.ts"

/** Bytes before the table. */
export const INDEX_HEADER_BYTES = 68
const MARK_SIZE = 14
const ENTRY_FIXED_BYTES = 13
const OFFSET_BYTES = 4
const magic = 0x494c4e4b
const FORMAT_VERSION = 1

/** Where in the index file a subject's offsets stand. */
export interface ListedSubject extends SubjectEntry {
  readonly listAt: number
  readonly listCrc: number
}

/** All of an index but the lists. */
export interface IndexTable {
  readonly summary: SegmentSummary
  readonly subjects: ReadonlyArray<ListedSubject>
  readonly marks: ReadonlyArray<Mark>
}

/** A problem in words, or what was read. */
export type Decoded<A> = A | { readonly problem: string }

interface Header {
  readonly summary: SegmentSummary
  readonly subjects: number
  readonly tableBytes: number
  readonly marks: number
  readonly tableCrc: number
  /** Bytes of the table and the marks, which follow the header. */
  readonly bodyBytes: number
}

const encodeList = (offsets: Uint32Array): Buffer => {
  const bytes = Buffer.allocUnsafe(offsets.length * OFFSET_BYTES)
  for (let place = 0; place < offsets.length; place++) bytes.writeUInt32LE(offsets[place] ?? 0, place * OFFSET_BYTES)
  return bytes
}

const encodeEntry = ({ name, count, lastSeq }: SubjectEntry, firstSeq: number, listCrc: number): Buffer => {
  const bytes = Buffer.alloc(ENTRY_FIXED_BYTES + name.length)
  bytes.writeUInt32LE(count, 0)
  bytes.writeUInt32LE(lastSeq - firstSeq, 4)
  bytes.writeUInt32LE(listCrc, 8)
  bytes[12] = name.length
  bytes.write(name, ENTRY_FIXED_BYTES, "latin1")
  return bytes
}

const encodeMarks = (marks: ReadonlyArray<Mark>, firstSeq: number): Buffer => {
  const bytes = Buffer.alloc(marks.length * MARK_SIZE)
  for (const [place, { seq, offset, storedMs }] of marks.entries()) {
    bytes.writeUInt32LE(seq - firstSeq, place * MARK_SIZE)
    bytes.writeUInt32LE(offset, place * MARK_SIZE + 4)
    bytes.writeUIntLE(storedMs, place * MARK_SIZE + 8, 6)
  }
  return bytes
}

/** The whole file for a segment that is closed now. */
export const encodeIndex = (index: GrowingIndex): Buffer => {
  const summary = index.summary()
  const subjects = index.subjects()
  const lists = subjects.map(({ name }) => encodeList(index.offsetsOf(name)))
  const table = Buffer.concat(
    subjects.map((subject, place) => encodeEntry(subject, summary.firstSeq, crc32(lists[place] ?? "")))
  )
  const marks = encodeMarks(index.marks(), summary.firstSeq)
  const header = Buffer.alloc(INDEX_HEADER_BYTES)
  header.writeUInt32LE(magic, 0)
  header.writeUInt32LE(FORMAT_VERSION, 4)
  header.writeUIntLE(summary.firstSeq, 8, 6)
  header.writeUIntLE(summary.lastSeq, 14, 6)
  header.writeUInt32LE(summary.previousCrc, 20)
  header.writeUInt32LE(summary.lastCrc, 24)
  header.writeUIntLE(summary.endOffset, 28, 6)
  header.writeUIntLE(summary.dataBytes, 34, 6)
  header.writeUIntLE(summary.lastStoredMs, 40, 6)
  header.writeUInt32LE(subjects.length, 48)
  header.writeUInt32LE(table.length, 52)
  header.writeUInt32LE(index.marks().length, 56)
  header.writeUInt32LE(crc32(marks, crc32(table)), 60)
  header.writeUInt32LE(crc32(header.subarray(0, 64)), 64)
  return Buffer.concat([header, table, marks, ...lists])
}

/** The header of a file of `fileBytes` bytes. */
export const decodeHeader = (bytes: Buffer, fileBytes: number): Decoded<Header> => {
  if (bytes.length < INDEX_HEADER_BYTES) return { problem: "too short" }
  if (bytes.readUInt32LE(0) !== magic) return { problem: "not an index of a Kennel journal" }
  if (bytes.readUInt32LE(4) !== FORMAT_VERSION) return { problem: "of another format version" }
  if (bytes.readUInt32LE(64) !== crc32(bytes.subarray(0, 64))) return { problem: "damaged" }
  const summary: SegmentSummary = {
    firstSeq: bytes.readUIntLE(8, 6),
    lastSeq: bytes.readUIntLE(14, 6),
    previousCrc: bytes.readUInt32LE(20),
    lastCrc: bytes.readUInt32LE(24),
    endOffset: bytes.readUIntLE(28, 6),
    dataBytes: bytes.readUIntLE(34, 6),
    lastStoredMs: bytes.readUIntLE(40, 6)
  }
  const [tableBytes, marks] = [bytes.readUInt32LE(52), bytes.readUInt32LE(56)]
  const bodyBytes = tableBytes + marks * MARK_SIZE
  const records = summary.lastSeq - summary.firstSeq + 1
  if (INDEX_HEADER_BYTES + bodyBytes + records * OFFSET_BYTES !== fileBytes) return { problem: "of the wrong length" }
  return { summary, subjects: bytes.readUInt32LE(48), tableBytes, marks, tableCrc: bytes.readUInt32LE(60), bodyBytes }
}

/** Table and marks, from the bytes that follow the header. */
export const decodeTable = (header: Header, body: Buffer): Decoded<IndexTable> => {
  if (body.length < header.bodyBytes || crc32(body.subarray(0, header.bodyBytes)) !== header.tableCrc) {
    return { problem: "damaged" }
  }
  const { summary } = header
  const subjects: Array<ListedSubject> = []
  let listAt = INDEX_HEADER_BYTES + header.bodyBytes
  let at = 0
  while (subjects.length < header.subjects) {
    const count = body.readUInt32LE(at)
    const nameEnd = at + ENTRY_FIXED_BYTES + (body[at + 12] ?? 0)
    const name = body.toString("latin1", at + ENTRY_FIXED_BYTES, nameEnd)
    const lastSeq = summary.firstSeq + body.readUInt32LE(at + 4)
    subjects.push({ name, count, lastSeq, listAt, listCrc: body.readUInt32LE(at + 8) })
    listAt += count * OFFSET_BYTES
    at = nameEnd
  }
  const marks = Array.from({ length: header.marks }, (_, place): Mark => {
    const from = header.tableBytes + place * MARK_SIZE
    return {
      seq: summary.firstSeq + body.readUInt32LE(from),
      offset: body.readUInt32LE(from + 4),
      storedMs: body.readUIntLE(from + 8, 6)
    }
  })
  return { summary, subjects, marks }
}

/** Bytes of a subject's list. */
export const listBytes = ({ count }: SubjectEntry): number => count * OFFSET_BYTES

/** A subject's offsets from the bytes of its list, or null when they are damaged. */
export const decodeList = (subject: ListedSubject, bytes: Buffer): Uint32Array | null => {
  if (bytes.length !== listBytes(subject) || crc32(bytes) !== subject.listCrc) return null
  const offsets = new Uint32Array(subject.count)
  for (let place = 0; place < subject.count; place++) offsets[place] = bytes.readUInt32LE(place * OFFSET_BYTES)
  return offsets
}
