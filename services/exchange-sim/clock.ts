/** Simulated time: the wall's, from an anchor on, `speed` times as fast. It stands still while the exchange is down. */
import type { Clock } from "effect"
import { monotonicMsOf } from "../../shared/monotonic.ts"

/** Simulated time, held back to what the records allow to be shown. */
export interface SimClock {
  /**
   * Whole Unix milliseconds, never decreasing, never beyond `limitMs`. Time that would lie beyond does not happen: the
   * clock goes on from the limit. So a process that was stopped or starved for a while has been down for that while.
   */
  readonly nowMs: (limitMs: number) => number
  /** From here on it runs so many times as fast as the wall. */
  readonly runAt: (speed: number) => void
}

/** A clock that shows `startMs` now, and then runs `speed` times as fast as the wall. */
export const makeSimClock = (clock: Clock.Clock, startSpeed: number, startMs: number): SimClock => {
  let speed = startSpeed
  const wallMs = () => monotonicMsOf(clock)
  let anchor = { wallMs: wallMs(), simMs: startMs }
  return {
    nowMs: (limitMs) => {
      const nowMs = Math.floor(anchor.simMs + (wallMs() - anchor.wallMs) * speed)
      if (nowMs <= limitMs) return nowMs
      anchor = { wallMs: wallMs(), simMs: limitMs }
      return limitMs
    },
    runAt: (next) => {
      const now = wallMs()
      anchor = { wallMs: now, simMs: anchor.simMs + (now - anchor.wallMs) * speed }
      speed = next
    }
  }
}
