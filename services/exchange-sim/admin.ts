/** The back door for tests and rehearsals: the exchange's own books, and faults on demand. Closed unless a setting opens it. */
import { Effect, Schema } from "effect"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Books } from "./core/engine/books.ts"
import { holds } from "./core/engine/desk.ts"
import { doByHand } from "./core/engine/byHand.ts"
import { type Exchange, type Moment, viewOf } from "./exchange.ts"
import { type ActNow, Fault } from "./faults/faults.ts"
import type { SocketServer } from "./ws/server.ts"

/** An HTTP status and the JSON value of the body. */
export interface AdminReply {
  readonly status: number
  readonly value: unknown
}

/** Answers `GET /admin/books`, and `GET`, `POST` and `DELETE /admin/faults`. */
export type AdminRoutes = (method: string, path: string, body: string) => Effect.Effect<AdminReply>

const decodeFaults = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Union([Fault, Schema.Array(Fault)])), {
  onExcessProperty: "error"
})

/** Serves the exchange's books and faults. A body that is no fault is answered with 400, an unknown path with 404. */
export const adminRoutes = (exchange: Exchange, sockets: SocketServer): AdminRoutes => {
  const { faults } = exchange
  const put = (fault: Exclude<Fault, ActNow>) => {
    if (fault.kind === "disconnect") sockets.disconnect(fault.socket)
    else if (fault.kind === "bad-frames") sockets.sendUnreadable(fault.frames)
    else faults.add(fault)
    if (fault.kind === "status") sockets.announceStatus()
  }
  const putAll = Effect.fnUntraced(function* (all: ReadonlyArray<Fault>) {
    for (const fault of all) {
      if (fault.kind !== "by-hand") put(fault)
      else if (!(yield* actNow(exchange, fault))) return { status: 503, value: { error: "the market is closed" } }
    }
    return inForce()
  })
  const inForce = (): AdminReply => ({ status: 200, value: faults.describe() })
  return (method, path, body) => {
    if (path === "/admin/books" && method === "GET") {
      return exchange
        .perform((moment) => showBooks(exchange, moment))
        .pipe(
          Effect.match({
            onSuccess: (value) => ({ status: 200, value }),
            onFailure: (error) => ({ status: 503, value: { error: error.message } })
          })
        )
    }
    if (path === "/admin/faults" && method === "POST") {
      return decodeFaults(body).pipe(
        Effect.match({
          onSuccess: (decoded) => ({ faults: [decoded].flat() }),
          onFailure: (error) => ({ status: 400, value: { error: error.message } })
        }),
        Effect.flatMap((read) => ("faults" in read ? putAll(read.faults) : Effect.succeed(read)))
      )
    }
    if (path === "/admin/faults" && method === "GET") return Effect.sync(inForce)
    if (path === "/admin/faults" && method === "DELETE") {
      return Effect.sync(() => {
        faults.clear()
        sockets.announceStatus()
        return inForce()
      })
    }
    return Effect.succeed({ status: 404, value: { error: "GET /admin/books; GET, POST, DELETE /admin/faults" } })
  }
}

/** Does what others do by hand; false: there is no market to do it on. */
const actNow = (exchange: Exchange, act: ActNow): Effect.Effect<boolean> =>
  exchange
    .perform((moment) => {
      const view = viewOf(moment)
      if (view !== null) doByHand(moment.desk, view, act, moment.nowMs)
      return view !== null
    })
    .pipe(Effect.orElseSucceed(() => false))

/** The exchange's own view of everything, figures as exact decimal text, times as Unix milliseconds. */
const showBooks = ({ created }: Exchange, { desk, nowMs, tape }: Moment): object => {
  const { books } = desk
  const held = holds(desk)
  return {
    nowMs,
    pair: created.pair,
    market: created.market,
    seed: created.seed,
    lastPrice: tape.last === null ? null : Price.format(tape.last.price),
    balances: {
      base: { total: Volume.format(books.base), hold: Volume.format(held.base) },
      quote: { total: Quote.format(books.quote), hold: Quote.format(held.quote) }
    },
    sums: sumsOf(books),
    orders: [...books.orders.values()].map((order) => ({
      ...order,
      price: Price.format(order.price),
      volume: Volume.format(order.volume),
      queueAhead: Volume.format(order.queueAhead),
      filled: Volume.format(order.filled),
      cost: Quote.format(order.cost),
      fee: Quote.format(order.fee),
      feeBase: Volume.format(order.feeBase)
    })),
    trades: books.fills.map((fill) => ({
      ...fill,
      price: Price.format(fill.price),
      volume: Volume.format(fill.volume),
      cost: Quote.format(fill.cost),
      fee: Quote.format(fill.fee),
      feeBase: Volume.format(fill.feeBase ?? Volume.zero)
    }))
  }
}

/** Sums of all fills and deposits: with them the balances can be checked from outside. */
const sumsOf = ({ fills, ledger, orders }: Books): object => {
  const total = (side: "buy" | "sell") => {
    const own = fills.filter((fill) => fill.side === side)
    return {
      volume: Volume.format(own.reduce((sum, fill) => (sum + fill.volume) as Volume, Volume.zero)),
      cost: Quote.format(own.reduce((sum, fill) => (sum + fill.cost) as Quote, Quote.zero)),
      fee: Quote.format(own.reduce((sum, fill) => (sum + fill.fee) as Quote, Quote.zero)),
      feeBase: Volume.format(own.reduce((sum, { feeBase = 0n }) => (sum + feeBase) as Volume, Volume.zero))
    }
  }
  const deposited = { base: Volume.zero, quote: Quote.zero }
  for (const row of ledger) {
    if (row.refId !== "deposit") continue
    if (row.asset === "base") deposited.base = (deposited.base + row.amount) as Volume
    else deposited.quote = (deposited.quote + row.amount) as Quote
  }
  return {
    orders: orders.size,
    fills: fills.length,
    deposits: { base: Volume.format(deposited.base), quote: Quote.format(deposited.quote) },
    buy: total("buy"),
    sell: total("sell")
  }
}
