import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Queue, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Price } from "../../core/decimal/decimal.ts"
import { type ExchangeError, type ExecutionEvent, MarketData, type MarketDataEvent, Trading } from "../port.ts"
import { VenueClock } from "../venueClock.ts"
import { pauseMs } from "./feed.ts"
import { KrakenMarketData, KrakenTrading } from "./layer.ts"
import { type Peer, type PeerSocket, runPeer, SECRETS } from "./testing/peer.ts"

interface Ears<Event> {
  readonly peer: Peer
  /** The next event of the stream for which `wanted` holds; others are passed over. */
  readonly next: <E extends Event>(wanted: (event: Event) => event is E) => Effect.Effect<E, ExchangeError>
}

const listen = Effect.fnUntraced(function* <Event>(peer: Peer, events: Stream.Stream<Event, ExchangeError>) {
  const queue = yield* Queue.unbounded<Event, ExchangeError>()
  yield* Effect.forkScoped(
    Stream.runForEach(events, (event) => Queue.offer(queue, event)).pipe(
      Effect.catchCause((cause) => Queue.failCause(queue, cause))
    )
  )
  const next = <E extends Event>(wanted: (event: Event) => event is E): Effect.Effect<E, ExchangeError> =>
    Effect.flatMap(Queue.take(queue), (event) => (wanted(event) ? Effect.succeed(event) : next(wanted)))
  return { peer, next } satisfies Ears<Event>
})

const withMarket = <A, E>(
  test: (
    ears: Ears<MarketDataEvent>,
    market: MarketData["Service"],
    clock: VenueClock["Service"]
  ) => Effect.Effect<A, E, Scope.Scope>,
  script: (peer: Peer) => void,
  { requestTimeoutMs = 5_000, speed = 1 } = {}
) =>
  Effect.gen(function* () {
    const { peer, options } = yield* runPeer
    script(peer)
    const layer = KrakenMarketData.layer({ ...options, requestTimeoutMs, speed })
    return yield* Effect.gen(function* () {
      const market = yield* MarketData
      return yield* test(yield* listen(peer, market.events), market, yield* VenueClock)
    }).pipe(Effect.provide(Layer.provideMerge(layer, VenueClock.layer({ speed }))))
  }).pipe(Effect.scoped)

const withExecutions = <A, E>(
  test: (ears: Ears<ExecutionEvent>) => Effect.Effect<A, E, Scope.Scope>,
  script: (peer: Peer) => void
) =>
  Effect.gen(function* () {
    const { peer, options } = yield* runPeer
    peer.answers.set("GetWebSocketsToken", (_asked, nth) => ({
      result: { token: `${SECRETS.token}-${nth}`, expires: 900 }
    }))
    script(peer)
    const layer = Layer.provideMerge(KrakenTrading.layer(options), VenueClock.layer({ speed: 1 }))
    return yield* Effect.flatMap(Trading, ({ executions }) => Effect.flatMap(listen(peer, executions), test)).pipe(
      Effect.provide(layer)
    )
  }).pipe(Effect.scoped)

const is =
  <Tag extends string>(tag: Tag) =>
  <Event extends { readonly _tag: string }>(event: Event): event is Extract<Event, { readonly _tag: Tag }> =>
    event._tag === tag

const ack = { method: "subscribe", result: { channel: "any" }, success: true, req_id: 1 }
const ticker = (bid: number) => ({
  channel: "ticker",
  type: "update",
  data: [{ symbol: "DOGE/USD", bid, ask: 0.2001, last: 0.2 }]
})
const pong = (reqId: unknown, timeOut: string) => ({
  method: "pong",
  req_id: reqId,
  time_in: timeOut,
  time_out: timeOut
})

const subscriptionOf = (socket: PeerSocket | undefined): Record<string, unknown> =>
  Object.assign({}, socket?.heard.find(({ method }) => method === "subscribe")?.params)

/** Answers the subscription with the ack and these frames; everything else (pings) with nothing. */
const onSubscribe = (peer: Peer, frames: (nth: number, socket: PeerSocket) => ReadonlyArray<object | string>) => {
  peer.onMessage = (socket, message, nth) => {
    if (message.method === "subscribe") socket.send(ack, ...frames(nth, socket))
  }
}

