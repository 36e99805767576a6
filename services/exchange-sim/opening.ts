/** Opening the exchange: its books from the journal, its market at the moment where it stopped. */
import { Clock, Effect, Schema, Stream } from "effect"
import { messageOf } from "../../shared/core/messageOf.ts"
import { type AppendError, Journal, type ReadError } from "../../shared/journal/port.ts"
import { apply, type Books, emptyBooks } from "./core/engine/books.ts"
import { MINUTE_MS } from "./core/market/process.ts"
import type { TapeStart } from "./core/market/tape.ts"
import type { ExchangeSimOptions } from "./options.ts"
import { type Created, decodeRecord, type ExchangeRecord } from "./records.ts"

/** The journal holds another exchange than the one asked for, or something that is no exchange. */
export class ExchangeSimError extends Schema.TaggedError<ExchangeSimError>()("ExchangeSimError", {
  detail: Schema.String
}) {
  override get message(): string {
    return `exchange-sim: ${this.detail}`
  }
}

/** The one subject of an exchange. */
export const booksSubject = (pair: string): string => `exchange.${pair}.books`

/** What the journal says about the exchange. */
export interface Opening {
  readonly books: Books
  readonly created: Created
  /** The market was matched up to here. */
  readonly matchedMs: number
  /** Simulated time goes on from here. */
  readonly resumeMs: number
  readonly nonce: bigint
  /** Null: from the market's beginning. */
  readonly tape: TapeStart | null
  /** Sequence of the subject's last record and how many there are. */
  readonly lastSeq: number
  readonly records: number
}

/** Reads everything the exchange has written, or null when it was never opened. */
export const readOpening = Effect.fn("exchangeSim.readOpening")(function* (
  options: ExchangeSimOptions
): Effect.fn.Return<Opening | null, ReadError | ExchangeSimError, Journal> {
  const journal = yield* Journal
  const subject = booksSubject(options.pair.rest)
  const books = emptyBooks()
  let created: Created | null = null
  let last: ExchangeRecord | null = null
  let tape: TapeStart | null = null
  let lastSeq = 0
  let records = 0
  yield* Stream.runForEach(journal.read({ from: 1, filter: subject }), (stored) =>
    Effect.try({
      try: () => {
        const record = decodeRecord(stored.data)
        for (const event of record.events) {
          if (event._tag === "Created") created = event
          apply(books, event)
        }
        last = record
        tape = record.tape ?? tape
        lastSeq = stored.seq
        records++
      },
      catch: (error) =>
        new ExchangeSimError({
          detail: `record ${stored.seq} of ${journal.where} cannot be used: ${messageOf(error)}`
        })
    })
  )
  return opening(books, created, last, tape, lastSeq, records)
})

const opening = (
  books: Books,
  created: Created | null,
  last: ExchangeRecord | null,
  tape: TapeStart | null,
  lastSeq: number,
  records: number
): Opening | null =>
  created === null || last === null
    ? null
    : {
        books,
        created,
        matchedMs: last.timeMs,
        resumeMs: last.untilMs,
        nonce: BigInt(last.nonce),
        tape,
        lastSeq,
        records
      }

/** Fails when the exchange was opened with another market: its prices would jump and its past would be another. */
export const checkSame = (created: Created, options: ExchangeSimOptions): ExchangeSimError | null => {
  const { market, seed } = options
  if (created.market === market && (market !== "synthetic" || created.seed === seed)) return null
  return new ExchangeSimError({
    detail:
      `its journal was opened with market ${created.market}, seed ${created.seed}; asked for is ${market}, seed ` +
      `${seed}. Use the old settings, or another data directory for a new exchange.`
  })
}

/** The first fact of a new exchange. */
export const createExchange = Effect.fn("exchangeSim.createExchange")(function* (
  options: ExchangeSimOptions,
  recordingMs: number | null
) {
  const wallMs = yield* Clock.currentTimeMillis
  const created: Created = {
    _tag: "Created",
    timeMs: options.startMs ?? recordingMs ?? wallMs - (wallMs % MINUTE_MS),
    // Two exchanges on one machine, one after the other, must not give out the same ids: clients remember them.
    salt: options.salt ?? `${options.seed}.${wallMs}`,
    pair: options.pair.rest,
    market: options.market,
    seed: options.seed,
    base: options.initialBase,
    quote: options.initialQuote
  }
  return created
})

/** Why an exchange does not open. */
export type OpeningError = ReadError | AppendError | ExchangeSimError
