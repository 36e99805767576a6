import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { describe, it } from "vitest"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { client, dig, type Json, openSocket, type Urls } from "../testing/sim.ts"
import { onTapeOf, START, tapeFile, wait } from "../testing/tape.ts"
import { bookChecksum } from "./frames.ts"

const onTape = onTapeOf(tapeFile())
const at = (second: number) => `${new Date((START + second) * 1_000).toISOString().slice(0, 19)}.000000Z`

/** A socket after its first status frame. */
const connect = (url: string) =>
  wait(async () => {
    const socket = await openSocket(url)
    return { ...socket, status: await socket.next() }
  })

/** A private socket with its executions subscription standing, and a REST client beside it. */
const trader = (urls: Urls, params: Json = {}, rest = client(urls)) =>
  Effect.gen(function* () {
    const token = dig(yield* wait(() => rest.call("GetWebSocketsToken")), "result", "token")
    const socket = yield* connect(urls.wsPrivateUrl)
    socket.ask({ method: "subscribe", params: { channel: "executions", token, ...params }, req_id: 1 })
    const ack = yield* wait(() => socket.next())
    const snapshot = yield* wait(() => socket.next())
    const executions = () => wait(() => socket.until((frame) => frame["channel"] === "executions"))
    return { rest, token, socket, ack, snapshot, executions }
  })

const entries = (frame: Json) => frame["data"] as ReadonlyArray<Json>
const types = (frame: Json) => entries(frame).map((entry) => entry["exec_type"])

describe("a public socket", () => {
  onTape("hears the status first and gets pings answered with simulated times", (urls) =>
    Effect.gen(function* () {
      const socket = yield* connect(urls.wsPublicUrl)
      expect(socket.status).toMatchObject({
        channel: "status",
        type: "update",
        data: [{ system: "online", api_version: "v2" }]
      })
      yield* TestClock.adjust("30 seconds")
      socket.ask({ method: "ping", req_id: 5 })
      expect(yield* wait(() => socket.next())).toEqual({ method: "pong", req_id: 5, time_in: at(30), time_out: at(30) })
    })
  )

  onTape("gets one answer per symbol, the ticker's snapshot, and an update for a trade", (urls) =>
    Effect.gen(function* () {
      const socket = yield* connect(urls.wsPublicUrl)
      const params = { channel: "ticker", symbol: ["DOGE/USD", "XBT/USD"], event_trigger: "bbo" }
      socket.ask({ method: "subscribe", params, req_id: 7 })
      expect(yield* wait(() => socket.next())).toMatchObject({
        method: "subscribe",
        result: { channel: "ticker", symbol: "DOGE/USD", snapshot: true, event_trigger: "bbo" },
        success: true,
        time_in: at(0),
        req_id: 7
      })
      expect(yield* wait(() => socket.next())).toMatchObject({
        channel: "ticker",
        type: "snapshot",
        data: [{ symbol: "DOGE/USD", last: 0.2 }]
      })
      expect(yield* wait(() => socket.next())).toEqual({
        method: "subscribe",
        error: "Currency pair not supported XBT/USD",
        success: false,
        symbol: "XBT/USD",
        time_in: at(0),
        time_out: at(0),
        req_id: 7
      })
      yield* TestClock.adjust("60 seconds")
      const update = yield* wait(() => socket.until((frame) => frame["type"] === "update"))
      expect(update).toMatchObject({
        channel: "ticker",
        data: [{ bid: 0.199, ask: 0.1990398, last: 0.199, volume: 130 }]
      })
    })
  )

  onTape("gets trades with their taker side, bars of ohlc with their end, and a book with a checksum", (urls) =>
    Effect.gen(function* () {
      const socket = yield* connect(urls.wsPublicUrl)
      const subscribe = (params: Json) =>
        socket.ask({ method: "subscribe", params: { symbol: ["DOGE/USD"], ...params } })
      subscribe({ channel: "trade" })
      subscribe({ channel: "ohlc", interval: 5 })
      subscribe({ channel: "book", depth: 10 })
      const first = (channel: string, type: string) =>
        wait(() => socket.until((frame) => frame["channel"] === channel && frame["type"] === type))
      const bars = yield* first("ohlc", "snapshot")
      expect(bars).toMatchObject({ data: [{ open: 0.2, interval: 5, interval_begin: at(-240), timestamp: at(60) }] })
      const book = yield* first("book", "snapshot")
      expect(dig(book, "data", 0, "bids")).toHaveLength(10)
      yield* TestClock.adjust("60 seconds")
      const trade = yield* first("trade", "update")
      expect(entries(trade)).toEqual([
        { symbol: "DOGE/USD", side: "sell", price: 0.199, qty: 30, ord_type: "limit", trade_id: 2, timestamp: at(60) }
      ])
      expect(yield* first("ohlc", "update")).toMatchObject({
        data: [{ interval_begin: at(60), trades: 1, close: 0.199 }]
      })
      const change = yield* first("book", "update")
      expect(dig(change, "data", 0, "checksum")).toEqual(expect.any(Number))
    })
  )

  onTape("is refused what belongs to the account", (urls) =>
    Effect.gen(function* () {
      const socket = yield* connect(urls.wsPublicUrl)
      const refusal = "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"
      socket.ask({ method: "subscribe", params: { channel: "executions", token: "x" }, req_id: 1 })
      expect(yield* wait(() => socket.next())).toMatchObject({ error: refusal, success: false, req_id: 1 })
      socket.ask({ method: "cancel_all", params: { token: "x" }, req_id: 2 })
      expect(yield* wait(() => socket.next())).toMatchObject({ method: "cancel_all", error: refusal, success: false })
      socket.ask({ method: "subscribe", params: { channel: "nonsense" } })
      expect(yield* wait(() => socket.next())).toMatchObject({ error: "Channel not supported nonsense" })
    })
  )

  onTape("hears a heartbeat when nothing else flows, and stops hearing what it has unsubscribed", (urls) =>
    Effect.gen(function* () {
      const socket = yield* connect(urls.wsPublicUrl)
      const params = { channel: "ohlc", symbol: ["DOGE/USD"], interval: 1 }
      socket.ask({ method: "subscribe", params })
      yield* wait(() => socket.until((frame) => frame["type"] === "snapshot"))
      yield* TestClock.adjust("2 seconds")
      expect(yield* wait(() => socket.next())).toEqual({ channel: "heartbeat" })
      socket.ask({ method: "unsubscribe", params, req_id: 3 })
      expect(yield* wait(() => socket.until((frame) => frame["method"] === "unsubscribe"))).toMatchObject({
        result: { channel: "ohlc", symbol: "DOGE/USD", interval: 1 },
        success: true
      })
      yield* TestClock.adjust("61 seconds")
      yield* wait(() => socket.closed)
    })
  )
})