describe("market data", () => {
  it.live("subscribes to the best prices and tells prices, signs of life and the exchange's state apart", () =>
    withMarket(
      ({ peer, next }) =>
        Effect.gen(function* () {
          expect((yield* next(is("Status"))).system).toBe("maintenance")
          const { ticker } = yield* next(is("Ticker"))
          expect(ticker).toStrictEqual({
            bid: Price.parse("0.1999"),
            ask: Price.parse("0.2001"),
            last: Price.parse("0.2")
          })
          yield* next(is("Alive"))
          expect(subscriptionOf(peer.sockets[0])).toStrictEqual({
            channel: "ticker",
            symbol: ["DOGE/USD"],
            event_trigger: "bbo"
          })
        }),
      (peer) =>
        onSubscribe(peer, () => [
          { channel: "status", type: "update", data: [{ system: "maintenance" }] },
          { channel: "weather", data: [] },
          ticker(0.1999),
          { channel: "heartbeat" }
        ])
    )
  )

  it.live("takes the exchange's time from pongs and keeps the venue clock in step", () =>
    withMarket(
      ({ next }, _market, clock) =>
        Effect.gen(function* () {
          const { venueMs, roundTripMs } = yield* next(is("VenueTime"))
          expect(venueMs).toBe(Date.parse("2021-04-20T00:00:00.5Z"))
          expect(roundTripMs).toBeGreaterThanOrEqual(0)
          expect(yield* clock.synchronised).toBe(true)
          expect(yield* clock.nowMs).toBeGreaterThanOrEqual(venueMs)
          expect(yield* clock.nowMs).toBeLessThan(Date.parse("2022-01-01"))
        }),
      (peer) => {
        peer.onMessage = (socket, { method, req_id }) =>
          socket.send(method === "ping" ? pong(req_id, "2021-04-20T00:00:00.500000001Z") : ack)
      }
    )
  )

  it.live("takes a pong to an older ping for a sign of life only: its round trip is not known", () =>
    withMarket(
      ({ next }, _market, clock) =>
        Effect.gen(function* () {
          yield* next(is("Alive"))
          expect(yield* clock.synchronised).toBe(false)
        }),
      (peer) => {
        peer.onMessage = (socket, { method }) => socket.send(method === "ping" ? pong(1, "2021-04-20T00:00:00Z") : ack)
      }
    )
  )

  it.live("reports a frame it cannot read, with its text, and goes on", () =>
    withMarket(
      ({ next }) =>
        Effect.gen(function* () {
          const first = yield* next(is("Malformed"))
          expect(first.error.problem).toContain("text: is not JSON")
          expect(first.error.raw).toBe("{half a fra")
          const second = yield* next(is("Malformed"))
          expect(second.error.message).toBe(`ticker: frame.data[0].bid: is "?", not a decimal number`)
          yield* next(is("Ticker"))
        }),
      (peer) => {
        const bad = { ...ticker(0), data: [{ symbol: "DOGE/USD", bid: "?", ask: 1, last: 1 }] }
        onSubscribe(peer, () => ["{half a fra", bad, ticker(0.1999)])
      }
    )
  )

  it.live("connects and subscribes again after a cut, saying so", () =>
    withMarket(
      ({ next }) =>
        Effect.gen(function* () {
          yield* next(is("Ticker"))
          expect((yield* next(is("Disconnected"))).detail).toBe("closed with code 1012")
          const { ticker } = yield* next(is("Ticker"))
          expect(ticker.bid).toBe(Price.parse("0.1002"))
        }),
      (peer) =>
        onSubscribe(peer, (nth, socket) => {
          if (nth === 0) queueMicrotask(() => socket.close(1012))
          return [ticker(0.1001 + nth / 10_000)]
        })
    )
  )

  it.effect("drops a connection that has been silent for ten seconds, pinging all the while", () =>
    withMarket(
      ({ peer, next }) =>
        Effect.gen(function* () {
          yield* next(is("Ticker"))
          yield* TestClock.adjust("10 seconds")
          expect((yield* next(is("Disconnected"))).detail).toBe("nothing heard for 10 s")
          yield* TestClock.adjust("1 second")
          yield* next(is("Ticker"))
          expect(peer.sockets).toHaveLength(2)
        }),
      (peer) => onSubscribe(peer, () => [ticker(0.1999)]),
      { requestTimeoutMs: 1_000_000 }
    )
  )

  it.live("drops a connection on which the subscription goes unanswered", () =>
    withMarket(
      ({ next }) =>
        Effect.gen(function* () {
          expect((yield* next(is("Disconnected"))).detail).toBe("no answer to the subscription")
          yield* next(is("Ticker"))
        }),
      (peer) => {
        peer.onMessage = (socket, { method }, nth) => {
          if (nth > 0 && method === "subscribe") socket.send(ack, ticker(0.1999))
        }
      },
      { requestTimeoutMs: 60 }
    )
  )

  it.live.each<[number, string]>([
    [429, "HTTP 429 instead of a WebSocket"],
    [503, "HTTP 503 instead of a WebSocket"]
  ])("tries again after HTTP %i", ([status, detail]) =>
    withMarket(
      ({ peer, next }) =>
        Effect.gen(function* () {
          expect((yield* next(is("Disconnected"))).detail).toBe(detail)
          peer.refuseUpgrade = null
          yield* next(is("Ticker"))
        }),
      (peer) => {
        peer.refuseUpgrade = status
        onSubscribe(peer, () => [ticker(0.1999)])
      }
    )
  )

  it.live.each<[string, (peer: Peer) => void]>([
    ["an upgrade that is forbidden", (peer) => (peer.refuseUpgrade = 403)],
    ["a close for policy", (peer) => (peer.onMessage = (socket) => socket.close(1008))],
    [
      "a pair that is not known",
      (peer) =>
        (peer.onMessage = (socket) =>
          socket.send({ method: "subscribe", error: "Currency pair not supported XDG/USD", success: false, req_id: 1 }))
    ]
  ])("stops for a person after %s", ([, script]) =>
    withMarket(({ next }) => Effect.flip(next(is("Ticker"))), script).pipe(
      Effect.map(({ advice, operation }) => expect([advice, operation]).toStrictEqual(["stop", "ticker"]))
    )
  )

  it.live("asks for the price and the time over REST as well", () =>
    withMarket(
      (_ears, market, clock) =>
        Effect.gen(function* () {
          expect((yield* market.ticker).last).toBe(Price.parse("0.20005"))
          expect(yield* market.time).toBe(1_620_000_000_000)
          expect(yield* clock.nowMs).toBeGreaterThanOrEqual(1_620_000_000_000)
          expect(yield* clock.nowMs).toBeLessThan(1_700_000_000_000)
        }),
      (peer) => {
        const lists = { a: ["0.2001000", "1", "1.0"], b: ["0.2000000", "1", "1.0"], c: ["0.2000500", "60.0"] }
        peer.script("Ticker", { result: { XDGUSD: lists } })
        peer.script("Time", { result: { unixtime: 1_620_000_000, rfc1123: "…" } })
      },
      { speed: 10 }
    )
  )
})

