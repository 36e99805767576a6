/**
 * The envelope: what a journal record holds around its events.
 *
 * A record is atomic and carries one or more events; an event's place is (record sequence, index). The record's id is
 * the journal's duplicate key. For an actor's output it is derived from what caused it (`outputId`), so that every
 * replica gives the same output the same id.
 */
import { Schema } from "effect"
import { type Standing, standingOf } from "../core/ids/subjects.ts"
import type { JournalEntry, JournalRecord } from "../journal/port.ts"
import { MarketEvent } from "./event.ts"
import { decodeHot } from "./hot.ts"
import { messageOf } from "../core/messageOf.ts"

/** Version of this envelope and of the event shapes in it. A reader refuses a newer one. */
export const ENVELOPE_VERSION = 1

/** The schema of an envelope, for tests that hold other readers to it. */
export const Envelope = Schema.Struct({
  v: Schema.Literal(ENVELOPE_VERSION),
  /** The epoch in force when it was written. */
  epoch: Schema.Int,
  /**
   * When it happened, by the exchange's clock, Unix milliseconds; 0 where the writer has not heard that clock (control
   * records). A reducer's now is the largest it has seen.
   */
  timeMs: Schema.Finite,
  writer: Schema.NonEmptyString,
  /** The sequence of the record that caused this one; null for what comes from outside. */
  cause: Schema.NullOr(Schema.Int),
  events: Schema.NonEmptyArray(MarketEvent)
})
export type Envelope = typeof Envelope.Type

/** An envelope with its place in the journal, and what its subject says. */
export interface StoredRecord extends Envelope, Standing {
  readonly seq: number
  readonly subject: string
  readonly id: string
}

/** A record that is no envelope of this version: names the place, the field and the value. */
export class RecordUndecodable extends Schema.TaggedError<RecordUndecodable>()("RecordUndecodable", {
  seq: Schema.Int,
  subject: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `record ${this.seq} on ${this.subject} does not decode: ${this.problem}`
  }
}

const decodeEnvelope = Schema.decodeUnknownSync(Envelope)
const encodeEnvelope = Schema.encodeSync(Envelope)
const text = new TextDecoder("utf-8", { fatal: true })
const bytes = new TextEncoder()

/** By hand where every event is a hot one, else by the schema. */
const readEnvelope = (raw: unknown): Envelope => {
  const hot = decodeHot(raw, ENVELOPE_VERSION)
  return hot === null ? decodeEnvelope(raw) : ({ v: ENVELOPE_VERSION, ...hot } as unknown as Envelope)
}

/** Decoded once per record object, however many actors of a process read it; goes away with the record. */
const decoded = new WeakMap<JournalRecord, StoredRecord>()

/** Reads a journal record; throws `RecordUndecodable`. */
export const decodeRecord = (record: JournalRecord): StoredRecord => {
  const known = decoded.get(record)
  if (known !== undefined) return known
  try {
    const stored: StoredRecord = {
      ...readEnvelope(JSON.parse(text.decode(record.data))),
      ...standingOf(record.subject),
      seq: record.seq,
      subject: record.subject,
      id: record.id
    }
    decoded.set(record, stored)
    return stored
  } catch (error) {
    const problem = messageOf(error)
    throw new RecordUndecodable({ seq: record.seq, subject: record.subject, problem })
  }
}

/** Makes the journal entry; the same envelope always gives the same bytes. */
export const encodeEntry = (
  subject: string,
  id: string,
  envelope: Envelope,
  expectedLastSeq?: number
): JournalEntry => {
  const data = bytes.encode(JSON.stringify(encodeEnvelope(envelope)))
  return expectedLastSeq === undefined ? { subject, id, data } : { subject, id, data, expectedLastSeq }
}

/** The id of what `actor` answers to the input at `inputSeq`: `<epoch>.<actor>.<inputSeq>`. */
export const outputId = (epoch: number, actor: string, inputSeq: number): string => `${epoch}.${actor}.${inputSeq}`
