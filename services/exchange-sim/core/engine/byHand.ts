/**
 * What others do with the account beside the client: its owner by hand, another program, the exchange itself. It costs nothing on the
 * client's counters, and asks for no leave; but an order that the account cannot pay for is nobody's.
 */
import {
  divideHalfEven,
  type Price,
  PRICE_DECIMALS,
  type Quote,
  type Volume
} from "../../../../shared/core/decimal/decimal.ts"
import { type Books, openOrders } from "./books.ts"
import { checkFunds } from "./check.ts"
import { type Desk, emit, type MarketView } from "./desk.ts"
import { amendId, orderId } from "./ids.ts"
import type { Order, Side } from "./order.ts"
import { takeOffers } from "./place.ts"

/** Of every open order that carries a client id, or of one alone. */
interface Meant {
  readonly txid?: string
}

/** Something that others do. */
export type ByHand =
  /** An order without a client id; one that crosses takes what is offered. Nothing happens where free funds do not cover it. */
  | { readonly act: "place"; readonly side: Side; readonly price: Price; readonly volume: Volume }
  /**
   * Another total volume, in percent of what it is (200: doubled), or another price, in percent of what it is. An order stays what it
   * was where free funds do not cover what it would become.
   */
  | ({ readonly act: "change"; readonly volumePct?: number; readonly pricePct?: number } & Meant)
  /** Taken off with these words: a halt, an expiry, a person. */
  | ({ readonly act: "cancel"; readonly reason: string } & Meant)
  /** A deposit, or below zero a withdrawal. */
  | { readonly act: "move"; readonly base: Volume; readonly quote: Quote }

/** Does it. `view` is the market as it is. */
export const doByHand = (desk: Desk, view: MarketView, what: ByHand, nowMs: number): void => {
  switch (what.act) {
    case "place":
      return place(desk, view, what, nowMs)
    case "change":
      for (const order of meant(desk, what)) change(desk, order, what, nowMs)
      return
    case "cancel":
      for (const { txid } of meant(desk, what))
        emit(desk, { _tag: "Canceled", timeMs: nowMs, txid, reason: what.reason })
      return
    case "move":
      return emit(desk, { _tag: "Moved", timeMs: nowMs, base: what.base, quote: what.quote })
  }
}

const meant = ({ books }: Desk, { txid }: Meant): ReadonlyArray<Order> =>
  openOrders(books).filter((order) => (txid === undefined ? order.clientId !== null : order.txid === txid))

const place = (
  desk: Desk,
  view: MarketView,
  { side, price, volume }: Extract<ByHand, { act: "place" }>,
  nowMs: number
): void => {
  const txid = orderId(desk.books.salt, desk.books.orders.size)
  const timeInForce = "gtc"
  const terms = {
    side,
    price,
    volume,
    clientId: null,
    userref: null,
    postOnly: false,
    timeInForce,
    expireMs: null
  } as const
  if (checkFunds(desk, terms) !== null) return
  emit(desk, { _tag: "Opened", timeMs: nowMs, txid, ...terms, queueAhead: 0n as Volume })
  takeOffers(desk, view, txid, nowMs)
}

/** Never below what has traded and one unit more. */
const change = (
  desk: Desk,
  order: Order,
  { volumePct = 100, pricePct = 100 }: Extract<ByHand, { act: "change" }>,
  nowMs: number
): void => {
  const wanted = toDecimals(
    (order.volume * BigInt(Math.round(volumePct * 100))) / 10_000n,
    8,
    desk.rules.volumeDecimals
  )
  const least = order.filled + 10n ** BigInt(8 - desk.rules.volumeDecimals)
  const volume = (wanted < least ? least : wanted) as Volume
  const exact = (order.price * BigInt(Math.round(pricePct * 10_000))) / 1_000_000n
  const price = toDecimals(exact, PRICE_DECIMALS, desk.rules.priceDecimals) as Price
  if (checkFunds(desk, { ...order, volume, price }, order) !== null) return
  emit(desk, {
    _tag: "Amended",
    timeMs: nowMs,
    txid: order.txid,
    amendId: amendId(desk.books.salt, desk.books.amends),
    volume,
    price,
    keepsPlace: false,
    queueAhead: 0n as Volume
  })
}

const toDecimals = (value: bigint, scale: number, decimals: number): bigint => {
  const step = 10n ** BigInt(scale - decimals)
  return divideHalfEven(value, step) * step
}

/** The account's first money: a row of each currency. */
const FOUNDING_ROWS = 2

/** What others have brought to the account, or taken from it: deposits, withdrawals, trades by hand. */
export const movedByOthers = ({ ledger, fills, orders }: Books): { readonly base: bigint; readonly quote: bigint } => {
  let [base, quote] = [0n, 0n]
  for (const row of ledger.slice(FOUNDING_ROWS)) {
    if (row.refId !== "deposit") continue
    if (row.asset === "base") base += row.amount
    else quote += row.amount
  }
  for (const { txid, side, volume, cost, fee, feeBase = 0n } of fills) {
    if (orders.get(txid)?.clientId !== null) continue
    base += (side === "buy" ? volume : -volume) - feeBase
    quote += (side === "buy" ? -cost : cost) - fee
  }
  return { base, quote }
}
