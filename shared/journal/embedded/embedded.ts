/**
 * The journal in a directory of its own: append-only segment files, one writer, every acknowledgement after `fdatasync`.
 * Survives kill -9 and a power cut without losing an acknowledged record, as far as the disk tells the truth about its
 * own cache.
 */
import { Clock, Context, Effect, Layer, type Scope } from "effect"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "../order/duplicateWindow.ts"
import {
  Journal,
  JournalCorrupt,
  JournalDropRefused,
  type JournalOpenError,
  type JournalRecord,
  JournalRefused,
  JournalUnavailable,
  type ReadError,
  SnapshotStore
} from "../port.ts"
import { makeListeners } from "../recordStream.ts"
import { makeSequencer } from "../order/sequencer.ts"
import { makeAppends } from "./appends.ts"
import { codeOf, inWords, type OpenForWriting, openForWriting } from "./directory/disk.ts"
import { makeGrow } from "./directory/following.ts"
import { acquireLock } from "./directory/lock.ts"
import { Slab } from "./directory/slab.ts"
import { makeDropBefore } from "./dropping.ts"
import { encodeIndex } from "./index/indexFile.ts"
import { saveIndex } from "./index/rebuild.ts"
import { inspectDirectory, noteHighWater, prepareDirectory, recoverDirectory } from "./open.ts"
import { makePacker } from "./packing/pack.ts"
import { makeReading } from "./reading.ts"
import { makeRecentRecords } from "./recentRecords.ts"
import { makeReadOnlySnapshots, makeSnapshots } from "./snapshots.ts"
import type { ClosedSegment, Segments } from "./segments.ts"
import { makeWriter, unavailable } from "./writer.ts"

/** Where the journal is and its limits. */
export interface EmbeddedJournalOptions {
  /** Created when missing. On a local disk: a network file system may lie about syncs and links. */
  readonly directory: string
  /** When a segment has reached this size the next one begins, bytes. Default 16 MiB. */
  readonly segmentBytes?: number
  /** Default 600,000 ms. */
  readonly duplicateWindowMs?: number
  /** Which check speaks first, see `SequencerOptions`. Default true. */
  readonly duplicatesFirst?: boolean
  /** Most bytes of data; the append that would pass it is refused as full. Default: no limit but the disk's. */
  readonly maxBytes?: number
  /** Whether closed segments are packed. Default true; they are read the same way, and compared with those that are not. */
  readonly packClosed?: boolean
  /** How segments are opened for writing; tests put a failing disk here. */
  readonly openForWriting?: OpenForWriting
}

/**
 * The newest segment is read at every opening, and dropping goes by whole segments: small. Each closed one costs a few
 * reads at opening: not too small. Some 50,000 records of a market's usual size.
 */
const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024

/** What a kill may hide at most of a lost end of the newest file. A write of some bytes off the main thread. */
const HIGH_WATER_EVERY = "5 seconds"

type Services = Journal | SnapshotStore
type OpenFailure = JournalOpenError | JournalCorrupt

/** Keeps the note of how far the journal reaches at most some seconds behind, and exact at a clean close. */
const keepHighWater = Effect.fnUntraced(function* (
  directory: string,
  segments: Segments
): Effect.fn.Return<void, never, Scope.Scope> {
  let noted = segments.head()
  const note = Effect.suspend(() => {
    noted = segments.head()
    return noteHighWater(directory, { head: noted, crc: segments.headCrc() })
  })
  const noteIfNew = Effect.suspend(() => (segments.head() > noted ? note : Effect.void))
  yield* Effect.addFinalizer(() => note)
  yield* noteIfNew.pipe(Effect.delay(HIGH_WATER_EVERY), Effect.forever, Effect.forkScoped)
})

/** What is done with a segment once the next one has begun. */
const makeClosing = Effect.fnUntraced(function* (
  { directory, packClosed = true }: EmbeddedJournalOptions,
  segments: Segments
): Effect.fn.Return<(finished: ClosedSegment) => void, never, Scope.Scope> {
  const pack = packClosed ? yield* makePacker(directory, segments) : () => undefined
  return ({ path, index }) => {
    // One that cannot be saved is made anew, and told of, where it is missed.
    saveIndex(path, encodeIndex(index))
    pack(path)
  }
})

/** The record with bytes of its own. */
const copyOf = (record: JournalRecord, slab: Slab): JournalRecord => {
  const { data } = record
  const { block, from } = slab.allocate(data.byteLength)
  block.set(data, from)
  return { ...record, data: new Uint8Array(block.buffer, block.byteOffset + from, data.byteLength) }
}

