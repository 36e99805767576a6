/**
 * Bad frames on their way into the journal, beside the good ones: a frame that cannot be read keeps no price waiting, and a
 * storm of them does not fill the journal.
 */
import { Effect } from "effect"
import { type BadFrame, quarantined } from "../events/families/control.ts"
import type { MarketEvent } from "../events/event.ts"

/** Wall time between two records: two a second say that something is wrong, and how often. */
const PAUSE = "500 millis"

/** What an edge puts aside, and what writes it down. */
export interface Quarantine<E, R> {
  /** Keeps the frame for the next record; never waits. */
  readonly put: (frame: BadFrame) => Effect.Effect<void>
  /** Runs beside the edge for as long as it does. Each record shows the first frame since the last one, and counts the others. */
  readonly writing: Effect.Effect<never, E, R>
}

/** `write` appends the fact to the quarantine subject. */
export const makeQuarantine = <E, R>(write: (event: MarketEvent) => Effect.Effect<void, E, R>): Quarantine<E, R> => {
  let first: BadFrame | null = null
  let frames = 0
  const flush = Effect.suspend(() => {
    if (first === null) return Effect.void
    const event = quarantined(first, frames)
    first = null
    frames = 0
    return write(event)
  })
  return {
    put: (frame) =>
      Effect.sync(() => {
        first ??= frame
        frames++
      }),
    writing: Effect.forever(Effect.andThen(flush, Effect.sleep(PAUSE)))
  }
}
