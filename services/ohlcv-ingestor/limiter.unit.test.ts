import { expect, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { NOTHING_DROPPED } from "../../shared/candles/core/normalise.ts"
import { type CandlePage, type CandleSource, CandleSourceError } from "../../shared/candles/source.ts"
import { limitedSource, MAX_ATTEMPTS } from "./limiter.ts"

const REQUEST = { symbol: "XDGUSD", intervalMin: 1, cursor: null }
const PAGE: CandlePage = {
  candles: [],
  dropped: NOTHING_DROPPED,
  cursor: "1",
  more: false
}
const error = (advice: CandleSourceError["advice"], retryAfterMs: number | null = null) =>
  new CandleSourceError({ source: "test", asked: "XDGUSD 1m", advice, detail: advice, retryAfterMs })

/** A source that notes when it is asked, and answers what `answer` gives for the n-th call. */
const noting = (answer: (call: number) => CandlePage | CandleSourceError) => {
  const calls: Array<number> = []
  const source: CandleSource = {
    name: "test",
    venue: "real",
    rate: { burst: 2, perSec: 2 },
    reachable: null,
    fetchPage: () =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMs) => {
        calls.push(nowMs)
        const given = answer(calls.length)
        return given instanceof CandleSourceError ? Effect.fail(given) : Effect.succeed(given)
      })
  }
  return { calls, source }
}

it.effect("many callers together use at least 95 % of the rate, and never more than it", () =>
  Effect.gen(function* () {
    const { calls, source } = noting(() => PAGE)
    const limited = yield* limitedSource(source)
    const workers = yield* Effect.forkChild(
      Effect.all(
        Array.from({ length: 4 }, () => Effect.forever(limited.fetchPage(REQUEST))),
        {
          concurrency: "unbounded"
        }
      )
    )
    for (let i = 0; i < 600; i++) yield* TestClock.adjust("100 millis")
    yield* Fiber.interrupt(workers)
    expect(calls.length).toBeGreaterThanOrEqual(0.95 * 60 * 2)
    for (const [first, from] of calls.entries()) {
      for (let last = first; last < calls.length; last++) {
        const seconds = ((calls[last] ?? 0) - from) / 1_000
        expect(last - first + 1, `calls ${first} to ${last}`).toBeLessThanOrEqual(2 + 2 * seconds + 1e-6)
      }
    }
  })
)

it.effect("a refusal holds back every caller until the named time", () =>
  Effect.gen(function* () {
    const { calls, source } = noting((call) => (call === 1 ? error("wait", 30_000) : PAGE))
    const limited = yield* limitedSource(source)
    const both = yield* Effect.forkChild(
      Effect.andThen(limited.fetchPage(REQUEST), limited.fetchPage(REQUEST)).pipe(Effect.asVoid)
    )
    yield* TestClock.adjust("29 seconds")
    expect(calls).toStrictEqual([0])
    yield* TestClock.adjust("1 minute")
    yield* Fiber.join(both)
    expect(calls).toStrictEqual([0, 30_000, 30_000])
  })
)

it.effect.each([
  ["rejected", 1],
  ["unknown_symbol", 1],
  ["stop", 1],
  ["retry", 4],
  ["wait", MAX_ATTEMPTS]
] as const)("a source that only says %s is asked %i times", ([advice, times]) =>
  Effect.gen(function* () {
    const { calls, source } = noting(() => error(advice))
    const limited = yield* limitedSource(source)
    const asking = yield* Effect.forkChild(limited.fetchPage(REQUEST))
    yield* TestClock.adjust("2 hours")
    const exit = yield* Fiber.await(asking)
    expect(Exit.isFailure(exit)).toBe(true)
    expect(calls.length).toBe(times)
  })
)
