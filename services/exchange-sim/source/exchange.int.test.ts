import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"
import { Journal } from "../../../shared/journal/port.ts"
import { MemoryJournal, type MemoryJournalOptions } from "../../../shared/journal/memory.ts"
import { ExchangeSim, exchangeSimLayer } from "../layer.ts"
import type { ExchangeSimOptions } from "../options.ts"
import { client, dig, getPublic, type Urls } from "../testing/sim.ts"
import { START, tapeFile, wait } from "../testing/tape.ts"

const file = tapeFile()

/** A journal that outlives the exchanges on it. */
const withJournal = <A, E>(
  options: MemoryJournalOptions,
  test: (
    run: <B>(
      session: (urls: Urls) => Effect.Effect<B>,
      settings?: Partial<ExchangeSimOptions>
    ) => Effect.Effect<B, unknown>
  ) => Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    const memory = yield* Layer.build(MemoryJournal.layer(options))
    return yield* test((session, settings = {}) =>
      Effect.flatMap(ExchangeSim, session).pipe(
        Effect.provide(exchangeSimLayer({ market: `recorded:${file}`, admin: true, ...settings })),
        Effect.provideContext(memory)
      )
    )
  })

/** What matters of the books: without the ids, which differ between any two exchanges. */
const figures = (urls: Urls) =>
  wait(async () => {
    const books: unknown = await (await fetch(`${urls.restUrl}/admin/books`)).json()
    const trades = dig(books, "trades") as ReadonlyArray<Record<string, unknown>>
    return {
      balances: dig(books, "balances"),
      trades: trades.map(({ side, price, volume, timeMs }) => [side, price, volume, timeMs])
    }
  })

const ladder = (urls: Urls) =>
  wait(async () => {
    const { add } = client(urls)
    for (const [side, volume, price] of [
      ["buy", "40", "0.1995"],
      ["buy", "50", "0.1985"],
      ["sell", "40", "0.204"]
    ] as const) {
      expect((await add(side, volume, price)).error).toEqual([])
    }
  })

describe("an exchange that is stopped and started again", () => {
  it.effect("trades exactly as one that was never stopped", () =>
    Effect.gen(function* () {
      const whole = yield* withJournal({}, (run) =>
        run((urls) => Effect.andThen(ladder(urls), Effect.andThen(TestClock.adjust("240 seconds"), figures(urls))))
      )
      const parts = yield* withJournal({}, (run) =>
        Effect.gen(function* () {
          yield* run((urls) => Effect.andThen(ladder(urls), TestClock.adjust("61 seconds")))
          // Time stands still while it is down.
          yield* TestClock.adjust("1 hour")
          yield* run(() => TestClock.adjust("60 seconds"))
          return yield* run((urls) => Effect.andThen(TestClock.adjust("119 seconds"), figures(urls)))
        })
      )
      expect(whole.trades.length).toBeGreaterThanOrEqual(4)
      expect(parts).toEqual(whole)
    })
  )

  it.effect("keeps its settings of the account's money and start from the first time", () =>
    withJournal({}, (run) =>
      Effect.gen(function* () {
        const first = yield* run(figures)
        const second = yield* run(figures, { initialBase: 0n as ExchangeSimOptions["initialBase"], startMs: 1 })
        expect(second).toEqual(first)
      })
    )
  )
})