const snapshot = (...data: ReadonlyArray<object>) => ({ channel: "executions", type: "snapshot", data, sequence: 1 })
const update = (sequence: number, ...data: ReadonlyArray<object>) => ({
  channel: "executions",
  type: "update",
  data,
  sequence
})
const open = { order_id: "O1", symbol: "DOGE/USD", side: "buy", exec_type: "new", order_status: "new", cl_ord_id: "k1" }
const accepted = (txid: string) => ({ order_id: txid, exec_type: "new", order_status: "new" })

describe("executions", () => {
  it.live("begin with a snapshot on a fresh token, and name the subscription's wishes", () =>
    withExecutions(
      ({ peer, next }) =>
        Effect.gen(function* () {
          expect((yield* next(is("Snapshot"))).openTxids).toStrictEqual(["O1"])
          expect((yield* next(is("Ended"))).clientId).toStrictEqual("k1")
          expect(subscriptionOf(peer.sockets[0])).toStrictEqual({
            channel: "executions",
            token: `${SECRETS.token}-0`,
            snap_orders: true,
            snap_trades: true,
            order_status: true
          })
        }),
      (peer) => onSubscribe(peer, () => [snapshot(open), update(2, { order_id: "O1", exec_type: "filled" })])
    )
  )

  it.live("after a gap come from a new subscription with a new snapshot; nothing after the gap is used", () =>
    withExecutions(
      ({ peer, next }) =>
        Effect.gen(function* () {
          yield* next(is("Snapshot"))
          expect((yield* next(is("Accepted"))).txid).toBe("O2")
          expect((yield* next(is("Disconnected"))).detail).toBe("executions frame 4 came where 3 was due")
          expect((yield* next(is("Snapshot"))).openTxids).toStrictEqual(["O1"])
          expect(peer.sockets.map((socket) => subscriptionOf(socket).token)).toStrictEqual([
            `${SECRETS.token}-0`,
            `${SECRETS.token}-1`
          ])
        }),
      (peer) =>
        onSubscribe(peer, (nth) =>
          nth === 0 ? [snapshot(), update(2, accepted("O2")), update(4, accepted("O4"))] : [snapshot(open)]
        )
    )
  )

  it.live("get a new token when the old one is refused", () =>
    withExecutions(
      ({ peer, next }) =>
        Effect.gen(function* () {
          expect((yield* next(is("Disconnected"))).detail).toContain("ESession:Invalid session")
          yield* next(is("Snapshot"))
          expect(peer.to("GetWebSocketsToken")).toHaveLength(2)
        }),
      (peer) => {
        peer.onMessage = (socket, { method }, nth) => {
          if (method !== "subscribe") return
          if (nth === 0)
            socket.send({ method: "subscribe", error: "ESession:Invalid session", success: false, req_id: 1 })
          else socket.send(ack, snapshot())
        }
      }
    )
  )

  it.live("survive a token that cannot be had for a while", () =>
    withExecutions(
      ({ next }) =>
        Effect.gen(function* () {
          expect((yield* next(is("Disconnected"))).detail).toContain("GetWebSocketsToken: HTTP 520")
          yield* next(is("Snapshot"))
        }),
      (peer) => {
        peer.script("GetWebSocketsToken", { status: 520, body: "<html>" }, { result: { token: SECRETS.token } })
        onSubscribe(peer, () => [snapshot()])
      }
    )
  )

  it.live("stop for a person when the key is wrong", () =>
    withExecutions(
      ({ next }) => Effect.flip(next(is("Snapshot"))),
      (peer) => peer.script("GetWebSocketsToken", { error: ["EAPI:Invalid key"] })
    ).pipe(
      Effect.map(({ advice, operation }) => expect([advice, operation]).toStrictEqual(["stop", "GetWebSocketsToken"]))
    )
  )

  it.live("never quote the token, even when the exchange does", () =>
    withExecutions(
      ({ next }) =>
        Effect.gen(function* () {
          const event = yield* next(is("Malformed"))
          expect(event.error.raw).toContain("[token]")
          expect(JSON.stringify(event) + inspect(event, { depth: 9 })).not.toContain(SECRETS.token)
        }),
      (peer) => onSubscribe(peer, () => [{ ...snapshot(), data: `${SECRETS.token}-0` }])
    )
  )

  it.live("nor does the error about an unreadable token", () =>
    withExecutions(
      ({ next }) =>
        Effect.gen(function* () {
          const { detail } = yield* next(is("Disconnected"))
          expect(detail).toContain("reply.result.token: is missing")
          expect(detail).not.toContain(SECRETS.token)
        }),
      (peer) => peer.script("GetWebSocketsToken", { result: { jeton: SECRETS.token } })
    )
  )
})

describe("the pause before the next attempt", () => {
  it("doubles up to half a minute, give or take half", () => {
    expect([0, 1, 2, 6, 7, 1_100].map((failures) => pauseMs(failures, 0.5))).toStrictEqual([
      250, 500, 1_000, 16_000, 30_000, 30_000
    ])
    expect(pauseMs(0, 0)).toBe(125)
    expect(pauseMs(20, 0.999)).toBeLessThan(45_000)
  })
})
