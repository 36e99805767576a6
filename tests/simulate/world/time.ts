/**
 * The time of a simulated world, in one thread: steps that are ready are taken one after the other, then time jumps to whatever is
 * due next. Nothing waits for the wall, so the same seed takes the same steps in the same order.
 */
import { Sleepers } from "../../../shared/pace/sleepers.ts"

/** Something that is to be done. */
export type Step = () => void

/** More steps than this at one instant is a program that never comes to rest. */
const MAX_STEPS_AT_ONCE = 200_000

/** The world took more steps at one instant than any program that ends. */
export class NeverAtRest extends Error {
  override readonly name = "NeverAtRest"
}

/** Wall time of a world; moved by `runUntil` alone. */
export class WorldTime {
  /** Unix milliseconds, with fractions. */
  nowMs: number
  /** Steps taken so far. */
  steps = 0
  private readonly sleepers = new Sleepers()
  private ready: Array<Step> = []

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  /** As soon as the steps before it are taken. */
  soon(step: Step): void {
    this.ready.push(step)
  }

  /** At this moment, or now where it has passed. Returns how to let it be. */
  at(atMs: number, step: Step): () => void {
    return this.sleepers.add(Math.max(atMs, this.nowMs), step)
  }

  /** Everything that is due until then, in order; time then stands there. `stop` is asked between two instants. */
  runUntil(untilMs: number, stop: () => boolean): void {
    while (!stop()) {
      this.settle()
      const nextMs = this.sleepers.nextMs()
      if (nextMs === null || nextMs > untilMs) break
      this.nowMs = nextMs
      this.sleepers.take()?.()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  /** Takes the steps that are ready, and those that they make ready. */
  settle(): void {
    let taken = 0
    while (this.ready.length > 0) {
      const steps = this.ready
      this.ready = []
      for (const step of steps) step()
      taken += steps.length
      if (taken > MAX_STEPS_AT_ONCE) throw new NeverAtRest(`${taken} steps at one instant, and more to take`)
    }
    this.steps += taken
  }
}