const openJournal = Effect.fnUntraced(function* (
  options: EmbeddedJournalOptions
): Effect.fn.Return<Context.Context<Services>, OpenFailure, Scope.Scope> {
  const { directory } = options
  const clock = yield* Clock.Clock
  yield* prepareDirectory(directory)
  yield* acquireLock(directory)

  const duplicateWindowMs = options.duplicateWindowMs ?? DEFAULT_DUPLICATE_WINDOW_MS
  const sequencer = makeSequencer({ duplicateWindowMs, duplicatesFirst: options.duplicatesFirst ?? true })
  const recent = makeRecentRecords()
  const slab = new Slab()
  const openedMs = clock.currentTimeMillisUnsafe()
  const { segments, recovered } = yield* recoverDirectory(directory, {
    recentAfterMs: openedMs - duplicateWindowMs,
    onSummary: sequencer.restoreSummary,
    onRecord: (record) => sequencer.restore(record, openedMs),
    onTail: (record) => recent.push(copyOf(record, slab))
  })

  const listeners = makeListeners()
  let ended: JournalUnavailable | null = null
  const end = (reason: JournalUnavailable) => {
    ended = reason
    listeners.notify()
  }

  // Added before the writer, so it runs after the writer has drained.
  yield* keepHighWater(directory, segments)
  const close = yield* makeClosing(options, segments)
  const writer = yield* makeWriter({
    directory,
    segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    open: options.openForWriting ?? openForWriting,
    start: recovered,
    onSegment: (path, { firstSeq, previousCrc }) => {
      const finished = segments.begin(path, firstSeq, previousCrc)

      if (finished !== null) close(finished)
    },
    onDurable: ({ records, sizes, crcs }) => {
      for (const [place, record] of records.entries()) {
        segments.add(record, sizes[place] ?? 0, crcs[place] ?? 0)
        recent.push(record)
      }
      listeners.notify()
    },
    onFailure: (error) => end(unavailable(error))
  })
  // Added last, so it runs before the writer drains: readers hear of the end, writers still get their answers.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => end(new JournalUnavailable({ detail: `${directory} was closed` })))
  )

  const { freed, ...appends } = makeAppends({
    sequencer,
    writer,
    clock,
    ended: () => ended,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    bytesAtStart: segments.dataBytes()
  })
  const journal = Journal.of({
    where: directory,
    ...appends,
    ...makeReading({ where: directory, segments, recent, onChange: listeners.add, ended: () => ended }),
    dropBefore: makeDropBefore({ directory, segments, clock, duplicateWindowMs, freed })
  })
  return Context.make(Journal, journal).pipe(Context.add(SnapshotStore, makeSnapshots(directory)))
})

/** How often the files are looked at for somebody who follows: one `stat` of the newest while nothing comes. */
const LOOK_EVERY = "250 millis"

/** No lock, no change to any file. What a running writer appends later is seen by whoever follows, and by whoever reads after them. */
const openReadOnly = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<Context.Context<Services>, OpenFailure, Scope.Scope> {
  const { segments, recovered } = yield* inspectDirectory(directory)
  const listeners = makeListeners()
  const grow = makeGrow(directory, segments, recovered.active)
  let ended: ReadError | null = null
  const look = Effect.sync(() => {
    if (!listeners.any()) return
    try {
      if (grow()) listeners.notify()
    } catch (error) {
      ended =
        error instanceof JournalCorrupt
          ? error
          : new JournalUnavailable({ detail: `${directory}: ${inWords(codeOf(error))}` })
      listeners.notify()
    }
  })
  yield* look.pipe(Effect.delay(LOOK_EVERY), Effect.repeat({ while: () => ended === null }), Effect.forkScoped)
  const refuse = (subject: string) =>
    new JournalRefused({ subject, problem: "sealed", detail: `${directory} was opened for reading only` })
  const journal = Journal.of({
    where: directory,
    append: (entry) => Effect.fail(refuse(entry.subject)),
    appendAll: (entries) => (entries[0] === undefined ? Effect.succeed([]) : Effect.fail(refuse(entries[0].subject))),
    ...makeReading({
      where: directory,
      segments,
      recent: makeRecentRecords(),
      onChange: listeners.add,
      ended: () => ended
    }),
    dropBefore: () =>
      Effect.fail(new JournalDropRefused({ where: directory, detail: "the journal was opened for reading only" }))
  })
  return Context.make(Journal, journal).pipe(Context.add(SnapshotStore, makeReadOnlySnapshots(directory)))
})

/** The journal of one process on one disk. */
export const EmbeddedJournal = {
  /**
   * The journal and the snapshots of a directory, for its one writer.
   * Fails with `JournalOpenError` when another living process holds the directory or it cannot be used, and with
   * `JournalCorrupt`, naming file, byte and record, when acknowledged data is missing or damaged, as far as opening reads:
   * the newest segment, and how the others join. An unfinished last write is cut and logged as a warning.
   */
  layer: (options: EmbeddedJournalOptions): Layer.Layer<Services, OpenFailure> =>
    Layer.effectContext(openJournal(options)),

  /**
   * A journal for looking at: takes no lock and writes nothing, so it also works beside a running writer. `read` ends where the
   * journal ended when it was opened; `tail` goes on with what the writer appends. Every append is refused as `sealed`.
   */
  layerReadOnly: ({ directory }: { readonly directory: string }): Layer.Layer<Services, OpenFailure> =>
    Layer.effectContext(openReadOnly(directory))
}
