/** A source whose calls are counted, so that a test can wait for the wire while its own clock stands still. */
import { Effect } from "effect"
import type { CandleSource } from "../../../shared/candles/source.ts"

export interface CountedSource {
  readonly source: CandleSource
  /** Calls that have begun. */
  readonly calls: () => number
  /** What each was asked with, in order. */
  readonly cursors: ReadonlyArray<string | null>
  /** Until no call is on the wire and what followed from its answer has run. */
  readonly quiet: Effect.Effect<void>
  /** Until at least this number of calls have begun, and it is quiet. */
  readonly begun: (calls: number) => Effect.Effect<void>
}

/** One turn of the event loop: sockets are looked at, fibers run. */
const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

export const countedSource = (source: CandleSource): CountedSource => {
  const cursors: Array<string | null> = []
  let open = 0
  const fetchPage: CandleSource["fetchPage"] = (request) =>
    Effect.suspend(() => {
      cursors.push(request.cursor)
      open++
      return source.fetchPage(request)
    }).pipe(Effect.ensuring(Effect.sync(() => void open--)))
  const quiet = turn.pipe(Effect.repeat({ until: () => open === 0 }), Effect.andThen(turn))
  return {
    source: { ...source, fetchPage },
    calls: () => cursors.length,
    cursors,
    quiet,
    begun: (wanted) => Effect.andThen(turn.pipe(Effect.repeat({ until: () => cursors.length >= wanted })), quiet)
  }
}
