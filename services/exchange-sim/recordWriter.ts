/** The exchange's writing in the journal: one record after the other, each saying how far the clock may be believed. */
import { Effect, Random, Schedule } from "effect"
import { type AppendError, Journal } from "../../shared/journal/port.ts"
import { JOURNAL_RETRY_FOR } from "../../shared/retry.ts"
import type { Desk } from "./core/engine/desk.ts"
import type { Tape } from "./core/market/tape.ts"
import { booksSubject, type Opening } from "./opening.ts"
import { type Created, encodeRecord, type ExchangeEvent } from "./records.ts"

/** The only writer of the exchange's subject; another process' record makes it fail with a conflict. */
export interface RecordWriter {
  /** Simulated time that the last record allows to be shown, Unix milliseconds. */
  readonly untilMs: () => number
  /**
   * Writes what happened at the desk, clears it there and returns it; allows time up to `untilMs` to be shown. Fails when
   * the journal refuses it or is not reachable for longer than `JOURNAL_RETRY_FOR`.
   */
  readonly write: (nowMs: number, untilMs: number) => Effect.Effect<ReadonlyArray<ExchangeEvent>, AppendError>
  /** False: a nonce as high was taken before. The next record keeps it. */
  readonly takeNonce: (nonce: bigint) => boolean
  /** From now on a journal that does not answer is not waited for. */
  readonly waitNoLonger: () => void
}

/** A record that says from where to run the market again, at this interval of simulated time: re-running it takes seconds. */
const TAPE_MARK_MS = 6 * 3_600_000
/** A stop cuts it short. */
const JOURNAL_RETRY = Schedule.spaced("100 millis").pipe(Schedule.upTo({ duration: JOURNAL_RETRY_FOR }))

/** Goes on after `before`; null: after nothing. `marked` is the tape to be marked in records; null: none can be run again. */
export const makeRecordWriter = Effect.fnUntraced(function* (
  created: Created,
  before: Opening | null,
  desk: Desk,
  marked: Tape | null
): Effect.fn.Return<RecordWriter, never, Journal> {
  const journal = yield* Journal
  /** Part of record ids: two processes on one journal must never take each other's records for their own. */
  const run = (yield* Random.nextIntBetween(0, 2 ** 48)).toString(36)
  const subject = booksSubject(created.pair)
  let nonce = before?.nonce ?? 0n
  let lastSeq = before?.lastSeq ?? 0
  let recordCount = before?.records ?? 0
  let allowedMs = before?.resumeMs ?? created.timeMs
  let tapeMarkedMs = Number.NEGATIVE_INFINITY
  let waits = true

  const write = Effect.fnUntraced(function* (nowMs: number, untilMs: number) {
    const tape = marked !== null && nowMs - tapeMarkedMs >= TAPE_MARK_MS ? { tape: marked.start } : {}
    const data = encodeRecord({ v: 1, timeMs: nowMs, untilMs, nonce: nonce.toString(), ...tape, events: desk.happened })
    const id = `${created.salt}.${recordCount}.${run}`
    const { seq } = yield* Effect.retry(journal.append({ subject, id, data, expectedLastSeq: lastSeq }), {
      schedule: JOURNAL_RETRY,
      while: (error) => error._tag === "JournalUnavailable" && waits
    })
    lastSeq = seq
    recordCount++
    allowedMs = untilMs
    if ("tape" in tape) tapeMarkedMs = nowMs
    return desk.happened.splice(0)
  })

  return {
    untilMs: () => allowedMs,
    write,
    takeNonce: (next) => {
      if (next <= nonce) return false
      nonce = next
      return true
    },
    waitNoLonger: () => {
      waits = false
    }
  }
})
