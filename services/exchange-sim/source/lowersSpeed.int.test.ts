import { expect, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { placeOrder } from "../core/engine/place.ts"
import { openExchange, viewOf } from "../exchange.ts"
import { Faults } from "../faults/faults.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../options.ts"

/** Simulated milliseconds in the last of three stretches of ten seconds, with an order in each that comes `lateMs` after its deadline. */
const lastStretchMs = (lateMs: number, lowersSpeed: boolean) =>
  Effect.gen(function* () {
    const exchange = yield* openExchange({ ...EXCHANGE_SIM_DEFAULTS, speed: 120, lowersSpeed }, new Faults(1))
    yield* Effect.forkScoped(exchange.run)
    const nowMs = yield* Ref.make(exchange.nowMs())
    let tookMs = 0
    for (let stretch = 0; stretch < 3; stretch++) {
      yield* exchange.perform((moment) => {
        const view = viewOf(moment)
        if (view === null) throw new Error("no price yet")
        const terms = {
          side: "buy" as const,
          price: Price.parse("0.01"),
          volume: Volume.parse("60"),
          clientId: null,
          userref: null,
          postOnly: true,
          timeInForce: "gtc" as const,
          expireMs: null
        }
        return placeOrder(moment.desk, view, terms, {
          nowMs: moment.nowMs,
          deadlineMs: moment.nowMs - lateMs,
          validate: true
        })
      })
      for (let turn = 0; turn < 404; turn++) yield* TestClock.adjust(25)
      tookMs = exchange.nowMs() - (yield* Ref.getAndSet(nowMs, exchange.nowMs()))
    }
    return tookMs
  }).pipe(Effect.scoped, Effect.provide(MemoryJournal.layer()))

const STRETCH_MS = 404 * 25

it.effect("an exchange with clients elsewhere halves its speed while orders come after their deadline", () =>
  Effect.gen(function* () {
    expect(yield* lastStretchMs(-5_000, true)).toBe(120 * STRETCH_MS)
    expect(yield* lastStretchMs(1, false)).toBe(120 * STRETCH_MS)
    // Too far ahead is the client's idea of the time, and no sign of a slow machine.
    expect(yield* lastStretchMs(-90_000, true)).toBe(120 * STRETCH_MS)
    const lowered = yield* lastStretchMs(1, true)
    // Halved after the first stretch and after the second; the third is judged some turns before it is over here.
    expect(lowered).toBeLessThan(31 * STRETCH_MS)
    expect(lowered).toBeGreaterThan(29 * STRETCH_MS)
  })
)
