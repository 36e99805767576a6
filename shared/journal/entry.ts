/** What may be appended at all: one rule for every adapter, checked before anything is sent or written. */
import { type JournalEntry, JournalRefused, type ReadFrom, RecordsArchived } from "./port.ts"
import { isSubject, MAX_SUBJECT_LENGTH } from "./subjects.ts"

/** Largest `data`, bytes. Well under nats-server's default `max_payload` (1 MiB) with room for headers. */
export const MAX_DATA_BYTES = 256 * 1024

/** Longest record id, characters. */
export const MAX_ID_LENGTH = 128

/** Longest mark, characters: the longest name of a service, six digits, 22 characters of the key's. */
export const MAX_MARK_LENGTH = 64

const ID_SHAPE = /^[\x21-\x7e]+$/
const MARK_SHAPE = /^[A-Za-z0-9+/.-]+$/

const refuse = (entry: JournalEntry, problem: JournalRefused["problem"], detail: string) =>
  new JournalRefused({ subject: entry.subject, problem, detail })

/**
 * Why this entry can never be stored, or null.
 * Throws `RangeError` when `expectedLastSeq` is no sequence at all: that is a bug of the caller.
 */
export const refusalOf = (entry: JournalEntry): JournalRefused | null => {
  if (!isSubject(entry.subject)) {
    return refuse(
      entry,
      "bad-subject",
      `tokens of A-Z a-z 0-9 _ - separated by dots, at most ${MAX_SUBJECT_LENGTH} characters; got ${JSON.stringify(entry.subject.slice(0, 80))}`
    )
  }
  if (entry.id.length > MAX_ID_LENGTH || !ID_SHAPE.test(entry.id)) {
    return refuse(
      entry,
      "bad-id",
      `1 to ${MAX_ID_LENGTH} printable ASCII characters without spaces; got ${JSON.stringify(entry.id.slice(0, 80))}`
    )
  }
  if (entry.data.byteLength > MAX_DATA_BYTES) {
    return refuse(
      entry,
      "too-large",
      `data has ${entry.data.byteLength} bytes, the limit is ${MAX_DATA_BYTES}; split it into several records`
    )
  }
  if (entry.mark !== undefined && (entry.mark.length > MAX_MARK_LENGTH || !MARK_SHAPE.test(entry.mark))) {
    return refuse(entry, "bad-id", `its mark is none: ${JSON.stringify(entry.mark.slice(0, 80))}`)
  }
  const expected = entry.expectedLastSeq
  if (expected !== undefined && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new RangeError(`expectedLastSeq of ${entry.subject} must be a whole number of at least 0, got ${expected}`)
  }
  return null
}

/** Throws `RangeError` on a sequence that is none, which is a bug of the caller. */
const checkSeq = (name: string, seq: number): void => {
  if (!(Number.isSafeInteger(seq) && seq >= 1)) {
    throw new RangeError(`${name} must be a whole number of at least 1, got ${seq}`)
  }
}

/**
 * Where a read of a journal that begins at `first` begins, or that this has been dropped.
 * Throws `RangeError` on a start that is no sequence: a bug of the caller.
 */
export const startOf = ({ from }: ReadFrom, first: number, where: string): number | RecordsArchived => {
  if (from === "first") return first
  checkSeq("from", from)
  return from < first ? new RecordsArchived({ where, seq: from, first }) : from
}

/**
 * The sequence up to which a journal may be emptied when asked to drop what is before `seq`: its newest record stays.
 * Throws `RangeError` on a `seq` that is no sequence: a bug of the caller.
 */
export const dropLimit = (seq: number, head: number): number => {
  checkSeq("dropBefore", seq)
  return Math.max(1, Math.min(seq, head))
}
