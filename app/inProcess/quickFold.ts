/**
 * A fold that proves nothing: what its actor answers goes on as it is, without becoming bytes and being compared. For runs of which
 * only the result counts; a run with `ActorFold` gives the same result and proves it.
 */
import { inForceAfter, placeIn, putsInForce } from "../../shared/actor/core/actor.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { standingOf } from "../../shared/core/ids/subjects.ts"
import { ENVELOPE_VERSION, outputId, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"

/** One actor's state after each record that concerns it, and its answers not yet taken. */
export class QuickFold<State> extends ActorFold<State> {
  readonly answers: Array<StoredRecord> = []
  private readonly standing = standingOf(this.outputSubject)

  override apply(record: StoredRecord): void {
    this.seq = record.seq
    if (record.subject === this.outputSubject) {
      this.lastOutputSeq = record.seq
      return
    }
    const outputs: Array<MarketEvent> = []
    for (const [index, event] of record.events.entries()) {
      if (putsInForce(event._tag)) this.inForce = inForceAfter(this.inForce, event)
      const step = this.actor.reduce(this.state, event, placeIn(record, index, this.inForce))
      this.state = step.state
      outputs.push(...step.outputs)
    }
    const [first, ...rest] = outputs
    if (first === undefined) return
    const { epoch } = this.inForce
    this.answers.push({
      epoch,
      timeMs: record.timeMs,
      writer: this.actor.name,
      cause: record.seq,
      events: [first, ...rest],
      seq: 0,
      storedMs: 0,
      subject: this.outputSubject,
      ...this.standing,
      id: outputId(epoch, this.actor.name, record.seq),
      writtenIn: ENVELOPE_VERSION
    })
  }
}