describe("executions", () => {
  onTape("begin with a snapshot numbered 1, and then tell of an order in sparse entries", (urls) =>
    Effect.gen(function* () {
      const { rest, ack, snapshot, executions } = yield* trader(urls, {
        snap_trades: true,
        order_status: true,
        ratecounter: true
      })
      expect(ack).toMatchObject({ result: { channel: "executions", maxratecount: 180 }, success: true })
      expect(snapshot).toEqual({ channel: "executions", type: "snapshot", data: [], sequence: 1 })
      const txid = yield* wait(() => rest.txidOf(rest.add("buy", "60", "0.1995", { cl_ord_id: "kn1" })))
      const opened = yield* executions()
      expect(opened).toMatchObject({ type: "update", sequence: 2 })
      expect(entries(opened)).toMatchObject([
        {
          exec_type: "pending_new",
          order_id: txid,
          cl_ord_id: "kn1",
          symbol: "DOGE/USD",
          side: "buy",
          order_qty: 60,
          limit_price: 0.1995
        },
        { exec_type: "new", order_status: "new", order_id: txid, cl_ord_id: "kn1", timestamp: at(0), ratecount: 1 }
      ])
      expect(entries(opened)[1]).not.toHaveProperty("symbol")
      yield* TestClock.adjust("60 seconds")
      expect(entries(yield* executions())).toEqual([
        {
          exec_type: "trade",
          exec_id: expect.stringMatching(/^T/),
          trade_id: expect.any(Number),
          order_id: txid,
          symbol: "DOGE/USD",
          side: "buy",
          order_type: "limit",
          last_qty: 30,
          last_price: 0.1995,
          cost: 5.985,
          liquidity_ind: "m",
          fees: [{ asset: "USD", qty: 0.0149625 }],
          order_status: "partially_filled",
          cum_qty: 30,
          cum_cost: 5.985,
          avg_price: 0.1995,
          timestamp: at(60),
          ratecount: 0
        }
      ])
      yield* TestClock.adjust("60 seconds")
      const last = yield* executions()
      expect(entries(last)).toMatchObject([
        { exec_type: "trade", order_status: "partially_filled", cum_qty: 60 },
        { exec_type: "filled", order_status: "filled", order_id: txid }
      ])
      expect(last["sequence"]).toBe(4)
    })
  )

  onTape(
    "a canceled entry has no symbol, and a post-only order that would cross is new and canceled in one frame",
    (urls) =>
      Effect.gen(function* () {
        const { rest, executions } = yield* trader(urls)
        yield* wait(() => rest.add("buy", "60", "0.3"))
        const frame = yield* executions()
        expect(types(frame)).toEqual(["pending_new", "new", "canceled"])
        expect(entries(frame)[2]).toEqual({
          exec_type: "canceled",
          order_status: "canceled",
          order_id: expect.any(String),
          reason: "Post only order",
          cum_qty: 0,
          cum_cost: 0,
          avg_price: 0,
          timestamp: at(0)
        })
      })
  )

  onTape("a snapshot shows open orders whole, and with snap_trades the last fills again", (urls) =>
    Effect.gen(function* () {
      const rest = client(urls)
      const txid = yield* wait(() => rest.txidOf(rest.add("buy", "60", "0.1995")))
      yield* TestClock.adjust("60 seconds")
      const { snapshot } = yield* trader(urls, { snap_trades: true }, rest)
      expect(entries(snapshot ?? {})).toMatchObject([
        { exec_type: "new", order_status: "partially_filled", order_id: txid, order_qty: 60, cum_qty: 30 },
        { exec_type: "trade", order_id: txid, last_qty: 30 }
      ])
    })
  )

  onTape(
    "need a token that is not older than 15 minutes when it is first used",
    (urls) =>
      Effect.gen(function* () {
        const rest = client(urls)
        const token = dig(yield* wait(() => rest.call("GetWebSocketsToken")), "result", "token")
        yield* TestClock.adjust("15 seconds")
        const socket = yield* connect(urls.wsPrivateUrl)
        socket.ask({ method: "subscribe", params: { channel: "executions", token }, req_id: 1 })
        expect(yield* wait(() => socket.next())).toMatchObject({ error: "ESession:Invalid session", success: false })
      }),
    { speed: 60 }
  )
})

