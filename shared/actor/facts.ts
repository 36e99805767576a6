/** How an edge writes what it has heard: facts of their own, in no chain, each stored once however often it is sent. */
import { Effect } from "effect"
import { encodeEntry } from "../events/envelope.ts"
import type { MarketEvent } from "../events/event.ts"
import { Journal, type JournalRefused, type JournalUnavailable } from "../journal/port.ts"
import { retryAppend } from "../retry.ts"

/** Where and when a fact belongs. */
export interface FactPlace {
  readonly subject: string
  /** The epoch in force: part of the record's id. */
  readonly epoch: number
  /** Unix milliseconds of the exchange's clock. */
  readonly timeMs: number
}

/** A writer of facts named `writer`; its count keeps the ids of one process apart, the epoch those of its restarts. */
export const makeFactWriter = Effect.fnUntraced(function* (writer: string) {
  const journal = yield* Journal
  let written = 0
  return Effect.fnUntraced(function* (
    { subject, epoch, timeMs }: FactPlace,
    event: MarketEvent
  ): Effect.fn.Return<void, JournalRefused | JournalUnavailable> {
    const id = `${epoch}.${writer}.${timeMs}.${++written}`
    const envelope = { epoch, timeMs, writer, cause: null, events: [event] } as const
    yield* retryAppend(journal.append(encodeEntry(subject, id, envelope))).pipe(
      // Nothing was expected of the subject, so nothing can conflict.
      Effect.catchTag("JournalConflict", (conflict) => Effect.die(conflict))
    )
  })
})
