/** What a record of the journal becomes in the tables. Pure: the same journal always gives the same rows. */
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { Transition } from "./transition.ts"
import type { BotEventRow, FillRow, PriceRow } from "../../../shared/store/projected.ts"

/** What is remembered from record to record; kept in the store beside the cursor. */
export interface ProjectionState {
  /** The largest time seen, Unix milliseconds of the exchange's clock; 0 before the first. */
  readonly nowMs: number
  /** The market's mode, null before it has one. */
  readonly mode: string | null
  /** Which interval of the price history has its row. */
  readonly pricedInterval: number
  /** The exchange's ids of the orders that had fills, newest last, each once, at most `MAX_FILLED`. */
  readonly filledTxids: ReadonlyArray<string>
}

/** For people who look up what was counted last; the table `fills` has them all. */
const MAX_FILLED = 200

/** The state before the first record. */
export const nothingProjected: ProjectionState = { nowMs: 0, mode: null, pricedInterval: -1, filledTxids: [] }

/** Rows for the three tables, in the journal's order. */
export interface Rows {
  readonly fills: ReadonlyArray<FillRow>
  readonly prices: ReadonlyArray<PriceRow>
  readonly botEvents: ReadonlyArray<BotEventRow>
}

/** Whose journal it is, and how much of its prices is kept. */
export interface ProjectionRules {
  /** The pair, as `market` of every row. */
  readonly market: string
  /** Seconds of exchange time of which one price is kept: the first. */
  readonly priceEverySec: number
}

/**
 * Folds one record. `details` are its events as the journal has them, in JSON. Fills have no side yet: it stands in the
 * record that requested the order. `transitions`: what the record's events did to the slots.
 */
export const projectRecord = (
  state: ProjectionState,
  record: StoredRecord,
  details: ReadonlyArray<unknown>,
  { market, priceEverySec }: ProjectionRules,
  transitions: ReadonlyArray<Transition> = []
): { readonly state: ProjectionState; readonly rows: Rows } => {
  const nowMs = Math.max(state.nowMs, record.timeMs)
  const subjectSlot = record.slot
  const fills: Array<FillRow> = []
  const prices: Array<PriceRow> = []
  const botEvents: Array<BotEventRow> = []
  let { mode, pricedInterval, filledTxids } = state

  for (const [index, event] of record.events.entries()) {
    const place = { market, eventId: `${record.seq}.${index}`, timeSec: nowMs / 1_000 }
    const slot = subjectSlot ?? slotOf(event)
    const own = transitions.find((each) => each.index === index && each.slot === slot)
    for (const other of transitions) {
      if (other.index === index && other !== own) botEvents.push(transitionRow(place, other, event, details[index]))
    }
    if (event._tag === "ClockTicked") continue
    if (event._tag === "PriceObserved") {
      const interval = Math.floor(nowMs / (priceEverySec * 1_000))
      if (interval <= pricedInterval) continue
      pricedInterval = interval
      prices.push({ ...place, last: event.last, bid: event.bid, ask: event.ask })
      continue
    }
    if (event._tag === "FillRecorded" || event._tag === "LateFillRecorded") {
      const { localId, clientId, txid, execId, price, volume, cost, fee, liquidity } = event
      const order = { slot: subjectSlot ?? 0, localId, clientId, txid, execId, side: null }
      fills.push({ ...place, ...order, price, volume, cost, fee, liquidity })
      filledTxids = [...filledTxids.filter((each) => each !== txid), txid].slice(-MAX_FILLED)
    }
    const states =
      event._tag === "ModeChanged"
        ? { fromState: mode, toState: event.mode }
        : { fromState: own?.from ?? null, toState: own?.to ?? null }
    if (event._tag === "ModeChanged") mode = event.mode
    botEvents.push({ ...place, slot, eventType: event._tag, ...states, details: details[index] })
  }
  return { state: { nowMs, mode, pricedInterval, filledTxids }, rows: { fills, prices, botEvents } }
}

/** What something that is told to all (a price, the clock) did to one slot: a row of its own, beside those of the others. */
const transitionRow = (
  { eventId, ...place }: Pick<BotEventRow, "market" | "eventId" | "timeSec">,
  { slot, from, to, because }: Transition,
  { _tag }: MarketEvent,
  details: unknown
): BotEventRow => ({
  ...place,
  eventId: `${eventId}.slot-${slot}`,
  slot,
  eventType: _tag,
  fromState: from,
  toState: to,
  details: { ...Object(details), because }
})

const noStates = { fromState: null, toState: null }

/** The slot an event names, such as the one whose entry is granted. */
const slotOf = (event: MarketEvent): number | null =>
  "slot" in event && typeof event.slot === "number" ? event.slot : null

/** The row of a record that nobody can read: what is left out stands where people look for it. */
export const unreadableRow = (
  state: ProjectionState,
  seq: number,
  problem: string,
  { market }: ProjectionRules
): BotEventRow => ({
  market,
  eventId: `${seq}.0`,
  timeSec: state.nowMs / 1_000,
  slot: null,
  eventType: "RecordUndecodable",
  ...noStates,
  details: { problem }
})
