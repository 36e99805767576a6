/** Seals as the journal holds them. */
import { Effect, Stream } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import type { DecodeError, StoredRecord } from "../../events/envelope.ts"
import type { EventOf } from "../../events/event.ts"
import { Journal, type ReadError } from "../../journal/port.ts"
import { decode } from "../control/decode.ts"

/** A seal, and the record that it stands in. */
export interface Seal extends EventOf<"EraSealed"> {
  readonly seq: number
}

const sealIn = ({ seq, events }: StoredRecord): ReadonlyArray<Seal> =>
  events.flatMap((event) => (event._tag === "EraSealed" ? [{ ...event, seq }] : []))

/** The newest seal, or null. */
export const lastSeal = Effect.fn("lastSeal")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<Seal | null, ReadError | DecodeError, Journal> {
  const record = yield* (yield* Journal).last(subjects.seal)
  return record === null ? null : (sealIn(yield* decode(record))[0] ?? null)
})

/** Every seal, oldest first. */
export const readSeals = Effect.fn("readSeals")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<ReadonlyArray<Seal>, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const records = yield* journal
    .read({ from: 1, filter: subjects.seal })
    .pipe(Stream.mapEffect(decode), Stream.runCollect)
  return records.flatMap(sealIn)
})
