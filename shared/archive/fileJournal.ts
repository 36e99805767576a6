/** A journal in a file, to look at: held in memory, its beginning's states beside it. Nothing can be appended. */
import { Context, Effect, Layer } from "effect"
import { sealedKey } from "../actor/seals/sealed.ts"
import { SliceStart } from "../actor/seals/slice.ts"
import { messageOf } from "../core/messageOf.ts"
import { sha256 } from "../actor/hash.ts"
import {
  Journal,
  JournalCorrupt,
  JournalDropRefused,
  JournalOpenError,
  type JournalRecord,
  JournalUnavailable,
  type ReadError,
  RecordsArchived,
  type Snapshot,
  SnapshotStore
} from "../journal/port.ts"
import { type RecordSource, recordStream } from "../journal/recordStream.ts"
import {
  JournalFileBroken,
  type JournalFile,
  type NamesChanged,
  type NewJournalFile,
  readJournalFile
} from "./journalFile.ts"

/** Most records handed to a reader in one array. */
const CHUNK_RECORDS = 1_000

/** The file that a journal was read from; null: it stands in a directory or on a server. */
export const SourceFile = Context.Reference<JournalFile | null>("kennel/archive/SourceFile", {
  defaultValue: () => null
})

/** Records held in memory as a journal that is only read. `from`: the sequence of the first. */
export const inMemory = (where: string, records: ReadonlyArray<JournalRecord>, from: number): Journal["Service"] => {
  const head = records.at(-1)?.seq ?? from - 1
  const lasts = new Map(records.map(({ subject, seq }) => [subject, seq]))
  const readOnly = Effect.fail(new JournalUnavailable({ detail: `${where} is a file, which is only read` }))
  const source: RecordSource = {
    where,
    first: () => from,
    head: () => head,
    chunk: (at) =>
      Effect.sync(() => {
        const found = records.slice(at - from, at - from + CHUNK_RECORDS)
        return { records: found, next: at + found.length }
      }),
    onChange: () => () => {},
    ended: () => new JournalUnavailable({ detail: `${where} is a file: no more comes` })
  }
  const get = (seq: number): Effect.Effect<JournalRecord | null, ReadError> =>
    seq >= 1 && seq < from
      ? Effect.fail(new RecordsArchived({ where, seq, first: from }))
      : Effect.succeed(records[seq - from] ?? null)
  return {
    where,
    append: () => readOnly,
    appendAll: () => readOnly,
    get,
    last: (subject) => get(lasts.get(subject) ?? 0),
    head: Effect.succeed(head),
    first: Effect.succeed(from),
    dropBefore: () => Effect.fail(new JournalDropRefused({ where, detail: "it is a file" })),
    read: (options) => recordStream(source, options, "to-head"),
    tail: (options) => recordStream(source, options, "for-ever")
  }
}

/** The states that a piece begins with, where sealed states are looked for. */
export const snapshotsOf = (start: NewJournalFile["start"]): SnapshotStore["Service"] => {
  const states = new Map<string, Snapshot>()
  for (const { name, version, stateHash } of start?.sealed.actors ?? []) {
    const state = start?.states[name]
    if (start === null || state === undefined || sha256(state) !== stateHash) continue
    const { recordId, recordHash, sealed } = start
    const kept = { actor: name, seq: sealed.to, recordId, recordHash, reducerVersion: version, stateHash, state }
    states.set(sealedKey(name), kept)
  }
  return {
    save: () => Effect.fail(new JournalUnavailable({ detail: "a journal in a file keeps no snapshots" })),
    load: (actor) => {
      const kept = states.get(actor)
      return Effect.succeed(kept === undefined ? [] : [kept])
    }
  }
}

/** The journal of a file that `kennel journal export` wrote, or of lines of records alone. */
export const FileJournal = {
  layer: (
    file: string,
    namesChanged?: NamesChanged
  ): Layer.Layer<Journal | SnapshotStore, JournalOpenError | JournalCorrupt> =>
    Layer.effectContext(
      Effect.gen(function* () {
        const read = yield* Effect.tryPromise({
          try: () => readJournalFile(file, namesChanged),
          catch: (error) =>
            error instanceof JournalFileBroken
              ? new JournalCorrupt({ where: file, detail: error.problem })
              : new JournalOpenError({ where: file, detail: messageOf(error) })
        })
        const from = read.header?.from ?? read.records[0]?.seq ?? 1
        return Context.make(Journal, Journal.of(inMemory(file, read.records, from))).pipe(
          Context.add(SnapshotStore, SnapshotStore.of(snapshotsOf(read.header?.start ?? null))),
          Context.add(SliceStart, read.header?.start?.sealed ?? null),
          Context.add(SourceFile, read)
        )
      })
    )
}
