/** Takes down what stands in an in-thread market's journal, as the bytes that a journal on disk would hold. */
import { changesBetween } from "../../shared/core/rules/versions.ts"
import type { OrderedJournal } from "../../app/inProcess/orderedJournal.ts"
import { encodeEntry, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"

/** Outputs keep the id that their actor gives them; a command has one of its own; other facts are numbered. */
const idOf = ({ cause, id, seq, events: [first] }: StoredRecord): string => {
  if (cause !== null) return id
  return first._tag === "CommandIssued" ? `command.${first.commandId}` : `fact.${seq}`
}

/** Gathers the records of one journal, in their order. */
export class Recorder {
  readonly records: Array<JournalRecord> = []
  private storedMs = 0

  /** The next record. An actor's output gives the bytes that its fold gave: the same envelope is always the same text. */
  readonly take = (record: StoredRecord): void => {
    const id = idOf(record)
    this.put(record.seq, record.timeMs, {
      subject: record.subject,
      id,
      data: encodeEntry(record.subject, id, record).data
    })
  }

  /** A record that nobody can read, at the next place of the journal. */
  putUnreadable(journal: OrderedJournal, subject: string, data: string): number {
    const seq = ++journal.seq
    this.put(seq, 0, { subject, id: `fact.${seq}`, data: new TextEncoder().encode(data) })
    return seq
  }

  private put(seq: number, timeMs: number, entry: Pick<JournalRecord, "subject" | "id" | "data">): void {
    this.storedMs = Math.max(this.storedMs, timeMs)
    this.records.push({ seq, storedMs: this.storedMs, ...entry })
  }
}

/** Takes up later rules. */
export const adoption = (from: number, to: number): MarketEvent => ({
  _tag: "RulesAdopted",
  from,
  to,
  service: "kennel up",
  adoptedMs: 0,
  changes: changesBetween(from, to)
})
