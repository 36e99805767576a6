/** Which records of a journal a person wants to see, and how they read. */
import { Schema } from "effect"
import { standingOf } from "../../../../shared/core/ids/subjects.ts"
import { RULES } from "../../../../shared/core/rules/rules.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import type { JournalRecord } from "../../../../shared/journal/port.ts"

/** What a person asks to see; what is left out asks for everything. */
export interface Wanted {
  /** Of this slot: what it decides and what the exchange says of its orders. */
  readonly slot: number | null
  /** Kinds of events, as their `_tag` names them. Empty: all. */
  readonly types: ReadonlySet<string>
  /** Unix milliseconds of the journal's own clock; null: from the beginning. */
  readonly sinceMs: number | null
}

/** As much of an envelope as is looked at here: of any version of the shapes. */
const Written = Schema.Struct({
  timeMs: Schema.Finite,
  events: Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
})
type Written = typeof Written.Type
const readWritten = Schema.decodeUnknownOption(Schema.fromJsonString(Written))
const RuledReason = Schema.Struct({
  rule: Schema.Literals(Object.keys(RULES) as ReadonlyArray<keyof typeof RULES>),
  numbers: Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))
})
const readReason = Schema.decodeUnknownOption(RuledReason)

const text = new TextDecoder()

/** Reads a time such as `2026-11-21`, `2026-11-21T17:03` (UTC) or with an offset; null: it is none. */
export const readSince = (value: string): number | null => {
  const withZone = /T.*(Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes("T") ? value : `${value}Z`
  const ms = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(withZone) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}

/** How records read: as they stand, an event a line for people, or a record a line for machines (`data` where nobody can read it). */
export type Form = "plain" | "pretty" | "json"

/** The lines of a record: none where it is not wanted. A record that cannot be read is shown as it is. */
export const linesOf = (record: JournalRecord, wanted: Wanted, form: Form): ReadonlyArray<string> => {
  const data = text.decode(record.data)
  const { seq, storedMs, subject, id } = record
  const whole = `${seq} ${subject} ${id} ${data}`
  const written = readWritten(data)
  if (written._tag === "None") return [form === "json" ? JSON.stringify({ seq, storedMs, subject, id, data }) : whole]
  const { timeMs } = written.value
  if (wanted.slot !== null && standingOf(record.subject).slot !== wanted.slot) return []
  if (wanted.sinceMs !== null && timeMs < wanted.sinceMs) return []
  const events = written.value.events.filter(({ _tag }) => wanted.types.size === 0 || wanted.types.has(String(_tag)))
  if (events.length === 0) return []
  if (form === "pretty") return events.map((event) => prettyLine(record, timeMs, event))
  if (form === "plain") return [whole]
  const envelope = JSON.parse(data) as object
  return [JSON.stringify({ seq, storedMs, subject, id, ...envelope, events })]
}

/** `1207  17:03:09  out.slot-1  OrderRequested  price=0.141 volume=14.2  The entry is two tenths of a percent from the market.` */
const prettyLine = (record: JournalRecord, timeMs: number, event: Written["events"][number]): string => {
  const { _tag, reason, ...fields } = event
  const when = timeMs === 0 ? "-" : new Date(timeMs).toISOString().slice(0, 19).replace("T", " ")
  const where = record.subject.split(".").slice(2).join(".")
  const said = readReason(reason)
  const why = said._tag === "Some" ? sentenceOf(said.value) : reason === undefined ? "" : JSON.stringify(reason)
  const figures = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`)
  return [String(record.seq), when, where, String(_tag), figures.join(" "), why]
    .filter((part) => part !== "")
    .join("  ")
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))
