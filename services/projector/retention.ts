/** How long rows stay in the tables: the journal has what they were made of, and a table that nobody clears grows for ever. */
import { Clock, Effect } from "effect"
import { Store } from "../../shared/store/port.ts"

/** Days that the rows of each table are kept; 0: for ever. */
export interface KeptDays {
  readonly fills: number
  readonly prices: number
  readonly botEvents: number
}

/** Between two looks, by the exchange's clock: a row is kept at most so much longer than asked for. */
const EVERY_MS = 6 * 3_600_000
const DAY_SEC = 86_400

/**
 * Deletes what is older than it is kept, now and then: the effect is told the exchange's time with every batch. A time ahead of the wall
 * counts as the wall's: one wrong record must not empty the tables. What the store does not do is said, and keeps no row out.
 */
export const clearing = (market: string, kept: KeptDays): ((nowMs: number) => Effect.Effect<void, never, Store>) => {
  let nextMs = 0
  return Effect.fnUntraced(function* (toldMs: number) {
    const nowMs = Math.min(toldMs, yield* Clock.currentTimeMillis)
    if (nowMs < nextMs) return
    nextMs = nowMs + EVERY_MS
    const { projection } = yield* Store
    const before = (days: number): number | null => (days === 0 ? null : nowMs / 1_000 - days * DAY_SEC)
    const limits = {
      fillsSec: before(kept.fills),
      pricesSec: before(kept.prices),
      botEventsSec: before(kept.botEvents)
    }
    yield* projection.forgetOlder(market, limits).pipe(
      Effect.flatMap((gone) =>
        gone === 0 ? Effect.void : Effect.logInfo(`projector: ${gone} rows older than they are kept were deleted`)
      ),
      Effect.catch(({ message }) => Effect.logWarning(`projector: old rows stay for now: ${message}`))
    )
  })
}
