/** The journal in this process' memory: for tests and simulation. Everything is gone when the layer is released. */
import { type Clock, Context, Effect, Layer } from "effect"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "./order/duplicateWindow.ts"
import { dropLimit, refusalOf } from "./entry.ts"
import {
  type Appended,
  type AppendError,
  Journal,
  JournalConflict,
  type JournalEntry,
  type JournalRecord,
  JournalRefused,
  JournalUnavailable,
  type ReadError,
  RecordsArchived,
  type Snapshot,
  SnapshotStore
} from "./port.ts"
import { makeListeners, type RecordSource, recordStream } from "./recordStream.ts"
import { makeSequencer } from "./order/sequencer.ts"
import { makeStoredTime } from "./order/storedTime.ts"
import { checkActor, KEPT_SNAPSHOTS } from "./snapshotText.ts"

/** What goes wrong with one append: the answer is lost, and the record was stored or was not. */
export type AppendFault = "lost-before-commit" | "lost-after-commit"

/** Limits as of the durable adapters, and faults on demand. */
export interface MemoryJournalOptions {
  /** Default 600,000 ms. */
  readonly duplicateWindowMs?: number
  /** Default true, as nats-server before 2.12. */
  readonly duplicatesFirst?: boolean
  /** Most bytes of data kept; the append that would pass it is refused as full. Default: no limit. */
  readonly maxBytes?: number
  /** Asked once per append that would be answered with a sequence; null lets it through. Default: no faults. */
  readonly fault?: (entry: JournalEntry) => AppendFault | null
  /** What `Journal.where` says. Default `memory`. */
  readonly where?: string
}

/** Most records handed to a reader in one array. */
const CHUNK_RECORDS = 1_000

const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

/** The records themselves, from `first` on. */
const makeKept = (where: string, head: () => number) => {
  const records: Array<JournalRecord> = []
  let first = 1
  let bytes = 0
  return {
    first: () => first,
    bytes: () => bytes,
    push: (record: JournalRecord): void => {
      records.push(record)
      bytes += record.data.byteLength
    },
    chunk: (from: number) => {
      const found = records.slice(from - first, from - first + CHUNK_RECORDS)
      return { records: found, next: from + found.length }
    },
    get: (seq: number): Effect.Effect<JournalRecord | null, ReadError> =>
      seq >= 1 && seq < first
        ? Effect.fail(new RecordsArchived({ where, seq, first }))
        : Effect.succeed(records[seq - first] ?? null),
    dropBefore: (seq: number): number => {
      const limit = Math.max(first, dropLimit(seq, head()))
      for (const { data } of records.splice(0, limit - first)) bytes -= data.byteLength
      first = limit
      return first
    }
  }
}

const makeJournal = (options: MemoryJournalOptions, clock: Clock.Clock): Context.Service.Shape<typeof Journal> => {
  const sequencer = makeSequencer({
    duplicateWindowMs: options.duplicateWindowMs ?? DEFAULT_DUPLICATE_WINDOW_MS,
    duplicatesFirst: options.duplicatesFirst ?? true
  })
  const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY
  const faultOf = options.fault ?? (() => null)
  const listeners = makeListeners()
  const storedNow = makeStoredTime(clock, 0)
  const where = options.where ?? "memory"
  const kept = makeKept(where, sequencer.head)

  const source: RecordSource = {
    where,
    first: kept.first,
    head: sequencer.head,
    chunk: (from) => Effect.sync(() => kept.chunk(from)),
    onChange: listeners.add,
    ended: () => null
  }

  const store = (entry: JournalEntry, nowMs: number): Appended => {
    const { seq, storedMs } = sequencer.accept(entry.subject, entry.id, nowMs)
    const mark = entry.mark === undefined ? {} : { mark: entry.mark }
    kept.push({ seq, subject: entry.subject, id: entry.id, data: copyOf(entry.data), storedMs, ...mark })
    listeners.notify()
    return { seq, duplicate: false }
  }

  const appendNow = (entry: JournalEntry): Effect.Effect<Appended, AppendError> => {
    const refusal = refusalOf(entry)
    if (refusal !== null) return Effect.fail(refusal)
    const nowMs = storedNow()
    const decision = sequencer.decide(entry, nowMs)
    if (decision.kind === "conflict") {
      const { expected, actual } = decision
      return Effect.fail(new JournalConflict({ subject: entry.subject, expected, actual }))
    }
    if (decision.kind === "new" && kept.bytes() + entry.data.byteLength > maxBytes) {
      const detail = `the journal holds ${kept.bytes()} of at most ${maxBytes} bytes`
      return Effect.fail(new JournalRefused({ subject: entry.subject, problem: "full", detail }))
    }
    const fault = faultOf(entry)
    if (fault === "lost-before-commit") {
      return Effect.fail(new JournalUnavailable({ detail: "injected: no answer, nothing stored" }))
    }
    const appended = decision.kind === "duplicate" ? { seq: decision.seq, duplicate: true } : store(entry, nowMs)
    return fault === null
      ? Effect.succeed(appended)
      : Effect.fail(new JournalUnavailable({ detail: "injected: the answer was lost after the record was stored" }))
  }
  const append = (entry: JournalEntry) => Effect.suspend(() => appendNow(entry))

  return Journal.of({
    where,
    append,
    appendAll: (entries) => Effect.forEach(entries, append),
    get: (seq) => Effect.suspend(() => kept.get(seq)),
    last: (subject) => Effect.suspend(() => kept.get(sequencer.lastOf(subject))),
    head: Effect.sync(sequencer.head),
    first: Effect.sync(source.first),
    dropBefore: (seq) => Effect.sync(() => kept.dropBefore(seq)),
    read: (from) => recordStream(source, from, "to-head"),
    tail: (from) => recordStream(source, from, "for-ever")
  })
}

const makeSnapshots = (): Context.Service.Shape<typeof SnapshotStore> => {
  const byActor = new Map<string, ReadonlyArray<Snapshot>>()
  return SnapshotStore.of({
    save: (snapshot) =>
      Effect.sync(() => {
        checkActor(snapshot.actor)
        const older = (byActor.get(snapshot.actor) ?? []).filter(({ seq }) => seq !== snapshot.seq)
        const newestFirst = [snapshot, ...older].sort((a, b) => b.seq - a.seq)
        byActor.set(snapshot.actor, newestFirst.slice(0, KEPT_SNAPSHOTS))
      }),
    load: (actor) => Effect.sync(() => byActor.get(actor) ?? [])
  })
}

/** A journal and a snapshot store of its own per layer. Times come from the Clock in force when the layer is built. */
export const MemoryJournal = {
  layer: (options: MemoryJournalOptions = {}): Layer.Layer<Journal | SnapshotStore> =>
    Layer.effectContext(
      Effect.clockWith((clock) =>
        Effect.sync(() =>
          Context.make(Journal, makeJournal(options, clock)).pipe(Context.add(SnapshotStore, makeSnapshots()))
        )
      )
    )
}
