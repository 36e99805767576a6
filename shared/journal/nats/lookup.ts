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
import type { Note } from "./beginning/note.ts"
import { namedBy } from "./delivery.ts"
import type { Link } from "./link.ts"

/** Lowest and highest sequence of one moment. What is empty reaches from 1 to 0. */
export interface Extent {
  readonly first: number
  readonly head: number
}

/** The journal's single-record reads, and those behind them that look at what the stream holds, whether or not it still counts. */
export interface Lookup extends Pick<Journal["Service"], "get" | "last" | "head" | "first"> {
  /** What the journal reaches over. */
  readonly extent: Effect.Effect<Extent, ReadError>
  /** What the stream reaches over: perhaps some records more at the beginning. */
  readonly physical: Effect.Effect<Extent, ReadError>
  /** The record that the stream holds at this sequence, or null. */
  readonly stored: (seq: number) => Effect.Effect<JournalRecord | null, ReadError>
  /** The last record that the stream holds of one exact subject, or null. */
  readonly lastStored: (subject: string) => Effect.Effect<JournalRecord | null, ReadError>
  /** Fails with `RecordsArchived` when `seq` was dropped. */
  readonly kept: (seq: number) => Effect.Effect<void, ReadError>
  /** Why a reader that expected `seq` got `found` instead: it was dropped meanwhile, or lost. */
  readonly missing: (seq: number, found: number) => Effect.Effect<never, ReadError>
  /** The first record of a subject, or of a pattern of them, with a sequence greater than `seq`, or null. */
  readonly firstAfter: (pattern: string, seq: number) => Effect.Effect<JournalRecord | null, ReadError>
}

/** Every server since 2.9 knows this question; the client's type does not. */
const nextOnSubject = (subject: string, seq: number) =>
  ({ seq: Math.max(0, seq) + 1, next_by_subj: subject }) as MsgRequest

/** What look-ups work with. */
export interface LookupOptions {
  readonly manager: JetStreamManager
  readonly link: Link
  readonly note: Note
  readonly where: string
  readonly stream: string
}

/** Asks for single records of the stream itself. What something else than a journal wrote has no id, or none that a journal takes. */
const makeStored = ({ manager, link, stream }: LookupOptions) => {
  const toRecord = (message: StoredMsg | null): JournalRecord | null => {
    if (message === null) return null
    const named = namedBy(message.header)
    link.saw(message.seq, named.id)
    const { seq, subject, data } = message
    return { seq, subject, data, storedMs: message.time.getTime(), ...named }
  }
  return (what: string, request: MsgRequest): Effect.Effect<JournalRecord | null, ReadError> =>
    link.ask(`reading ${what}`, () => manager.streams.getMessage(stream, request)).pipe(Effect.map(toRecord))
}

/** Asks how far the stream reaches. */
const makePhysical = ({ manager, link, stream }: LookupOptions): Lookup["physical"] => {
  let knownHead = 0
  return link
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
}

/**
 * Look-ups on one stream. Text that is no subject finds nothing.
 */
export const makeLookup = (options: LookupOptions): Lookup => {
  const { note, where } = options
  const ask = makeStored(options)
  const physical = makePhysical(options)
  // The note before the stream: a beginning that was noted lay within the stream then.
  const extent = Effect.gen(function* () {
    const noted = yield* note.first
    const { first, head } = yield* physical
    if (noted > Math.max(1, head)) return yield* anotherStream(where, noted, head)
    return { first: Math.max(noted, first), head }
  })
  const dropped = (seq: number): Effect.Effect<never, ReadError> =>
    Effect.flatMap(extent, ({ first }) => Effect.fail(new RecordsArchived({ where, seq, first })))

  const stored = (seq: number) => ask(`record ${seq}`, { seq })
  const lastStored = (subject: string) => ask(`the last record of ${subject}`, { last_by_subj: subject })
  /** The record as far as it counts; null: the stream has none. */
  const counted = (question: Effect.Effect<JournalRecord | null, ReadError>) =>
    Effect.all([note.first, question], { concurrency: 2 }).pipe(
      Effect.flatMap(([first, record]) =>
        record === null || record.seq >= first ? Effect.succeed(record) : dropped(record.seq)
      )
    )
  const kept = (seq: number): Effect.Effect<void, ReadError> =>
    Effect.flatMap(extent, ({ first }) => (seq < first ? dropped(seq) : Effect.void))

  return {
    extent,
    physical,
    stored,
    lastStored,
    kept,
    missing: (seq, found) => {
      const detail = `record ${seq} is missing, record ${found} comes instead; stop and keep the server's data`
      return Effect.andThen(kept(seq), Effect.fail(new JournalCorrupt({ where, detail })))
    },
    get: Effect.fnUntraced(function* (seq) {
      if (!(Number.isSafeInteger(seq) && seq >= 1)) return null
      const record = yield* counted(stored(seq))
      // Never written, or dropped?
      if (record === null) yield* kept(seq)
      return record
    }),
    last: Effect.fnUntraced(function* (subject) {
      if (!isSubject(subject)) return null
      const record = yield* counted(lastStored(subject))
      if (record !== null) return record
      const noted = yield* note.lastOf(subject)
      return noted === 0 ? null : yield* dropped(noted)
    }),
    firstAfter: (pattern, seq) => ask(`the record of ${pattern} after ${seq}`, nextOnSubject(pattern, seq)),
    head: Effect.map(physical, ({ head }) => head),
    first: Effect.map(extent, ({ first }) => first)
  }
}

/** A note of a beginning that the stream does not reach. */
const anotherStream = (where: string, noted: number, head: number): JournalCorrupt =>
  new JournalCorrupt({
    where,
    detail: `it ends at record ${head}, but its bucket "…_beginning" says that it begins at ${noted}: they do not belong together. Restore both from one copy; where the stream was made anew on purpose, delete the bucket`
  })
