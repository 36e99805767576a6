/** The control records in the order of the journal: of every writer's subject, and of the one on which all stood before. */
import { Effect, Stream } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import { Journal, type JournalRecord, type ReadError } from "../../journal/port.ts"

/** The last sequence of a subject, also of a record that was dropped; 0: nothing ever stood there. */
export const lastSeqOn = Effect.fnUntraced(function* (subject: string): Effect.fn.Return<number, ReadError, Journal> {
  const journal = yield* Journal
  return yield* journal.last(subject).pipe(
    Effect.map((record) => record?.seq ?? 0),
    Effect.catchTag("RecordsArchived", ({ seq }) => Effect.succeed(seq))
  )
})

/** Control records `from` to `upTo`; there are few of them. */
export const controlRecords = Effect.fn("controlRecords")(function* (
  subjects: MarketSubjects,
  from: number,
  upTo: number = Number.POSITIVE_INFINITY
): Effect.fn.Return<ReadonlyArray<JournalRecord>, ReadError, Journal> {
  const journal = yield* Journal
  const on = (filter: string) =>
    journal.read({ from, filter }).pipe(
      Stream.takeWhile(({ seq }) => seq <= upTo),
      Stream.runCollect
    )
  const records = yield* on(subjects.everyControl)
  // A journal that began with this build, or was read past the last of the old ones, has none there.
  if ((yield* lastSeqOn(subjects.oldControl)) < from) return records
  return [...(yield* on(subjects.oldControl)), ...records].sort((a, b) => a.seq - b.seq)
})
