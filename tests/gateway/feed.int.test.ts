/** The market feed: what is written of the exchange's prices and time, and what happens to the stream that brings them. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { marketFeed } from "../../services/market-feed/service.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { decodeRecord, type StoredRecord } from "../../shared/events/envelope.ts"
import { KrakenMarketData } from "../../shared/exchange/kraken/layer.ts"
import { runPeer } from "../../shared/exchange/kraken/testing/peer.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { onMarket } from "./testing/market.ts"
import { BASE_PRICE, rising, START_MS } from "./testing/tape.ts"
import { subjects } from "./testing/watch.ts"

const lastPrice = ({ events: [event] }: StoredRecord): string =>
  event._tag === "PriceObserved" ? Price.format(event.last) : "none"

describe("the market feed", () => {
  it.live("writes the first price, best bid and ask, at the exchange's time", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startFeed()
        const [record] = yield* market.next(subjects.price, 1)
        if (record === undefined) return expect.fail("no price")
        expect(record.events).toStrictEqual([
          {
            _tag: "PriceObserved",
            last: Price.parse(BASE_PRICE),
            bid: Price.parse("0.19996"),
            ask: Price.parse(BASE_PRICE)
          }
        ])
        expect(record.timeMs).toBeGreaterThanOrEqual(START_MS)
        expect(record.timeMs).toBeLessThan(START_MS + 3_600_000)
      })
    )
  )

  it.live("writes fewer prices than there are, and always the newest", () => {
    const prices = 600
    return onMarket({ tape: rising(prices, 1_000), exchange: { speed: 600 } }, (market) =>
      Effect.gen(function* () {
        yield* market.startFeed({ priceFactsPerSec: 5 })
        const newest = Price.parse(`0.${2_000_000 + prices - 1}`)
        const written: Array<string> = []
        while (written.at(-1) !== Price.format(newest)) {
          const record = (yield* market.next(subjects.price, written.length + 1)).at(-1)
          if (record !== undefined) written.push(lastPrice(record))
        }
        expect(written.length).toBeLessThan(prices / 4)
        expect(written).toStrictEqual(written.toSorted())
      })
    )
  })

  it.live("writes the exchange's time at its interval, also when nothing trades", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startFeed({ clockIntervalMs: 5_000 })
        const [first, ...others] = yield* market.next(subjects.clock, 6)
        let beforeMs = first?.timeMs ?? 0
        expect(beforeMs).toBeGreaterThanOrEqual(START_MS)
        for (const { timeMs } of others) {
          expect(timeMs - beforeMs).toBeGreaterThanOrEqual(5_000)
          beforeMs = timeMs
        }
      })
    )
  )

  it.live("asks for the price when it has been silent for half of what makes it stale", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* market.startFeed({ staleAfterMs: 120_000 })
        const [first, second] = yield* market.next(subjects.price, 2)
        if (first === undefined || second === undefined) return expect.fail("no price")
        expect(second.events).toStrictEqual(first.events)
        expect(second.timeMs - first.timeMs).toBeGreaterThan(60_000)
      })
    )
  )

  it.live("goes on after its stream was cut", () =>
    // Without the stream no price would come: the price is never old enough to be asked for.
    onMarket({ tape: rising(3_600, 1_000) }, (market) =>
      Effect.gen(function* () {
        yield* market.startFeed()
        yield* market.next(subjects.price, 3)
        yield* market.fault({ kind: "disconnect", socket: "public" })
        const cutSeq = yield* market.head
        const after = (yield* market.next(subjects.price, 5, cutSeq)).map(lastPrice)
        expect(after).toStrictEqual(after.toSorted())
        expect(new Set(after).size).toBe(5)
      })
    )
  )

  it.live("puts aside a frame that cannot be read, and carries on", () =>
    Effect.gen(function* () {
      const { peer, options } = yield* runPeer
      const ticker = (last: string) => ({ symbol: "DOGE/USD", bid: "0.1999", ask: "0.2001", last })
      const frame = (type: string, row: object) => ({ channel: "ticker", type, data: [row] })
      const unreadable = frame("update", { symbol: "DOGE/USD", bid: "dear", ask: "0.2001", last: "0.2" })
      peer.script("Time", { result: { unixtime: START_MS / 1_000, rfc1123: "" } })
      peer.script("Ticker", { error: ["EService:Busy"] })
      peer.onMessage = (socket, { method, req_id: reqId }) => {
        if (method !== "subscribe") return
        socket.send({ method, req_id: reqId, success: true, result: { channel: "ticker", symbol: "DOGE/USD" } })
        socket.send(unreadable, frame("update", ticker("0.2")))
      }
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const feed = marketFeed({
          subjects,
          epoch: 1,
          priceFactsPerSec: 20,
          clockIntervalMs: 5_000,
          staleAfterMs: 60_000
        })
        const written = (subject: string) =>
          journal.tail({ from: 1, filter: subject }).pipe(
            Stream.take(1),
            Stream.map((record) => decodeRecord(record)),
            Stream.runCollect
          )
        const [quarantined, priced] = yield* Effect.raceFirst(
          Effect.all([written(subjects.quarantine), written(subjects.price)]),
          feed
        )
        const [put] = quarantined.flatMap(({ events }) => events)
        if (put?._tag !== "FrameQuarantined") return expect.fail("nothing was put aside")
        expect(put.source).toBe("ticker")
        expect(put.problem).toMatch(/bid/)
        expect(JSON.parse(put.raw)).toStrictEqual(unreadable)
        expect(priced.map(lastPrice)).toStrictEqual(["0.2"])
      }).pipe(
        Effect.provide(
          Layer.merge(
            MemoryJournal.layer(),
            Layer.provideMerge(KrakenMarketData.layer(options), VenueClock.layer({ speed: 1 }))
          )
        )
      )
    }).pipe(Effect.scoped)
  )
})
