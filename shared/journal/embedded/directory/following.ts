/** A reader beside the writer goes on: what has come to the newest segment, and the segments begun since, without opening anew. */
import { existsSync } from "node:fs"
import type { Segments } from "../segments.ts"
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES } from "./frame.ts"
import { segmentPath } from "./layout.ts"
import { withSegmentFile } from "../packing/segmentFile.ts"
import { damage, scanFrames, withFile } from "./scan.ts"

/** Where the newest segment that is known of ends, and how its last record is continued. */
interface End {
  readonly path: string
  readonly endOffset: number
}

/** Takes in what has come since the last time; returns whether anything has. Throws `JournalCorrupt`, or the system's error. */
export type Grow = () => boolean

/** `active`: the newest segment at the opening; null where there was none. */
export const makeGrow = (directory: string, segments: Segments, active: End | null): Grow => {
  let at = active

  /** Whole records behind the end; an unfinished one comes whole at another time. */
  const readOn = ({ path, endOffset }: End): void =>
    withSegmentFile(path, (file) => {
      if (file.size < endOffset) {
        throw damage(
          path,
          file.size,
          segments.head(),
          "its end was cut off while it was read: another writer has opened it"
        )
      }
      const from = { offset: endOffset, seq: segments.head() + 1, crc: segments.headCrc() }
      const { offset } = scanFrames(file, from, ({ record, size, crc }) => {
        segments.add(record, size, crc)
        return true
      })
      at = { path, endOffset: offset }
    })

  /** The segment that continues the newest record, once its header is whole. */
  const beginNext = (): boolean => {
    const path = segmentPath(directory, segments.head() + 1)
    if (path === at?.path || !existsSync(path)) return false
    const header = withFile(path, (file) => decodeSegmentHeader(file.readAt(0, SEGMENT_HEADER_BYTES)))
    if ("problem" in header || header.previousCrc !== segments.headCrc()) return false
    segments.begin(path, header.firstSeq, header.previousCrc)
    at = { path, endOffset: SEGMENT_HEADER_BYTES }
    return true
  }

  return () => {
    const before = segments.head()
    do {
      if (at !== null) readOn(at)
    } while (beginNext())
    return segments.head() > before
  }
}
