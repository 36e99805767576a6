/**
 * A process of the simulated world: what runs in it has a clock, a scheduler and randomness of its own. It may be killed between any
 * two steps, stand still for a while and wake again, and its clock may be wrong.
 */
import { Cause, Clock, Context, Duration, Effect, type Exit, Random, References, Scheduler } from "effect"
import { randomNumbers } from "../../../shared/core/random.ts"
import type { Step, WorldTime } from "./time.ts"

/** How it ended by itself: what it failed with. */
export type Ended = (why: unknown) => void

/** One run of a program: a restart is another one. */
export class SimulatedProcess implements Clock.Clock {
  readonly name: string
  readonly time: WorldTime
  /** By how much its wall clock is ahead of the world's. */
  skewMs = 0
  private alive = true
  private stalledUntilMs = 0
  private held: Array<Step> = []
  private stopped: (() => void) | null = null
  private interrupt: () => void = () => {}
  private readonly random: () => number

  constructor(name: string, time: WorldTime, seed: number) {
    this.name = name
    this.time = time
    this.random = randomNumbers(seed)
  }

  get running(): boolean {
    return this.alive
  }

  /** Runs the program until it ends by itself, which `ended` is told, or is killed. */
  start<A, E>(program: Effect.Effect<A, E>, ended: Ended): void {
    const context = Context.make(Clock.Clock, this).pipe(
      Context.add(Random.Random, {
        nextDoubleUnsafe: this.random,
        nextIntUnsafe: () => Math.floor((this.random() - 0.5) * 2 ** 53)
      }),
      // Nobody reads what is logged, or how long a call took.
      Context.add(References.MinimumLogLevel, "None"),
      Context.add(References.TracerEnabled, false)
    )
    const fiber = Effect.runForkWith(context)(program, { scheduler: this.scheduler })
    this.interrupt = () => fiber.interruptUnsafe()
    fiber.addObserver((exit: Exit.Exit<A, E>) => {
      if (!this.alive) return
      this.kill()
      if (this.stopped !== null) this.stopped()
      else ended(exit._tag === "Failure" ? Cause.squash(exit.cause) : new Error("it ended"))
    })
  }

  /** It is asked to end, and brings home what it has to; `stopped` is told. */
  stop(stopped: () => void): void {
    if (!this.alive || this.stopped !== null) return
    this.stopped = stopped
    this.soon(() => this.interrupt())
  }

  /** From now on nothing of it happens any more: no step, no finalizer. */
  kill(): void {
    this.alive = false
    this.held = []
  }

  /** It takes no step for so long, and then all that came meanwhile. */
  stall(forMs: number): void {
    const untilMs = this.time.nowMs + forMs
    if (untilMs <= this.stalledUntilMs) return
    this.stalledUntilMs = untilMs
    this.time.at(untilMs, () => {
      if (this.time.nowMs >= this.stalledUntilMs) this.wake()
    })
  }

  /** It goes on, if it stood still. */
  wake(): void {
    this.stalledUntilMs = 0
    const held = this.held
    this.held = []
    for (const step of held) this.time.soon(this.guarded(step))
  }

  /** The step as a step of this process: none once it was killed, later while it stands still. */
  guarded(step: Step): Step {
    return () => {
      if (!this.alive) return
      if (this.time.nowMs < this.stalledUntilMs) this.held.push(step)
      else step()
    }
  }

  /** As soon as the steps before it are taken. */
  soon(step: Step): void {
    this.time.soon(this.guarded(step))
  }

  /** After so long. Returns how to let it be. */
  after(ms: number, step: Step): () => void {
    return this.time.at(this.time.nowMs + ms, this.guarded(step))
  }

  private readonly scheduler: Scheduler.Scheduler = new Scheduler.MixedScheduler("async", (take) => {
    let pending = true
    this.soon(() => {
      if (pending) take()
      pending = false
    })
    return () => {
      pending = false
    }
  })

  currentTimeMillisUnsafe(): number {
    return Math.floor(this.time.nowMs + this.skewMs)
  }
  readonly currentTimeMillis = Effect.sync(() => this.currentTimeMillisUnsafe())
  currentTimeNanosUnsafe(): bigint {
    return BigInt(Math.round((this.time.nowMs + this.skewMs) * 1_000)) * 1_000n
  }
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  monotonicTimeNanosUnsafe(): bigint {
    return BigInt(Math.round(this.time.nowMs * 1_000)) * 1_000n
  }
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    const millis = Duration.toMillis(duration)
    if (millis <= 0) return Effect.yieldNow
    if (!Number.isFinite(millis)) return Effect.never
    return Effect.callback<void>((resume) => {
      const leave = this.after(millis, () => resume(Effect.void))
      return Effect.sync(leave)
    })
  }
}
