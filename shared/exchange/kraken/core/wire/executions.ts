/**
 * The private `executions` channel. Its entries are sparse: `new` names neither side nor symbol, `canceled` no symbol, so
 * they are joined by `order_id` with what earlier entries of the connection said. A fill comes from `exec_type` `trade`
 * and from nothing else: `filled` reports the order's end, and a type unknown to us is never money.
 */
import { worthAt } from "../../../../core/baseFee.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../core/openOrders.ts"
import { plus, Quote, Volume } from "../../../../core/decimal/decimal.ts"
import type { Side } from "../../../../core/trading.ts"
import type { ExecutionEvent, Fill } from "../../../port.ts"
import { choice, has, optionalText, type Row, rows, text, WireProblem } from "../../../../core/wire/json.ts"
import { baseFee, cost, fee, price, serial, timestampMs, volume } from "./figures.ts"
import { originOf } from "../../../../core/ids/clientId.ts"
import { isPair, namesOfAsset, type PairNames } from "./names.ts"

/** What the connection has said about an order so far. */
interface Known {
  readonly symbol: string | null
  readonly side: Side | null
  readonly clientId: string | null
}

/** What has been heard on one connection. Made anew for each; changed in place by `readExecutions`. */
export interface ExecutionsState {
  /** Number of the last frame, null before the snapshot. */
  sequence: number | null
  readonly known: Map<string, Known>
}

/** The state of a new connection, before its snapshot. A fresh object each time, as the reader changes it in place. */
export const emptyExecutions = (): ExecutionsState => ({ sequence: null, known: new Map() })

/** What one frame amounts to: events in the exchange's order with the entries that could not be read, or a gap. */
export type ExecutionsRead =
  | {
      readonly kind: "events"
      readonly events: ReadonlyArray<ExecutionEvent>
      readonly problems: ReadonlyArray<WireProblem>
    }
  /** Frames were lost: nothing of this one is used; subscribe anew. */
  | { readonly kind: "gap"; readonly expected: number; readonly got: number }

/** The types after which an order says nothing more, so that only open orders are remembered. */
const ENDS: ReadonlyArray<string> = ["filled", "canceled", "expired"]

/**
 * Reads one frame. An entry that cannot be read becomes a problem and does not hide its neighbours; a frame whose
 * envelope cannot be read throws a `WireProblem`. A frame with a number that has been passed already is a repeat, and read.
 */
export const readExecutions = (state: ExecutionsState, body: Row, names: PairNames): ExecutionsRead => {
  const sequence = serial(body, "sequence")
  const isSnapshot = text(body, "type") === "snapshot"
  const isFirst = state.sequence === null && isSnapshot
  const expected = state.sequence === null ? sequence : state.sequence + 1
  if (sequence > expected || (state.sequence === null && !isSnapshot)) return { kind: "gap", expected, got: sequence }
  state.sequence = Math.max(sequence, state.sequence ?? sequence)

  const problems: Array<WireProblem> = []
  const openTxids: Array<string> = []
  const events: Array<ExecutionEvent> = []
  for (const row of rows(body, "data")) {
    try {
      const txid = text(row, "order_id")
      const order = learn(state, txid, row)
      if (isForeign(order, names)) continue
      if (isSnapshot && isOpen(row)) openTxids.push(txid)
      else events.push(...readEntry(txid, order, row, names))
      if (ENDS.includes(text(row, "exec_type"))) state.known.delete(txid)
    } catch (error) {
      if (!(error instanceof WireProblem)) throw error
      problems.push(error)
    }
  }
  const told = isSnapshot ? oldestFirst(events) : events
  return { kind: "events", events: isFirst ? [{ _tag: "Snapshot", openTxids }, ...told] : told, problems }
}

/** A snapshot has its fills newest first; they are told as they happened. */
const oldestFirst = (events: ReadonlyArray<ExecutionEvent>): ReadonlyArray<ExecutionEvent> => {
  const timeOf = (event: ExecutionEvent): number =>
    event._tag === "Filled" ? event.fill.timeMs : Number.MAX_SAFE_INTEGER
  // Reversed first: of one moment the later stands before the earlier, and the sort keeps them as they stand.
  return events.toReversed().toSorted((a, b) => timeOf(a) - timeOf(b))
}

