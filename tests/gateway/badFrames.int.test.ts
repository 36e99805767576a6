/** What the public stream may send that no market can mean, and what the journal makes of it. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Price } from "../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { EventOf } from "../../shared/events/event.ts"
import { answerOf, onScriptedFeed, sends, tick } from "./testing/scriptedFeed.ts"
import { subjects } from "./testing/watch.ts"

const lastOf = ({ events: [event] }: StoredRecord | { events: readonly [] }): string =>
  event?._tag === "PriceObserved" ? Price.format(event.last) : "none"
const asideOf = (records: ReadonlyArray<StoredRecord>): ReadonlyArray<EventOf<"FrameQuarantined">> =>
  records.flatMap(({ events }) => events.flatMap((event) => (event._tag === "FrameQuarantined" ? [event] : [])))

describe("a number the market cannot have", () => {
  it.live.each([
    { last: 0, problem: /last: is "0", not within/ },
    { last: -0.2, problem: /last: is "-0.2", not within/ },
    { last: 1e22, problem: /last: is "1e\+22", not within/ },
    { last: "NaN", problem: /last: is "NaN", not/ }
  ])("as last price ($last) is refused at the edge and told, and the stream goes on", ({ last, problem }) =>
    onScriptedFeed(
      (peer) => (peer.onMessage = sends(tick(0.2), tick(last), tick(0.2005, 0.2004, 0.2006))),
      ({ written }) =>
        Effect.gen(function* () {
          const [put] = asideOf(yield* written(subjects.quarantine, 1))
          expect(put?.problem ?? "").toMatch(problem)
          const [price] = yield* written(subjects.price, 1)
          expect(lastOf(price ?? { events: [] })).toBe("0.2005")
        })
    )
  )
})

describe("a last price far from the one before and outside of its own bid and ask", () => {
  it.live.each([{ factor: 0.01 }, { factor: 10 }])(
    "(× $factor) moves nothing, for as long as it is the stream's newest: REST is asked, and its price is written",
    ({ factor }) =>
      onScriptedFeed(
        (peer) => {
          peer.script("Ticker", { error: ["EService:Busy"] }, answerOf("0.2003"))
          // A ping comes at once and every 2.5 s.
          const [atFirst, later] = [sends(tick(0.2), tick(0.2 * factor)), tick(0.2004)]
          let pings = 0
          peer.onMessage = (socket, message, nth) => {
            if (message["method"] === "ping" && ++pings === 3) socket.send(later)
            else atFirst(socket, message, nth)
          }
        },
        ({ written }) =>
          Effect.gen(function* () {
            const [put] = asideOf(yield* written(subjects.quarantine, 1))
            expect(put?.problem ?? "").toMatch(/^last price .* is far from the one before, 0\.2/)
            const prices: Array<string> = []
            while (prices.at(-1) !== "0.2004") {
              prices.push(...(yield* written(subjects.price, prices.length + 1)).map(lastOf).slice(-1))
            }
            expect([...new Set(prices)]).toStrictEqual(["0.2", "0.2003", "0.2004"])
          })
      )
  )

  it.live("is the market's once REST says the same", () =>
    onScriptedFeed(
      (peer) => {
        peer.script("Ticker", { error: ["EService:Busy"] }, answerOf("0.1801", "0.18", "0.1802"))
        peer.onMessage = sends(tick(0.2), tick(0.18))
      },
      ({ written }) =>
        Effect.gen(function* () {
          expect((yield* written(subjects.price, 2)).map(lastOf)).toStrictEqual(["0.2", "0.1801"])
        })
    )
  )
})

describe("bad frames", () => {
  it.live("are written beside the stream of good ones, in a few records that count them all", () => {
    const storm = Array.from({ length: 2_000 }, (_, n) => (n % 2 === 0 ? tick("dear") : "no JSON"))
    return onScriptedFeed(
      (peer) => (peer.onMessage = sends(tick(0.2), ...storm, tick(0.2005, 0.2004, 0.2006))),
      ({ written }) =>
        Effect.gen(function* () {
          const [price] = yield* written(subjects.price, 1)
          expect(lastOf(price ?? { events: [] })).toMatch(/^0\.2(005)?$/)
          let counted = 0
          let records = 0
          while (counted < storm.length) {
            const put = asideOf(yield* written(subjects.quarantine, ++records))
            counted = put.reduce((sum, { frames = 1 }) => sum + frames, 0)
          }
          expect(counted).toBe(storm.length)
          expect(records).toBeLessThanOrEqual(5)
        })
    )
  })
})
