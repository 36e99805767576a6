/** The history as text: entries as rows, half as long as with the names of their fields. Pure. */
import type { TextForm } from "../../../../shared/actor/core/actor.ts"
import type { HistoryState, PastCycle, PastFill, PastOrder, Transition } from "./state.ts"

/** Entries as rows of their fields, in the order in which `fields` names them: each of them, so that none is forgotten. */
const rows = <Entry extends object>(fields: Readonly<Record<Extract<keyof Entry, string>, 1>>) => {
  const names = Object.keys(fields) as Array<Extract<keyof Entry, string>>
  return {
    of: (entries: ReadonlyArray<Entry>): ReadonlyArray<ReadonlyArray<unknown>> =>
      entries.map((entry) => names.map((name) => entry[name])),
    read: (written: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<Entry> =>
      written.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])) as Entry)
  }
}

const orders = rows<PastOrder>({
  slot: 1,
  localId: 1,
  side: 1,
  role: 1,
  tradeId: 1,
  cycle: 1,
  recoveryId: 1,
  price: 1,
  volume: 1,
  stage: 1,
  clientId: 1,
  txid: 1,
  filled: 1,
  cost: 1,
  fee: 1,
  reason: 1,
  requestedMs: 1,
  requestedSeq: 1,
  sentSeq: 1,
  acceptedSeq: 1,
  orphanedSeq: 1,
  endedMs: 1,
  endedSeq: 1,
  cause: 1
})

const fills = rows<PastFill>({
  seq: 1,
  atMs: 1,
  slot: 1,
  localId: 1,
  side: 1,
  role: 1,
  tradeId: 1,
  cycle: 1,
  price: 1,
  volume: 1,
  cost: 1,
  fee: 1,
  liquidity: 1,
  late: 1
})

const cycles = rows<PastCycle>({
  seq: 1,
  atMs: 1,
  slot: 1,
  kind: 1,
  tradeId: 1,
  cycle: 1,
  entryPrice: 1,
  exitPrice: 1,
  volume: 1,
  gross: 1,
  fees: 1,
  net: 1,
  entryMs: 1,
  exitMs: 1,
  fromRecovery: 1,
  reason: 1,
  entry: 1,
  exit: 1
})

const transitions = rows<Transition>({
  seq: 1,
  atMs: 1,
  slot: 1,
  what: 1,
  from: 1,
  to: 1,
  localId: 1,
  reason: 1,
  detail: 1
})

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** The state with rows in place of entries. */
export interface WrittenHistory extends Omit<HistoryState, "live" | "orders" | "fills" | "cycles" | "transitions"> {
  /** In the order of their requests; their keys follow from them. */
  readonly live: Rows
  readonly orders: Rows
  readonly fills: Rows
  readonly cycles: Rows
  readonly transitions: Rows
}

/** Both ways. */
export const historyText: TextForm<HistoryState, WrittenHistory> = {
  of: (state) => ({
    ...state,
    live: orders.of(Object.values(state.live)),
    orders: orders.of(state.orders),
    fills: fills.of(state.fills),
    cycles: cycles.of(state.cycles),
    transitions: transitions.of(state.transitions)
  }),
  read: (written) => ({
    ...written,
    live: Object.fromEntries(orders.read(written.live).map((order) => [`${order.slot}/${order.localId}`, order])),
    orders: orders.read(written.orders),
    fills: fills.read(written.fills),
    cycles: cycles.read(written.cycles),
    transitions: transitions.read(written.transitions)
  })
}
