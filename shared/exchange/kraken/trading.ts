/** The account's side of the port, call by call. */
import { Effect, Stream } from "effect"
import { ExchangeError, type Fill, type LimitOrder, type OrderReport, Trading } from "../port.ts"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { VenueClock } from "../venueClock.ts"
import { ADD_ORDER_COST, amendCost, cancelCost } from "./core/budget.ts"
import { executions } from "./executions.ts"
import { fillsBetween } from "./fills.ts"
import { connectionOf, type KrakenTradingOptions } from "./options.ts"
import { makePrivateCalls } from "./privateCalls.ts"
import { publicCall } from "./rest.ts"
import { readBalances, readConstraints, readFees } from "./core/wire/account.ts"
import { child, type Row } from "../../core/wire/json.ts"
import { readAmended, readCanceled, readClosedOfClient, readOrders, readPlaced } from "./core/wire/orders.ts"

/** `QueryOrders` takes so many ids at once. */
const IDS_PER_QUERY = 50

/** Orders whose age is kept: four times the most that one pair may have open at any tier (225). */
const MAX_AGES = 1_000

/** What a plain read adds to the counters, and what one of the order or trade history does. */
const READ = { calls: 1, trading: 0 }
const HISTORY = { calls: 2, trading: 0 }

export const makeTrading = Effect.fnUntraced(function* (
  options: KrakenTradingOptions
): Effect.fn.Return<Trading["Service"], never, VenueClock> {
  const venue = yield* VenueClock
  const connection = connectionOf(options)
  const { names } = connection
  const call = yield* makePrivateCalls(connection, options)
  /** When each order was opened: a cancel costs more the younger it is. */
  const openedMs = new Map<string, number>()

  const remember = (txid: string, ms: number) => {
    openedMs.set(txid, ms)
    if (openedMs.size > MAX_AGES) openedMs.delete(openedMs.keys().next().value ?? txid)
  }

  const read = <A>(method: string, params: Record<string, string>, cost: typeof READ, of: (result: Row) => A) =>
    call({ method, kind: "read", params, cost, read: of })

  const openOrders = (filter: Record<string, string>) =>
    read("OpenOrders", filter, READ, (result) => readOrders(child(result, "open"), names)).pipe(
      Effect.tap((reports) =>
        Effect.sync(() => {
          for (const { txid, openedMs: ms } of reports) remember(txid, ms)
        })
      )
    )

  const termsOf = (order: LimitOrder): Record<string, string> => ({
    pair: names.pair,
    type: order.side,
    ordertype: "limit",
    price: Price.format(order.price),
    volume: Volume.format(order.volume),
    cl_ord_id: order.clientId,
    // Fees in the quote currency always: the documented default differs between buys and sells.
    oflags: order.postOnly ? "fciq,post" : "fciq",
    timeinforce: "GTC",
    deadline: new Date(order.deadlineMs).toISOString()
  })
  const placing = { calls: 0, trading: ADD_ORDER_COST }

  const rehearse = Effect.fn("Kraken.rehearse")(function* (order: LimitOrder) {
    const params = { ...termsOf(order), validate: "true" }
    yield* call({ method: "AddOrder", kind: "rehearse", params, cost: placing, read: () => undefined })
  })

  const place = Effect.fn("Kraken.place")(function* (order: LimitOrder) {
    const params = termsOf(order)
    const txid = yield* call({ method: "AddOrder", kind: "place", params, cost: placing, read: readPlaced })
    remember(txid, yield* venue.nowMs)
    return { txid }
  })

  const cancel = Effect.fn("Kraken.cancel")(function* (txid: string) {
    const opened = openedMs.get(txid)
    const cost = { calls: 0, trading: cancelCost(opened === undefined ? null : (yield* venue.nowMs) - opened) }
    const taken = yield* call({ method: "CancelOrder", kind: "cancel", params: { txid }, cost, read: readCanceled })
    openedMs.delete(txid)
    if (taken === 0) {
      return yield* new ExchangeError({
        operation: "CancelOrder",
        advice: "gone",
        detail: `${txid}: no order was canceled`,
        retryAtMs: null
      })
    }
  })

  const amend = Effect.fn("Kraken.amend")(function* (txid: string, price: Price) {
    const opened = openedMs.get(txid)
    const nowMs = yield* venue.nowMs
    const cost = { calls: 0, trading: amendCost(opened === undefined ? null : nowMs - opened) }
    const params = { txid, limit_price: Price.format(price), post_only: "true" }
    yield* call({ method: "AmendOrder", kind: "amend", params, cost, read: readAmended })
    // An order's age, as the rate limits see it, begins anew with an amendment.
    remember(txid, nowMs)
  })

  const findByClientId = Effect.fn("Kraken.findByClientId")(function* (clientId: string) {
    const filter = { cl_ord_id: clientId }
    // In this order, so that an order which ends in between is in at least one of the two.
    const open = yield* openOrders(filter)
    const closed = yield* read("ClosedOrders", filter, HISTORY, (result) => readClosedOfClient(result, names))
    const latest = new Map([...open, ...closed].map((report) => [report.txid, report]))
    return yield* matching([...latest.values()], clientId)
  })

  const byIds = Effect.fn("Kraken.orders")(function* (txids: ReadonlyArray<string>) {
    const found: Array<OrderReport> = []
    for (let start = 0; start < txids.length; start += IDS_PER_QUERY) {
      const txid = txids.slice(start, start + IDS_PER_QUERY).join(",")
      found.push(...(yield* read("QueryOrders", { txid }, READ, (result) => readOrders(result, names))))
    }
    return found
  })

  const constraints = publicCall(
    connection,
    { method: "AssetPairs", kind: "read", read: readConstraints },
    { pair: names.pair }
  ).pipe(
    Effect.map(({ value }) => value),
    Effect.provideService(VenueClock, venue)
  )

  return Trading.of({
    constraints,
    fees: read("TradeVolume", { pair: names.pair }, READ, readFees),
    balances: read("BalanceEx", {}, READ, (result) => readBalances(result, names)),
    place,
    rehearse,
    cancel,
    amend,
    openOrders: openOrders({}),
    findByClientId,
    orders: byIds,
    fills: (fromMs, toMs): Effect.Effect<ReadonlyArray<Fill>, ExchangeError> =>
      fillsBetween(call, names, HISTORY, fromMs, toMs),
    executions: executions(connection, options.wsPrivateUrl, call).pipe(Stream.provideService(VenueClock, venue))
  })
})

/**
 * The orders that carry the id, newest first. A row without any id cannot be told from ours when the exchange has
 * filtered and from a stranger's when it has not; "no such order" would then be a guess that could trade twice.
 */
const matching = (reports: ReadonlyArray<OrderReport>, clientId: string) => {
  const nameless = reports.find((report) => report.clientId === null)
  return nameless === undefined
    ? Effect.succeed(
        reports.filter((report) => report.clientId === clientId).toSorted((a, b) => b.openedMs - a.openedMs)
      )
    : Effect.fail(
        new ExchangeError({
          operation: "ClosedOrders",
          advice: "unknown",
          detail: `asked for cl_ord_id ${clientId}, but ${nameless.txid} came without any: cannot tell whose it is`,
          retryAtMs: null
        })
      )
}
