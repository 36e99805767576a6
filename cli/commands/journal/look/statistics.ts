/** What a journal holds, counted while it is read. */
import { decodeRecord } from "../../../../shared/events/envelope.ts"
import { messageOf } from "../../../../shared/core/messageOf.ts"
import { linked, NO_RECORDS } from "../../../../shared/journal/chainHash.ts"
import type { JournalRecord } from "../../../../shared/journal/port.ts"

/** A stretch of the exchange's time without a record. */
interface Gap {
  /** The last record before it. */
  readonly seq: number
  readonly fromMs: number
  readonly toMs: number
}

/** A stretch of records under one version of the rules. */
interface Generation {
  readonly rulesVersion: number
  /** The record that adopted them; 0: in force from the beginning. */
  readonly seq: number
}

interface SealedEra {
  readonly era: number
  readonly from: number
  readonly to: number
}

/** At most so many gaps are kept, the longest. */
const GAPS_KEPT = 5
const MINUTE_MS = 60_000

/** Everything that is known of a journal once it has been read. Memory does not grow with its records. */
export class Statistics {
  records = 0
  first = 0
  last = 0
  bytes = 0
  /** Records that do not decode, with what is wrong with the first. */
  undecodable = 0
  problem = ""
  beganMs = 0
  endedMs = 0
  /** How often each event stands in it. */
  readonly events: Record<string, number> = {}
  /** Records by subject, without the market's root; the commands' together. */
  readonly subjects: Record<string, number> = {}
  readonly eras: Array<SealedEra> = []
  readonly generations: Array<Generation> = [{ rulesVersion: 1, seq: 0 }]
  epochs = 0
  gaps: ReadonlyArray<Gap> = []
  /** Records in the busiest minute of the exchange's clock. */
  busiest = { records: 0, minuteMs: 0 }
  chain = NO_RECORDS
  private minute = { records: 0, minuteMs: 0 }

  /** All of it, as JSON has it. */
  get report() {
    const { records, first, last, bytes, undecodable, beganMs, endedMs, busiest, epochs, chain } = this
    const { generations, eras, gaps, events, subjects } = this
    return {
      records,
      first,
      last,
      bytes,
      undecodable,
      beganMs,
      endedMs,
      busiest,
      epochs,
      generations,
      eras,
      gaps,
      events,
      subjects,
      chain
    }
  }

  take(record: JournalRecord): void {
    if (this.records === 0) this.first = record.seq
    this.records++
    this.last = record.seq
    this.bytes += record.data.byteLength
    this.chain = linked(this.chain, record)
    const subject = record.subject
      .split(".")
      .slice(2)
      .join(".")
      .replace(/^command\..*/, "command")
    this.subjects[subject] = (this.subjects[subject] ?? 0) + 1
    try {
      this.takeEvents(record)
    } catch (error) {
      this.undecodable++
      if (this.undecodable === 1) this.problem = messageOf(error)
    }
  }

  private takeEvents(record: JournalRecord): void {
    const { seq, timeMs, events } = decodeRecord(record)
    for (const event of events) {
      this.events[event._tag] = (this.events[event._tag] ?? 0) + 1
      if (event._tag === "EraSealed") this.eras.push({ era: event.era, from: event.from, to: event.to })
      else if (event._tag === "RulesAdopted") this.generations.push({ rulesVersion: event.to, seq })
      else if (event._tag === "EpochRaised") this.epochs++
    }
    if (timeMs > 0) this.takeTime(timeMs, seq)
  }

  private takeTime(timeMs: number, seq: number): void {
    if (this.beganMs === 0) this.beganMs = timeMs
    const since = this.endedMs
    if (timeMs > since) {
      if (since > 0) this.takeGap({ seq: seq - 1, fromMs: since, toMs: timeMs })
      this.endedMs = timeMs
    }
    const minuteMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS
    if (minuteMs > this.minute.minuteMs) this.minute = { records: 0, minuteMs }
    this.minute.records++
    if (this.minute.records > this.busiest.records) this.busiest = { ...this.minute }
  }

  private takeGap(gap: Gap): void {
    const shortest = this.gaps.at(-1)
    if (this.gaps.length === GAPS_KEPT && shortest !== undefined && lengthOf(gap) <= lengthOf(shortest)) return
    this.gaps = [...this.gaps, gap].toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, GAPS_KEPT)
  }
}

const lengthOf = ({ fromMs, toMs }: Gap): number => toMs - fromMs
