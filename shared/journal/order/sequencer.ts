/**
 * Decides what becomes of an append in the adapters that keep their own log (memory, embedded): new, duplicate or
 * conflict. Pure: the caller brings the time and stores the record.
 */
import { makeDuplicateWindow } from "./duplicateWindow.ts"
import type { JournalEntry, JournalRecord } from "../port.ts"

/** How an append is compared with what is there. */
export interface SequencerOptions {
  /** How long an id is remembered, milliseconds. */
  readonly duplicateWindowMs: number
  /**
   * Which check speaks first when a record is both a duplicate and its expectation is stale. A nats-server before 2.12
   * looks for duplicates first, a newer single server compares first; callers must live with both.
   */
  readonly duplicatesFirst: boolean
}

/** What would become of an append. `expected` and `actual` are sequences of the subject's last record; 0: none. */
export type Decision =
  | { readonly kind: "new" }
  | { readonly kind: "duplicate"; readonly seq: number }
  | { readonly kind: "conflict"; readonly expected: number; readonly actual: number }

/** The order of one journal. `decide` changes nothing; an entry found new is then handed to `accept`. */
export interface Sequencer {
  /** Sequence of the newest accepted record; 0 when empty. */
  readonly head: () => number
  /** When the newest record was stored; 0 when empty. */
  readonly lastStoredMs: () => number
  /** Sequence of the subject's newest accepted record; 0 when it has none. */
  readonly lastOf: (subject: string) => number
  readonly decide: (entry: JournalEntry, nowMs: number) => Decision
  /** Takes in a record that was stored before, at opening; they come in order. Remembers its id only if that still matters. */
  readonly restore: (record: Pick<JournalRecord, "seq" | "subject" | "id" | "storedMs">, nowMs: number) => void
  /** Takes in all that is known of records that were stored before and need not be looked at, at opening; oldest first. */
  readonly restoreSummary: (summary: Summary) => void
  /** Takes the next record in and says its place. The time stored never runs backwards, whatever the clock does. */
  readonly accept: (subject: string, id: string, nowMs: number) => { readonly seq: number; readonly storedMs: number }
}

/** What the order of a journal needs to know of a stretch of records. */
export interface Summary {
  readonly lastSeq: number
  readonly lastStoredMs: number
  /** Each subject of the stretch with its last sequence. */
  readonly subjects: Iterable<{ readonly name: string; readonly lastSeq: number }>
}

const fresh: Decision = { kind: "new" }

/** The sequencer of an empty journal; `restore` brings in what is stored already. */
export const makeSequencer = (options: SequencerOptions): Sequencer => {
  const lastBySubject = new Map<string, number>()
  const window = makeDuplicateWindow(options.duplicateWindowMs)
  let head = 0
  let lastStoredMs = 0

  const duplicateOf = (entry: JournalEntry, nowMs: number): Decision | null => {
    const seq = window.find(entry.id, nowMs)
    return seq === null ? null : { kind: "duplicate", seq }
  }
  const conflictOf = (entry: JournalEntry): Decision | null => {
    if (entry.expectedLastSeq === undefined) return null
    const actual = lastBySubject.get(entry.subject) ?? 0
    return actual === entry.expectedLastSeq ? null : { kind: "conflict", expected: entry.expectedLastSeq, actual }
  }

  const take = (seq: number, subject: string, storedMs: number) => {
    head = seq
    lastStoredMs = Math.max(lastStoredMs, storedMs)
    lastBySubject.set(subject, head)
  }

  return {
    head: () => head,
    lastStoredMs: () => lastStoredMs,
    lastOf: (subject) => lastBySubject.get(subject) ?? 0,
    decide: (entry, nowMs) =>
      (options.duplicatesFirst
        ? (duplicateOf(entry, nowMs) ?? conflictOf(entry))
        : (conflictOf(entry) ?? duplicateOf(entry, nowMs))) ?? fresh,
    restoreSummary: (summary) => {
      head = summary.lastSeq
      lastStoredMs = Math.max(lastStoredMs, summary.lastStoredMs)
      for (const { name, lastSeq } of summary.subjects) lastBySubject.set(name, lastSeq)
    },
    restore: ({ seq, subject, id, storedMs }, nowMs) => {
      take(seq, subject, storedMs)
      if (nowMs - storedMs < options.duplicateWindowMs) window.remember(id, head, storedMs)
    },
    accept: (subject, id, nowMs) => {
      take(head + 1, subject, nowMs)
      window.remember(id, head, lastStoredMs)
      return { seq: head, storedMs: lastStoredMs }
    }
  }
}
