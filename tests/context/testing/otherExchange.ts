/** Servers that speak what Binance and Bybit document, over one list of trades that may grow while they run. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, type Scope } from "effect"

/** A trade as both number it: one after the other. */
export interface ServedTrade {
  readonly id: number
  readonly timeMs: number
  readonly price: string
  readonly volume: string
  readonly takerSide: "buy" | "sell"
}

export interface OtherExchange {
  readonly url: string
  /** By rising number. */
  readonly trades: Array<ServedTrade>
  /** Path and query of every request. */
  readonly asked: ReadonlyArray<string>
  /** Answers of this status come first, one a request. */
  readonly refuse: Array<number>
}

const binance = (trades: ReadonlyArray<ServedTrade>, query: URLSearchParams): unknown => {
  const limit = Number(query.get("limit") ?? "500")
  const [fromId, startTime] = [query.get("fromId"), query.get("startTime")]
  const page =
    fromId !== null
      ? trades.filter(({ id }) => id >= Number(fromId)).slice(0, limit)
      : startTime !== null
        ? trades.filter(({ timeMs }) => timeMs >= Number(startTime)).slice(0, limit)
        : trades.slice(-limit)
  return page.map(({ id, timeMs, price, volume, takerSide }) => ({
    a: id,
    p: price,
    q: volume,
    f: id,
    l: id,
    T: timeMs,
    m: takerSide === "sell",
    M: true
  }))
}

const bybit = (trades: ReadonlyArray<ServedTrade>, query: URLSearchParams): unknown => ({
  retCode: 0,
  retMsg: "OK",
  result: {
    category: query.get("category"),
    list: trades
      .slice(-Math.min(60, Number(query.get("limit") ?? "60")))
      .toReversed()
      .map(({ id, timeMs, price, volume, takerSide }) => ({
        execId: `21${String(id).padStart(17, "0")}`,
        symbol: query.get("symbol"),
        price,
        size: volume,
        side: takerSide === "buy" ? "Buy" : "Sell",
        time: String(timeMs),
        isBlockTrade: false
      }))
  },
  retExtInfo: {},
  time: 0
})

/** Answers both kinds of request. Lives as long as the scope. */
export const otherExchange = (trades: Array<ServedTrade>): Effect.Effect<OtherExchange, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<OtherExchange & { readonly close: () => void }>((resume) => {
      const asked: Array<string> = []
      const refuse: Array<number> = []
      const server = createServer((request, response) => {
        asked.push(request.url ?? "")
        const { pathname, searchParams } = new URL(request.url ?? "", "http://other")
        const status = refuse.shift()
        const served =
          pathname === "/api/v3/aggTrades" ? binance : pathname === "/v5/market/recent-trade" ? bybit : null
        response.writeHead(status ?? (served === null ? 404 : 200))
        response.end(status === undefined && served !== null ? JSON.stringify(served(trades, searchParams)) : "{}")
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, trades, asked, refuse, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