/** Of another pair, and without an id of ours: an entry with one is never left out, whatever its symbol. */
const isForeign = ({ symbol, clientId }: Known, names: PairNames): boolean =>
  symbol !== null && !isPair(names, symbol) && (clientId === null || originOf(clientId) === null)

const learn = (state: ExecutionsState, txid: string, row: Row): Known => {
  const before = state.known.get(txid)
  const order: Known = {
    symbol: optionalText(row, "symbol") ?? before?.symbol ?? null,
    side: has(row, "side") ? choice(row, "side", ["buy", "sell"]) : (before?.side ?? null),
    clientId: optionalText(row, "cl_ord_id") ?? before?.clientId ?? null
  }
  state.known.set(txid, order)
  // Only when ends go unheard. A forgotten order's fill that names no side is a problem, not a guess.
  if (state.known.size > MAX_FOLLOWED_ORDERS) state.known.delete(state.known.keys().next().value ?? txid)
  return order
}

/** A row of the snapshot that stands for an open order, and not for one of the latest fills. */
const isOpen = (row: Row): boolean =>
  text(row, "exec_type") !== "trade" &&
  ["pending_new", "new", "partially_filled"].includes(optionalText(row, "order_status") ?? "")

const readEntry = (txid: string, order: Known, row: Row, names: PairNames): ReadonlyArray<ExecutionEvent> => {
  const { clientId } = order
  const ended = (status: "closed" | "canceled" | "expired", reason: string | null): ExecutionEvent => ({
    _tag: "Ended",
    txid,
    clientId,
    status,
    reason
  })
  switch (text(row, "exec_type")) {
    case "new":
      return [{ _tag: "Accepted", txid, clientId }]
    case "trade":
      return [{ _tag: "Filled", fill: readFill(txid, order, row, names), clientId }]
    case "filled":
      return [ended("closed", null)]
    case "canceled":
      return [ended("canceled", optionalText(row, "reason"))]
    case "expired":
      return [ended("expired", optionalText(row, "reason"))]
    // The exchange's words are an open set: those that change no order (`pending_new`, `amended`, `status`, …), and any that
    // it adds. What is unknown to us must neither stop the stream nor count as money.
    default:
      return []
  }
}

const readFill = (txid: string, order: Known, row: Row, names: PairNames): Fill => {
  if (order.side === null) throw new WireProblem(`${row.path}.side`, `is missing, and no entry of ${txid} has told it`)
  return {
    execId: text(row, "exec_id"),
    txid,
    side: order.side,
    price: price(row, "last_price"),
    volume: volume(row, "last_qty"),
    cost: cost(row, "cost"),
    ...readFees(row, names),
    liquidity: choice(row, "liquidity_ind", ["m", "t"]) === "m" ? "maker" : "taker",
    timeMs: timestampMs(row, "timestamp")
  }
}

/** A fee may be taken in several currencies: what is in the base currency counts with its worth, and any other is named. */
const readFees = (row: Row, names: PairNames): Pick<Fill, "fee" | "baseFee" | "otherFees"> => {
  let [inQuote, inBase] = [Quote.zero, Volume.zero]
  const others: Array<string> = []
  for (const part of rows(row, "fees")) {
    const asset = text(part, "asset")
    if (namesOfAsset(names, "quote").includes(asset)) inQuote = plus(inQuote, fee(part, "qty"))
    else if (namesOfAsset(names, "base").includes(asset)) inBase = plus(inBase, baseFee(part, "qty"))
    else others.push(`${Quote.format(fee(part, "qty"))} ${asset}`)
  }
  const worth = worthAt(price(row, "last_price"), inBase)
  return {
    fee: plus(inQuote, worth),
    ...(inBase === 0n ? {} : { baseFee: { amount: inBase, worth } }),
    ...(others.length === 0 ? {} : { otherFees: others.join(", ") })
  }
}
