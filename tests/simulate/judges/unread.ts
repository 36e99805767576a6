/**
 * Records that nobody may read: damaged, or written by somebody who may not. Until an operator has passed over one of them nobody
 * decides anything that was caused by it, or by what stands behind it.
 */
import type { Snapshot } from "../../../shared/journal/port.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"

/** Whose decisions are looked at: their records name what caused them. */
const DECIDING: ReadonlySet<string> = new Set(["slot", "governor", "rebalancer"])

/** What stands in the journal and was not passed over yet. */
export class Unread {
  private readonly problem: (text: string) => void
  /** Which record it is, and how it came there. */
  private readonly open = new Map<number, string>()

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  /** Such a record stands at this sequence. */
  stands(seq: number, what: string): void {
    this.open.set(seq, what)
  }

  /** A service has saved this of an actor, as it was after that record: nobody begins behind what nobody has answered. */
  saved({ actor, seq }: Snapshot): void {
    for (const [unread, what] of this.open)
      if (seq >= unread)
        this.problem(`a state of ${actor} after record ${seq} is saved, behind record ${unread} (${what})`)
  }

  take({ seq, cause, family, writer, events }: StoredRecord): void {
    for (const event of events) if (event._tag === "RecordSkipped") this.open.delete(event.seq)
    if (cause === null || !DECIDING.has(family)) return
    for (const [unread, what] of this.open)
      if (cause >= unread)
        this.problem(`record ${seq}: ${writer} answers record ${cause}, and has passed over record ${unread} (${what})`)
  }
}
