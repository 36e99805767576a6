/** The account's side of the port, call by call. */
import { MAX_FOLLOWED_ORDERS } from "../../core/openOrders.ts"
import { Context, Effect, Stream } from "effect"
import { ExchangeError, type Fill, type LimitOrder, type OrderReport, Rehearsal, Trading } from "../port.ts"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { VenueClock } from "../venueClock.ts"
import { makeAccess } from "./access.ts"
import { ADD_ORDER_COST, amendCost, cancelCost } from "./core/budget.ts"
import { executions } from "./executions.ts"
import { fillsBetween } from "./fills.ts"
import { connectionOf, type KrakenTradingOptions } from "./options.ts"
import { makePrivateCalls, type PrivateCalls } from "./privateCalls.ts"
import { publicCall } from "./rest.ts"
import { readBalances, readConstraints, readFees } from "./core/wire/account.ts"
import { unsendable } from "../../core/ranges.ts"
import { learnNames, type PairNames } from "./core/wire/names.ts"
import { child, type Row } from "../../core/wire/json.ts"
import { readAmended, readCanceled, readClosedOfClient, readOrders, readPlaced } from "./core/wire/orders.ts"

/** The most ids that `QueryOrders` takes at once. */
const IDS_PER_QUERY = 50

/** What a plain read adds to the counters. */
const READ = { calls: 1, trading: 0 }
/** What a page of the order or trade history adds to them. */
export const HISTORY = { calls: 2, trading: 0 }

/** The account's ports over Kraken's REST and its private stream; owns the key's nonce and the account's counters. */
export const makeAccount = Effect.fnUntraced(function* (
  options: KrakenTradingOptions
): Effect.fn.Return<Context.Context<Trading | Rehearsal>, never, VenueClock> {
  const venue = yield* VenueClock
  const connection = connectionOf(options)
  const { names } = connection
  const call = yield* makePrivateCalls(connection, options)
  const read = readerOf(call)
  const ages = orderAges(venue)

  const [pair, address] = [
    yield* makeAccess(connection.refusedExitAfterMs),
    yield* makeAccess(connection.refusedExitAfterMs)
  ]
  const asked = {
    method: "AssetPairs",
    kind: "read",
    read: (result: Row) => ({ rightName: learnNames(names, result), terms: readConstraints(result) })
  } as const
  const constraints = pair
    .through(
      Effect.flatMap(publicCall(connection, asked, { pair: names.pair }), ({ value: { rightName, terms } }) =>
        rightName === null ? Effect.succeed(terms) : Effect.fail(wrongName(names.pair, rightName))
      )
    )
    .pipe(Effect.provideService(VenueClock, venue))

  const { rehearse, ...changes } = orderChanges(call, names.pair, ages)
  const trading = Trading.of({
    constraints,
    fees: read("TradeVolume", { pair: names.pair }, READ, readFees),
    balances: read("BalanceEx", {}, READ, (result) => readBalances(result, names)),
    ...changes,
    ...orderReports(read, names, ages),
    fills: (fromMs, toMs, ours): Effect.Effect<ReadonlyArray<Fill>, ExchangeError> =>
      fillsBetween(call, names, HISTORY, fromMs, toMs, ours),
    executions: executions(connection, options.wsPrivateUrl, call, address).pipe(
      Stream.provideService(VenueClock, venue)
    )
  })
  return Context.make(Trading, trading).pipe(Context.add(Rehearsal, { rehearse }))
})

/** Rows of orders and fills name the pair as `rightName`: under another name they would not be found. */
const wrongName = (pair: string, rightName: string) =>
  new ExchangeError({
    operation: "AssetPairs",
    advice: "stop",
    source: "request",
    detail: `PAIR=${pair}: the exchange's replies call this pair ${rightName}`,
    retryAtMs: null,
    help: `set PAIR=${rightName}`
  })

/** When each order was opened, exchange Unix milliseconds: changing it costs more the younger it is. */
interface OrderAges {
  readonly opened: (txid: string, ms: number) => void
  readonly gone: (txid: string) => void
  /** Null: this process has not seen it. */
  readonly ageMs: (txid: string, nowMs: number) => number | null
  readonly nowMs: Effect.Effect<number>
}

const orderAges = (venue: VenueClock["Service"]): OrderAges => {
  const openedMs = new Map<string, number>()
  return {
    opened: (txid, ms) => {
      openedMs.set(txid, ms)
      if (openedMs.size > MAX_FOLLOWED_ORDERS) openedMs.delete(openedMs.keys().next().value ?? txid)
    },
    gone: (txid) => void openedMs.delete(txid),
    ageMs: (txid, nowMs) => {
      const ms = openedMs.get(txid)
      return ms === undefined ? null : nowMs - ms
    },
    nowMs: venue.nowMs
  }
}

