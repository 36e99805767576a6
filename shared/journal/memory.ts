/** The journal in this process' memory: for tests and simulation. Everything is gone when the layer is released. */
import { type Clock, Context, Effect, Layer } from "effect"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "./duplicateWindow.ts"
import { refusalOf } from "./entry.ts"
import {
  type Appended,
  type AppendError,
  Journal,
  JournalConflict,
  type JournalEntry,
  type JournalRecord,
  JournalRefused,
  JournalUnavailable,
  type Snapshot,
  SnapshotStore
} from "./port.ts"
import { makeListeners, type RecordSource, recordStream } from "./recordStream.ts"
import { makeSequencer } from "./sequencer.ts"
import { checkActor, KEPT_SNAPSHOTS } from "./snapshotText.ts"

/** What goes wrong with one append: the answer is lost, and the record was stored or was not. */
export type AppendFault = "lost-before-commit" | "lost-after-commit"

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

const makeJournal = (options: MemoryJournalOptions, clock: Clock.Clock): Context.Service.Shape<typeof Journal> => {
  const sequencer = makeSequencer({
    duplicateWindowMs: options.duplicateWindowMs ?? DEFAULT_DUPLICATE_WINDOW_MS,
    duplicatesFirst: options.duplicatesFirst ?? true
  })
  const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY
  const faultOf = options.fault ?? (() => null)
  const listeners = makeListeners()
  const records: Array<JournalRecord> = []
  let bytes = 0

  const source: RecordSource = {
    head: sequencer.head,
    chunk: (from) => Effect.sync(() => records.slice(from - 1, from - 1 + CHUNK_RECORDS)),
    onChange: listeners.add,
    ended: () => null
  }

  const store = (entry: JournalEntry, nowMs: number): Appended => {
    const { seq, storedMs } = sequencer.accept(entry.subject, entry.id, nowMs)
    const data = copyOf(entry.data)
    records.push({ seq, subject: entry.subject, id: entry.id, data, storedMs })
    bytes += data.byteLength
    listeners.notify()
    return { seq, duplicate: false }
  }

  const appendNow = (entry: JournalEntry): Effect.Effect<Appended, AppendError> => {
    const refusal = refusalOf(entry)
    if (refusal !== null) return Effect.fail(refusal)
    const nowMs = clock.currentTimeMillisUnsafe()
    const decision = sequencer.decide(entry, nowMs)
    if (decision.kind === "conflict") {
      const { expected, actual } = decision
      return Effect.fail(new JournalConflict({ subject: entry.subject, expected, actual }))
    }
    if (decision.kind === "new" && bytes + entry.data.byteLength > maxBytes) {
      const detail = `the journal holds ${bytes} of at most ${maxBytes} bytes`
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
    where: options.where ?? "memory",
    append,
    appendAll: (entries) => Effect.forEach(entries, append),
    get: (seq) => Effect.sync(() => records[seq - 1] ?? null),
    last: (subject) => Effect.sync(() => records[sequencer.lastOf(subject) - 1] ?? null),
    head: Effect.sync(sequencer.head),
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
