/**
 * Puts records on disk in groups: whatever is submitted while one group is being synced becomes the next group, so a
 * single append pays one sync and a thousand pay hardly more. Nobody hears of a record before its group is safe.
 */
import { Effect, type Scope } from "effect"
import { type JournalRecord, JournalUnavailable } from "../port.ts"
import { codeOf, DiskError, type OpenForWriting, syncDirectory, type WritableFile } from "./directory/disk.ts"
import { encodeFrame, encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "./directory/frame.ts"
import { segmentPath, segmentsDirectory } from "./directory/layout.ts"
import type { Recovered } from "./recovery.ts"

/**
 * Bytes that may wait for the next group; who comes after that waits before submitting. Large enough that the disk is
 * the limit, small enough that filling it (a few milliseconds) does not hold up everything else in the process.
 */
const MAX_PENDING_BYTES = 2 * 1024 * 1024

/** A record whose bytes are ready; `size` is its frame's. */
export interface WrittenRecord {
  readonly record: JournalRecord
  readonly size: number
}

export interface WriterOptions {
  readonly directory: string
  /** A group that would begin beyond this many bytes of a segment opens the next segment. */
  readonly segmentBytes: number
  readonly open: OpenForWriting
  readonly start: Recovered
  /** A new segment stands ready; its records follow. */
  readonly onSegment: (path: string, firstSeq: number, startOffset: number) => void
  /** A group is safe on disk, `crc` is its last record's checksum; called before its writers are answered. */
  readonly onDurable: (group: ReadonlyArray<WrittenRecord>, crc: number) => void
  /** The disk failed; nothing will be written any more. */
  readonly onFailure: (error: DiskError) => void
}

export interface Writer {
  /** Newest sequence that is safe on disk. */
  readonly durableSeq: () => number
  /** The error that stopped the writer, or null. */
  readonly failure: () => DiskError | null
  /** Takes the next record; sequences must come without gaps. Not before `room`, and not after a failure. */
  readonly submit: (record: JournalRecord) => void
  /** Waits while too much is pending. */
  readonly room: Effect.Effect<void, JournalUnavailable>
  /** Waits until this submitted record is safe. Fails when the disk failed: the record may or may not be there. */
  readonly durable: (seq: number) => Effect.Effect<void, JournalUnavailable>
}

interface Group {
  readonly frames: Array<Buffer>
  readonly records: Array<WrittenRecord>
  readonly waiters: Set<(outcome: Effect.Effect<void, JournalUnavailable>) => void>
  bytes: number
}

const emptyGroup = (): Group => ({ frames: [], records: [], waiters: new Set(), bytes: 0 })

export const unavailable = (error: DiskError): JournalUnavailable =>
  new JournalUnavailable({ detail: `${error.message}; the journal takes no records until it is opened again` })

export const makeWriter = Effect.fnUntraced(function* (
  options: WriterOptions
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const { directory, start } = options
  let file: WritableFile | null = start.active === null ? null : options.open(start.active.path)
  let endOffset = start.active?.endOffset ?? 0
  let submittedSeq = start.head
  let submittedCrc = start.crc
  let durableSeq = start.head
  let durableCrc = start.crc
  let failure: DiskError | null = null
  let pending = emptyGroup()
  let writing = emptyGroup()
  let wake: (() => void) | null = null

  const settle = (group: Group, outcome: Effect.Effect<void, JournalUnavailable>) => {
    for (const answer of group.waiters) answer(outcome)
  }

  /** A fresh file is durable, name and header, before the first record goes into it. */
  const beginSegment = Effect.fnUntraced(function* () {
    const previous = file
    file = null
    if (previous !== null) yield* previous.close
    const firstSeq = durableSeq + 1
    const path = segmentPath(directory, firstSeq)
    const next = yield* Effect.try({
      try: () => options.open(path),
      catch: (error) => new DiskError({ operation: "open", path, code: codeOf(error) })
    })
    file = next
    yield* next.write(encodeSegmentHeader({ firstSeq, previousCrc: durableCrc }), 0)
    yield* next.sync
    yield* Effect.try({
      try: () => syncDirectory(segmentsDirectory(directory)),
      catch: (error) => new DiskError({ operation: "fsync", path: segmentsDirectory(directory), code: codeOf(error) })
    })
    endOffset = SEGMENT_HEADER_BYTES
    options.onSegment(path, firstSeq, endOffset)
    return next
  })

  const writeGroup = Effect.fnUntraced(function* (group: Group, lastCrc: number) {
    const target = file === null || endOffset >= options.segmentBytes ? yield* beginSegment() : file
    yield* target.write(Buffer.concat(group.frames, group.bytes), endOffset)
    yield* target.sync
    endOffset += group.bytes
    durableSeq += group.records.length
    durableCrc = lastCrc
    options.onDurable(group.records, lastCrc)
    settle(group, Effect.void)
  })

  /** Writes what is pending. A disk that failed once is not trusted again: what it reports as synced may be gone. */
  const flush = Effect.suspend(() => {
    writing = pending
    pending = emptyGroup()
    return writeGroup(writing, submittedCrc).pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          failure = error
          options.onFailure(error)
          settle(writing, Effect.fail(unavailable(error)))
          settle(pending, Effect.fail(unavailable(error)))
          pending = emptyGroup()
        })
      )
    )
  })

  const drain = Effect.suspend(() => (pending.records.length > 0 && failure === null ? flush : Effect.void))
  yield* Effect.addFinalizer(() =>
    drain.pipe(Effect.andThen(Effect.suspend(() => (file === null ? Effect.void : file.close))))
  )

  const work = Effect.callback<void>((resume) => {
    if (pending.records.length > 0) return resume(Effect.void)
    // A microtask later, so that everything submitted in the same turn travels in one group.
    wake = () => queueMicrotask(() => resume(Effect.void))
    return Effect.sync(() => {
      wake = null
    })
  })
  yield* work.pipe(
    Effect.andThen(Effect.uninterruptible(flush)),
    Effect.repeat({ while: () => failure === null }),
    Effect.forkScoped
  )

  const durable = (seq: number): Effect.Effect<void, JournalUnavailable> =>
    Effect.callback((resume) => {
      if (seq <= durableSeq) return resume(Effect.void)
      if (failure !== null) return resume(Effect.fail(unavailable(failure)))
      const group = seq > submittedSeq - pending.records.length ? pending : writing
      group.waiters.add(resume)
      return Effect.sync(() => {
        group.waiters.delete(resume)
      })
    })

  /** The next group to finish makes room; after the yield its successor is on its way and the pending one is empty. */
  const room: Effect.Effect<void, JournalUnavailable> = Effect.suspend(() =>
    pending.bytes < MAX_PENDING_BYTES
      ? Effect.void
      : durable(durableSeq + 1).pipe(Effect.andThen(Effect.yieldNow), Effect.andThen(room))
  )

  return {
    durableSeq: () => durableSeq,
    failure: () => failure,
    submit: (record) => {
      const { frame, crc } = encodeFrame({ ...record, durableSeq, previousCrc: submittedCrc })
      submittedSeq = record.seq
      submittedCrc = crc
      pending.frames.push(frame)
      pending.bytes += frame.length
      // Readers share the frame's bytes: one copy of the data serves the disk and every live reader.
      const data = frame.subarray(frame.length - record.data.byteLength)
      pending.records.push({ record: { ...record, data }, size: frame.length })
      const waiting = wake
      wake = null
      waiting?.()
    },
    room,
    durable
  }
})
