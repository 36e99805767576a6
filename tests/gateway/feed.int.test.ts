/** The market feed: what is written of the exchange's prices and time, and what happens to the stream that brings them. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Price } from "../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import { onMarket } from "./testing/market.ts"
import { onScriptedFeed, sends, tick } from "./testing/scriptedFeed.ts"
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
        const facts = yield* market.next(subjects.clock, 6)
        const firstMs = facts[0]?.timeMs ?? 0
        expect(firstMs).toBeGreaterThanOrEqual(START_MS)
        // At most one in each interval since the first, however late within it.
        const intervals = facts.map(({ timeMs }) => Math.floor((timeMs - firstMs) / 5_000))
        expect(intervals).toStrictEqual([...new Set(intervals)].toSorted((a, b) => a - b))
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

  it.live("puts aside a frame that cannot be read, and carries on", () => {
    const unreadable = tick(0.2, "dear")
    return onScriptedFeed(
      (peer) => (peer.onMessage = sends(unreadable, tick(0.2))),
      ({ written }) =>
        Effect.gen(function* () {
          const [put] = (yield* written(subjects.quarantine, 1)).flatMap(({ events }) => events)
          if (put?._tag !== "FrameQuarantined") return expect.fail("nothing was put aside")
          expect(put.source).toBe("ticker")
          expect(put.problem).toMatch(/bid/)
          expect(JSON.parse(put.raw)).toStrictEqual(unreadable)
          expect((yield* written(subjects.price, 1)).map(lastPrice)).toStrictEqual(["0.2"])
        })
    )
  })
})
