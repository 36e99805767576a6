/** Reading the journal by pages: backwards or forwards from a record, with bounded work for each request. */
import { Effect, Stream } from "effect"
import { decodeRecord, RecordUndecodable } from "../../../../shared/events/envelope.ts"
import { Journal, type JournalRecord, type ReadError } from "../../../../shared/journal/port.ts"
import type { JournalLine } from "../schema/journal.ts"
import { ALL, shownRecord, type Wanted } from "./records.ts"

type Line = typeof JournalLine.Type

/** Records looked at for one request; where they do not hold enough, the answer says where to go on. */
export const MOST_LOOKED_AT = 20_000
/** Read at a time: a page of a hundred is found in the first, mostly. */
const WINDOW = 1_000

/** Records `from` to `to`, in order. */
const readBetween = Effect.fnUntraced(function* (from: number, to: number) {
  const journal = yield* Journal
  return yield* Stream.runCollect(
    journal.read({ from }).pipe(
      Stream.takeWhile(({ seq }) => seq <= to),
      Stream.takeUntil(({ seq }) => seq >= to)
    )
  )
})

/** Some records, and where to go on. */
export interface Page {
  readonly records: ReadonlyArray<Line>
  readonly next: number | null
}

/** First and last record there are. */
const extent = Effect.gen(function* () {
  const journal = yield* Journal
  return { first: yield* journal.first, head: yield* journal.head }
})

/** The newest `limit` wanted records before `before`, newest first. */
export const pageBefore = Effect.fnUntraced(function* (
  before: number | null,
  limit: number,
  wanted: Wanted
): Effect.fn.Return<Page, ReadError, Journal> {
  const { first, head } = yield* extent
  const records: Array<Line> = []
  let to = Math.min(head, (before ?? head + 1) - 1)
  for (let looked = 0; to >= first && looked < MOST_LOOKED_AT;) {
    const from = Math.max(first, to - WINDOW + 1)
    for (const record of (yield* readBetween(from, to)).toReversed()) {
      looked++
      const line = shownRecord(record, wanted)
      if (line !== null) records.push(line)
      if (records.length >= limit) return { records, next: record.seq > first ? record.seq : null }
    }
    to = from - 1
  }
  return { records, next: to >= first ? to + 1 : null }
})

/** The first `limit` wanted records after `after`, oldest first. */
export const pageAfter = Effect.fnUntraced(function* (
  after: number,
  limit: number,
  wanted: Wanted
): Effect.fn.Return<Page, ReadError, Journal> {
  const { first, head } = yield* extent
  const records: Array<Line> = []
  let from = Math.max(first, after + 1)
  for (let looked = 0; from <= head && looked < MOST_LOOKED_AT;) {
    const to = Math.min(head, from + WINDOW - 1)
    for (const record of yield* readBetween(from, to)) {
      looked++
      const line = shownRecord(record, wanted)
      if (line !== null) records.push(line)
      if (records.length >= limit) return { records, next: record.seq < head ? record.seq : null }
    }
    from = to + 1
  }
  return { records, next: from <= head ? from - 1 : null }
})

/** A record that there is; null: there is none, or it was dropped and stands in no archive here. */
const lineAt = Effect.fnUntraced(function* (seq: number) {
  const journal = yield* Journal
  const record = yield* journal.get(seq).pipe(Effect.catchTag("RecordsArchived", () => Effect.succeed(null)))
  return record === null ? null : shownRecord(record, ALL)
})

/** Of these records those that there are, as they are wanted. */
export const linesAt = Effect.fnUntraced(function* (seqs: ReadonlyArray<number>) {
  const lines = yield* Effect.forEach(seqs, lineAt)
  return lines.filter((line) => line !== null)
})

/** A tick leads to a wish, that to an allotment, that to an order: more causes in a row are no answer. */
const MOST_CAUSES = 50
/** Records behind one that are looked through for what follows from it: actors answer within some. */
export const MOST_AFTER = 5_000

/** What led to a record, oldest first. */
const causesOf = Effect.fnUntraced(function* (record: Line) {
  const causes: Array<Line> = []
  for (let { cause } = record; cause !== null && causes.length < MOST_CAUSES;) {
    const before = yield* lineAt(cause)
    if (before === null) break
    causes.unshift(before)
    cause = before.cause
  }
  return causes
})

const causeOf = (record: JournalRecord): number | null => {
  try {
    return decodeRecord(record).cause
  } catch (error) {
    if (error instanceof RecordUndecodable) return null
    throw error
  }
}

/** A record with what led to it and what follows from it, by way of others; null: there is no such record. */
export const chainOf = Effect.fnUntraced(function* (seq: number, limit: number) {
  const record = yield* lineAt(seq)
  if (record === null) return null
  const causes = yield* causesOf(record)
  const { head } = yield* extent
  const follows = new Set([seq])
  const effects: Array<Line> = []
  const last = Math.min(head, seq + MOST_AFTER)
  for (let from = seq + 1; from <= last; from += WINDOW) {
    for (const next of yield* readBetween(from, Math.min(last, from + WINDOW - 1))) {
      const cause = causeOf(next)
      if (cause === null || !follows.has(cause)) continue
      follows.add(next.seq)
      const line = shownRecord(next, ALL)
      if (line !== null) effects.push(line)
      if (effects.length >= limit) return { record, causes, effects, looked_to: next.seq, complete: false }
    }
  }
  return { record, causes, effects, looked_to: last, complete: last === head }
})
