/** Single records and the head, asked of the stream's leader. */
import type { JetStreamManager, MsgRequest, StoredMsg } from "@nats-io/jetstream"
import { Effect } from "effect"
import { type Journal, JournalCorrupt, type JournalRecord, type ReadError } from "../port.ts"
import { isSubject } from "../subjects.ts"
import type { Link } from "./link.ts"

export interface Lookup extends Pick<Journal["Service"], "get" | "last" | "head"> {
  /** The first record of one exact subject with a sequence greater than `seq`, or null. */
  readonly firstAfter: (subject: string, seq: number) => Effect.Effect<JournalRecord | null, ReadError>
}

/** A record nobody gave an id is not ours. */
export const foreignRecord = (where: string, seq: number): JournalCorrupt =>
  new JournalCorrupt({ where, detail: `record ${seq} has no id: something else than a journal writes to this stream` })

/** Every server since 2.9 knows this question; the client's type does not. */
const nextOnSubject = (subject: string, seq: number) =>
  ({ seq: Math.max(0, seq) + 1, next_by_subj: subject }) as MsgRequest

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

  return {
    get: (seq) =>
      Number.isSafeInteger(seq) && seq >= 1
        ? link
            .ask(`reading record ${seq}`, () => manager.streams.getMessage(stream, { seq }))
            .pipe(Effect.flatMap(toRecord))
        : none,
    last: (subject) =>
      isSubject(subject)
        ? link
            .ask(`reading the last record of ${subject}`, () =>
              manager.streams.getMessage(stream, { last_by_subj: subject })
            )
            .pipe(Effect.flatMap(toRecord))
        : none,
    firstAfter: (subject, seq) =>
      isSubject(subject)
        ? link
            .ask(`reading the record of ${subject} after ${seq}`, () =>
              manager.streams.getMessage(stream, nextOnSubject(subject, seq))
            )
            .pipe(Effect.flatMap(toRecord))
        : none,
    head: link
      .ask("reading the head", () => manager.streams.info(stream))
      .pipe(Effect.map((info) => info.state.last_seq))
  }
}
