/**
 * When records are stored. A machine's clock is put back now and then, by hand or by NTP, and by hours where it was wrong by hours. Who
 * stored by it would write one and the same moment until it has caught up, and every fact meanwhile would seem to come from the future
 * (`shared/actor/core/timeLine.ts`), a fill too. So stored time goes on as time passes, whatever the clock is put back by.
 */
import type { Clock } from "effect"
import { monotonicMsOf } from "../../monotonic.ts"

/** Gives the moment of now, Unix milliseconds: the clock's, and never less than the last one and what has passed since. `lastMs`: of the newest record. */
export const makeStoredTime = (clock: Clock.Clock, lastMs: number): (() => number) => {
  let last = { ms: lastMs, monoMs: monotonicMsOf(clock) }
  return () => {
    const monoMs = monotonicMsOf(clock)
    const ms = Math.max(clock.currentTimeMillisUnsafe(), Math.floor(last.ms + (monoMs - last.monoMs)))
    // Only where it moves on: else what passes between two calls of one millisecond would be lost.
    if (ms > last.ms) last = { ms, monoMs }
    return ms
  }
}
