/** What folds that move together share: the record on its way through them, and where they stand. */
import type { StoredRecord } from "../../events/envelope.ts"
import { type EventPlace, type InForce, placeIn } from "../core/actor.ts"
import type { Passed } from "../core/quiet.ts"
import type { TimeLine, Untimely } from "../core/timeLine.ts"

/** A record on its way through folds that come to it one after the other: those under the same epoch and rules share the places of its events. */
export class Passing {
  readonly record: StoredRecord
  /** What is wrong with the record's time. */
  readonly untimely: Untimely | null
  private last: EventPlace | null = null

  constructor(record: StoredRecord, untimely: Untimely | null = null) {
    this.record = record
    this.untimely = untimely
  }

  place(index: number, inForce: InForce): EventPlace {
    const { last } = this
    if (
      last !== null &&
      last.index === index &&
      last.epoch === inForce.epoch &&
      last.rulesVersion === inForce.rulesVersion
    ) {
      return last
    }
    const placed = placeIn(this.record, index, inForce)
    this.last = this.untimely === null ? placed : { ...placed, untimely: this.untimely }
    return this.last
  }
}

/** Where folds that move together stand: what a record leaves alike in all of them is kept once. Changed in place by the set they are in. */
export class Reading {
  /** The last record that all of them have behind them. */
  seq = 0
  /** What is known of the exchange's clock after it. */
  times: TimeLine | null = null
  /** The prices and clock facts up to it that quiet actors have not folded. */
  passed: Passed | null = null
}
