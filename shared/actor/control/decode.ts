/** Records as events, for whoever reads the journal with Effect. */
import { Effect, Stream } from "effect"
import {
  BuildTooOld,
  type DecodeError,
  decodeRecord,
  RecordUndecodable,
  type StoredRecord
} from "../../events/envelope.ts"
import type { JournalRecord } from "../../journal/port.ts"

/** `decodeRecord` with its failure in the error channel. */
export const decode = (record: JournalRecord): Effect.Effect<StoredRecord, DecodeError> =>
  Effect.try({
    try: () => decodeRecord(record),
    catch: (error) =>
      error instanceof RecordUndecodable || error instanceof BuildTooOld
        ? error
        : new RecordUndecodable({ seq: record.seq, subject: record.subject, problem: String(error) })
  })

/**
 * The records of a look-up, decoded; what does not decode holds nothing that is looked for. Only for readers beside the folds: those
 * halt on such a record until an operator has excluded it. Fails with `BuildTooOld` as they do.
 */
export const decoded = <E, R>(
  records: Stream.Stream<JournalRecord, E, R>
): Stream.Stream<StoredRecord, E | BuildTooOld, R> =>
  records.pipe(
    Stream.mapEffect((record) => decode(record).pipe(Effect.catchTag("RecordUndecodable", () => Effect.succeed(null)))),
    Stream.filter((record) => record !== null)
  )
