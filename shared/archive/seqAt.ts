/** Places in a journal as people name them: a sequence, or a time of the exchange's clock. */
import { Effect, Schema } from "effect"
import { decode } from "../actor/control/decode.ts"
import type { DecodeError } from "../events/envelope.ts"
import { utcDayStartMs } from "../core/time/utcDay.ts"
import { Journal, type JournalRecord, type ReadError } from "../journal/port.ts"

/** A text that names no place. */
export class WrongPlace extends Schema.TaggedError<WrongPlace>()("WrongPlace", { given: Schema.String }) {
  override get message(): string {
    return `${JSON.stringify(this.given)} is no place in a journal: give a record's sequence (4711), or a time in UTC (2026-11-21T17:03:09)`
  }
}

/** A sequence that the journal does not have. */
export class NoSuchRecord extends Schema.TaggedError<NoSuchRecord>()("NoSuchRecord", {
  seq: Schema.Int,
  /** The first and the last record it has; 0: none. */
  first: Schema.Int,
  head: Schema.Int
}) {
  override get message(): string {
    const { seq, first, head } = this
    return head === 0
      ? `there is no record ${seq}: the journal is empty`
      : `there is no record ${seq}: the journal holds ${first} to ${head}`
  }
}

/** A sequence, or Unix milliseconds. */
export type Place = { readonly seq: number } | { readonly timeMs: number }

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?(Z|[+-]\d\d:\d\d)?$/

/** What a text names: a sequence of digits, or a time, in UTC unless it says otherwise. */
export const placeOf = (text: string): Effect.Effect<Place, WrongPlace> =>
  Effect.suspend((): Effect.Effect<Place, WrongPlace> => {
    if (/^\d{1,15}$/.test(text)) return Effect.succeed({ seq: Number(text) })
    const match = TIME.exec(text)
    const timeMs =
      match === null || utcDayStartMs(text.slice(0, 10)) === null
        ? Number.NaN
        : Date.parse(`${text.replace(" ", "T")}${zoneOf(text, match[1])}`)
    return Number.isNaN(timeMs) ? Effect.fail(new WrongPlace({ given: text })) : Effect.succeed({ timeMs })
  })

/** A day alone is UTC already. */
const zoneOf = (text: string, zone: string | undefined): string => (zone !== undefined || text.length === 10 ? "" : "Z")

/** The time that a record bears; 0: none, or nobody can read it. */
const timeOf = (record: JournalRecord): Effect.Effect<number, DecodeError> =>
  decode(record).pipe(
    Effect.map((stored) => stored.timeMs),
    Effect.catchTag("RecordUndecodable", () => Effect.succeed(0))
  )

/** The time of the last record up to `seq` that has one; 0: none has. Control records have none, and never stand in long rows. */
const timeUpTo = Effect.fnUntraced(function* (
  seq: number,
  first: number
): Effect.fn.Return<number, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  for (let at = seq; at >= first; at--) {
    const record = yield* journal.get(at)
    if (record === null) continue
    const timeMs = yield* timeOf(record)
    if (timeMs > 0) return timeMs
  }
  return 0
})

/** Records written side by side have times in another order than their sequences, within seconds: so many are looked through. */
const NEAR = 256

/**
 * The sequence of a place: of a time, the last record that had happened by then (found by halving, some twenty records read); at least
 * the journal's first and at most its last.
 */
export const seqAt = Effect.fn("seqAt")(function* (
  place: Place
): Effect.fn.Return<number, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const first = yield* journal.first
  const head = yield* journal.head
  const within = (seq: number): number => Math.max(Math.min(first, head), Math.min(seq, head))
  if ("seq" in place) return within(place.seq)
  const { timeMs } = place
  let low = first
  let high = head
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((yield* timeUpTo(middle, first)) <= timeMs) low = middle
    else high = middle - 1
  }
  for (let seq = within(low + NEAR); seq > low; seq--) {
    const record = yield* journal.get(seq)
    if (record === null) continue
    const at = yield* timeOf(record)
    if (at > 0 && at <= timeMs) return seq
  }
  return within(low)
})

/** `seqAt` for the place that a person looks at: a sequence that the journal does not have is a slip, and no other place is meant. */
export const existing = Effect.fn("existing")(function* (
  place: Place
): Effect.fn.Return<number, ReadError | DecodeError | NoSuchRecord, Journal> {
  if ("timeMs" in place) return yield* seqAt(place)
  const { seq } = place
  const journal = yield* Journal
  const [first, head] = [yield* journal.first, yield* journal.head]
  return seq < first || seq > head ? yield* new NoSuchRecord({ seq, first: Math.min(first, head), head }) : seq
})

/**
 * The place at which a stretch begins: of a time, the record after the last that had happened before it, so that of two stretches that
 * meet at a time no record is in both. One more than the head where nothing happened from then on.
 */
export const seqFrom = Effect.fn("seqFrom")(function* (
  place: Place
): Effect.fn.Return<number, ReadError | DecodeError | NoSuchRecord, Journal> {
  if ("seq" in place) return yield* existing(place)
  const journal = yield* Journal
  const first = yield* journal.first
  const before = yield* seqAt({ timeMs: place.timeMs - 1 })
  const timeMs = yield* timeUpTo(before, first)
  // Nothing had happened before: what was configured ahead of the first fact belongs to the stretch.
  if (timeMs === 0) return first
  return timeMs < place.timeMs ? before + 1 : before
})
