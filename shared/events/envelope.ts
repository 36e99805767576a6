/**
 * The envelope: what a journal record holds around its events.
 *
 * A record is atomic and carries one or more events; an event's place is (record sequence, index). The record's id is
 * the journal's duplicate key. For an actor's output it is derived from what caused it (`outputId`), so that every
 * replica gives the same output the same id.
 */
import { Schema } from "effect"
import { knownSubject, type Standing } from "../core/ids/subjects.ts"
import type { JournalEntry, JournalRecord } from "../journal/port.ts"
import { objectionTo } from "./belonging.ts"
import { beyondAll, BOUNDED_SINCE } from "./bounds.ts"
import { MarketEvent } from "./event.ts"
import { priceReader } from "./priceBytes.ts"
import { LEFT, plain } from "../schema/plain.ts"
import { type RawEnvelope, upcast } from "./upcast.ts"
import { messageOf } from "../core/messageOf.ts"

/**
 * Version of this envelope and of the event shapes in it: what is written. Older ones are read (`upcast.ts`), a newer one ends
 * the reader: `BuildTooOld`.
 */
export const ENVELOPE_VERSION = 3

/** The schema of an envelope, for tests that hold other readers to it. */
export const Envelope = Schema.Struct({
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
  /** The shapes version it was written in. */
  readonly writtenIn: number
  /** When the journal stored it, Unix milliseconds; 0: none did. */
  readonly storedMs: number
}

/**
 * The journal holds what only a newer build understands. Whoever meets it stops before folding or writing anything, and leaves
 * the market to others.
 */
export class BuildTooOld extends Schema.TaggedError<BuildTooOld>()("BuildTooOld", {
  /** The record from which on it is so. */
  seq: Schema.Int,
  /** What is asked for, and what this build has. */
  problem: Schema.String
}) {
  override get message(): string {
    return (
      `from record ${this.seq} on the journal ${this.problem}. Start a build that does (docs/operations.md, "Upgrading"); ` +
      "nothing was folded or written. Where no such build has written it, pass over it: " +
      `kennel journal skip ${this.seq} --actor "*" --reason "…"`
    )
  }
}

/** A record that is no envelope of this version, or not in its place: names the place, the field and the value. */
export class RecordUndecodable extends Schema.TaggedError<RecordUndecodable>()("RecordUndecodable", {
  seq: Schema.Int,
  subject: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `record ${this.seq} on ${this.subject} does not decode: ${this.problem}`
  }
}

/** Why a record cannot be read here. */
export type DecodeError = RecordUndecodable | BuildTooOld

const bySchema = { decode: Schema.decodeUnknownSync(Envelope), encode: Schema.encodeSync(Envelope) }
const { read, write } = plain(Envelope)
const readPrices = priceReader(ENVELOPE_VERSION)

const decodeEnvelope = (raw: unknown): Envelope => {
  const envelope = read(raw)
  return envelope === LEFT ? bySchema.decode(raw) : (envelope as Envelope)
}

const encodeEnvelope = (envelope: Envelope): typeof Envelope.Encoded => {
  const raw = write(envelope)
  return raw === LEFT ? bySchema.encode(envelope) : (raw as typeof Envelope.Encoded)
}

const text = new TextDecoder("utf-8", { fatal: true })
const bytes = new TextEncoder()

/** The shapes version that an envelope names; throws `BuildTooOld` for one that is yet to come. */
const versionOf = (raw: unknown, seq: number): number => {
  const v = typeof raw === "object" && raw !== null ? (raw as RawEnvelope)["v"] : undefined
  if (typeof v !== "number" || !Number.isSafeInteger(v) || v < 1) {
    throw new Error(`v is ${JSON.stringify(v)}, expected the version of its shapes, 1 to ${ENVELOPE_VERSION}`)
  }
  if (v <= ENVELOPE_VERSION) return v
  throw new BuildTooOld({
    seq,
    problem: `is written in version ${v} of the shapes, and this build reads 1 to ${ENVELOPE_VERSION}`
  })
}

/**
 * The newest decoded records, by sequence: the hosts of one process read the same record objects one host after the other, up to
 * a thousand at a time. A weak map of all cost as much as decoding does.
 */
const DECODED_KEPT = 1_024
const decoded: Array<{ readonly record: JournalRecord; readonly stored: StoredRecord } | undefined> = Array.from({
  length: DECODED_KEPT
})

/** Field by field: two spreads cost half as much as parsing the JSON. */
const storedOf = (record: JournalRecord, envelope: Envelope, writtenIn: number): StoredRecord => {
  const { epoch, timeMs, writer, cause, events } = envelope
  const { seq, id, storedMs } = record
  const { subject, standing } = knownSubject(record.subject)
  const { family, slot } = standing
  return { epoch, timeMs, writer, cause, events, family, slot, seq, subject, id, writtenIn, storedMs }
}

const readJson = (record: JournalRecord): StoredRecord => {
  const raw: unknown = JSON.parse(text.decode(record.data))
  const writtenIn = versionOf(raw, record.seq)
  const envelope = decodeEnvelope(upcast(raw as RawEnvelope, writtenIn, ENVELOPE_VERSION))
  const beyond = writtenIn < BOUNDED_SINCE ? null : beyondAll(envelope.events)
  if (beyond !== null) throw new Error(beyond)
  return storedOf(record, envelope, writtenIn)
}

/** Reads a journal record; throws `RecordUndecodable` or `BuildTooOld`. */
export const decodeRecord = (record: JournalRecord): StoredRecord => {
  const known = decoded[record.seq % DECODED_KEPT]
  if (known?.record === record) return known.stored
  try {
    if (record.objection !== undefined) throw new Error(record.objection)
    const prices = readPrices(record.data)
    const stored = prices === null ? readJson(record) : storedOf(record, prices, ENVELOPE_VERSION)
    const objection = stored.id === "" ? "it has no id" : objectionTo(stored.subject, stored, stored)
    if (objection !== null) throw new Error(objection)
    decoded[record.seq % DECODED_KEPT] = { record, stored }
    return stored
  } catch (error) {
    if (error instanceof BuildTooOld) throw error
    const problem = messageOf(error)
    throw new RecordUndecodable({ seq: record.seq, subject: record.subject, problem })
  }
}

/** A record's data before it is bytes; the same envelope always gives the same text. */
export const encodeText = (envelope: Envelope): string =>
  JSON.stringify({ v: ENVELOPE_VERSION, ...encodeEnvelope(envelope) })

/** Makes the journal entry. */
export const encodeEntry = (
  subject: string,
  id: string,
  envelope: Envelope,
  expectedLastSeq?: number
): JournalEntry => {
  const data = bytes.encode(encodeText(envelope))
  return expectedLastSeq === undefined ? { subject, id, data } : { subject, id, data, expectedLastSeq }
}

/** For one comparison; as large as the largest record that was compared. */
let scratch = new Uint8Array(4_096)

/** Whether these bytes are this text, without making bytes of it first. */
export const isText = (data: Uint8Array, expected: string): boolean => {
  if (data.length > scratch.length) scratch = new Uint8Array(2 * data.length)
  const { read: taken, written } = bytes.encodeInto(expected, scratch.subarray(0, data.length))
  return (
    taken === expected.length && written === data.length && Buffer.compare(scratch.subarray(0, written), data) === 0
  )
}

/** The id of what `actor` answers to the input at `inputSeq`: `<epoch>.<actor>.<inputSeq>`. */
export const outputId = (epoch: number, actor: string, inputSeq: number): string => `${epoch}.${actor}.${inputSeq}`
