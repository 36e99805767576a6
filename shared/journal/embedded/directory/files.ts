/** Records read back from the segments. */
import { open } from "node:fs/promises"
import { Effect } from "effect"
import { JournalCorrupt, type JournalRecord, JournalUnavailable } from "../../port.ts"
import { codeOf } from "./disk.ts"
import { decodeFrame } from "./frame.ts"
import type { Place, RecordIndex } from "../recordIndex.ts"

/** Bytes read for a run of records: large enough that opening the file does not count. */
const RUN_BYTES = 1024 * 1024

const readPlace = (place: Place, length: number): Effect.Effect<Buffer, JournalUnavailable> =>
  Effect.tryPromise({
    try: async () => {
      await using file = await open(place.path, "r")
      const bytes = Buffer.allocUnsafe(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, place.offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    },
    catch: (error) => new JournalUnavailable({ detail: `reading ${place.path} failed: ${codeOf(error)}` })
  })

/** The frames at the beginning of `bytes`, checked, as records numbered from `from`. */
const decodeRun = (
  bytes: Buffer,
  from: number,
  place: Place
): Effect.Effect<ReadonlyArray<JournalRecord>, JournalCorrupt> => {
  const records: Array<JournalRecord> = []
  let offset = 0
  for (;;) {
    const frame = decodeFrame(bytes, offset)
    if (frame === null || frame.record.seq !== from + records.length) break
    records.push(frame.record)
    offset += frame.size
  }
  if (records.length > 0) return Effect.succeed(records)
  const detail = `byte ${place.offset}, record ${from}: changed on disk since the journal was opened; stop and keep the directory`
  return Effect.fail(new JournalCorrupt({ where: place.path, detail }))
}

/** A run of stored records starting exactly at `from`, at least one, from one segment. Only for 1 ≤ from ≤ head. */
export const readRun = (index: RecordIndex, from: number) =>
  Effect.suspend(() => {
    const place = index.locate(from)
    return readPlace(place, Math.min(place.untilSegmentEnd, Math.max(RUN_BYTES, place.size))).pipe(
      Effect.flatMap((bytes) => decodeRun(bytes, from, place))
    )
  })

/** One stored record. Only for 1 ≤ seq ≤ head. */
export const readOne = (index: RecordIndex, seq: number) =>
  Effect.suspend(() => {
    const place = index.locate(seq)
    return readPlace(place, place.size).pipe(
      Effect.flatMap((bytes) => decodeRun(bytes, seq, place)),
      Effect.map((records) => records[0] ?? null)
    )
  })
