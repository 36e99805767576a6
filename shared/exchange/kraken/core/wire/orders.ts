/** Replies about orders and fills, as the port's types. Every function throws a `WireProblem`. */
import type { Fill, OrderReport, OrderStatus } from "../../../port.ts"
import {
  child,
  choice,
  entries,
  flag,
  optionalText,
  type Row,
  text,
  texts,
  WireProblem
} from "../../../../core/wire/json.ts"
import { Quote } from "../../../../core/decimal/decimal.ts"
import { worthAtAverage } from "../../../../core/baseFee.ts"
import { baseFee, cost, count, fee, price, secondsAsMs, volume, volumeOrNone } from "./figures.ts"
import { originOf } from "../../../../core/ids/clientId.ts"
import { isPair, type PairNames } from "./names.ts"

const SIDES = ["buy", "sell"] as const
const STATUSES: ReadonlyArray<OrderStatus> = ["pending", "open", "closed", "canceled", "expired"]

/**
 * A map `{txid: order}`: the `open` of `OpenOrders`, the `closed` of `ClosedOrders`, the whole result of `QueryOrders`.
 * Limit orders of the pair are reported, and whatever carries an id of ours or one that was `asked` for: no name of a pair, known or
 * not, makes such a row absent. All others are never ours, and a market or trailing order has no limit price.
 */
export const readOrders = (map: Row, names: PairNames, asked: boolean = false): ReadonlyArray<OrderReport> =>
  entries(map).flatMap(([txid, row]) => {
    const descr = child(row, "descr")
    const pair = text(descr, "pair")
    const known = isPair(names, pair)
    const clientId = optionalText(row, "cl_ord_id")
    const ours = asked || (clientId !== null && originOf(clientId) !== null)
    if (!ours && !(known && text(descr, "ordertype") === "limit")) return []
    return [{ ...readOrder(txid, row, descr), ...(known ? {} : { oddPair: pair }) }]
  })

/**
 * `ClosedOrders` of one client id: a page of 50 holds all orders that ever carried it. When it says that there are more,
 * the exchange has not filtered, and what is not on the page may exist all the same: a `WireProblem`.
 */
export const readClosedOfClient = (result: Row, names: PairNames): ReadonlyArray<OrderReport> => {
  const closed = child(result, "closed")
  const [matches, shown] = [count(result, "count"), entries(closed).length]
  if (matches > shown) throw new WireProblem(`${result.path}.count`, `is ${matches}, but only ${shown} orders came`)
  return readOrders(closed, names)
}

const readOrder = (txid: string, row: Row, descr: Row): OrderReport => ({
  txid,
  clientId: optionalText(row, "cl_ord_id"),
  side: choice(descr, "type", SIDES),
  // The row's own `price` is the average of the fills.
  price: price(descr, "price"),
  volume: volume(row, "vol"),
  status: choice(row, "status", STATUSES),
  openedMs: secondsAsMs(row, "opentm"),
  filledVolume: volumeOrNone(row, "vol_exec"),
  cost: cost(row, "cost"),
  ...readFee(row),
  reason: optionalText(row, "reason")
})

/** The flag `fcib` says that the row's fee is in the base currency; it counts with its worth at the average price. */
const readFee = (row: Row): Pick<OrderReport, "fee" | "baseFee"> => {
  const flags = optionalText(row, "oflags")?.split(",") ?? []
  if (!flags.includes("fcib")) return { fee: fee(row, "fee") }
  const amount = baseFee(row, "fee")
  const filled = volumeOrNone(row, "vol_exec")
  if (filled === 0n || amount === 0n) return { fee: Quote.zero }
  const worth = worthAtAverage({ cost: cost(row, "cost"), volume: filled }, amount)
  return { fee: worth, baseFee: { amount, worth } }
}

/** One page of `TradesHistory`. `count` and `rows` include other pairs, as the exchange pages over all of them. */
export interface FillsPage {
  /** How many fills the asked window holds in all, of every pair. */
  readonly count: number
  /** How many rows this page brought, of every pair. */
  readonly rows: number
  /** Those of the pair, in the exchange's order: newest first. */
  readonly fills: ReadonlyArray<Fill>
}

/** `TradesHistory`: the pair's fills, and those of the orders in `ours`, whatever pair they name. */
export const readFillsPage = (result: Row, names: PairNames, ours: ReadonlySet<string> = new Set()): FillsPage => {
  const all = entries(child(result, "trades"))
  const isOurs = (row: Row) => isPair(names, text(row, "pair")) || ours.has(text(row, "ordertxid"))
  const fills = all.flatMap(([execId, row]) => (isOurs(row) ? [readFill(execId, row)] : []))
  return { count: count(result, "count"), rows: all.length, fills }
}

const readFill = (execId: string, row: Row): Fill => ({
  execId,
  txid: text(row, "ordertxid"),
  side: choice(row, "type", SIDES),
  price: price(row, "price"),
  volume: volume(row, "vol"),
  cost: cost(row, "cost"),
  fee: fee(row, "fee"),
  liquidity: flag(row, "maker") ? "maker" : "taker",
  timeMs: secondsAsMs(row, "time")
})

/** `AddOrder`: the id of the one order that was asked for. */
export const readPlaced = (result: Row): string => {
  const [txid, ...more] = texts(result, "txid")
  if (txid === undefined || more.length > 0) {
    throw new WireProblem(
      `${result.path}.txid`,
      `names ${txid === undefined ? 0 : 1 + more.length} orders, expected one`
    )
  }
  return txid
}

/** `CancelOrder`: how many orders it took. */
export const readCanceled = (result: Row): number => count(result, "count")

/** `AmendOrder`: the id of the amendment. */
export const readAmended = (result: Row): string => text(result, "amend_id")
