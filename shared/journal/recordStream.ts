/** Turns a log that can be read by position into the port's `read` and `tail`. Used by the memory and embedded adapters. */
import { Cause, Effect, Stream } from "effect"
import { checkFrom } from "./entry.ts"
import type { JournalRecord, ReadError, ReadFrom } from "./port.ts"
import { subjectMatcher } from "./subjects.ts"

/**
 * A log as its readers see it. A reader holds only its position, so a slow one costs the log nothing: there is no
 * buffer per reader to fill up, and an append never waits for anyone.
 */
export interface RecordSource {
  /** Newest sequence readers may see; never decreases. */
  readonly head: () => number
  /** Records in order starting exactly at `from`, at least one. Only called with `from` ≤ `head()`. */
  readonly chunk: (from: number) => Effect.Effect<ReadonlyArray<JournalRecord>, ReadError>
  /** Calls back once, when `head()` has grown or `ended()` has changed; returns how to stop waiting. */
  readonly onChange: (listener: () => void) => () => void
  /** Why no more records will come, or null while the log is alive. Records up to the head stay readable. */
  readonly ended: () => ReadError | null
}

/** Listeners that are each called once, then forgotten. */
export const makeListeners = () => {
  let waiting = new Set<() => void>()
  return {
    add: (listener: () => void) => {
      waiting.add(listener)
      return () => {
        waiting.delete(listener)
      }
    },
    notify: () => {
      if (waiting.size === 0) return
      // A listener may wait anew at once: those belong to the next change.
      const due = waiting
      waiting = new Set()
      for (const listener of due) listener()
    }
  }
}

/** Records from `from` on: up to the head at the time of the call, or for ever. One array per pull where several are at hand. */
export const recordStream = (
  source: RecordSource,
  options: ReadFrom,
  extent: "to-head" | "for-ever"
): Stream.Stream<JournalRecord, ReadError> =>
  Stream.suspend(() => {
    checkFrom(options)
    const matches = subjectMatcher(options.filter)
    const lastWanted = extent === "to-head" ? source.head() : Number.POSITIVE_INFINITY
    const filtered = options.filter !== undefined
    let next = options.from

    const changed = Effect.callback<void>((resume) => {
      if (next <= source.head() || source.ended() !== null) return resume(Effect.void)
      // A microtask later: a reader must not fold inside the call stack of the append that woke it.
      const stopWaiting = source.onChange(() => queueMicrotask(() => resume(Effect.void)))
      return Effect.sync(stopWaiting)
    })

    const pull = Effect.gen(function* () {
      while (next <= lastWanted) {
        if (next > source.head()) {
          const ended = source.ended()
          if (ended !== null) return yield* ended
          yield* changed
          continue
        }
        const stored = yield* source.chunk(next)
        const upTo = next + stored.length - 1
        const wanted = stored.filter((record) => record.seq <= lastWanted && (!filtered || matches(record.subject)))
        next = upTo + 1
        const [first, ...rest] = wanted
        if (first !== undefined) return [first, ...rest] as const
      }
      return yield* Cause.done()
    })
    return Stream.fromPull(Effect.succeed(pull))
  })
