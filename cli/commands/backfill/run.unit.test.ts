import { expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { NOTHING_DROPPED } from "../../../shared/candles/core/normalise.ts"
import { type CandleSource, CandleSourceError } from "../../../shared/candles/source.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { JobOrder } from "../../../shared/store/port.ts"
import { limitedSource } from "../../../services/ohlcv-ingestor/limiter.ts"
import { memoryStore } from "../../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { workOff } from "./run.ts"

const NOW_SEC = 1_790_035_200
const DAY = 86_400
const price = Price.parse("1")

/** Gives the last three days of any symbol but NOPE, and nothing before them. */
const threeDays: CandleSource = {
  name: "three",
  venue: "real",
  rate: { burst: 10, perSec: 10 },
  reachable: 3,
  fetchPage: ({ symbol }) =>
    symbol === "NOPE"
      ? new CandleSourceError({
          source: "three",
          asked: "NOPE 1d",
          advice: "unknown_symbol",
          detail: "no such symbol",
          retryAfterMs: null
        })
      : Effect.succeed({
          candles: [3, 2, 1].map((days) => ({
            timeSec: NOW_SEC - days * DAY,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Volume.zero,
            trades: 0
          })),
          dropped: NOTHING_DROPPED,
          cursor: "end",
          more: false
        })
}
const order = (symbol: string): JobOrder => ({ source: "three", symbol, intervalMin: 1_440, mode: "full", days: 10 })

const run = Effect.fnUntraced(function* (
  store: ReturnType<typeof memoryStore>,
  jobs: number,
  from: CandleSource = threeDays
) {
  const source = yield* limitedSource(from)
  const parts = { source, store, nowSec: Effect.succeed(NOW_SEC), retentionDays: () => null }
  const { elapsedMs: _, ...result } = yield* workOff(parts, { workers: 2, jobs })
  return result
})

it.effect("a run does every job of its source, and says what was short and what failed", () =>
  Effect.gen(function* () {
    const store = memoryStore()
    yield* store.jobs.enqueue([order("AAA"), order("NOPE"), { ...order("ELSE"), source: "another" }])
    const running = yield* Effect.forkChild(run(store, 2))
    yield* TestClock.adjust("10 seconds")
    expect(yield* Fiber.join(running)).toStrictEqual({
      done: 1,
      skipped: 0,
      fresh: 3,
      failed: ["NOPE 1d: three: NOPE 1d: no such symbol"],
      notes: ["AAA 1d: new=3 have=3/10 reachable=3/10"],
      remarks: []
    })
    expect((yield* store.jobs.counts(null)).pending).toBe(1)
  })
)

it.effect("a market that is younger than what was asked for is named too, at a source without a ceiling", () =>
  Effect.gen(function* () {
    const store = memoryStore()
    yield* store.jobs.enqueue([order("NEW"), { ...order("OLD"), days: 3 }])
    const { notes } = yield* run(store, 2, { ...threeDays, reachable: null })
    expect(notes).toStrictEqual(["NEW 1d: new=3 have=3/10"])
  })
)

it.effect("also behind a thousand newer jobs one in other hands is waited for", () =>
  Effect.gen(function* () {
    const store = memoryStore()
    yield* store.jobs.enqueue([order("AAA")])
    yield* store.jobs.claim("three", "killed", 90)
    yield* store.jobs.enqueue(Array.from({ length: 1_000 }, (_, at) => ({ ...order(`N${at}`), source: "another" })))
    const running = yield* Effect.forkChild(run(store, 1))
    yield* TestClock.adjust("100 seconds")
    expect(yield* Fiber.join(running)).toMatchObject({ done: 1, fresh: 3 })
  })
)

it.effect("a job of a process that was killed is waited for until its lease has run out", () =>
  Effect.gen(function* () {
    const store = memoryStore()
    yield* store.jobs.enqueue([order("AAA")])
    yield* store.jobs.claim("three", "killed", 90)
    const running = yield* Effect.forkChild(run(store, 1))
    yield* TestClock.adjust("80 seconds")
    expect(store.stored({ venue: "real", symbol: "AAA", intervalMin: 1_440 })).toStrictEqual([])
    yield* TestClock.adjust("20 seconds")
    expect(yield* Fiber.join(running)).toMatchObject({ done: 1, fresh: 3 })
  })
)
