import { type Clock, Effect } from "effect"
import { describe, expect, it } from "@effect/vitest"
import { judge, lineAfter, type TimeLine } from "../../actor/core/timeLine.ts"
import { makeStoredTime } from "./storedTime.ts"

const HOUR_MS = 3_600_000

/** A machine whose clock can be put on and back. */
const machine = (startMs: number) => {
  const at = { wallMs: startMs, monoMs: 0 }
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => at.wallMs,
    currentTimeMillis: Effect.sync(() => at.wallMs),
    currentTimeNanosUnsafe: () => BigInt(at.wallMs) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(at.wallMs) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(Math.round(at.monoMs * 1e6)),
    monotonicTimeNanos: Effect.sync(() => BigInt(Math.round(at.monoMs * 1e6))),
    sleep: () => Effect.void
  }
  const pass = (ms: number): void => {
    at.wallMs += ms
    at.monoMs += ms
  }
  return { clock, pass, set: (byMs: number) => void (at.wallMs += byMs) }
}

describe("the time at which records are stored", () => {
  it("is the clock's, also after the machine slept or the clock was put on", () => {
    const { clock, pass, set } = machine(1_000)
    const now = makeStoredTime(clock, 0)
    expect(now()).toBe(1_000)
    pass(500)
    set(HOUR_MS)
    expect(now()).toBe(1_500 + HOUR_MS)
  })

  it("goes on as time passes where the clock is put back, and where it was before the newest record at the start", () => {
    const { clock, pass, set } = machine(10 * HOUR_MS)
    const now = makeStoredTime(clock, 11 * HOUR_MS)
    expect(now()).toBe(11 * HOUR_MS)
    pass(0.4)
    expect(now()).toBe(11 * HOUR_MS)
    pass(0.7)
    expect(now()).toBe(11 * HOUR_MS + 1)
    set(-5 * HOUR_MS)
    pass(60_000)
    expect(now()).toBe(11 * HOUR_MS + 60_001)
  })

  it("lets no fact of the exchange seem to come from the future because the machine's clock was put back", () => {
    const { clock, pass, set } = machine(10 * HOUR_MS)
    const now = makeStoredTime(clock, 0)
    const start = {
      _tag: "EpochRaised",
      epoch: 1,
      service: "kennel-up",
      reason: "start",
      watchesOrders: true,
      fitsModels: false
    } as const
    let line: TimeLine | null = lineAfter(null, { ...start, speed: 1 })
    const problems: Array<string> = []
    for (let second = 0; second < 600; second++) {
      if (second === 100) set(-4 * HOUR_MS)
      if (line !== null) {
        const judged = judge(line, { timeMs: 10 * HOUR_MS + second * 1_000, storedMs: now(), family: "price" })
        line = judged.line
        if (judged.untimely !== null) problems.push(judged.untimely.problem)
      }
      pass(1_000)
    }
    expect(problems).toStrictEqual([])
  })
})
