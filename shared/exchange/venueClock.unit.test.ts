import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { monotonicMs } from "../monotonic.ts"
import { VenueClock } from "./venueClock.ts"

const at = (speed: number, stopsUnheardAfterMs?: number) =>
  Effect.provide(VenueClock.layer(stopsUnheardAfterMs === undefined ? { speed } : { speed, stopsUnheardAfterMs }))

describe("the exchange's clock", () => {
  it.effect("is the wall's until the exchange has been heard", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* TestClock.setTime(5_000)
      expect(yield* clock.nowMs).toBe(5_000)
      expect(yield* clock.synchronised).toBe(false)
    }).pipe(at(10))
  )

  it.effect("may be moved into the past by the first observation, as a recorded market lies there", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* TestClock.setTime(1_000_000)
      expect(yield* clock.nowMs).toBe(1_000_000)
      yield* clock.observe(2_000, 0)
      expect(yield* clock.nowMs).toBe(2_000)
      expect(yield* clock.synchronised).toBe(true)
    }).pipe(at(1))
  )

  it.effect("runs `speed` times as fast as the wall between observations", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(100_000, 0)
      yield* TestClock.adjust(250)
      expect(yield* clock.nowMs).toBe(115_000)
      expect(clock.unsafeNowMs()).toBe(115_000)
    }).pipe(at(60))
  )

  it.effect("assumes the middle of the first round trip", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(1_000, 100)
      expect(yield* clock.nowMs).toBe(1_100)
    }).pipe(at(2))
  )

  it.effect("keeps an estimate that a slow reply cannot disprove, and moves one that it can", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(1_000, 0)
      yield* clock.observe(700, 400)
      expect(yield* clock.nowMs).toBe(1_000)
      yield* clock.observe(1_500, 400)
      expect(yield* clock.nowMs).toBe(1_500)
    }).pipe(at(1))
  )

  it.effect("never goes back: it stands until the exchange has caught up", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(10_000, 0)
      expect(yield* clock.nowMs).toBe(10_000)
      yield* clock.observe(9_000, 0)
      expect(yield* clock.nowMs).toBe(10_000)
      yield* TestClock.adjust(600)
      expect(yield* clock.nowMs).toBe(10_000)
      yield* TestClock.adjust(600)
      expect(yield* clock.nowMs).toBe(10_200)
    }).pipe(at(1))
  )

  it.effect("stops after the given silence, because a simulated exchange that is down is frozen", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(0, 0)
      yield* TestClock.adjust("1 minute")
      expect(yield* clock.nowMs).toBe(20_000)
      yield* clock.observe(20_500, 0)
      yield* TestClock.adjust(100)
      expect(yield* clock.nowMs).toBe(21_500)
    }).pipe(at(10, 2_000))
  )

  it.effect("tells what it showed when something arrived, however late that is read", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(100_000, 0)
      yield* TestClock.adjust(1_000)
      const arrivedMs = yield* monotonicMs
      yield* TestClock.adjust(5_000)
      expect(clock.unsafeAtMs(arrivedMs)).toBe(110_000)
      expect(yield* clock.nowMs).toBe(160_000)
      expect(clock.unsafeAtMs(arrivedMs + 60_000)).toBe(160_000)
    }).pipe(at(10))
  )

  it.effect("ignores an observation that is no number or took less than no time", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(Number.NaN, 1)
      yield* clock.observe(1, Number.POSITIVE_INFINITY)
      yield* clock.observe(1, -1)
      expect(yield* clock.synchronised).toBe(false)
    }).pipe(at(1))
  )

  it.effect("sleeps in the exchange's time, which is shorter on the wall", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(0, 0)
      const sleeper = yield* Effect.forkChild(Effect.andThen(clock.sleep(60_000), clock.nowMs))
      yield* TestClock.adjust(999)
      expect(sleeper.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(sleeper)).toBeGreaterThanOrEqual(60_000)
    }).pipe(at(60))
  )

  it.effect("ends a sleep on time although the first observation shows a market of years ago", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* TestClock.setTime(1_790_000_000_000)
      const sleepers = yield* Effect.forkChild(
        Effect.all([clock.sleep(1_000), clock.sleepUntil(1_790_000_001_000)], { concurrency: 2 })
      )
      yield* TestClock.adjust(500)
      yield* clock.observe(1_620_000_000_000, 0)
      yield* TestClock.adjust(500)
      yield* Fiber.join(sleepers)
    }).pipe(at(1))
  )

  it.effect("does not sleep towards an instant that has passed", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(5_000, 0)
      yield* clock.sleepUntil(5_000)
    }).pipe(at(1))
  )

  it("refuses a speed that is no positive number", () => {
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => Effect.runSync(Effect.void.pipe(Effect.provide(VenueClock.layer({ speed }))))).toThrow(/speed/)
    }
  })

  it.effect("follows a simulated exchange that has lowered its speed, and one that has raised it again", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(0, 0)
      yield* TestClock.adjust("5 seconds")
      yield* clock.observe(5_000 * 50, 0)
      expect(yield* clock.rate).toBe(50)
      yield* TestClock.adjust("1 second")
      expect(yield* clock.nowMs, "nothing was shown ahead, so nothing is waited for").toBe(300_000)
      yield* TestClock.adjust("4 seconds")
      yield* clock.observe(10_000 * 50 + 1, 0)
      expect(yield* clock.nowMs).toBe(500_001)
      yield* TestClock.adjust("1 second")
      expect(yield* clock.nowMs).toBe(550_001)
      yield* TestClock.adjust("4 seconds")
      yield* clock.observe(500_001 + 5_000 * 100, 0)
      expect(yield* clock.rate).toBe(100)
    }).pipe(at(100, 60_000))
  )

  it.effect("takes a real exchange's word for nothing but the time: its rate is the wall's", () =>
    Effect.gen(function* () {
      const clock = yield* VenueClock
      yield* clock.observe(0, 0)
      yield* TestClock.adjust("10 seconds")
      yield* clock.observe(2_000, 0)
      expect(yield* clock.rate).toBe(1)
    }).pipe(at(1))
  )
})
