/** Folding what has been recorded once more, to its end whatever it holds: what does not follow is said, and gone on from. */
import { messageOf } from "../core/messageOf.ts"
import { BuildTooOld, RecordUndecodable, type StoredRecord } from "../events/envelope.ts"
import type { JournalRecord } from "../journal/port.ts"
import type { ControlView } from "./control/control.ts"
import type { ActorFold } from "./fold.ts"
import { FoldSet, type TakeOne } from "./foldSet.ts"

/** Told one line, and what was thrown, where something was. */
type Report = (line: string, error?: unknown) => void

/** Folds that go over a journal together. */
export class Refold {
  private readonly hosted: FoldSet<unknown>
  private readonly report: Report

  /** `report`: told of each recorded output that is missing, extra or different, and of each record that does not fold. */
  constructor(folds: ReadonlyArray<ActorFold<unknown>>, skipped: ControlView["skipped"], report: Report) {
    this.hosted = new FoldSet(folds, skipped)
    this.report = report
  }

  /** The next records; one that does not decode is said, and passed over. Throws `BuildTooOld`. `seen` as of `FoldSet.take`. */
  take(records: ReadonlyArray<JournalRecord>, seen?: (record: StoredRecord) => void): void {
    for (let rest = records; rest.length > 0;) {
      try {
        this.hosted.take(rest, this.apply, seen)
        return
      } catch (error) {
        if (!(error instanceof RecordUndecodable)) throw error
        this.report(error.message, error)
        rest = rest.filter(({ seq }) => seq > error.seq)
      }
    }
  }

  /** When the recorded output is a later one of ours, the earlier ones were never written: report them and go on from there. */
  private dropMissing(fold: ActorFold<unknown>, recordedId: string): void {
    if (!fold.pending.some((entry) => entry.id === recordedId)) return
    while (fold.pending[0] !== undefined && fold.pending[0].id !== recordedId) {
      this.report(`${fold.actor.name}: output ${fold.pending[0].id} is missing`)
      fold.dropPending()
    }
  }

  private readonly apply: TakeOne<unknown> = (fold, stored, data, passing) => {
    if (stored.subject === fold.outputSubject) this.dropMissing(fold, stored.id)
    try {
      fold.apply(stored, data, passing)
    } catch (error) {
      if (error instanceof BuildTooOld) throw error
      this.report(messageOf(error), error)
      if (fold.pending[0]?.id === stored.id) fold.dropPending()
    }
  }
}
