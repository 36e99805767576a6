/** Seals as the journal holds them. */
import { Effect, Stream } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import type { DecodeError, StoredRecord } from "../../events/envelope.ts"
import type { EventOf } from "../../events/event.ts"
import { Journal, type ReadError } from "../../journal/port.ts"
import { decode, decoded } from "../control/decode.ts"

/** A seal, and the record that it stands in. */
export interface Seal extends EventOf<"EraSealed"> {
  readonly seq: number
}

const sealIn = ({ seq, events }: StoredRecord): ReadonlyArray<Seal> =>
  events.flatMap((event) => (event._tag === "EraSealed" ? [{ ...event, seq }] : []))

/** Every seal, oldest first. */
export const readSeals = Effect.fn("readSeals")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<ReadonlyArray<Seal>, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const records = yield* journal.read({ from: 1, filter: subjects.seal }).pipe(decoded, Stream.runCollect)
  return records.flatMap(sealIn)
})

/** The newest seal, or null. */
export const lastSeal = Effect.fn("lastSeal")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<Seal | null, ReadError | DecodeError, Journal> {
  const record = yield* (yield* Journal).last(subjects.seal)
  if (record === null) return null
  return yield* decode(record).pipe(
    Effect.map((stored) => sealIn(stored)[0] ?? null),
    // What does not decode is no seal: the one before it is the last.
    Effect.catchTag("RecordUndecodable", () => Effect.map(readSeals(subjects), (seals) => seals.at(-1) ?? null))
  )
})
