/** Turns a log that can be read by position into the port's `read` and `tail`. Used by the memory and embedded adapters. */
import { Array as Arr, Cause, Effect, type Pull, Stream } from "effect"
import { startOf } from "./entry.ts"
import { type JournalRecord, type ReadError, type ReadFrom, RecordsArchived } from "./port.ts"
import { subjectMatcher } from "./subjects.ts"

/** A subject pattern and what it means; null stands for every record. */
export interface Filter {
  readonly pattern: string
  readonly matches: (subject: string) => boolean
}

/** All that a filter wants of the sequences before `next`, and perhaps others: who asked filters again. */
export interface Chunk {
  readonly records: ReadonlyArray<JournalRecord>
  /** The first sequence not looked at. */
  readonly next: number
}

/**
 * A log as its readers see it. A reader holds only its position, so a slow one costs the log nothing: there is no
 * buffer per reader to fill up, and an append never waits for anyone.
 */
export interface RecordSource {
  /** What errors call the log. */
  readonly where: string
  /** Lowest sequence kept; never decreases. */
  readonly first: () => number
  /** Newest sequence readers may see; never decreases. */
  readonly head: () => number
  /** The next records in order, at least as far as `from`. Only called with `first()` ≤ `from` ≤ `head()`. */
  readonly chunk: (from: number, filter: Filter | null) => Effect.Effect<Chunk, ReadError>
  /** Calls back once, when `head()` has grown or `ended()` has changed; returns how to stop waiting. */
  readonly onChange: (listener: () => void) => () => void
  /** Why no more records will come, or null while the log is alive. Records up to the head stay readable. */
  readonly ended: () => ReadError | null
  /** How a reader is woken outside of the call stack of the append that it waits for. Left out: a microtask later. */
  readonly later?: (wake: () => void) => void
}

/** Listeners that are each called once, then forgotten. */
export const makeListeners = () => {
  let waiting = new Set<() => void>()
  return {
    /** Whether anybody waits. */
    any: () => waiting.size > 0,
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
    const start = startOf(options, source.first(), source.where)
    if (typeof start !== "number") return Stream.fail(start)
    const pattern = options.filter ?? ">"
    const filter: Filter | null = pattern === ">" ? null : { pattern, matches: subjectMatcher(pattern) }
    const lastWanted = extent === "to-head" ? source.head() : Number.POSITIVE_INFINITY
    const later = source.later ?? queueMicrotask
    let next = start

    const changed = Effect.callback<void>((resume) => {
      if (next <= source.head() || source.ended() !== null) return resume(Effect.void)
      // A reader must not fold inside the call stack of the append that woke it.
      const stopWaiting = source.onChange(() => later(() => resume(Effect.void)))
      return Effect.sync(stopWaiting)
    })

    const wantedOf = ({ records, next: looked }: Chunk): ReadonlyArray<JournalRecord> => {
      next = looked
      // Nearly always all of them: then nothing is copied.
      if (filter === null && (records.at(-1)?.seq ?? 0) <= lastWanted) return records
      return records.filter(({ seq, subject }) => seq <= lastWanted && (filter === null || filter.matches(subject)))
    }

    const pull: Pull.Pull<readonly [JournalRecord, ...ReadonlyArray<JournalRecord>], ReadError> = Effect.suspend(() => {
      if (next > lastWanted) return Cause.done()
      if (next > source.head()) {
        const ended = source.ended()
        return ended === null ? Effect.andThen(changed, pull) : Effect.fail(ended)
      }
      if (next < source.first())
        return Effect.fail(new RecordsArchived({ where: source.where, seq: next, first: source.first() }))
      return Effect.flatMap(source.chunk(next, filter), (chunk) => {
        const wanted = wantedOf(chunk)
        return Arr.isReadonlyArrayNonEmpty(wanted) ? Effect.succeed(wanted) : pull
      })
    })
    return Stream.fromPull(Effect.succeed(pull))
  })
