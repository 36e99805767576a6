import { Clock, Effect, Fiber, Scheduler } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { errand, Errands, errandTaking } from "./errands.ts"
import { Sleepers } from "./sleepers.ts"
import { WaitingClock } from "./waitingClock.ts"

const clocks: Array<WaitingClock> = []
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.stop()
})
const said: Array<string> = []
const wall = Effect.runSync(Clock.Clock)

/** Runs in the time of a waiting clock. */
const within = <A, E>(work: Effect.Effect<A, E>, patience?: { tellAfterMs: number; giveUpAfterMs: number }) => {
  said.length = 0
  const clock = new WaitingClock((line) => said.push(line), patience)
  clocks.push(clock)
  const inIts = Effect.raceAllFirst([work]).pipe(
    Effect.provideService(Clock.Clock, clock),
    Effect.provideService(Errands, clock),
    Effect.provideService(Scheduler.Scheduler, clock.scheduler)
  )
  return Effect.runPromise(inIts)
}

/** Something outside that takes so long on the wall. */
const outside = (wallMs: number, log: Array<string>, name: string) =>
  Effect.sync(() => void log.push(`${name} begins`)).pipe(
    Effect.andThen(Effect.provideService(Effect.sleep(wallMs), Clock.Clock, wall)),
    Effect.andThen(Effect.sync(() => void log.push(`${name} ends`)))
  )

describe("a clock that waits", () => {
  it("does not move while an errand is under way, however long that takes on the wall", async () => {
    const passedMs = await within(
      Effect.gen(function* () {
        const beganMs = yield* Clock.currentTimeMillis
        yield* outside(120, [], "disk").pipe(errand("a disk"))
        return (yield* Clock.currentTimeMillis) - beganMs
      })
    )
    expect(passedMs).toBe(0)
  })

  it("lets nobody oversleep for an errand: a limit of 20 ms is not passed by 120 ms of the wall", async () => {
    const answer = await within(
      outside(120, [], "disk").pipe(errand("a disk"), Effect.as("done"), Effect.timeoutOption("20 millis"))
    )
    expect(answer).toStrictEqual(expect.objectContaining({ _tag: "Some", value: "done" }))
  })

  it("gives errands their turns one at a time in the order of asking, not of their length", async () => {
    const log: Array<string> = []
    const all = [30, 1, 15].map((ms, i) => outside(ms, log, `errand ${i}`).pipe(errand(`errand ${i}`)))
    await within(Effect.all(all, { concurrency: "unbounded" }))
    expect(log).toStrictEqual([0, 1, 2].flatMap((i) => [`errand ${i} begins`, `errand ${i} ends`]))
  })

  it("gives the answer of work that goes on beside at exactly its moment, however long it takes on the wall", async () => {
    const after = (wallMs: number) =>
      Effect.gen(function* () {
        const beganMs = yield* Clock.currentTimeMillis
        const ticks: Array<number> = []
        const ticking = Effect.forever(
          Effect.andThen(
            Effect.sleep(10),
            Effect.map(Clock.currentTimeMillis, (ms) => ticks.push(ms - beganMs))
          )
        )
        yield* Effect.raceFirst(ticking, outside(wallMs, [], "fit").pipe(errandTaking("a fit", 35)))
        return { ticks, passedMs: (yield* Clock.currentTimeMillis) - beganMs }
      })
    const expected = { ticks: [10, 20, 30], passedMs: 35 }
    expect([await within(after(1)), await within(after(150))]).toStrictEqual([expected, expected])
  })

  it("wakes sleepers at exactly their moments, in the order of time and then of falling asleep", async () => {
    const log: Array<string> = []
    const began = { ms: 0 }
    const sleeper = (name: string, ms: number) =>
      Effect.sleep(ms).pipe(
        Effect.andThen(Clock.monotonicTimeNanos),
        Effect.map((nanos) => void log.push(`${name} ${Number(nanos) / 1e6 - began.ms}`))
      )
    await within(
      Effect.gen(function* () {
        began.ms = Number(yield* Clock.monotonicTimeNanos) / 1e6
        yield* Effect.all([sleeper("a", 20), sleeper("b", 10), sleeper("c", 10), sleeper("d", 0.5)], {
          concurrency: "unbounded"
        })
      })
    )
    expect(log).toStrictEqual(["d 0.5", "b 10", "c 10", "a 20"])
  })

  it("waits for a computation that takes many steps", async () => {
    const passed = await within(
      Effect.gen(function* () {
        const beganMs = yield* Clock.currentTimeMillis
        const alarm = yield* Effect.forkChild(Effect.andThen(Effect.sleep(1), Clock.currentTimeMillis))
        for (let i = 0; i < 200; i++) yield* Effect.yieldNow
        const stoodMs = (yield* Clock.currentTimeMillis) - beganMs
        return { stoodMs, wokenMs: (yield* Fiber.join(alarm)) - beganMs }
      })
    )
    expect(passed).toStrictEqual({ stoodMs: 0, wokenMs: 1 })
  })

  it("tells of an errand that hangs, and goes on without it in the end", async () => {
    await within(Effect.raceFirst(Effect.never.pipe(errand("a disk that hangs")), Effect.sleep(5)), {
      tellAfterMs: 500,
      giveUpAfterMs: 1_500
    })
    expect(said.map((line) => line.replaceAll(/\d+ s/g, "n s"))).toStrictEqual([
      "simulated time waits for a disk that hangs, n s under way",
      "simulated time goes on without a disk that hangs, n s under way: this run is none to compare"
    ])
  })

  it("is a clock as any other once it has been stopped, and starts what waited for a turn", async () => {
    const log: Array<string> = []
    await within(
      Effect.gen(function* () {
        yield* Effect.forkChild(Effect.never.pipe(errand("one that hangs")), { startImmediately: true })
        const second = yield* Effect.forkChild(outside(1, log, "second").pipe(errand("second")), {
          startImmediately: true
        })
        const sleeper = yield* Effect.forkChild(Effect.sleep(30), { startImmediately: true })
        clocks[0]?.stop()
        yield* Fiber.join(second)
        yield* Fiber.join(sleeper)
        yield* Effect.sleep(1)
      })
    )
    expect(log).toStrictEqual(["second begins", "second ends"])
  })

  it("outside of such a clock an errand is done at once", async () => {
    const log: Array<string> = []
    await Effect.runPromise(
      Effect.all(
        [20, 1].map((ms, i) => outside(ms, log, `${i}`).pipe(errand("x"))),
        { concurrency: "unbounded" }
      )
    )
    expect(log).toStrictEqual(["0 begins", "1 begins", "1 ends", "0 ends"])
  })
})

describe("sleepers", () => {
  it("are taken in order, without those who have left", () => {
    const sleepers = new Sleepers()
    const woken: Array<number> = []
    const times = Array.from({ length: 500 }, (_, i) => (i * 7_919) % 101)
    const leave = times.map((at, i) => sleepers.add(at, () => woken.push(i)))
    for (const [i, go] of leave.entries()) if (i % 3 !== 0) go()
    for (let wake = sleepers.take(); wake !== null; wake = sleepers.take()) wake()
    const left = times.flatMap((at, i) => (i % 3 === 0 ? [{ at, i }] : []))
    expect(woken).toStrictEqual(left.toSorted((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i))
  })
})
