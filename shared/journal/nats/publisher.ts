/** Appends over the acknowledgement window, and the answer to "somebody was faster": was it me? */
import { Effect } from "effect"
import { refusalOf } from "../entry.ts"
import {
  type Appended,
  type AppendError,
  JournalConflict,
  type JournalEntry,
  JournalRefused,
  JournalUnavailable
} from "../port.ts"
import { subjectMatcher } from "../subjects.ts"
import type { AckOwner, AckWindow } from "./ackWindow.ts"
import type { Link } from "./link.ts"
import type { Lookup } from "./lookup.ts"

/** What appending works with. */
export interface PublisherOptions {
  readonly window: AckWindow
  readonly link: Link
  readonly lookup: Lookup
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
export const makePublisher = ({ window, link, lookup, subjects, replicated }: PublisherOptions) => {
  const refusal = makeGate(link, subjects)

  const appendAll = Effect.fnUntraced(function* (entries: ReadonlyArray<JournalEntry>) {
    const results: Array<Appended | undefined> = Array.from({ length: entries.length })
    // Each further round has at least one result more than the one before.
    for (let round = 0; round <= entries.length; round++) {
      const failure = yield* sendMissing(window, refusal, entries, results)
      const entry = failure === null ? undefined : entries[failure.place]
      if (failure === null || entry === undefined) break
      results[failure.place] = yield* resolve(lookup, replicated, entry, failure.error)
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
  entries: ReadonlyArray<JournalEntry>,
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

/**
 * A conflict may be the echo of this very record: its first answer was lost, and a newer server compares before it
 * looks for duplicates. The record after the one expected tells: with this id, it is this record.
 *
 * Where nothing stands there, the refusal is no answer: on a cluster it may come from a leader that the others have left, or
 * (without a number) mean that a record of the subject is on its way, perhaps this one. Both pass.
 */
const resolve = Effect.fnUntraced(function* (
  lookup: Lookup,
  replicated: boolean,
  entry: JournalEntry,
  error: AppendError
) {
  if (error._tag !== "JournalConflict") return yield* error
  const { subject, expected, actual } = error
  const found = yield* lookup
    .firstAfter(entry.subject, expected)
    .pipe(Effect.mapError((cause) => new JournalUnavailable({ detail: cause.message })))
  if (found?.id === entry.id) return { seq: found.seq, duplicate: true }
  if (found === null && (replicated || actual === null || actual > expected)) {
    const detail = `${subject}: refused as if ${actual ?? "something"} came after ${expected}, and nothing does; it is tried again`
    return yield* new JournalUnavailable({ detail })
  }
  return yield* new JournalConflict({ subject, expected, actual: actual ?? found?.seq ?? null })
})
