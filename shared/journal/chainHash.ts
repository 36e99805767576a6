/** One number that says two journals are the same, whatever they stand on. */
import { createHash } from "node:crypto"
import { Effect, Stream } from "effect"
import { Journal, type JournalRecord, type ReadError } from "./port.ts"

/** The hash of no records at all. */
export const NO_RECORDS = "0".repeat(64)

/** The chain with one more record in it. */
export const linked = (previous: string, { seq, subject, id, data }: JournalRecord): string =>
  createHash("sha256").update(`${previous}\n${seq}\n${subject}\n${id}\n${data.byteLength}\n`).update(data).digest("hex")

/**
 * SHA-256 (hex) over the chain of all records kept, up to the head. Covers sequence, subject, id and data, not the time
 * stored, which belongs to the adapter; so a journal and its copy agree. The empty journal gives 64 zeros.
 */
export const chainHash: Effect.Effect<string, ReadError, Journal> = Effect.gen(function* () {
  const journal = yield* Journal
  return yield* journal.read({ from: "first" }).pipe(Stream.runFold(() => NO_RECORDS, linked))
})
