/** What every store must do, as one suite for all that can be reached over PostgREST. */
import { expect, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Candle } from "../../candles/core/candle.ts"
import { Price, Quote, Volume } from "../../core/decimal/decimal.ts"
import { type CandleSeries, CANDLES_OF_STRETCH, type JobOrder, Store, STORE_TABLES } from "../port.ts"
import type { FillRow } from "../projected.ts"

/** A candle at `timeSec` with digits that a double would lose. */
export const someCandle = (timeSec: number, close = "0.1234567891", volume = "1234567890123.12345678"): Candle => ({
  timeSec,
  open: Price.parse("0.12"),
  high: Price.parse("90071992547409.9312345678"),
  low: Price.parse("0.0000000001"),
  close: Price.parse(close),
  volume: Volume.parse(volume),
  trades: 3
})

const minutes = (count: number, from = 0): ReadonlyArray<Candle> =>
  Array.from({ length: count }, (_, at) => someCandle((from + at) * 60))

const order = (symbol: string, more: Partial<JobOrder> = {}): JobOrder => ({
  source: "contract",
  symbol,
  intervalMin: 60,
  mode: "incremental",
  days: 250,
  ...more
})

const fill = (eventId: string, more: Partial<FillRow> = {}): FillRow => ({
  market: "FILLS",
  eventId,
  timeSec: 1_763_700_000.125,
  slot: 1,
  localId: 7,
  clientId: "c-7",
  txid: "OABC",
  execId: `E${eventId}`,
  side: "buy",
  price: Price.parse("0.1500001"),
  volume: Volume.parse("13.00000001"),
  cost: Quote.parse("1.9500013015"),
  fee: Quote.parse("0.0048750033"),
  liquidity: "maker",
  ...more
})

