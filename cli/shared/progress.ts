/** How far a long command is, on a person's terminal: one line that changes in place, with the time that is left at the speed so far. */
import { Clock, Effect, Stream } from "effect"
import { Journal, type ReadFrom } from "../../shared/journal/port.ts"
import { bar, clearLine, showNow } from "./terminal.ts"

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Below this the speed says nothing yet. */
const SPEED_KNOWN_AFTER_MS = 2_000

/** `verify  [######------------------]   25.0%  1,000 of 4,000 records  about 12 s`; share from 0 to 1. */
export const progressText = (what: string, share: number, elapsedMs: number, figures = ""): string => {
  const known = share > 0 && elapsedMs >= SPEED_KNOWN_AFTER_MS
  const left = known ? `about ${duration((elapsedMs / share) * Math.max(0, 1 - share))}` : ""
  return [what, bar(share), figures, left].filter((part) => part !== "").join("  ")
}

/** For work that does not yield: told of its share, it writes at once. */
export const progressOf = (what: string): Effect.Effect<(share: number, figures?: string) => void> =>
  Effect.map(Clock.Clock, (clock) => {
    const startedMs = clock.currentTimeMillisUnsafe()
    return (share, figures) => showNow(progressText(what, share, clock.currentTimeMillisUnsafe() - startedMs, figures))
  })

/** A journal whose reading is shown while `work` reads it, however often: each pass from where it begins to the head. */
export const whileReading =
  (what: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Journal> =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const clock = yield* Clock.Clock
      const head = yield* Effect.orElseSucceed(journal.head, () => 0)
      const read = (wanted: ReadFrom) => {
        const startedMs = clock.currentTimeMillisUnsafe()
        let from: number | null = null
        return journal.read(wanted).pipe(
          Stream.mapArray((records) => {
            const { seq } = records.at(-1) ?? records[0]
            from ??= records[0].seq - 1
            const share = head <= from ? 1 : Math.min(1, (seq - from) / (head - from))
            const elapsedMs = clock.currentTimeMillisUnsafe() - startedMs
            showNow(progressText(what, share, elapsedMs, `record ${seq} of ${head}`))
            return records
          })
        )
      }
      return yield* Effect.provideService(work, Journal, Journal.of({ ...journal, read }))
    }).pipe(Effect.ensuring(clearLine))
