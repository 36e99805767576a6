/**
 * Puts records on disk in groups: whatever is submitted while one group is being synced becomes the next group, so a
 * single append pays one sync and a thousand pay hardly more. Nobody hears of a record before its group is safe.
 */
import { Effect, type Scope } from "effect"
import { type JournalEntry, type JournalRecord, JournalUnavailable } from "../port.ts"
import type { DiskError } from "./directory/disk.ts"
import { frameBytesOf, writeFrame } from "./directory/frame.ts"
import { makeSegmentWriter, type SegmentWriterOptions, type Tip } from "./directory/segmentWriter.ts"
import type { Recovered } from "./recovery.ts"
import { Pieces, Slab } from "./directory/slab.ts"

/**
 * Bytes that may wait for the next group; who comes after that waits before submitting. Large enough that the disk is
 * the limit, small enough that filling it (a few milliseconds) does not hold up everything else in the process.
 */
export const MAX_PENDING_BYTES = 2 * 1024 * 1024

/** Records that are written together, with the size and the checksum of the frame at the same place. */
export interface WrittenGroup {
  readonly records: ReadonlyArray<JournalRecord>
  readonly sizes: ReadonlyArray<number>
  readonly crcs: ReadonlyArray<number>
}

/** Where to write, after what, and who hears of it. */
export interface WriterOptions extends SegmentWriterOptions {
  readonly start: Recovered
  /** A group is safe on disk; called before its writers are answered. */
  readonly onDurable: (group: WrittenGroup) => void
  /** The disk failed; nothing will be written any more. */
  readonly onFailure: (error: DiskError) => void
}

/** The way to the disk. A failure is final: nothing is written after it. */
export interface Writer {
  /** Newest sequence that is safe on disk. */
  readonly durableSeq: () => number
  /** The error that stopped the writer, or null. */
  readonly failure: () => DiskError | null
  /** Takes the next record; sequences must come without gaps. Not before `room`, and not after a failure. */
  readonly submit: (entry: JournalEntry, seq: number, storedMs: number) => void
  /** Whether `submit` may be called now. */
  readonly hasRoom: () => boolean
  /** Waits while too much is pending. */
  readonly room: Effect.Effect<void, JournalUnavailable>
  /** Waits until this submitted record is safe. Fails when the disk failed: the record may or may not be there. */
  readonly durable: (seq: number) => Effect.Effect<void, JournalUnavailable>
}

type Answer = (outcome: Effect.Effect<void, JournalUnavailable>) => void

class Group implements WrittenGroup {
  readonly pieces = new Pieces()
  readonly records: Array<JournalRecord> = []
  readonly sizes: Array<number> = []
  readonly crcs: Array<number> = []
  readonly waiters = new Set<Answer>()
}

const answerWaiters = (group: Group, outcome: Effect.Effect<void, JournalUnavailable>): void => {
  for (const answer of group.waiters) answer(outcome)
}

/** Records on their way to the disk: the group that fills, and the one that is being written. */
class Groups {
  private filling = new Group()
  private writing = new Group()
  private submitted: Tip
  private wake: (() => void) | null = null
  private readonly slab = new Slab()

  constructor(tip: Tip) {
    this.submitted = tip
  }

  get isFull(): boolean {
    return this.filling.pieces.bytes >= MAX_PENDING_BYTES
  }

  get isEmpty(): boolean {
    return this.filling.records.length === 0
  }

  add({ subject, id, data, mark }: JournalEntry, seq: number, storedMs: number, durableSeq: number): void {
    // Field by field, here as below: spreads cost more than twice as much, and readers meet records of one shape, from the disk or not.
    const previousCrc = this.submitted.crc
    const fields =
      mark === undefined
        ? { seq, subject, id, data, storedMs, durableSeq, previousCrc }
        : { seq, subject, id, data, storedMs, durableSeq, previousCrc, mark }
    const size = frameBytesOf(fields)
    const room = this.slab.allocate(size)
    const { block } = room
    const crc = writeFrame(fields, block, room.from)
    this.submitted = { seq, crc }
    const { filling } = this
    filling.pieces.add(room, size)
    // Readers share the frame's bytes: one copy of the data serves the disk and every live reader.
    const dataAt = block.byteOffset + room.from + size - data.byteLength
    const kept = new Uint8Array(block.buffer, dataAt, data.byteLength)
    filling.records.push(
      mark === undefined ? { seq, subject, id, data: kept, storedMs } : { seq, subject, id, data: kept, storedMs, mark }
    )
    filling.sizes.push(size)
    filling.crcs.push(crc)
    const waiting = this.wake
    this.wake = null
    waiting?.()
  }

