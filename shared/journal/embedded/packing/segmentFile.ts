/**
 * A segment open for reading, packed or not, as the bytes it was written with: whoever reads records does not know the difference.
 * A block that does not unpack ends what is read, as the end of a file would; the record that is missed there names the damage.
 */
import { existsSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../directory/frame.ts"
import { packedPathOf } from "../directory/layout.ts"
import { damage, type OpenFile, SCAN_BYTES, withFile } from "../directory/scan.ts"
import { type Block, blocksOf, decodeSeekTable, FOOTER_BYTES, type SeekTable, seekTableBytes } from "./seekTable.ts"
import { unpackBlock, unpackBlockNow } from "./zstd.ts"

/** The sequence of a packed segment's first record; null: its records stand in the segment itself. */
export const packedFrom = (header: Buffer): number | null => {
  const found = decodeSegmentHeader(header)
  return "problem" in found || !found.packed ? null : found.firstSeq
}

const noTable = "the table of its blocks is damaged or missing"

/** A block's own bytes, of those read from `at` on. */
const pieceOf = (packed: Buffer, at: number, { packedOffset, packedLength }: Block): Buffer =>
  packed.subarray(packedOffset - at, packedOffset - at + packedLength)

const span = (blocks: ReadonlyArray<Block>): { readonly at: number; readonly length: number } => {
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined) return { at: 0, length: 0 }
  return { at: first.packedOffset, length: last.packedOffset + last.packedLength - first.packedOffset }
}

/** What was asked for, of the blocks that hold it up to the first that did not unpack. */
const stretch = (
  blocks: ReadonlyArray<Block>,
  unpacked: ReadonlyArray<Buffer | null>,
  offset: number,
  length: number
) => {
  const broken = unpacked.indexOf(null)
  const whole = (broken === -1 ? unpacked : unpacked.slice(0, broken)).filter((bytes) => bytes !== null)
  const [only, second] = whole
  const bytes = second === undefined ? (only ?? Buffer.alloc(0)) : Buffer.concat(whole)
  const start = offset - (blocks[0]?.offset ?? 0)
  return bytes.subarray(start, start + length)
}

/** Runs `use` with a segment of any kind. Throws the system's error, and `JournalCorrupt` where a packed one is not what it should be. */
export const withSegmentFile = <A>(path: string, use: (file: OpenFile) => A): A =>
  withFile(path, (file) => {
    const firstSeq = packedFrom(file.readAt(0, SEGMENT_HEADER_BYTES))
    return firstSeq === null ? use(file) : withPacked(packedPathOf(path), firstSeq, use)
  })

const seekTableOf = ({ size, readAt }: OpenFile): SeekTable | null => {
  if (size < FOOTER_BYTES) return null
  const tableBytes = seekTableBytes(readAt(size - FOOTER_BYTES, FOOTER_BYTES), size)
  return tableBytes === null ? null : decodeSeekTable(readAt(size - tableBytes, tableBytes), size)
}

const withPacked = <A>(path: string, firstSeq: number, use: (file: OpenFile) => A): A => {
  if (!existsSync(path)) throw damage(path, 0, firstSeq, "missing, and a segment was packed into it")
  return withFile(path, (file) => {
    const table = seekTableOf(file)
    if (table === null) throw damage(path, 0, firstSeq, noTable)
    const readAt = (offset: number, length = SCAN_BYTES): Buffer => {
      const blocks = blocksOf(table, offset, length)
      const { at, length: packedLength } = span(blocks)
      const packed = file.readAt(at, packedLength)
      const unpacked = blocks.map((block) => unpackBlockNow(pieceOf(packed, at, block), block.length))
      return stretch(blocks, unpacked, offset, length)
    }
    return use({ path, size: table.size, readAt })
  })
}

/** A segment open for reading beside everything else. */
export interface SegmentBytes {
  /** The file that its bytes come from. */
  readonly path: string
  /** Up to `length` bytes from here; fewer where the file ends, or a block does not unpack. */
  readonly read: (offset: number, length: number) => Promise<Buffer>
}

/** Up to `length` bytes, in `bytes` where it is given; fewer where the file ends. */
export const readBytes = async (
  file: FileHandle,
  offset: number,
  length: number,
  bytes: Buffer = Buffer.allocUnsafe(length)
): Promise<Buffer> => {
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** The table at the end of a packed file; null: it has none that describes it. Rejects with the system's error. */
export const seekTableIn = async (file: FileHandle): Promise<SeekTable | null> => {
  const { size } = await file.stat()
  if (size < FOOTER_BYTES) return null
  const tableBytes = seekTableBytes(await readBytes(file, size - FOOTER_BYTES, FOOTER_BYTES), size)
  if (tableBytes === null) return null
  return decodeSeekTable(await readBytes(file, size - tableBytes, tableBytes), size)
}

/** `use` may throw `JournalCorrupt`; so does this where a packed segment has no table. Rejects with the system's error. */
export const withSegmentBytes = async <A>(path: string, use: (bytes: SegmentBytes) => Promise<A>): Promise<A> => {
  await using file = await open(path, "r")
  const firstSeq = packedFrom(await readBytes(file, 0, SEGMENT_HEADER_BYTES))
  if (firstSeq === null) return await use({ path, read: (offset, length) => readBytes(file, offset, length) })
  const packedPath = packedPathOf(path)
  await using packed = await open(packedPath, "r")
  const table = await seekTableIn(packed)
  if (table === null) throw damage(packedPath, 0, firstSeq, noTable)
  return await use(unpacking(packedPath, packed, table))
}

const unpacking = (path: string, file: FileHandle, table: SeekTable): SegmentBytes => {
  // The next stretch often begins where the last one ended, in the middle of a block.
  let last: { readonly block: Block; readonly bytes: Promise<Buffer | null> } | null = null
  return {
    path,
    read: async (offset, length) => {
      const blocks = blocksOf(table, offset, length)
      const known = last !== null && blocks[0] === last.block ? last.bytes : null
      const missing = known === null ? blocks : blocks.slice(1)
      const { at, length: packedLength } = span(missing)
      const packed = await readBytes(file, at, packedLength)
      const unpacked = missing.map((block) => unpackBlock(pieceOf(packed, at, block), block.length))
      const all = known === null ? unpacked : [known, ...unpacked]
      const [block, bytes] = [blocks.at(-1), all.at(-1)]
      if (block !== undefined && bytes !== undefined) last = { block, bytes }
      return stretch(blocks, await Promise.all(all), offset, length)
    }
  }
}
