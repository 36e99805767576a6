/** The store's tables beside the journal: once all is healed every event has its row, and no row is of what never was. */
import { decodeRecord, RecordUndecodable, type StoredRecord } from "../../../../shared/events/envelope.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { JournalRecord } from "../../../../shared/journal/port.ts"
import type { BotEventRow, FillRow, PriceRow } from "../../../../shared/store/projected.ts"
import type { SimulatedExchange } from "../../world/exchange.ts"
import type { Tables } from "../../../../shared/store/testing/memory/tables.ts"

/** What differs, at most so much of it: the first explains the rest. */
const MOST = 3

/**
 * `upTo`: the head when nobody traded any more; what was written afterwards may be on its way to the tables. `priceEverySec`: of so
 * many seconds one price has a row.
 */
export const rowsDiffer = (
  tables: Tables,
  journal: ReadonlyArray<JournalRecord>,
  exchange: SimulatedExchange,
  { upTo, priceEverySec }: { readonly upTo: number; readonly priceEverySec: number }
): ReadonlyArray<string> => {
  const found: Array<string> = []
  const say = (text: string): void => void (found.length < MOST && found.push(`the tables: ${text}`))
  const events = new Map(journal.flatMap(eventsOf))
  const byEvent = <Row extends { readonly eventId: string }>(rows: Iterable<Row>): ReadonlyMap<string, Row> =>
    new Map([...rows].map((row) => [row.eventId, row]))
  const fills = byEvent(tables.fills.rows.values())
  const prices = byEvent(tables.prices.rows.values())
  const others = byEvent(tables.botEvents.rows.values())

  for (const [eventId, { record, event }] of events) {
    if (record.seq > upTo) break
    if (event._tag === "PriceObserved" || event._tag === "ClockTicked") continue
    if (others.get(eventId)?.eventType !== event._tag) say(`event ${eventId} (${event._tag}) has no row`)
    if (!isFill(event)) continue
    const row = fills.get(eventId)
    if (row === undefined) say(`fill ${event.execId} (event ${eventId}) has no row`)
    else if (!sameFill(row, record, event)) say(`the row of fill ${event.execId} (event ${eventId}) is of another`)
    else if (row.side !== (exchange.desk.books.orders.get(row.txid)?.side ?? row.side))
      say(`fill ${event.execId} is said to ${row.side}, and its order was the other side`)
  }
  for (const [eventId, { execId }] of fills) {
    const event = events.get(eventId)?.event
    if (event === undefined || !isFill(event)) say(`a row of fill ${execId} is of event ${eventId}, which is none`)
  }
  for (const [eventId, row] of prices) {
    const event = events.get(eventId)?.event
    if (event?._tag !== "PriceObserved" || !samePrice(row, event))
      say(`a price of event ${eventId}, which says another`)
  }
  for (const [eventId, { eventType, details }] of others) {
    const [seq = "", index = ""] = eventId.split(".")
    const tag = events.get(`${seq}.${index}`)?.event._tag
    const unread = eventType === "RecordUndecodable" && tag === undefined && journal[Number(seq) - 1] !== undefined
    if (tag !== eventType && !unread)
      say(
        `a row of event ${eventId} says ${eventType}, the journal ${tag ?? "nothing"} (${JSON.stringify(details).slice(0, 80)})`
      )
  }
  for (const text of phasesBroken(others.values())) say(text)
  const intervals = [...prices.values()].map(({ timeSec }) => Math.floor(timeSec / priceEverySec))
  if (new Set(intervals).size !== intervals.length) say(`one of ${priceEverySec} s has two prices`)
  return found
}

/** Where a slot goes on from another phase than it went to last: a transition has no row, or has two. */
const phasesBroken = (rows: Iterable<BotEventRow>): ReadonlyArray<string> => {
  const phases = new Map<number, string>()
  const found: Array<string> = []
  for (const { eventId, slot, fromState, toState } of [...rows].toSorted(inOrder)) {
    if (slot === null || toState === null) continue
    const before = phases.get(slot) ?? fromState
    if (fromState !== before) found.push(`at event ${eventId} slot ${slot} leaves ${fromState}, and was in ${before}`)
    phases.set(slot, toState)
  }
  return found
}

/** By place in the journal: sequence, then index. */
const inOrder = (a: BotEventRow, b: BotEventRow): number => {
  const [[seqA = 0, indexA = 0], [seqB = 0, indexB = 0]] = [a, b].map(({ eventId }) =>
    eventId.split(".").map(Number)
  ) as [Array<number>, Array<number>]
  return seqA - seqB || indexA - indexB
}

interface Told {
  readonly record: StoredRecord
  readonly event: StoredRecord["events"][number]
}

const eventsOf = (record: JournalRecord): ReadonlyArray<readonly [eventId: string, told: Told]> => {
  try {
    const stored = decodeRecord(record)
    return stored.events.map((event, index) => [`${record.seq}.${index}`, { record: stored, event }])
  } catch (error) {
    if (error instanceof RecordUndecodable) return []
    throw error
  }
}

type Fill = EventOf<"FillRecorded"> | EventOf<"LateFillRecorded">

const isFill = (event: Told["event"]): event is Fill =>
  event._tag === "FillRecorded" || event._tag === "LateFillRecorded"

const sameFill = (row: FillRow, { slot }: StoredRecord, fill: Fill): boolean =>
  row.slot === slot &&
  row.clientId === fill.clientId &&
  row.txid === fill.txid &&
  row.execId === fill.execId &&
  row.price === fill.price &&
  row.volume === fill.volume &&
  row.cost === fill.cost &&
  row.fee === fill.fee

const samePrice = (row: PriceRow, { last, bid, ask }: EventOf<"PriceObserved">): boolean =>
  row.last === last && row.bid === bid && row.ask === ask
