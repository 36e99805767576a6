/** Moving a journal between adapters. */
import { Effect, Schema, Stream } from "effect"
import { type AppendError, Journal, JournalCorrupt, type ReadError } from "../port.ts"

/** One record as a line of JSON; `data` in base64. */
const Line = Schema.fromJsonString(
  Schema.Struct({
    seq: Schema.Int,
    subject: Schema.String,
    id: Schema.String,
    storedMs: Schema.Int,
    data: Schema.String
  })
)
const encodeLine = Schema.encodeSync(Line)
const decodeLine = Schema.decodeUnknownEffect(Line)

/** Records per round of an import: bounds what stands in memory. */
const importBatch = 1_000

/** The whole history as lines of JSON, oldest first, without line ends. */
export const exportLines: Stream.Stream<string, ReadError, Journal> = Stream.unwrap(
  Effect.map(Journal, (journal) =>
    journal
      .read({ from: 1 })
      .pipe(
        Stream.map(({ seq, subject, id, storedMs, data }) =>
          encodeLine({ seq, subject, id, storedMs, data: Buffer.from(data).toString("base64") })
        )
      )
  )
)

/**
 * Appends exported lines, which must continue this journal: line by line its sequence is checked. Safe to repeat after
 * a failure. Records get a new time stored.
 * Fails with `JournalCorrupt` on a line that does not decode or would land on another sequence.
 */
export const importLines = <E>(
  lines: Stream.Stream<string, E>
): Effect.Effect<void, E | AppendError | JournalCorrupt, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const refuse = (detail: string) => new JournalCorrupt({ where: "import", detail })
    yield* lines.pipe(
      Stream.mapEffect((line) =>
        decodeLine(line).pipe(Effect.mapError((problem) => refuse(`${line.slice(0, 80)}: ${problem.message}`)))
      ),
      Stream.grouped(importBatch),
      Stream.runForEach((batch) =>
        Effect.gen(function* () {
          const entries = batch.map(({ subject, id, data }) => ({ subject, id, data: Buffer.from(data, "base64") }))
          const appended = yield* journal.appendAll(entries)
          const strayed = batch.findIndex(({ seq }, place) => appended[place]?.seq !== seq)
          if (strayed >= 0) {
            const detail = `record ${batch[strayed]?.seq} landed on ${appended[strayed]?.seq}; import into an empty journal`
            return yield* refuse(detail)
          }
        })
      )
    )
  })
