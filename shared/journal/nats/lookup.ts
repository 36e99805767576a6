/** Single records and the head, asked of the stream's leader. */
import type { JetStreamManager, MsgRequest, StoredMsg } from "@nats-io/jetstream"
import { Effect } from "effect"
import { type Journal, type JournalRecord, type ReadError, RecordsArchived } from "../port.ts"
import { isSubject } from "../subjects.ts"
import type { Link } from "./link.ts"

/** The journal's single-record reads, and the one that settles a conflict. */
export interface Lookup extends Pick<Journal["Service"], "get" | "last" | "head" | "first"> {
  /** Lowest and highest sequence kept, of one moment. An empty stream reaches from 1 to 0. */
  readonly extent: Effect.Effect<{ readonly first: number; readonly head: number }, ReadError>
  /** The first record of one exact subject with a sequence greater than `seq`, or null. */
  readonly firstAfter: (subject: string, seq: number) => Effect.Effect<JournalRecord | null, ReadError>
}

/** Every server since 2.9 knows this question; the client's type does not. */
const nextOnSubject = (subject: string, seq: number) =>
  ({ seq: Math.max(0, seq) + 1, next_by_subj: subject }) as MsgRequest

/**
 * Look-ups on one stream. What something else than a journal wrote has no id, or none that a journal takes; text that is no subject
 * finds nothing.
 */
export const makeLookup = (manager: JetStreamManager, link: Link, where: string, stream: string): Lookup => {
  const toRecord = (message: StoredMsg | null): JournalRecord | null => {
    if (message === null) return null
    const id = message.header?.get("Nats-Msg-Id") ?? ""
    link.saw(message.seq, id)
    const { seq, subject, data } = message
    return { seq, subject, id, data, storedMs: message.time.getTime() }
  }
  const none: Effect.Effect<JournalRecord | null> = Effect.succeed(null)
  const extent = link
    .ask("reading the head", () => manager.streams.info(stream))
    .pipe(Effect.map(({ state }) => ({ first: Math.max(1, state.first_seq), head: state.last_seq })))

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
              Effect.map(toRecord),
              Effect.flatMap((record) => (record === null ? absent(seq) : Effect.succeed(record)))
            )
        : none,
    last: (subject) =>
      isSubject(subject)
        ? link
            .ask(`reading the last record of ${subject}`, () =>
              manager.streams.getMessage(stream, { last_by_subj: subject })
            )
            .pipe(Effect.map(toRecord))
        : none,
    firstAfter: (subject, seq) =>
      isSubject(subject)
        ? link
            .ask(`reading the record of ${subject} after ${seq}`, () =>
              manager.streams.getMessage(stream, nextOnSubject(subject, seq))
            )
            .pipe(Effect.map(toRecord))
        : none,
    head: Effect.map(extent, ({ head }) => head),
    first: Effect.map(extent, ({ first }) => first)
  }
}
