/** What `/api/cycles` and `/api/slots/:id/history` answer, from the fold. Times as Unix seconds. Pure. */
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import type { CycleLeg, HistoryState, PastCycle, PastFill, PastOrder, Transition } from "./state.ts"

/** How much is asked for: entries before this record (null: up to now), newest first. */
export interface PageAsked {
  readonly before: number | null
  readonly limit: number
}

/** The newest entries of a list that is oldest first. */
const page = <Entry>(entries: ReadonlyArray<Entry>, { before, limit }: PageAsked, seqOf: (entry: Entry) => number) => {
  const older = before === null ? entries : entries.filter((entry) => seqOf(entry) < before)
  return { newest: older.slice(-limit).toReversed(), more: older.length > limit }
}

const seconds = (ms: number): number => ms / 1_000

const legView = (leg: CycleLeg | null) =>
  leg === null
    ? null
    : {
        local_id: leg.localId,
        // Of a fill whose order is no longer known: none.
        requested_seq: leg.requestedSeq === 0 ? null : leg.requestedSeq,
        fill_seqs: leg.fillSeqs,
        ended_seq: leg.endedSeq
      }

const cycleView = (cycle: PastCycle) => ({
  seq: cycle.seq,
  booked_at: seconds(cycle.atMs),
  slot_id: cycle.slot,
  kind: cycle.kind,
  trade_id: cycle.tradeId,
  cycle: cycle.cycle,
  entry_price: Price.format(cycle.entryPrice),
  exit_price: Price.format(cycle.exitPrice),
  volume: Volume.format(cycle.volume),
  gross: Quote.format(cycle.gross),
  fees: Quote.format(cycle.fees),
  net: Quote.format(cycle.net),
  entry_at: seconds(cycle.entryMs),
  exit_at: seconds(cycle.exitMs),
  from_recovery: cycle.fromRecovery,
  rule: cycle.reason.rule,
  sentence: sentenceOf(cycle.reason),
  entry: legView(cycle.entry),
  exit: legView(cycle.exit)
})

/** Booked cycles, of one slot where one is named. */
export const cyclesView = (state: HistoryState, asked: PageAsked & { readonly slot: SlotNumber | null }) => {
  const ofSlot = asked.slot === null ? state.cycles : state.cycles.filter(({ slot }) => slot === asked.slot)
  const { newest, more } = page(ofSlot, asked, ({ seq }) => seq)
  return { cycles: newest.map(cycleView), more, cut_seq: state.cutSeq.cycles }
}

/** The last record of an order, for the order in which they are shown. */
const lastSeqOf = ({ endedSeq, requestedSeq }: PastOrder): number => endedSeq ?? requestedSeq

const STAGE_IN_WORDS = { claimed: "sending" } as const

const orderView = (order: PastOrder) => ({
  local_id: order.localId,
  recovery_id: order.recoveryId,
  side: order.side,
  role: order.role,
  trade_id: order.tradeId,
  cycle: order.cycle,
  price: Price.format(order.price),
  volume: Volume.format(order.volume),
  stage: order.stage === "claimed" ? STAGE_IN_WORDS[order.stage] : order.stage,
  client_id: order.clientId,
  txid: order.txid,
  filled: Volume.format(order.filled),
  cost: Quote.format(order.cost),
  fee: Quote.format(order.fee),
  rule: order.reason.rule,
  sentence: sentenceOf(order.reason),
  requested_at: seconds(order.requestedMs),
  requested_seq: order.requestedSeq,
  sent_seq: order.sentSeq,
  accepted_seq: order.acceptedSeq,
  orphaned_seq: order.orphanedSeq,
  ended_at: order.endedMs === null ? null : seconds(order.endedMs),
  ended_seq: order.endedSeq,
  cause: order.cause
})

const fillView = (fill: PastFill) => ({
  seq: fill.seq,
  at: seconds(fill.atMs),
  local_id: fill.localId,
  side: fill.side,
  role: fill.role,
  trade_id: fill.tradeId,
  cycle: fill.cycle,
  price: Price.format(fill.price),
  volume: Volume.format(fill.volume),
  cost: Quote.format(fill.cost),
  fee: Quote.format(fill.fee),
  liquidity: fill.liquidity,
  late: fill.late
})

const transitionView = ({ seq, atMs, what, from, to, localId, reason, detail }: Transition) => ({
  seq,
  at: seconds(atMs),
  what,
  from,
  to,
  local_id: localId,
  rule: reason?.rule ?? null,
  text: detail ?? (reason === null ? what : sentenceOf(reason))
})

/** Whether anything has been heard of a slot. */
export const knowsSlot = ({ phases, live }: HistoryState, slot: SlotNumber): boolean =>
  phases[slot] !== undefined || Object.values(live).some((order) => order.slot === slot)

/** A slot's orders, fills, cycles and transitions: `limit` of each. */
export const slotHistoryView = (state: HistoryState, slot: SlotNumber, asked: PageAsked) => {
  const own = <Entry extends { readonly slot: SlotNumber }>(entries: ReadonlyArray<Entry>) =>
    entries.filter((entry) => entry.slot === slot)
  const known = own([...state.orders, ...Object.values(state.live)]).toSorted((a, b) => lastSeqOf(a) - lastSeqOf(b))
  const orders = page(known, asked, lastSeqOf)
  const fills = page(own(state.fills), asked, ({ seq }) => seq)
  const cycles = page(own(state.cycles), asked, ({ seq }) => seq)
  const transitions = page(own(state.transitions), asked, ({ seq }) => seq)
  return {
    slot_id: slot,
    orders: orders.newest.map(orderView),
    fills: fills.newest.map(fillView),
    cycles: cycles.newest.map(cycleView),
    transitions: transitions.newest.map(transitionView),
    more: { orders: orders.more, fills: fills.more, cycles: cycles.more, transitions: transitions.more },
    cut_seq: state.cutSeq
  }
}
