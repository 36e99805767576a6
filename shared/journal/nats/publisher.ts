/**
 * Appends over the acknowledgement window, and the answer to "somebody was faster": was it me?
 *
 * A subject whose records were all dropped is empty for the server, and by the note (`beginning/note.ts`) it is not: nobody may begin it
 * anew, and who goes on from its noted last record expects, for the server, nothing there. Whoever expects an older one was overtaken
 * before the drop and stays refused.
 *
 * A server tells records apart by their ids alone, whatever their subjects. Whoever may write anywhere could use up an id that another's
 * next record will have, and that record would count as stored; so it is sent again under an id that nobody knows before.
 */
import { randomUUID } from "node:crypto"
import { Effect } from "effect"
import { refusalOf } from "../entry.ts"
import {
  type Appended,
  type AppendError,
  JournalConflict,
  type JournalEntry,
  JournalRefused,
  JournalUnavailable,
  type ReadError
} from "../port.ts"
import { subjectMatcher } from "../subjects.ts"
import type { AckOwner, AckWindow, Outgoing } from "./ackWindow.ts"
import type { Note } from "./beginning/note.ts"
import type { Link } from "./link.ts"
import type { Lookup } from "./lookup.ts"

/** What appending works with. */
export interface PublisherOptions {
  readonly window: AckWindow
  readonly link: Link
  readonly lookup: Lookup
  readonly note: Note
  /** The stream's patterns: a subject outside them would be published to nobody. */
  readonly subjects: ReadonlyArray<string>
  /** Whether several servers keep the stream: then the one that refuses may be behind the others. */
  readonly replicated: boolean
}

/** The first entry (by place) that was not stored, and why. */
interface Failure {
  readonly place: number
  readonly error: AppendError
}

/** The journal's appends over the window. */
export const makePublisher = (options: PublisherOptions) => {
  const { window, link, subjects } = options
  const refusal = makeGate(link, subjects)
  const { resolve, checkBeginnings, isAnothers } = makeConflicts(options)

  /** The places of entries that the server has taken for records of others, which are to be sent once more, apart. */
  const takenForOthers = Effect.fnUntraced(function* (
    sent: ReadonlyArray<Outgoing>,
    results: ReadonlyArray<Appended | undefined>,
    own: Set<number>
  ) {
    const others: Array<number> = []
    for (const [place, entry] of sent.entries()) {
      const result = results[place]
      if (result?.duplicate !== true || own.has(place)) continue
      if (yield* isAnothers(entry, result.seq)) others.push(place)
      else own.add(place)
    }
    return others
  })

  const appendAll = Effect.fnUntraced(function* (entries: ReadonlyArray<JournalEntry>) {
    const results: Array<Appended | undefined> = Array.from({ length: entries.length })
    const sent: Array<Outgoing> = [...entries]
    const own = new Set<number>()
    yield* checkBeginnings(entries.filter((entry) => entry.expectedLastSeq === 0 && refusal(entry) === null))
    // Each further round has at least one result more than the one before, or one entry more that expects nothing there or is sent apart.
    for (let round = 0; round <= 3 * entries.length; round++) {
      const failure = yield* sendMissing(window, refusal, sent, results)
      const entry = failure === null ? undefined : entries[failure.place]
      if (failure === null || entry === undefined) {
        const others = yield* takenForOthers(sent, results, own)
        if (others.length === 0) break
        for (const place of others) {
          sent[place] = { ...(sent[place] as Outgoing), apart: randomUUID() }
          results[place] = undefined
        }
        continue
      }
      const expectsAsWritten = sent[failure.place]?.expectedLastSeq === entry.expectedLastSeq
      const settled = yield* resolve(entry, failure.error, expectsAsWritten)
      if (settled === "emptied") sent[failure.place] = { ...(sent[failure.place] as Outgoing), expectedLastSeq: 0 }
      else {
        results[failure.place] = settled
        own.add(failure.place)
      }
    }
    return results.filter((result) => result !== undefined)
  })

  return {
    appendAll,
    append: Effect.fnUntraced(function* (entry: JournalEntry) {
      const [appended] = yield* appendAll([entry])
      return appended ?? (yield* new JournalUnavailable({ detail: "no answer" }))
    })
  }
}

/** Why an entry may not be sent now, or null. */
type Gate = (entry: JournalEntry) => AppendError | null

const makeGate = (link: Link, subjects: ReadonlyArray<string>): Gate => {
  const matchers = subjects.map(subjectMatcher)
  /** The last subject found to be ours: a long append mostly stays on one. */
  let ours = ""

  const stopped = (subject: string): AppendError | null => {
    const state = link.state()
    if (state.kind === "ready") return null
    if (state.kind === "down") return state.error
    return new JournalRefused({ subject, problem: "sealed", detail: state.error.message })
  }
  const refused = (entry: JournalEntry): JournalRefused | null => {
    const refusal = refusalOf(entry)
    if (refusal !== null || entry.subject === ours) return refusal
    if (matchers.some((matches) => matches(entry.subject))) {
      ours = entry.subject
      return null
    }
    const detail = `outside the subjects of this journal: ${subjects.join(", ")}`
    return new JournalRefused({ subject: entry.subject, problem: "bad-subject", detail })
  }
  return (entry) => stopped(entry.subject) ?? refused(entry)
}

