/** Single records and the head, asked of the stream's leader. */
import type { JetStreamManager, MsgRequest, StoredMsg } from "@nats-io/jetstream"
import { Effect } from "effect"
import {
  type Journal,
  JournalCorrupt,
  type JournalRecord,
  JournalUnavailable,
  type ReadError,
  RecordsArchived
} from "../port.ts"
import { isSubject } from "../subjects.ts"
import type { Link } from "./link.ts"

/** The journal's single-record reads, and the one that settles a conflict. */
export interface Lookup extends Pick<Journal["Service"], "get" | "last" | "head" | "first"> {
  /** Lowest and highest sequence kept, of one moment. An empty stream reaches from 1 to 0. */
  readonly extent: Effect.Effect<{ readonly first: number; readonly head: number }, ReadError>
  /** The first record of a subject, or of a pattern of them, with a sequence greater than `seq`, or null. */
  readonly firstAfter: (pattern: string, seq: number) => Effect.Effect<JournalRecord | null, ReadError>
}

/** A record nobody gave an id is not ours. */
export const foreignRecord = (where: string, seq: number): JournalCorrupt =>
  new JournalCorrupt({ where, detail: `record ${seq} has no id: something else than a journal writes to this stream` })

/** Every server since 2.9 knows this question; the client's type does not. */
const nextOnSubject = (subject: string, seq: number) =>
  ({ seq: Math.max(0, seq) + 1, next_by_subj: subject }) as MsgRequest

/**
 * Look-ups on one stream. A record without an id fails with `JournalCorrupt`; text that is no subject finds nothing.
 */
export const makeLookup = (manager: JetStreamManager, link: Link, where: string, stream: string): Lookup => {
  const toRecord = (message: StoredMsg | null): Effect.Effect<JournalRecord | null, JournalCorrupt> => {
    if (message === null) return Effect.succeed(null)
    const id = message.header?.get("Nats-Msg-Id") ?? ""
    if (id === "") return Effect.fail(foreignRecord(where, message.seq))
    link.saw(message.seq, id)
    const { seq, subject, data } = message
    return Effect.succeed({ seq, subject, id, data, storedMs: message.time.getTime() })
  }
  const none: Effect.Effect<JournalRecord | null> = Effect.succeed(null)
  let knownHead = 0
  const extent = link
    .ask("reading the head", () => manager.streams.info(stream))
    .pipe(
      Effect.flatMap(({ state, config }) => {
        const head = state.last_seq
        if (head < knownHead && config.num_replicas > 1) {
          // A leader that the others have left says for some seconds more what it knows.
          const detail = `the server's stream ends at ${head}, and has been at ${knownHead}`
          link.doubt(detail)
          return Effect.fail(new JournalUnavailable({ detail }))
        }
        knownHead = head
        return Effect.succeed({ first: Math.max(1, state.first_seq), head })
      })
    )

  /** Nothing stands there: was it never written, or dropped? */
  const absent = (seq: number): Effect.Effect<null, ReadError> =>
    Effect.flatMap(extent, ({ first }) =>
      seq < first ? Effect.fail(new RecordsArchived({ where, seq, first })) : Effect.succeed(null)
    )

  return {
    extent,
    get: (seq) =>
      Number.isSafeInteger(seq) && seq >= 1
        ? link
            .ask(`reading record ${seq}`, () => manager.streams.getMessage(stream, { seq }))
            .pipe(
              Effect.flatMap(toRecord),
              Effect.flatMap((record) => (record === null ? absent(seq) : Effect.succeed(record)))
            )
        : none,
    last: (subject) =>
      isSubject(subject)
        ? link
            .ask(`reading the last record of ${subject}`, () =>
              manager.streams.getMessage(stream, { last_by_subj: subject })
            )
            .pipe(Effect.flatMap(toRecord))
        : none,
    firstAfter: (pattern, seq) =>
      link
        .ask(`reading the record of ${pattern} after ${seq}`, () =>
          manager.streams.getMessage(stream, nextOnSubject(pattern, seq))
        )
        .pipe(Effect.flatMap(toRecord)),
    head: Effect.map(extent, ({ head }) => head),
    first: Effect.map(extent, ({ first }) => first)
  }
}
