/**
 * The audit: the exchange's own books against the market's journal, to the last unit. Every line it returns is something
 * that must not be. Figures are compared as exact decimals.
 */
import { plusBaseFee, takenBy, type WithBaseFee } from "../../shared/core/baseFee.ts"
import { plus, Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { originOf } from "../../shared/core/ids/clientId.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"

export interface BookOrder {
  readonly txid: string
  readonly clientId: string | null
  readonly side: "buy" | "sell"
  readonly price: string
  readonly volume: string
  readonly status: "open" | "closed" | "canceled" | "expired"
  readonly amended: boolean
  readonly filled: string
  readonly cost: string
  readonly fee: string
  readonly feeBase: string
}

export interface BookTrade {
  readonly execId: string
  readonly txid: string
  readonly price: string
  readonly volume: string
  readonly cost: string
  readonly fee: string
  readonly feeBase: string
}

/** What `GET /admin/books` of the simulated exchange answers, as far as the audit looks. */
export interface Books {
  /** The exchange's time, Unix milliseconds. */
  readonly nowMs: number
  readonly balances: {
    readonly base: { readonly total: string; readonly hold: string }
    readonly quote: { readonly total: string; readonly hold: string }
  }
  readonly orders: ReadonlyArray<BookOrder>
  readonly trades: ReadonlyArray<BookTrade>
}

export const fetchBooks = async (exchangeUrl: string): Promise<Books> => {
  const response = await fetch(`${exchangeUrl}/admin/books`)
  if (!response.ok) throw new Error(`GET /admin/books: ${response.status} ${await response.text()}`)
  return (await response.json()) as Books
}

interface Ledger {
  readonly claims: ReadonlyMap<string, EventOf<"OrderClaimed">>
  readonly rejected: ReadonlySet<string>
  readonly accepted: ReadonlyMap<string, string>
  /** The last price an order was amended to. */
  readonly amended: ReadonlyMap<string, Price>
  readonly ends: ReadonlyMap<string, EventOf<"OrderFilled"> | EventOf<"OrderCancelled">>
  readonly fills: ReadonlyArray<EventOf<"FillRecorded" | "LateFillRecorded">>
  readonly balances: EventOf<"BalancesObserved"> | null
  readonly twice: ReadonlyArray<string>
}

type End = EventOf<"OrderFilled"> | EventOf<"OrderCancelled">

/** What an order came to with a fill that its end did not count. */
const withLateFill = (end: End, late: EventOf<"LateFillRecorded">): End => {
  const { volume, cost, fee } = late
  return {
    ...end,
    volume: plus(end.volume, volume),
    cost: plus(end.cost, cost),
    fee: plus(end.fee, fee),
    ...plusBaseFee(end, late)
  }
}

/** What the journal says of orders, by client id; anything said twice that may be said once only is noted. */
const ledgerOf = (records: ReadonlyArray<StoredRecord>): Ledger => {
  const claims = new Map<string, EventOf<"OrderClaimed">>()
  const rejected = new Set<string>()
  const accepted = new Map<string, string>()
  const amended = new Map<string, Price>()
  const ends = new Map<string, EventOf<"OrderFilled"> | EventOf<"OrderCancelled">>()
  const fills: Array<EventOf<"FillRecorded" | "LateFillRecorded">> = []
  const twice: Array<string> = []
  let balances: EventOf<"BalancesObserved"> | null = null
  const once = (known: boolean, event: MarketEvent & { clientId: string }): void => {
    if (known) twice.push(`${event._tag} of ${event.clientId} stands twice in the journal`)
  }
  for (const event of records.flatMap((record) => record.events)) {
    switch (event._tag) {
      case "OrderClaimed":
        once(claims.has(event.clientId), event)
        claims.set(event.clientId, event)
        break
      case "OrderAccepted":
        once(accepted.has(event.clientId), event)
        accepted.set(event.clientId, event.txid)
        break
      case "OrderAmended":
        amended.set(event.clientId, event.price)
        break
      case "OrderRejected":
        once(rejected.has(event.clientId), event)
        rejected.add(event.clientId)
        break
      case "OrderFilled":
      case "OrderCancelled":
        once(ends.has(event.clientId), event)
        ends.set(event.clientId, event)
        break
      case "OrderRestated":
        amended.set(event.clientId, event.price)
        break
      case "LateFillRecorded": {
        const end = ends.get(event.clientId)
        if (end !== undefined) ends.set(event.clientId, withLateFill(end, event))
        fills.push(event)
        break
      }
      case "FillRecorded":
        once(
          fills.some((fill) => fill.execId === event.execId),
          event
        )
        fills.push(event)
        break
      case "BalancesObserved":
        balances = event
        break
      default:
        break
    }
  }
  return { claims, rejected, accepted, amended, ends, fills, balances, twice }
}

/** What must hold at any moment: nothing sent twice, nothing recorded that the exchange does not know. */
export const auditAlways = (books: Books, records: ReadonlyArray<StoredRecord>): ReadonlyArray<string> => {
  const ledger = ledgerOf(records)
  const problems: Array<string> = [...ledger.twice]
  const ours = books.orders.filter((order) => order.clientId !== null && originOf(order.clientId) !== null)
  const byClientId = Map.groupBy(ours, (order) => order.clientId ?? "")
  const byTxid = new Map(books.orders.map((order) => [order.txid, order]))
  const byExecId = new Map(books.trades.map((trade) => [trade.execId, trade]))

  for (const [clientId, orders] of byClientId) {
    if (orders.length > 1) problems.push(`${clientId} stands ${orders.length} times at the exchange: sent twice`)
    const claim = ledger.claims.get(clientId)
    const [order] = orders
    if (claim === undefined) problems.push(`${clientId} stands at the exchange and was never claimed`)
    else if (
      order !== undefined &&
      !(
        order.side === claim.side &&
        (order.amended || Price.parse(order.price) === claim.price) &&
        (order.amended || Volume.parse(order.volume) === claim.volume)
      )
    ) {
      problems.push(`${clientId} at the exchange is not what was claimed`)
    }
    if (ledger.rejected.has(clientId)) problems.push(`${clientId} counts as rejected and stands at the exchange`)
  }
  for (const [clientId, txid] of ledger.accepted) {
    if (byTxid.get(txid)?.clientId !== clientId)
      problems.push(`${clientId} counts as ${txid}, which the exchange does not know`)
  }
  for (const fill of ledger.fills) {
    const trade = byExecId.get(fill.execId)
    if (trade === undefined) problems.push(`fill ${fill.execId} is recorded and unknown at the exchange`)
    else if (!sameSums(trade, fill))
      problems.push(`fill ${fill.execId} is recorded with other figures than the exchange's`)
  }
  for (const [clientId, end] of ledger.ends) {
    const order = byTxid.get(end.txid)
    if (order === undefined || order.status === "open")
      problems.push(`${clientId} has ended, and at the exchange it has not`)
    else if (!sameSums({ ...order, volume: order.filled }, end)) {
      problems.push(
        `${clientId} ended with other sums than the exchange's ${order.filled} for ${order.cost}, fee ${order.fee}`
      )
    }
  }
  return problems
}

/** What must hold besides when everything said has been heard: nothing lost, nothing left over. */
export const auditAtRest = (books: Books, records: ReadonlyArray<StoredRecord>): ReadonlyArray<string> => {
  const ledger = ledgerOf(records)
  const problems: Array<string> = [...auditAlways(books, records)]
  const recorded = Map.groupBy(ledger.fills, (fill) => fill.txid)
  for (const order of books.orders) {
    const { clientId } = order
    if (clientId === null || originOf(clientId) === null) continue
    if (order.status !== "open") {
      if (!ledger.ends.has(clientId))
        problems.push(`${clientId} (${order.txid}) is ${order.status} at the exchange and open in the journal`)
      continue
    }
    if (ledger.accepted.get(clientId) !== order.txid)
      problems.push(`${clientId} stands open at the exchange and not in the journal`)
    const amendedTo = ledger.amended.get(clientId)
    if (order.amended && Price.parse(order.price) !== amendedTo)
      problems.push(`${clientId} stands at ${order.price}, and in the journal at another price`)
    const filled = (recorded.get(order.txid) ?? []).reduce((sum, fill) => sum + fill.volume, 0n)
    if (filled !== Volume.parse(order.filled)) {
      problems.push(
        `${clientId} is open with ${order.filled} filled, the journal has ${Volume.format(filled as Volume)}: a fill is lost`
      )
    }
  }
  for (const [clientId] of ledger.claims) {
    if (!ledger.accepted.has(clientId) && !ledger.rejected.has(clientId))
      problems.push(`${clientId} was claimed and has no outcome`)
  }
  const { balances } = ledger
  const { base, quote } = books.balances
  if (
    balances === null ||
    balances.base.total !== Volume.parse(base.total) ||
    balances.base.hold !== Volume.parse(base.hold) ||
    balances.quote.total !== Quote.parse(quote.total) ||
    balances.quote.hold !== Quote.parse(quote.hold)
  ) {
    problems.push("the journal's last balances are not the exchange's")
  }
  return problems
}

const sameSums = (
  book: { readonly volume: string; readonly cost: string; readonly fee: string; readonly feeBase: string },
  fact: WithBaseFee & { readonly volume: Volume; readonly cost: Quote; readonly fee: Quote }
): boolean => {
  const taken = takenBy(fact)
  return (
    Volume.parse(book.volume) === fact.volume &&
    Quote.parse(book.cost) === fact.cost &&
    Quote.parse(book.fee) === taken.quote &&
    Volume.parse(book.feeBase) === taken.base
  )
}
