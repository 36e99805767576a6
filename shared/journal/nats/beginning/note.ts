/**
 * Where a journal in a stream begins, and what still has to be known of what is gone: a key-value bucket beside the stream. It is
 * written before the stream is purged (`dropping.ts`) and read from its leader, so whoever meets a hole finds the note that tells of it.
 *
 * | key | value |
 * |---|---|
 * | `first` | the lowest sequence that counts; the stream may still hold some records before it |
 * | `last.<subject>` | the last sequence of a subject that had no record left from `first` on: what compare-and-set goes on by. One that has been written to since is of no importance |
 */
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream"
import { Effect } from "effect"
import { JournalCorrupt, type ReadError } from "../../port.ts"
import type { Link } from "../link.ts"
import { STREAM_NOT_FOUND } from "../stream/streamConfig.ts"

/** The key of the lowest sequence that counts. */
export const FIRST = "first"
/** The key of a subject's last sequence. */
export const lastKey = (subject: string): string => `last.${subject}`

/** The bucket of a stream. Nobody makes it but the first drop: it is missing beside most streams. */
export const beginningBucket = (stream: string): string => `${stream}_beginning`

/** The note as everybody reads it. */
export interface Note {
  /** The lowest sequence that counts; 1 where nothing was ever dropped. */
  readonly first: Effect.Effect<number, ReadError>
  /** The last sequence of a subject that a drop found without a later record; 0 where none did. */
  readonly lastOf: (subject: string) => Effect.Effect<number, ReadError>
}

/** The note beside a stream. A value that is no sequence fails with `JournalCorrupt`. */
export const makeNote = (manager: JetStreamManager, link: Link, where: string, stream: string): Note => {
  const bucket = beginningBucket(stream)
  /** From the leader: a follower may not have heard of the newest drop. */
  const textOf = async (key: string): Promise<string | null> => {
    try {
      const found = await manager.streams.getMessage(`KV_${bucket}`, { last_by_subj: `$KV.${bucket}.${key}` })
      return found?.string() ?? null
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return null
      throw error
    }
  }
  const read = (key: string, none: number): Effect.Effect<number, ReadError> =>
    link
      .ask(`reading where the journal begins (${bucket})`, () => textOf(key))
      .pipe(
        Effect.flatMap((text) => {
          if (text === null) return Effect.succeed(none)
          const seq = Number(text)
          if (Number.isSafeInteger(seq) && seq >= 1) return Effect.succeed(seq)
          const detail = `the bucket ${bucket} holds ${JSON.stringify(text.slice(0, 60))} under ${key}, which is no sequence; restore it from a copy`
          return Effect.fail(new JournalCorrupt({ where, detail }))
        })
      )
  return { first: read(FIRST, 1), lastOf: (subject) => read(lastKey(subject), 0) }
}
