/** The journal's reading half: the newest records from memory, older ones from the segments. */
import { Effect } from "effect"
import type { JournalRecord, ReadError, ReadFrom } from "../port.ts"
import { type RecordSource, recordStream } from "../recordStream.ts"
import { readOne, readRun } from "./directory/files.ts"
import type { RecentRecords } from "./recentRecords.ts"
import type { RecordIndex } from "./recordIndex.ts"

/** Most records handed to a live reader in one array. */
const CHUNK_RECORDS = 1_000

export interface ReadingOptions {
  readonly index: RecordIndex
  readonly recent: RecentRecords
  readonly onChange: RecordSource["onChange"]
  readonly ended: RecordSource["ended"]
}

export const makeReading = ({ index, recent, onChange, ended }: ReadingOptions) => {
  const source: RecordSource = {
    head: index.head,
    chunk: (from) =>
      Effect.suspend((): Effect.Effect<ReadonlyArray<JournalRecord>, ReadError> => {
        const live = recent.slice(from, CHUNK_RECORDS)
        return live === null ? readRun(index, from) : Effect.succeed(live)
      }),
    onChange,
    ended
  }
  const get = (seq: number): Effect.Effect<JournalRecord | null, ReadError> =>
    Effect.suspend((): Effect.Effect<JournalRecord | null, ReadError> => {
      if (!Number.isSafeInteger(seq) || seq < 1 || seq > index.head()) return Effect.succeed(null)
      const live = recent.slice(seq, 1)?.[0]
      return live === undefined ? readOne(index, seq) : Effect.succeed(live)
    })
  return {
    get,
    last: (subject: string) => Effect.suspend(() => get(index.lastOf(subject))),
    head: Effect.sync(index.head),
    read: (options: ReadFrom) => recordStream(source, options, "to-head"),
    tail: (options: ReadFrom) => recordStream(source, options, "for-ever")
  }
}
