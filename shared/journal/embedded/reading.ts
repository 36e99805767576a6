/** The journal's reading half: the newest records from memory, older ones from the segments, found through their indexes. */
import { Effect } from "effect"
import { startOf } from "../entry.ts"
import type { JournalRecord, ReadError, ReadFrom, RecordsArchived } from "../port.ts"
import { type Chunk, type Filter, type RecordSource, recordStream } from "../recordStream.ts"
import { readOne, readPicked, readRun } from "./directory/files.ts"
import { makeFinding } from "./index/finding.ts"
import { firstAtLeast } from "./index/offsets.ts"
import { markAt } from "./index/segmentIndex.ts"
import type { RecentRecords } from "./recentRecords.ts"
import type { Segments } from "./segments.ts"

/** Most records handed to a reader in one array. */
const CHUNK_RECORDS = 1_000

/** Where records are found, and who says that there are new ones or will be no more. */
export interface ReadingOptions {
  readonly where: string
  readonly segments: Segments
  readonly recent: RecentRecords
  readonly onChange: RecordSource["onChange"]
  readonly ended: RecordSource["ended"]
}

/** Reads from the segments: a run of records, those a filter wants, a single one. Only for first ≤ seq ≤ head. */
const makeDiskReads = (segments: Segments, archived: (seq: number) => RecordsArchived | null) => {
  const finding = makeFinding()

  const run = Effect.fnUntraced(function* (from: number) {
    const segment = segments.at(from)
    const records = yield* readRun(segment, yield* finding.marks(segment), from)
    return { records, next: from + records.length }
  })

  /** Segment by segment until one has something. */
  const picked = Effect.fnUntraced(function* (from: number, filter: Filter): Effect.fn.Return<Chunk, ReadError> {
    let next = from
    while (next <= segments.head()) {
      const at = next
      const gone = archived(at)
      if (gone !== null) return yield* gone
      const segment = segments.at(at)
      const marks = yield* finding.marks(segment)
      const offsets = yield* finding.offsets(segment, filter)
      if (offsets === null) return yield* run(at)
      const placeOf = (offset: number) => firstAtLeast(offsets.length, (place) => offsets[place] ?? 0, offset)
      // The growing index may know more by now than the segment as it was taken.
      const end = placeOf(segment.summary.endOffset)
      const begin = placeOf(markAt(marks, at).offset)
      const wanted = offsets.subarray(begin, Math.min(end, begin + CHUNK_RECORDS))
      const found = wanted.length === 0 ? [] : yield* readPicked(segment, marks, wanted)
      next = 1 + (begin + found.length < end ? (found.at(-1)?.seq ?? at) : segment.summary.lastSeq)
      const records = found.filter(({ seq }) => seq >= at)
      if (records.length > 0) return { records, next }
    }
    return { records: [], next }
  })

  const one = (seq: number): Effect.Effect<JournalRecord | null, ReadError> => {
    const segment = segments.at(seq)
    return Effect.flatMap(finding.marks(segment), (marks) => readOne(segment, marks, seq))
  }
  return { run, picked, one }
}

/** The journal's `get`, `last`, `head`, `first`, `read` and `tail`, over what is safe on disk. */
export const makeReading = ({ where, segments, recent, onChange, ended }: ReadingOptions) => {
  const archived = (seq: number): RecordsArchived | null => {
    const start = startOf({ from: seq }, segments.first(), where)
    return typeof start === "number" ? null : start
  }
  const disk = makeDiskReads(segments, archived)

  /** A file that is gone may have been dropped while it was to be read. */
  const unlessDropped = <A>(seq: number, work: Effect.Effect<A, ReadError>): Effect.Effect<A, ReadError> =>
    work.pipe(Effect.mapError((error) => archived(seq) ?? error))

  const source: RecordSource = {
    where,
    first: segments.first,
    head: segments.head,
    chunk: (from, filter) =>
      Effect.suspend((): Effect.Effect<Chunk, ReadError> => {
        const live = recent.slice(from, CHUNK_RECORDS)
        if (live !== null) return Effect.succeed({ records: live, next: from + live.length })
        return unlessDropped(from, filter === null ? disk.run(from) : disk.picked(from, filter))
      }),
    onChange,
    ended
  }
  const get = (seq: number): Effect.Effect<JournalRecord | null, ReadError> =>
    Effect.suspend((): Effect.Effect<JournalRecord | null, ReadError> => {
      if (!Number.isSafeInteger(seq) || seq < 1 || seq > segments.head()) return Effect.succeed(null)
      const gone = archived(seq)
      if (gone !== null) return Effect.fail(gone)
      const live = recent.slice(seq, 1)?.[0]
      if (live !== undefined) return Effect.succeed(live)
      return unlessDropped(seq, disk.one(seq))
    })
  return {
    get,
    last: (subject: string) => Effect.suspend(() => get(segments.lastOf(subject))),
    head: Effect.sync(segments.head),
    first: Effect.sync(segments.first),
    read: (options: ReadFrom) => recordStream(source, options, "to-head"),
    tail: (options: ReadFrom) => recordStream(source, options, "for-ever")
  }
}