/** States the contract for the stores that `make` builds. Tests keep to symbols of their own: they share one store. */
export const storeContract = <E>(name: string, make: Layer.Layer<Store, E>): void => {
  layer(make, { excludeTestServices: true, timeout: "60 seconds" })(`store contract: ${name}`, (it) => {
    it.effect("a day's profile comes back as it was, digit by digit, and the later one stands", () =>
      Effect.gen(function* () {
        const { profiles } = yield* Store
        const row = {
          market: "PROFILES",
          day: "2026-11-13",
          high: Price.parse("0.2000000001"),
          low: Price.parse("0.1"),
          pointOfControl: Price.parse("0.15"),
          valueAreaHigh: Price.parse("0.16"),
          valueAreaLow: Price.parse("0.14"),
          volumeWeightedPrice: 0.1512345678901234,
          totalVolume: Volume.parse("1234567890123.12345678")
        }
        expect(yield* profiles.ofDay("PROFILES", "2026-11-13")).toBeNull()
        yield* profiles.upsert({ ...row, high: Price.parse("9") })
        yield* profiles.upsert(row)
        expect(yield* profiles.ofDay("PROFILES", "2026-11-13")).toStrictEqual(row)
        expect(yield* profiles.ofDay("PROFILES", "2026-11-14")).toBeNull()
      })
    )

    it.effect("candles come back as they were, digit by digit, oldest first", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "EXACT/USD", intervalMin: 1 } as const
        expect(yield* candles.upsert(series, [someCandle(120), someCandle(60)], "poll")).toBe(2)
        expect(yield* candles.newest(series, 10)).toStrictEqual([someCandle(60), someCandle(120)])
        expect(yield* candles.between(series, 60, 119)).toStrictEqual([{ ...someCandle(60), provenance: "poll" }])
        expect(yield* candles.times(series, 0, 1_000)).toStrictEqual([60, 120])
      })
    )

    it.effect("an upsert counts what is new, changes what differs, and of two with one start keeps the later", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "UPSERT", intervalMin: 1 } as const
        yield* candles.upsert(series, minutes(3), "backfill")
        expect(yield* candles.upsert(series, minutes(5), "backfill")).toBe(2)
        const twice = [someCandle(0, "0.2"), someCandle(0, "0.3")]
        expect(yield* candles.upsert(series, twice, "stream")).toBe(0)
        expect((yield* candles.newest(series, 9))[0]).toStrictEqual(someCandle(0, "0.3"))
        expect(yield* candles.upsert(series, [], "stream")).toBe(0)
      })
    )

    it.effect("a stretch has another stamp after every change of its candles, and no stretch beside it", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "STAMPS", intervalMin: 1 } as const
        const stretchSec = CANDLES_OF_STRETCH * 60
        expect(yield* candles.stamps(series)).toStrictEqual([])
        yield* candles.upsert(series, [...minutes(3), someCandle(stretchSec - 60), someCandle(2 * stretchSec)], "poll")
        const [first, second] = yield* candles.stamps(series)
        expect([first?.fromSec, second?.fromSec]).toStrictEqual([0, 2 * stretchSec])
        expect(first?.stamp).not.toBe(second?.stamp)

        yield* candles.upsert(series, minutes(3), "backfill")
        yield* candles.upsert({ ...series, intervalMin: 15 }, minutes(1), "poll")
        expect(yield* candles.stamps(series), "equal values, and another series").toStrictEqual([first, second])

        const seen = new Set([first?.stamp])
        for (const change of [
          candles.upsert(series, [someCandle(60, "0.3")], "poll"),
          candles.upsert(series, [someCandle(180)], "stream"),
          candles.deleteOlderThan(series, 60)
        ]) {
          yield* change
          const [changed, beside] = yield* candles.stamps(series)
          expect(beside).toStrictEqual(second)
          expect(seen.has(changed?.stamp)).toBe(false)
          seen.add(changed?.stamp)
        }
      })
    )

    it.effect("two series do not see each other", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        yield* candles.upsert({ venue: "real", symbol: "APART", intervalMin: 1 }, minutes(2), "poll")
        yield* candles.upsert({ venue: "real", symbol: "APART", intervalMin: 15 }, minutes(1), "poll")
        expect(yield* candles.times({ venue: "real", symbol: "APART", intervalMin: 15 }, 0, 1_000)).toStrictEqual([0])
        expect(yield* candles.times({ venue: "real", symbol: "APART,", intervalMin: 1 }, 0, 1_000)).toStrictEqual([])
      })
    )

    it.effect("a value that would be syntax elsewhere is a value", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        for (const symbol of ['a"b', "a,b", "a.b(c)", "eq.x", "'; drop table fills; --", "ÄÖ €", "%_*", "&a=b#c+d"]) {
          const series = { venue: "real", symbol, intervalMin: 1 } as const
          yield* candles.upsert(series, minutes(1), "import")
          expect(yield* candles.times(series, 0, 1_000), symbol).toStrictEqual([0])
        }
      })
    )

    it.effect("1,500 rows are read whole through a cap of 1,000", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "PAGES", intervalMin: 1 } as const
        expect(yield* candles.upsert(series, minutes(2_500), "import")).toBe(2_500)
        const newest = yield* candles.newest(series, 1_500)
        expect(newest.map(({ timeSec }) => timeSec)).toStrictEqual(
          Array.from({ length: 1_500 }, (_, at) => (at + 1_000) * 60)
        )
        expect(yield* candles.between(series, 0, 2_499 * 60)).toHaveLength(2_500)
        expect(yield* candles.times(series, 60, 2_499 * 60)).toHaveLength(2_499)
        expect(yield* candles.newest(series, 1_000)).toHaveLength(1_000)
        expect(yield* candles.newest(series, 5_000)).toHaveLength(2_500)
      })
    )

    it.effect("coverage counts a series from a start on; a series that is not there has none", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "COVER", intervalMin: 15 } as const
        yield* candles.upsert(series, [...minutes(3), someCandle(900, "1", "0")], "poll")
        const all = { ...series, count: 4, oldestSec: 0, newestSec: 900, withVolume: 3 }
        expect(yield* candles.coverage(series, 0)).toStrictEqual(all)
        expect(yield* candles.coverage(series, 61)).toStrictEqual({
          ...all,
          count: 2,
          oldestSec: 120,
          withVolume: 1
        })
        const nothing = { venue: "real", symbol: "NOBODY", intervalMin: 1 } as const
        expect(yield* candles.coverage(nothing, 0)).toStrictEqual({
          ...nothing,
          count: 0,
          oldestSec: null,
          newestSec: null,
          withVolume: 0
        })
        const found = (yield* candles.coverageOfAll).filter(({ symbol }) => symbol === "COVER")
        expect(found).toStrictEqual([all])
      })
    )

    it.effect("holes are found between candles only, in whole intervals, also more of them than fit one page", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "HOLES", intervalMin: 15 } as const
        yield* candles.upsert(
          series,
          [0, 900, 4_500, 6_300, 8_000].map((time) => someCandle(time)),
          "poll"
        )
        const [first, second] = [
          { fromSec: 1_800, toSec: 3_600, missing: 3 },
          { fromSec: 5_400, toSec: 5_400, missing: 1 }
        ]
        expect(yield* candles.gaps(series, 0)).toStrictEqual([first, second])
        expect(yield* candles.gaps(series, 4_500)).toStrictEqual([second])
        expect(yield* candles.gaps(series, 0, 3)).toStrictEqual([second])
        expect(yield* candles.gaps({ venue: "real", symbol: "NOBODY", intervalMin: 1 }, 0)).toStrictEqual([])

        const sieve = { venue: "real", symbol: "SIEVE", intervalMin: 1 } as const
        const every = Array.from({ length: 2_101 }, (_, at) => someCandle(at * 120))
        yield* candles.upsert(sieve, every, "poll")
        expect(yield* candles.gaps(sieve, 0)).toStrictEqual(
          Array.from({ length: 2_100 }, (_, at) => ({ fromSec: at * 120 + 60, toSec: at * 120 + 60, missing: 1 }))
        )
      })
    )

    it.effect("simulated and real candles of one name and time stand apart", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const real = { venue: "real", symbol: "TWICE", intervalMin: 1 } as const
        const simulated = { ...real, venue: "simulated" } as const
        expect(yield* candles.upsert(real, [someCandle(60)], "backfill")).toBe(1)
        expect(yield* candles.upsert(simulated, [someCandle(60, "0.3")], "poll")).toBe(1)
        expect(yield* candles.newest(real, 9)).toStrictEqual([someCandle(60)])
        expect(yield* candles.newest(simulated, 9)).toStrictEqual([someCandle(60, "0.3")])
        const all = (yield* candles.coverageOfAll).filter(({ symbol }) => symbol === "TWICE")
        expect(all.map(({ venue, count }) => [venue, count])).toStrictEqual([
          ["real", 1],
          ["simulated", 1]
        ])
        expect(yield* candles.deleteOlderThan(simulated, 1_000)).toBe(1)
        expect(yield* candles.times(real, 0, 1_000)).toStrictEqual([60])
      })
    )

    it.effect(
      "rows of before there were venues are nobody's until it is said: the pair's its market's, all others real",
      () =>
        Effect.gen(function* () {
          const { candles } = yield* Store
          const of = (venue: string, symbol: string) =>
            // As the migration leaves them; no series of the code can name that venue.
            ({ venue, symbol, intervalMin: 1 }) as CandleSeries
          yield* candles.upsert(of("unsaid", "PAIR"), minutes(3), "poll")
          yield* candles.upsert(of("unsaid", "OTHER"), minutes(2), "backfill")
          yield* candles.upsert(of("simulated", "PAIR"), [someCandle(60, "0.3")], "poll")
          expect(yield* candles.times(of("simulated", "PAIR"), 0, 1_000)).toStrictEqual([60])
          expect((yield* candles.coverageOfAll).filter(({ symbol }) => symbol === "OTHER")).toStrictEqual([])
          expect(yield* candles.adopt("PAIR", "simulated")).toBe(5)
          expect(yield* candles.adopt("PAIR", "real")).toBe(0)
          // What the venue had of itself stays.
          expect(yield* candles.newest(of("simulated", "PAIR"), 9)).toStrictEqual([
            someCandle(0),
            someCandle(60, "0.3"),
            someCandle(120)
          ])
          expect(yield* candles.times(of("real", "OTHER"), 0, 1_000)).toStrictEqual([0, 60])
          expect(yield* candles.times(of("real", "PAIR"), 0, 1_000)).toStrictEqual([])
        })
    )

    it.effect("what is older than an instant is deleted and counted, of one series", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const old = { venue: "real", symbol: "OLD", intervalMin: 1 } as const
        const other = { ...old, intervalMin: 60 }
        yield* candles.upsert(old, minutes(10), "poll")
        yield* candles.upsert(other, minutes(2), "poll")
        expect(yield* candles.deleteOlderThan(old, 5 * 60)).toBe(5)
        expect(yield* candles.deleteOlderThan(old, 5 * 60)).toBe(0)
        expect(yield* candles.times(old, 0, 1_000)).toStrictEqual([300, 360, 420, 480, 540])
        expect(yield* candles.times(other, 0, 1_000)).toHaveLength(2)
      })
    )

    it.effect("a candle that the table does not allow is refused, and nothing of its request is kept", () =>
      Effect.gen(function* () {
        const { candles } = yield* Store
        const series = { venue: "real", symbol: "REFUSED", intervalMin: 1 } as const
        const bad = { ...someCandle(60), low: Price.zero }
        const error = yield* Effect.flip(candles.upsert(series, [someCandle(0), bad], "poll"))
        expect(error.advice).toBe("refused")
        expect(error.message).toMatch(/candles\.upsert REFUSED 1m.*23514/)
        expect(yield* candles.times(series, 0, 1_000)).toStrictEqual([])
      })
    )

    it.effect("state is kept by key, any JSON, and the last one stands", () =>
      Effect.gen(function* () {
        const { state } = yield* Store
        expect(yield* state.get("contract.nothing")).toBeNull()
        const value = { cursor: "1763700000123456789", stalls: 3, list: [1, null, "ü"], deep: { a: true } }
        yield* state.put("contract.a,b", value)
        expect(yield* state.get("contract.a,b")).toStrictEqual(value)
        yield* state.put("contract.a,b", 5)
        expect(yield* state.get("contract.a,b")).toBe(5)
      })
    )

    it.effect("a series is queued once while it waits or runs, and again when it is over", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Store
        const source = "queue"
        expect(yield* jobs.enqueue([order("A", { source }), order("B", { source }), order("A", { source })])).toBe(2)
        expect(yield* jobs.enqueue([order("A", { source, mode: "full" }), order("C", { source })])).toBe(1)
        const first = yield* jobs.claim(source, "w1", 60)
        expect(first).toMatchObject({
          symbol: "A",
          phase: "in_progress",
          place: null,
          attempts: 1,
          worker: "w1",
          days: 250
        })
        expect(yield* jobs.enqueue([order("A", { source })])).toBe(0)
        const ending = { phase: "complete", message: "done" } as const
        expect(yield* jobs.end(first?.id ?? "", "w1", ending)).toBe(true)
        expect(yield* jobs.end(first?.id ?? "", "w1", ending), "the same answer again").toBe(true)
        expect(yield* jobs.enqueue([order("A", { source })])).toBe(1)
        expect(yield* jobs.enqueue([])).toBe(0)
      })
    )

    it.effect("workers at the same moment get different jobs, in the order of the queue, and then none", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Store
        const source = "claims"
        yield* jobs.enqueue(Array.from({ length: 20 }, (_, at) => order(`S${at}`, { source })))
        const claimed = yield* Effect.forEach(
          Array.from({ length: 25 }, (_, at) => `w${at}`),
          (worker) => jobs.claim(source, worker, 60),
          { concurrency: 8 }
        )
        const ids = claimed.flatMap((job) => (job === null ? [] : [job.id]))
        expect(ids).toHaveLength(20)
        expect(new Set(ids).size).toBe(20)
        expect(yield* jobs.claim(source, "late", 60)).toBeNull()
      })
    )

    it.effect("a job whose lease ran out goes to another with its place; the first one is told to stop", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Store
        const source = "leases"
        yield* jobs.enqueue([order("L", { source })])
        const first = yield* jobs.claim(source, "slow", 60)
        const place = { cursor: "1763700000123456789", chunksDone: 2, chunksTotal: 5, fresh: 1_440 }
        const id = first?.id ?? ""
        expect(yield* jobs.keepPlace(id, "slow", place, 60)).toBe(true)
        expect(yield* jobs.claim(source, "other", 60), "the lease holds").toBeNull()
        // A lease of no length is over at once.
        expect(yield* jobs.keepPlace(id, "slow", place, 0)).toBe(true)
        const second = yield* jobs.claim(source, "other", 60)
        expect(second).toEqual(expect.objectContaining({ id, place, attempts: 2, worker: "other" }))
        expect(yield* jobs.keepPlace(id, "slow", place, 60)).toBe(false)
        expect(yield* jobs.end(id, "slow", { phase: "complete", message: "" })).toBe(false)
        expect(yield* jobs.end(id, "other", { phase: "pending", message: "later" })).toBe(true)
        const third = yield* jobs.claim(source, "third", 60)
        expect(third).toEqual(expect.objectContaining({ id, place, attempts: 3, message: "later" }))
      })
    )

    it.effect("a job that is cancelled by hand is no longer its worker's; jobs are counted", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Store
        const source = "cancels"
        const before = yield* jobs.counts(null)
        yield* jobs.enqueue([order("X", { source }), order("Y", { source })])
        const job = yield* jobs.claim(source, "w", 60)
        const id = job?.id ?? ""
        expect(yield* jobs.cancel(id)).toBe(true)
        expect(yield* jobs.cancel(id)).toBe(false)
        expect(yield* jobs.keepPlace(id, "w", { cursor: null, chunksDone: 0, chunksTotal: 0, fresh: 0 }, 60)).toBe(
          false
        )
        const counts = yield* jobs.counts(null)
        expect(counts.cancelled).toBe(before.cancelled + 1)
        expect(counts.pending).toBe(before.pending + 1)
        const none = { pending: 0, in_progress: 0, complete: 0, skipped: 0, error: 0, cancelled: 0 }
        expect(yield* jobs.counts(source)).toStrictEqual({ ...none, pending: 1, cancelled: 1 })
        expect(yield* jobs.counts("nobody")).toStrictEqual(none)
      })
    )

    it.effect("a job that has not begun becomes what is asked for now; one that has goes on as it was ordered", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Store
        const source = "orders"
        yield* jobs.enqueue([order("A", { source, mode: "incremental", days: 10 })])
        expect(yield* jobs.enqueue([order("A", { source, mode: "full", days: 90 })])).toBe(0)
        expect(yield* jobs.enqueue([order("A", { source, mode: "incremental", days: 5 })])).toBe(0)
        const job = yield* jobs.claim(source, "w", 60)
        expect(job).toMatchObject({ mode: "full", days: 90 })
        const place = { cursor: "c", chunksDone: 1, chunksTotal: 2, fresh: 1 }
        yield* jobs.keepPlace(job?.id ?? "", "w", place, 60)
        yield* jobs.end(job?.id ?? "", "w", { phase: "pending", message: "" })
        yield* jobs.enqueue([order("A", { source, mode: "missing", days: 7 })])
        expect(yield* jobs.claim(source, "w", 60)).toEqual(expect.objectContaining({ mode: "full", days: 90, place }))
      })
    )

    it.effect("of a series' finished jobs only the last is kept", () =>
      Effect.gen(function* () {
        const { jobs } = yield* Store
        const source = "rounds"
        for (const phase of ["error", "complete", "complete"] as const) {
          yield* jobs.enqueue([order("A", { source })])
          const job = yield* jobs.claim(source, "w", 60)
          yield* jobs.end(job?.id ?? "", "w", { phase, message: "" })
        }
        expect(yield* jobs.counts(source)).toMatchObject({ complete: 1, error: 0 })
      })
    )

    it.effect("the watchlist is what is enabled, in alphabetical order", () =>
      Effect.gen(function* () {
        const { symbols } = yield* Store
        const many = Array.from({ length: 1_200 }, (_, at) => ({
          symbol: `Z${String(at).padStart(5, "0")}`,
          name: "",
          enabled: true
        }))
        yield* symbols.upsert([
          { symbol: "BTC", name: "Bitcoin", enabled: true },
          { symbol: "ABC", name: "", enabled: false }
        ])
        yield* symbols.upsert([...many, { symbol: "ADA", name: "Cardano", enabled: true }])
        expect(yield* symbols.enabled).toStrictEqual(["ADA", "BTC", ...many.map(({ symbol }) => symbol)])
        yield* symbols.upsert([{ symbol: "BTC", name: "Bitcoin", enabled: false }])
        expect((yield* symbols.enabled)[1]).toBe("Z00000")
      })
    )

    it.effect("projected rows are kept once however often they come, and a market is forgotten whole", () =>
      Effect.gen(function* () {
        const { projection } = yield* Store
        const rows = [fill("10.0"), fill("10.1", { side: null, slot: 2 })]
        yield* projection.fills(rows)
        yield* projection.fills([...rows, fill("10.1", { slot: 3 })])
        const place = { market: "FILLS", timeSec: 1.5 }
        const price = { last: Price.parse("0.1"), bid: Price.parse("0.09"), ask: Price.parse("0.11") }
        const prices = Array.from({ length: 1_100 }, (_, at) => ({ ...place, ...price, eventId: `${at}.0` }))
        yield* projection.prices(prices)
        yield* projection.prices(prices.slice(0, 3))
        const event = { ...place, eventId: "5.0", slot: null, eventType: "ModeChanged", fromState: null, toState: "S1" }
        yield* projection.botEvents([{ ...event, details: { mode: "RUNNING" } }])
        yield* projection.fills([fill("10.0", { market: "KEPT" })])
        expect(yield* projection.forget("FILLS")).toBe(2 + 1_100 + 1)
        expect(yield* projection.forget("FILLS")).toBe(0)
        expect(yield* projection.forget("KEPT")).toBe(1)
      })
    )

    it.effect("of a market's rows those are forgotten that are older than their table keeps them, and no other's", () =>
      Effect.gen(function* () {
        const { projection } = yield* Store
        const at = (market: string, timeSec: number) => ({ market, timeSec, eventId: `${timeSec}.0` })
        const price = { last: Price.parse("0.1"), bid: Price.parse("0.09"), ask: Price.parse("0.11") }
        const event = { slot: null, eventType: "ModeChanged", fromState: null, toState: null, details: {} }
        const times = [10, 20, 30.5]
        for (const market of ["AGED", "OTHER"]) {
          yield* projection.fills(times.map((timeSec) => fill(`${timeSec}.0`, { market, timeSec })))
          yield* projection.prices(times.map((timeSec) => ({ ...at(market, timeSec), ...price })))
          yield* projection.botEvents(times.map((timeSec) => ({ ...at(market, timeSec), ...event })))
        }
        // Said before the exchange's time was known: of no age.
        yield* projection.botEvents([{ ...at("AGED", 0), ...event }])
        const nothing = { fillsSec: null, pricesSec: null, botEventsSec: null }
        expect(yield* projection.forgetOlder("AGED", nothing)).toBe(0)
        // Two prices, one event: what begins at the very time stays.
        expect(yield* projection.forgetOlder("AGED", { fillsSec: null, pricesSec: 30.5, botEventsSec: 20 })).toBe(3)
        expect(yield* projection.forgetOlder("AGED", { fillsSec: null, pricesSec: 30.5, botEventsSec: 20 })).toBe(0)
        expect(yield* projection.forgetOlder("AGED", { ...nothing, fillsSec: 1_000 })).toBe(3)
        expect(yield* projection.forget("AGED")).toBe(1 + 2 + 1)
        expect(yield* projection.forget("OTHER")).toBe(9)
      })
    )

    it.effect("health knows every table and the time of its newest row", () =>
      Effect.gen(function* () {
        const { candles, projection, health } = yield* Store
        yield* candles.upsert({ venue: "real", symbol: "HEALTH", intervalMin: 1 }, [someCandle(4_000_000_020)], "poll")
        yield* projection.fills([fill("1.0", { market: "HEALTH", timeSec: 4_000_000_000.5 })])
        const tables = yield* health
        expect(tables.map(({ table, present }) => [table, present])).toStrictEqual(
          STORE_TABLES.map((table) => [table, true])
        )
        const newest = new Map(tables.map(({ table, newestSec }) => [table, newestSec]))
        expect(newest.get("ohlcv_candles")).toBe(4_000_000_020)
        expect(newest.get("fills")).toBe(4_000_000_000.5)
        expect(newest.get("symbols")).toBeNull()
      })
    )
  })
}
