/**
 * A journal whose records bear marks: what is appended is marked, what is read is held to its mark. A record that is not believed is
 * handed on with what speaks against it (`JournalRecord.objection`), and does not decode: a fault, as of any record out of its place.
 */
import { Context, Effect, Layer, Stream } from "effect"
import { EVERY_ACTOR } from "../actor/control/control.ts"
import { lastSeal } from "../actor/seals/seals.ts"
import { SliceStart } from "../actor/seals/slice.ts"
import { SourceFile } from "../archive/fileJournal.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { decodeRecord, encodeEntry } from "../events/envelope.ts"
import type { EventOf, MarketEvent } from "../events/event.ts"
import {
  type AppendError,
  Journal,
  type JournalEntry,
  type JournalRecord,
  JournalRefused,
  JournalUnavailable,
  type ReadError,
  type SnapshotStore
} from "../journal/port.ts"
import { Demands } from "./demands.ts"
import type { Keyring } from "./keyring.ts"
import { fingerprintOf, markOf, type WriterKey } from "./mark.ts"

type Whole = Journal["Service"]

/** How many marks have been looked at through the journal at hand; null: it looks at none. */
export const MarkCounts = Context.Reference<Demands["counts"] | null>("kennel/signing/MarkCounts", {
  defaultValue: () => null
})

/** What a control record says of keys. */
const keysSetBy = (events: ReadonlyArray<MarketEvent>, set: (service: string, number: number) => void): void => {
  for (const event of events) if (event._tag === "WriterKeySet") set(event.service, event.key)
}

/** Name the events in a record's bytes: so that only those are decoded that may hold one. */
const KEY_SET = Buffer.from("WriterKeySet")
const SKIPPED = Buffer.from("RecordSkipped")

/** Said of a record that an operator has excluded for everyone: it decodes for nobody, also where only a newer build would read it. */
const PASSED_OVER = "an operator has passed over it"

/** Reading: each record held to its mark, and what it says of keys and of records passed over known from there on. */
const makeChecking = (demands: Demands, subjects: MarketSubjects) => {
  const passedOver = new Set<number>()
  const control = `${subjects.root}.control.`
  const learn = (record: JournalRecord): void => {
    if (!record.subject.startsWith(control)) return
    const data = Buffer.from(record.data)
    if (data.indexOf(KEY_SET) < 0 && data.indexOf(SKIPPED) < 0) return
    try {
      const { events } = decodeRecord(record)
      keysSetBy(events, (service, number) => demands.set(service, number, record.seq))
      for (const event of events) {
        if (event._tag === "RecordSkipped" && event.actor === EVERY_ACTOR) passedOver.add(event.seq)
      }
    } catch {
      // It does not decode: whoever folds it says so.
    }
  }
  return (record: JournalRecord): JournalRecord => {
    if (passedOver.size > 0 && passedOver.has(record.seq)) return { ...record, objection: PASSED_OVER }
    const objection = demands.objectionTo(record)
    if (objection !== null) return { ...record, objection }
    learn(record)
    return record
  }
}

/** A key of one's own, as the journal names it, whether or not the record that says so is believed. */
const ownKeys = (record: JournalRecord, service: string): ReadonlyArray<EventOf<"WriterKeySet">> => {
  try {
    const { objection: _, ...bare } = record
    return decodeRecord(bare).events.filter(
      (event) => event._tag === "WriterKeySet" && event.service === service
    ) as ReadonlyArray<EventOf<"WriterKeySet">>
  } catch {
    return []
  }
}

/** What a journal says of keys before anything else of it is read: its last seal, and the control records that it still has. */
const saidBefore = (
  journal: Whole,
  subjects: MarketSubjects,
  demands: Demands,
  check: (record: JournalRecord) => unknown
) =>
  Effect.gen(function* () {
    const start = yield* SliceStart
    if (start !== null) keysSetBy(start.control.events, (service, number) => demands.set(service, number, start.to + 1))
    else if ((yield* journal.first) > 1) {
      const seal = yield* lastSeal(subjects).pipe(Effect.catchTag("BuildTooOld", () => Effect.succeed(null)))
      if (seal !== null) keysSetBy(seal.control.events, (service, number) => demands.set(service, number, seal.to + 1))
    }
    yield* journal
      .read({ from: "first", filter: subjects.everyControl })
      .pipe(Stream.runForEachArray((records) => Effect.sync(() => records.forEach(check))))
    Object.assign(demands.counts, { checked: 0, unchecked: 0, none: 0 })
  }).pipe(
    Effect.provideService(Journal, journal),
    Effect.catchTag("RecordUndecodable", () => Effect.void)
  )

/** The fact that a service marks with a key from here on, as it is written before its first record. */
const keySetEntry = (subjects: MarketSubjects, { signsWith }: Keyring): JournalEntry | null => {
  if (signsWith === null) return null
  const { service, number } = signsWith
  const fingerprint = fingerprintOf(signsWith)
  const event = { _tag: "WriterKeySet", service, key: number, fingerprint } as const
  const id = `key.${service}.${number}.${fingerprint}`
  return encodeEntry(subjects.control(service), id, {
    epoch: 0,
    timeMs: 0,
    writer: service,
    cause: null,
    events: [event]
  })
}

