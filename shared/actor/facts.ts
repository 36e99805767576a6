/** How an edge writes what it has heard: facts of their own, in no chain, each stored once however often it is sent. */
import { Effect, Random } from "effect"
import { encodeEntry } from "../events/envelope.ts"
import type { MarketEvent } from "../events/event.ts"
import { Journal, type JournalRefused, type JournalUnavailable } from "../journal/port.ts"
import { retryAppend } from "../retry.ts"

/** Where and when a fact belongs. */
export interface FactPlace {
  readonly subject: string
  /** The epoch in force: part of the record's id, for people. */
  readonly epoch: number
  /** Unix milliseconds of the exchange's clock. */
  readonly timeMs: number
}

/** Two writers that draw the same out of so many: not in the life of a journal. */
const RUNS = 2 ** 48

/**
 * A writer of facts named `writer`. Its count keeps its own ids apart, and what it draws at its beginning those of every other of
 * the name: a twin, or itself begun anew, in the same epoch and at the same moment of an exchange's clock that stands still. Writing returns
 * the fact's sequence.
 */
export const makeFactWriter = Effect.fnUntraced(function* (writer: string) {
  const journal = yield* Journal
  const run = (yield* Random.nextIntBetween(0, RUNS)).toString(36)
  let written = 0
  return Effect.fnUntraced(function* (
    { subject, epoch, timeMs }: FactPlace,
    event: MarketEvent
  ): Effect.fn.Return<number, JournalRefused | JournalUnavailable> {
    const id = `${epoch}.${writer}.${run}.${++written}`
    const envelope = { epoch, timeMs, writer, cause: null, events: [event] } as const
    const { seq } = yield* retryAppend(journal.append(encodeEntry(subject, id, envelope))).pipe(
      // Nothing was expected of the subject, so nothing can conflict.
      Effect.catchTag("JournalConflict", (conflict) => Effect.die(conflict))
    )
    return seq
  })
})