  /** The group that fills becomes the one being written; `tip` is its last record. */
  next(): { readonly group: Group; readonly tip: Tip } {
    this.writing = this.filling
    this.filling = new Group()
    return { group: this.writing, tip: this.submitted }
  }

  /** Answers everyone who waits, and drops what was not written. */
  fail(error: JournalUnavailable): void {
    answerWaiters(this.writing, Effect.fail(error))
    answerWaiters(this.filling, Effect.fail(error))
    this.filling = new Group()
  }

  /** Answers when the group of a submitted record that is not safe yet has been written; returns how to stop waiting. */
  whenWritten(seq: number, answer: Answer): () => void {
    const group = seq > this.submitted.seq - this.filling.records.length ? this.filling : this.writing
    group.waiters.add(answer)
    return () => void group.waiters.delete(answer)
  }

  /** Waits until there is something to write. */
  readonly filled = Effect.callback<void>((resume) => {
    if (!this.isEmpty) return resume(Effect.void)
    // A microtask later, so that everything submitted in the same turn travels in one group.
    this.wake = () => queueMicrotask(() => resume(Effect.void))
    return Effect.sync(() => {
      this.wake = null
    })
  })
}

/** Why the journal takes nothing any more once the disk has failed. */
export const unavailable = (error: DiskError): JournalUnavailable =>
  new JournalUnavailable({ detail: `${error.message}; the journal takes no records until it is opened again` })

/** Writes for as long as the scope; what is submitted before it closes is written. */
export const makeWriter = Effect.fnUntraced(function* (
  options: WriterOptions
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const segments = makeSegmentWriter(options, options.start.active)
  let durableTip: Tip = { seq: options.start.head, crc: options.start.crc }
  let failure: DiskError | null = null
  const groups = new Groups(durableTip)

  const writeGroup = Effect.fnUntraced(function* (group: Group, tip: Tip) {
    yield* segments.append(group.pieces.joined(), durableTip)
    durableTip = tip
    options.onDurable(group)
    answerWaiters(group, Effect.void)
  })

  /** Writes what is pending. A disk that failed once is not trusted again: what it reports as synced may be gone. */
  const flush = Effect.suspend(() => {
    const { group, tip } = groups.next()
    return writeGroup(group, tip).pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          failure = error
          options.onFailure(error)
          groups.fail(unavailable(error))
        })
      )
    )
  })

  const drain = Effect.suspend(() => (!groups.isEmpty && failure === null ? flush : Effect.void))
  yield* Effect.addFinalizer(() => Effect.andThen(drain, segments.close))

  yield* groups.filled.pipe(
    Effect.andThen(Effect.uninterruptible(flush)),
    Effect.repeat({ while: () => failure === null }),
    Effect.forkScoped
  )

  const durable = (seq: number): Effect.Effect<void, JournalUnavailable> =>
    Effect.callback((resume) => {
      if (seq <= durableTip.seq) return resume(Effect.void)
      if (failure !== null) return resume(Effect.fail(unavailable(failure)))
      return Effect.sync(groups.whenWritten(seq, resume))
    })

  /** The next group to finish makes room; after the yield its successor is on its way and the pending one is empty. */
  const room: Effect.Effect<void, JournalUnavailable> = Effect.suspend(() =>
    groups.isFull
      ? durable(durableTip.seq + 1).pipe(Effect.andThen(Effect.yieldNow), Effect.andThen(room))
      : Effect.void
  )

  return {
    durableSeq: () => durableTip.seq,
    failure: () => failure,
    submit: (entry, seq, storedMs) => groups.add(entry, seq, storedMs, durableTip.seq),
    hasRoom: () => !groups.isFull,
    room,
    durable
  }
})