describe("an exchange whose journal fails", () => {
  it.effect("writes a record again when its answer was lost, and the order stands once", () => {
    let appends = 0
    const fault = () => (++appends === 2 ? ("lost-after-commit" as const) : null)
    return withJournal({ fault }, (run) =>
      run((urls) =>
        Effect.gen(function* () {
          const { add } = client(urls)
          const placing = add("buy", "40", "0.1995")
          // The retry sleeps on the test clock: it is moved until the answer is there.
          const answer = yield* Effect.raceFirst(
            wait(() => placing),
            Effect.forever(
              Effect.andThen(
                TestClock.adjust("100 millis"),
                Effect.promise(() => new Promise(setImmediate))
              )
            )
          )
          expect(answer.error).toEqual([])
          expect(appends).toBeGreaterThan(2)
        })
      )
    )
  })

  it.effect("stops, says so, and gives no answer that is not written", () => {
    let broken = false
    return withJournal({ fault: () => (broken ? "lost-before-commit" : null) }, (run) =>
      run((urls) =>
        Effect.gen(function* () {
          broken = true
          const placing = client(urls).add("buy", "40", "0.1995")
          const answer = yield* Effect.raceFirst(
            wait(() => placing),
            Effect.forever(
              Effect.andThen(
                TestClock.adjust("1 second"),
                Effect.promise(() => new Promise(setImmediate))
              )
            )
          )
          expect(answer.error).toEqual(["EService:Unavailable"])
          expect((yield* wait(() => getPublic(urls, "Time"))).error).toEqual(["EService:Unavailable"])
        })
      )
    )
  })

  it.effect("refuses a record of another kind on its subject and names it", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append({ subject: "exchange.XDGUSD.books", id: "x", data: new TextEncoder().encode("{}") })
      const error = yield* Layer.build(exchangeSimLayer()).pipe(Effect.flip)
      expect(error.message).toContain("record 1 of memory cannot be used")
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("leaves the journal to the newer one when two are started on it", () =>
    Effect.gen(function* () {
      const older = yield* Layer.build(exchangeSimLayer())
      const newer = yield* Layer.build(exchangeSimLayer())
      yield* TestClock.adjust("2 seconds")
      const urls = [older, newer].map((context) => ({ urls: context.mapUnsafe.get(ExchangeSim.key) as Urls }))
      const answers = yield* Effect.forEach(urls, ({ urls: each }) => wait(() => getPublic(each, "Time")))
      expect(answers.filter(({ error }) => error.length === 0)).toHaveLength(1)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

const month = join(import.meta.dirname, "../../../tests/data/month.csv.gz")

it.effect("a gzipped month of candles is played", () =>
  Effect.gen(function* () {
    const urls = yield* ExchangeSim
    yield* TestClock.adjust("2 seconds")
    const bars = yield* wait(() => getPublic(urls, "OHLC?pair=XDGUSD&interval=1"))
    expect(dig(bars, "result", "XDGUSD", 0)).toEqual([
      1_709_325_600,
      "0.3200000",
      "0.3215329",
      "0.3199646",
      "0.3209302",
      "0.3206353",
      "6650000.00000000",
      10
    ])
  }).pipe(
    Effect.provide(
      exchangeSimLayer({ market: `recorded:${month}`, speed: 600 }).pipe(Layer.provide(MemoryJournal.layer()))
    )
  )
)

it.live("an upstream market follows the trades of another exchange, here a simulated one", () =>
  Effect.gen(function* () {
    const source = yield* Layer.build(exchangeSimLayer({ startMs: START * 1_000 }))
    const upstreamUrl = (source.mapUnsafe.get(ExchangeSim.key) as Urls).wsPublicUrl
    const memory = yield* Layer.build(MemoryJournal.layer())
    const follower = yield* Layer.build(exchangeSimLayer({ market: "upstream", upstreamUrl })).pipe(
      Effect.provideContext(memory)
    )
    const urls = follower.mapUnsafe.get(ExchangeSim.key) as Urls
    const ticker = yield* wait(() => getPublic(urls, "Ticker?pair=XDGUSD")).pipe(
      Effect.repeat({ schedule: Schedule.spaced("20 millis"), until: ({ error }) => error.length === 0, times: 250 })
    )
    const of = yield* wait(() => getPublic(source.mapUnsafe.get(ExchangeSim.key) as Urls, "Ticker?pair=XDGUSD"))
    expect(dig(ticker, "result", "XDGUSD", "c")).toEqual(dig(of, "result", "XDGUSD", "c"))
  }).pipe(Effect.provide(MemoryJournal.layer()), Effect.scoped)
)