describe("trading over a socket", () => {
  onTape("places, amends and cancels with the engine's words", (urls) =>
    Effect.gen(function* () {
      const { token, socket } = yield* trader(urls)
      const ask = (method: string, params: Json, req_id: number) => {
        socket.ask({ method, params: { token, ...params }, req_id })
        return wait(() => socket.until((frame) => frame["req_id"] === req_id))
      }
      const order = {
        order_type: "limit",
        side: "sell",
        symbol: "DOGE/USD",
        order_qty: 60,
        limit_price: 0.25,
        post_only: true
      }
      const placed = yield* ask("add_order", { ...order, cl_ord_id: "kn1", fee_preference: "quote" }, 2)
      expect(placed).toMatchObject({
        method: "add_order",
        success: true,
        result: { order_id: expect.any(String), cl_ord_id: "kn1" }
      })
      const amended = yield* ask("amend_order", { cl_ord_id: "kn1", order_qty: 50 }, 3)
      expect(amended).toMatchObject({ success: true, result: { amend_id: expect.any(String), cl_ord_id: "kn1" } })
      const wrong = yield* ask("add_order", { ...order, colour: "red" }, 4)
      expect(wrong).toMatchObject({
        success: false,
        error: "Unsupported field: 'colour' for the given msg type: add order"
      })
      expect(yield* ask("add_order", { ...order, validate: true }, 5)).toMatchObject({ result: { order_id: "" } })
      const order_id = dig(placed, "result", "order_id")
      expect(yield* ask("cancel_order", { order_id: [order_id] }, 6)).toMatchObject({ result: { order_id } })
      expect(yield* ask("cancel_order", { order_id: [order_id] }, 7)).toMatchObject({ error: "EOrder:Unknown order" })
      expect(yield* ask("cancel_all", {}, 8)).toMatchObject({ result: { count: 0 } })
      socket.ask({ method: "add_order", params: { ...order, token: "forged" }, req_id: 9 })
      // The token of a standing connection stays good; another one is looked at.
      expect(yield* wait(() => socket.until((frame) => frame["req_id"] === 9))).toMatchObject({
        error: "EAPI:Invalid token"
      })
    })
  )

  onTape("tells balances with their own numbers", (urls) =>
    Effect.gen(function* () {
      const { rest, token, socket } = yield* trader(urls)
      socket.ask({ method: "subscribe", params: { channel: "balances", token } })
      const balances = () => wait(() => socket.until((frame) => frame["channel"] === "balances"))
      expect(yield* balances()).toMatchObject({
        type: "snapshot",
        sequence: 1,
        data: [{ asset: "DOGE", balance: 10_000 }, { asset: "USD" }]
      })
      yield* wait(() => rest.add("sell", "10", "0.19", { oflags: "fciq" }))
      expect(yield* balances()).toMatchObject({
        type: "update",
        sequence: 2,
        data: [
          { asset: "DOGE", amount: -10, fee: 0, balance: 9_990 },
          { asset: "USD", amount: 1.9996, fee: 0.0079984, balance: 2_001.9916016 }
        ]
      })
    })
  )
})

it("the checksum of a book is Kraken's (the documentation's example)", () => {
  const levels = (text: string) =>
    text.split(" ").map((pair) => {
      const [price = "", volume = ""] = pair.split("x")
      return { price: Price.parse(price), volume: Volume.parse(volume) }
    })
  const asks =
    "45285.2x0.00100000 45286.4x1.54571953 45286.6x1.54571109 45289.6x1.54560911 45290.2x0.15890660 " +
    "45291.8x1.54553491 45294.7x0.04454749 45296.1x0.35380000 45297.5x0.09945542 45299.5x0.18772827"
  const bids =
    "45283.5x0.10000000 45283.4x1.54582015 45282.1x0.10000000 45281.0x0.10000000 45280.3x1.54592586 " +
    "45279.0x0.07990000 45277.6x0.03310103 45277.5x0.30000000 45277.3x1.54602737 45276.6x0.15445238"
  expect(bookChecksum({ priceDecimals: 1, volumeDecimals: 8 }, { asks: levels(asks), bids: levels(bids) })).toBe(
    3_310_070_434
  )
})
