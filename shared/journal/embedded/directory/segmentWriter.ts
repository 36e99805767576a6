/** Appends to the newest segment, and begins the next one when it is full. */
import { Effect } from "effect"
import { codeOf, DiskError, type OpenForWriting, syncDirectory, type WritableFile } from "./disk.ts"
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader } from "./frame.ts"
import { segmentPath, segmentsDirectory } from "./layout.ts"

/** The newest record on disk: its sequence and checksum; 0 and the chain's beginning when there is none. */
export interface Tip {
  readonly seq: number
  readonly crc: number
}

/** Where segments go, how large they get, and who hears of a new one. */
export interface SegmentWriterOptions {
  readonly directory: string
  /** What would begin beyond this many bytes of a segment opens the next segment. */
  readonly segmentBytes: number
  readonly open: OpenForWriting
  /** A new segment stands ready; its records follow. */
  readonly onSegment: (path: string, header: SegmentHeader) => void
}

/** Writes to the newest segment; one `append` at a time. */
export interface SegmentWriter {
  /** Writes whole frames behind `tip`; when it returns they are safe. After a failure nothing more may be written. */
  readonly append: (frames: Buffer, tip: Tip) => Effect.Effect<void, DiskError>
  readonly close: Effect.Effect<void>
}

/** Goes on in `active`; null: the first append begins a segment. */
export const makeSegmentWriter = (
  { directory, segmentBytes, open, onSegment }: SegmentWriterOptions,
  active: { readonly path: string; readonly endOffset: number } | null
): SegmentWriter => {
  let file: WritableFile | null = active === null ? null : open(active.path)
  let endOffset = active?.endOffset ?? 0

  /** A fresh file is durable, name and header, before the first record goes into it. */
  const beginSegment = Effect.fnUntraced(function* (tip: Tip) {
    const previous = file
    file = null
    if (previous !== null) yield* previous.close
    const firstSeq = tip.seq + 1
    const path = segmentPath(directory, firstSeq)
    const next = yield* Effect.try({
      try: () => open(path),
      catch: (error) => new DiskError({ operation: "open", path, code: codeOf(error) })
    })
    file = next
    const header: SegmentHeader = { firstSeq, previousCrc: tip.crc }
    yield* next.write(encodeSegmentHeader(header), 0)
    yield* next.sync
    yield* Effect.try({
      try: () => syncDirectory(segmentsDirectory(directory)),
      catch: (error) => new DiskError({ operation: "fsync", path: segmentsDirectory(directory), code: codeOf(error) })
    })
    endOffset = SEGMENT_HEADER_BYTES
    onSegment(path, header)
    return next
  })

  return {
    append: Effect.fnUntraced(function* (frames, tip) {
      const target = file === null || endOffset >= segmentBytes ? yield* beginSegment(tip) : file
      yield* target.write(frames, endOffset)
      yield* target.sync
      endOffset += frames.length
    }),
    close: Effect.suspend(() => (file === null ? Effect.void : file.close))
  }
}