/** A read with its parameters, what it costs, and how its result is understood. */
const readerOf =
  (call: PrivateCalls) =>
  <A>(method: string, params: Record<string, string>, cost: typeof READ, of: (result: Row) => A) =>
    call({ method, kind: "read", params, cost, read: of })

/** Calls that change orders. */
const orderChanges = (
  call: PrivateCalls,
  pair: string,
  ages: OrderAges
): Pick<Trading["Service"], "place" | "cancel" | "amend"> & Rehearsal["Service"] => {
  const termsOf = (order: LimitOrder): Record<string, string> => ({
    pair,
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

  /** No request carries a figure that no market can have, whoever asks for it. */
  const checked = (operation: string, terms: Parameters<typeof unsendable>[0]) => {
    const problem = unsendable(terms)
    if (problem === null) return Effect.void
    const failure = { operation, advice: "rejected", source: "request", retryAtMs: null } as const
    return Effect.fail(new ExchangeError({ ...failure, detail: `not sent: ${problem}` }))
  }

  const rehearse = Effect.fn("Kraken.rehearse")(function* (order: LimitOrder) {
    yield* checked("AddOrder", order)
    const params = { ...termsOf(order), validate: "true" }
    yield* call({ method: "AddOrder", kind: "rehearse", params, cost: placing, read: () => undefined })
  })

  const place = Effect.fn("Kraken.place")(function* (order: LimitOrder) {
    yield* checked("AddOrder", order)
    const params = termsOf(order)
    const txid = yield* call({ method: "AddOrder", kind: "place", params, cost: placing, read: readPlaced })
    ages.opened(txid, yield* ages.nowMs)
    return { txid }
  })

  const cancel = Effect.fn("Kraken.cancel")(function* (txid: string) {
    const cost = { calls: 0, trading: cancelCost(ages.ageMs(txid, yield* ages.nowMs)) }
    const taken = yield* call({ method: "CancelOrder", kind: "cancel", params: { txid }, cost, read: readCanceled })
    ages.gone(txid)
    if (taken === 0) {
      return yield* new ExchangeError({
        operation: "CancelOrder",
        advice: "gone",
        source: "request",
        detail: `${txid}: no order was canceled`,
        retryAtMs: null
      })
    }
  })

  const amend = Effect.fn("Kraken.amend")(function* (txid: string, price: Price) {
    yield* checked("AmendOrder", { price })
    const nowMs = yield* ages.nowMs
    const cost = { calls: 0, trading: amendCost(ages.ageMs(txid, nowMs)) }
    const params = { txid, limit_price: Price.format(price), post_only: "true" }
    yield* call({ method: "AmendOrder", kind: "amend", params, cost, read: readAmended })
    // An order's age, as the rate limits see it, begins anew with an amendment.
    ages.opened(txid, nowMs)
  })

  return { rehearse, place, cancel, amend }
}

/** Calls that tell how orders stand. */
const orderReports = (
  read: ReturnType<typeof readerOf>,
  names: PairNames,
  ages: OrderAges
): Pick<Trading["Service"], "openOrders" | "findByClientId" | "orders"> => {
  const told = new Set<string>()
  /** A name that is not recognised is told, once for each order; it hides nothing. */
  const tellOdd = (reports: ReadonlyArray<OrderReport>) =>
    Effect.forEach(
      reports.filter(
        ({ txid, oddPair }) => oddPair !== undefined && !told.has(txid) && told.size < MAX_FOLLOWED_ORDERS
      ),
      ({ txid, oddPair }) => {
        told.add(txid)
        return Effect.logWarning(
          `Kraken: order ${txid} stands under ${oddPair}, no name of ${names.pair}: it is ours by its id`
        )
      },
      { discard: true }
    )

  const openOrders = (filter: Record<string, string>) =>
    Effect.tap(
      read("OpenOrders", filter, READ, (result) => readOrders(child(result, "open"), names)),
      (reports) => {
        for (const { txid, openedMs } of reports) ages.opened(txid, openedMs)
        return tellOdd(reports)
      }
    )

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
      found.push(...(yield* read("QueryOrders", { txid }, READ, (result) => readOrders(result, names, true))))
    }
    yield* tellOdd(found)
    return found
  })

  return { openOrders: openOrders({}), findByClientId, orders: byIds }
}

/**
 * The orders that carry the id, newest first. A row without any id cannot be told from ours when the exchange has
 * filtered and from a foreign one when it has not; "no such order" would then be a guess that could trade twice.
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
          source: "service",
          detail: `asked for cl_ord_id ${clientId}, but ${nameless.txid} came without any: cannot tell whose it is`,
          retryAtMs: null
        })
      )
}
