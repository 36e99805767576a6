/** Records as events, for whoever reads the journal with Effect. */
import { Effect } from "effect"
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
