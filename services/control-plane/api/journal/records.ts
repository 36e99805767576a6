/** Records as the routes and the stream show them, and which of them are wanted. */
import { slotOf } from "../../../../shared/actor/core/actor.ts"
import { type Family, FAMILIES, MarketEvent } from "../../../../shared/events/event.ts"
import { decodeRecord, encodeText, RecordUndecodable, type StoredRecord } from "../../../../shared/events/envelope.ts"
import { standingOf } from "../../../../shared/core/ids/subjects.ts"
import type { JournalRecord } from "../../../../shared/journal/port.ts"
import { wordsOf } from "../../../../shared/words/eventWords.ts"
import { maybeInteger, someOf } from "../params.ts"
import type { JournalLine } from "../schema/journal.ts"

/** Every family. */
const FAMILY_NAMES = Object.keys(FAMILIES) as ReadonlyArray<Family>
/** Every event by its `_tag`. */
const TAGS: ReadonlyArray<MarketEvent["_tag"]> = MarketEvent.members.map((member) => member.fields._tag.schema.literal)

/** Which records are wanted; null: all. */
export interface Wanted {
  readonly family: ReadonlySet<Family> | null
  readonly type: ReadonlySet<MarketEvent["_tag"]> | null
  readonly slot: number | null
}

/** The parameters that say so. */
export const WANTED_PARAMS = {
  family: someOf("Only records of these families.", FAMILY_NAMES),
  type: someOf("Only records with one of these events.", TAGS),
  slot: maybeInteger("Only records about this slot.", 1)
} as const

/** What a subject alone says: most records need not be read to know that they are not wanted. */
const mayBe = ({ subject }: JournalRecord, { family }: Wanted): boolean =>
  family === null || (family as ReadonlySet<string>).has(standingOf(subject).family)

const isWanted = (stored: StoredRecord, { type, slot }: Wanted): boolean =>
  stored.events.some(
    (event) => (type === null || type.has(event._tag)) && (slot === null || slotOf(event, stored) === slot)
  )

const unreadable = (record: JournalRecord, problem: string): typeof JournalLine.Type => ({
  seq: record.seq,
  at: null,
  stored_at: record.storedMs / 1_000,
  subject: record.subject,
  ...standingOf(record.subject),
  id: record.id,
  writer: "",
  epoch: 0,
  cause: null,
  events: [],
  texts: [problem]
})

/** A record for people and scripts. */
const lineOf = (stored: StoredRecord): typeof JournalLine.Type => {
  const { events } = JSON.parse(encodeText(stored)) as { readonly events: (typeof JournalLine.Type)["events"] }
  return {
    seq: stored.seq,
    at: stored.timeMs === 0 ? null : stored.timeMs / 1_000,
    stored_at: stored.storedMs / 1_000,
    subject: stored.subject,
    family: stored.family,
    slot: stored.slot,
    id: stored.id,
    writer: stored.writer,
    epoch: stored.epoch,
    cause: stored.cause,
    events,
    texts: stored.events.map(wordsOf)
  }
}

/** The record where it is wanted, else null. One that does not decode is shown with its problem, whatever is asked. */
export const shownRecord = (record: JournalRecord, wanted: Wanted): typeof JournalLine.Type | null => {
  if (!mayBe(record, wanted)) return null
  try {
    const stored = decodeRecord(record)
    return isWanted(stored, wanted) ? lineOf(stored) : null
  } catch (error) {
    if (error instanceof RecordUndecodable) return unreadable(record, error.message)
    throw error
  }
}

/** Everything is wanted. */
export const ALL: Wanted = { family: null, type: null, slot: null }