/** Why records are not to be marked with this key: the journal names a key of the service, and none that is at hand. Null: they are. */
const otherKey = (journal: Whole, subjects: MarketSubjects, key: WriterKey): Effect.Effect<string | null, ReadError> =>
  journal.read({ from: "first", filter: subjects.control(key.service) }).pipe(
    Stream.filter(({ data }) => Buffer.from(data).indexOf(KEY_SET) >= 0),
    Stream.runCollect,
    Effect.map((records) => {
      const { service, number } = key
      const said = records.flatMap((record) => ownKeys(record, service)).at(-1)
      if (said === undefined) return null
      return (
        `its records bear marks of key ${said.key} of ${service} (fingerprint ${said.fingerprint}), and this process marks with key ` +
        `${number} (${fingerprintOf(key)}): put back the keys that belong to this journal; where they are lost, make key ` +
        `${said.key + 1} and say ${said.key}:lost behind it (docs/operations.md, "Keys of the journal")`
      )
    })
  )

const asAppendError = (error: ReadError): AppendError =>
  error._tag === "JournalUnavailable" ? error : new JournalUnavailable({ detail: error.message })

/** Marks what is appended; an entry that bears a mark keeps it. */
export const marking =
  ({ signsWith }: Keyring) =>
  (entry: JournalEntry): JournalEntry =>
    signsWith === null || entry.mark !== undefined ? entry : withMark(entry, markOf(signsWith, entry))

/** Field by field: a spread costs a tenth of a mark. */
const withMark = ({ subject, id, data, expectedLastSeq }: JournalEntry, mark: string): JournalEntry =>
  expectedLastSeq === undefined ? { subject, id, data, mark } : { subject, id, data, expectedLastSeq, mark }

const signed = Effect.fnUntraced(function* (journal: Whole, subjects: MarketSubjects, ring: Keyring) {
  const demands = new Demands(ring)
  const check = makeChecking(demands, subjects)
  const services = yield* Effect.context()
  let known = false
  const knowing = Effect.suspend(() =>
    known
      ? Effect.void
      : saidBefore(journal, subjects, demands, check).pipe(
          Effect.provideContext(services),
          Effect.tap(() => Effect.sync(() => (known = true)))
        )
  )
  const { signsWith } = ring
  const marked = marking(ring)
  const keySet = keySetEntry(subjects, ring)
  let said = keySet === null
  /** Said once in a journal, before the first record that bears a mark of the key. */
  const saying = Effect.suspend(() => {
    if (said || keySet === null || signsWith === null) return Effect.void
    return Effect.gen(function* () {
      yield* Effect.mapError(knowing, asAppendError)
      const { service, number } = signsWith
      const newest = demands.at(service, Number.MAX_SAFE_INTEGER)
      // Where one of its keys is believed, these are the journal's: what else is said of keys is not, and stops nobody.
      const other =
        newest > 0 ? null : yield* otherKey(journal, subjects, signsWith).pipe(Effect.mapError(asAppendError))
      if (other !== null) {
        return yield* new JournalRefused({ subject: subjects.control(service), problem: "sealed", detail: other })
      }
      if (newest < number) {
        const { seq } = yield* journal.append(marked(keySet))
        demands.set(service, number, seq)
      }
      said = true
    })
  })
  const one = (asked: Effect.Effect<JournalRecord | null, ReadError>) =>
    Effect.andThen(
      knowing,
      Effect.map(asked, (record) => (record === null ? null : check(record)))
    )
  const many = (records: Stream.Stream<JournalRecord, ReadError>) =>
    Stream.unwrap(
      Effect.as(
        knowing,
        Stream.mapArray(records, (some) => some.map(check) as [JournalRecord, ...Array<JournalRecord>])
      )
    )
  const service: Whole = {
    ...journal,
    append: (entry) =>
      Effect.andThen(
        saying,
        Effect.suspend(() => journal.append(marked(entry)))
      ),
    appendAll: (entries) =>
      Effect.andThen(
        saying,
        Effect.suspend(() => journal.appendAll(entries.map(marked)))
      ),
    get: (seq) => one(journal.get(seq)),
    last: (subject) => one(journal.last(subject)),
    read: (from) => many(journal.read(from)),
    tail: (from) => many(journal.tail(from))
  }
  return { service, counts: demands.counts }
})

/** What speaks against the first of these records that is not believed; null: nothing does. For a piece that was changed. */
export const firstObjection = (
  records: ReadonlyArray<JournalRecord>,
  subjects: MarketSubjects,
  ring: Keyring
): string | null => {
  const check = makeChecking(new Demands(ring), subjects)
  for (const record of records) {
    const { seq, subject, objection } = check(record)
    if (objection !== undefined) return `record ${seq} on ${subject}: ${objection}`
  }
  return null
}

/** The layer's journal with marks. `ring`: the keys at hand; asked for when the layer is built. */
export const withMarks = <E>(
  layer: Layer.Layer<Journal | SnapshotStore, E>,
  subjects: MarketSubjects,
  ring: Effect.Effect<Keyring, E>
): Layer.Layer<Journal | SnapshotStore, E> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const keys = yield* ring
      const context = yield* Layer.build(layer)
      // With other names in it no record is what its writer marked.
      if (Context.get(context as Context.Context<never>, SourceFile)?.header?.redacted === true) return context
      const { service, counts } = yield* Effect.provideContext(
        signed(Context.get(context, Journal), subjects, keys),
        context
      )
      return context.pipe(Context.add(Journal, Journal.of(service)), Context.add(MarkCounts, counts))
    })
  )
