/** Index files as opening finds them: read where they fit their segment, made anew from it where they do not. */
import * as fs from "node:fs"
import type { JournalRecord } from "../../port.ts"
import { OWNER_FILE } from "../../../files/directory.ts"
import { codeOf } from "../directory/disk.ts"
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../directory/frame.ts"
import { indexPathOf } from "../directory/layout.ts"
import { damage, scanFrames, withFile } from "../directory/scan.ts"
import { withSegmentFile } from "../packing/segmentFile.ts"
import { decodeHeader, decodeTable, type Decoded, INDEX_HEADER_BYTES, type IndexTable } from "./indexFile.ts"
import { type GrowingIndex, makeGrowingIndex } from "./segmentIndex.ts"

/** The table of an index file, or why it cannot be used. */
export const readTable = (segmentPath: string): Decoded<IndexTable> => {
  try {
    return withFile(indexPathOf(segmentPath), (file) => {
      const header = decodeHeader(file.readAt(0, INDEX_HEADER_BYTES), file.size)
      return "problem" in header ? header : decodeTable(header, file.readAt(INDEX_HEADER_BYTES, header.bodyBytes))
    })
  } catch (error) {
    return { problem: codeOf(error) === "ENOENT" ? "missing" : codeOf(error) }
  }
}

/** Whether this index is of this segment as it now stands: same beginning, same length. The end is proven by the next segment. */
export const fits = ({ summary }: IndexTable, segmentPath: string): boolean =>
  withFile(segmentPath, ({ size, readAt }) => {
    const header = decodeSegmentHeader(readAt(0, SEGMENT_HEADER_BYTES))
    return (
      !("problem" in header) &&
      header.firstSeq === summary.firstSeq &&
      header.previousCrc === summary.previousCrc &&
      (header.packed ? withSegmentFile(segmentPath, (unpacked) => unpacked.size) : size) === summary.endOffset
    )
  })

/**
 * The index of a closed segment, made from its records. Throws `JournalCorrupt` naming segment, byte and record where
 * one is damaged, and the system's error where the file cannot be read.
 */
export const indexOfSegment = (
  path: string,
  { firstSeq, previousCrc }: { readonly firstSeq: number; readonly previousCrc: number },
  visit: (record: JournalRecord, crc: number, offset: number) => void = () => undefined
): GrowingIndex =>
  withSegmentFile(path, (file) => {
    const index = makeGrowingIndex(firstSeq, previousCrc)
    const start = { offset: SEGMENT_HEADER_BYTES, seq: firstSeq, crc: previousCrc }
    const end = scanFrames(file, start, ({ record, size, crc }, offset) => {
      index.add(record, size, crc)
      visit(record, crc, offset)
      return true
    })
    if (end.offset < file.size) throw damage(file.path, end.offset, end.seq, "damaged, and records follow it")
    return index
  })

/**
 * Puts an index file beside its segment; returns the problem where that fails, or null. Not synced: what a power cut
 * leaves of it is checked at the next opening, and made anew.
 */
export const saveIndex = (segmentPath: string, bytes: Buffer): string | null => {
  const path = indexPathOf(segmentPath)
  try {
    fs.writeFileSync(`${path}.tmp`, bytes, { mode: OWNER_FILE })
    fs.renameSync(`${path}.tmp`, path)
    return null
  } catch (error) {
    return codeOf(error)
  }
}