/**
 * Sends every entry without a result yet, in order, and waits for all that were sent. Stops sending at the first
 * failure; what had followed it into the window may be stored.
 */
const sendMissing = (
  window: AckWindow,
  refusal: Gate,
  entries: ReadonlyArray<Outgoing>,
  results: Array<Appended | undefined>
) =>
  Effect.callback<Failure | null>((resume) => {
    let next = 0
    let unanswered = 0
    let failure: Failure | null = null
    let stopWaiting = () => {}

    const finish = () => {
      if (unanswered === 0 && (failure !== null || next >= entries.length)) resume(Effect.succeed(failure))
    }
    const fail = (place: number, error: AppendError) => {
      if (failure === null || place < failure.place) failure = { place, error }
    }
    const owner: AckOwner = {
      stored: (place, seq, duplicate) => {
        results[place] = { seq, duplicate }
        unanswered -= 1
        finish()
      },
      failed: (place, error) => {
        fail(place, error)
        unanswered -= 1
        finish()
      }
    }
    const send = () => {
      for (; failure === null && next < entries.length; next++) {
        const entry = entries[next]
        if (entry === undefined || results[next] !== undefined) continue
        const refused = refusal(entry)
        if (refused !== null) {
          fail(next, refused)
          break
        }
        if (!window.hasRoom()) {
          stopWaiting = window.onRoom(send)
          return
        }
        unanswered += 1
        window.send(entry, owner, next)
      }
      finish()
    }
    send()
    return Effect.sync(() => stopWaiting())
  })

/** What a server's "wrong last sequence" means, and what it cannot know. */
const makeConflicts = ({ lookup, note, replicated }: PublisherOptions) => {
  const asked = <A>(question: Effect.Effect<A, ReadError>): Effect.Effect<A, JournalUnavailable> =>
    Effect.mapError(question, ({ message }) => new JournalUnavailable({ detail: message }))

  /**
   * A conflict may be the echo of this very record: its first answer was lost, and a newer server compares before it
   * looks for duplicates. The record after the one expected tells: with this id, it is this record.
   *
   * Where nothing stands there, the one expected may be the last of a subject that a drop has emptied: for the server, nothing is there
   * (`asWritten`: it has not been asked so yet). Else the refusal is no answer: on a cluster it may come from a leader that the others
   * have left, or (without a number) mean that a record of the subject is on its way, perhaps this one. Both pass.
   */
  const resolve = Effect.fnUntraced(function* (entry: JournalEntry, error: AppendError, asWritten: boolean) {
    if (error._tag !== "JournalConflict") return yield* error
    const { subject } = entry
    const { actual } = error
    const expected = entry.expectedLastSeq ?? 0
    const found = yield* asked(lookup.firstAfter(subject, expected))
    if (found?.id === entry.id) return { seq: found.seq, duplicate: true }
    if (found !== null) return yield* new JournalConflict({ subject, expected, actual: actual ?? found.seq })
    const noted = expected === 0 ? 0 : yield* asked(note.lastOf(subject))
    if (noted === expected && expected > 0 && asWritten) return "emptied" as const
    if (noted > expected) return yield* new JournalConflict({ subject, expected, actual: noted })
    if (replicated || actual === null || actual > expected) {
      const detail = `${subject}: refused as if ${actual ?? "something"} came after ${expected}, and nothing does; it is tried again`
      return yield* new JournalUnavailable({ detail })
    }
    return yield* new JournalConflict({ subject, expected, actual })
  })

  /** Who expects nothing on a subject that was emptied is told its last sequence; the server would let it in. */
  const checkBeginnings = Effect.fnUntraced(function* (beginning: ReadonlyArray<JournalEntry>) {
    for (const subject of new Set(beginning.map((entry) => entry.subject))) {
      const noted = yield* asked(note.lastOf(subject))
      if (noted === 0) continue
      const last = yield* asked(lookup.lastStored(subject))
      return yield* new JournalConflict({ subject, expected: 0, actual: last?.seq ?? noted })
    }
  })
  /** Whether the record that the server takes for this entry stands on another subject. */
  const isAnothers = ({ subject }: JournalEntry, seq: number): Effect.Effect<boolean, JournalUnavailable> =>
    Effect.map(asked(lookup.stored(seq)), (record) => record !== null && record.subject !== subject)

  return { resolve, checkBeginnings, isAnothers }
}
