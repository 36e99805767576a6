/** Simulated time: the wall's, from an anchor on, `speed` times as fast. It stands still while the exchange is down. */
import { type Clock, Effect } from "effect"
import { monotonicMs, monotonicMsOf } from "../../shared/monotonic.ts"
import type { Desk } from "./core/engine/desk.ts"
import { JUDGED_EVERY_MS, slowerSpeed, STARVED_AFTER_MS } from "./core/pace.ts"

/** Simulated time, held back to what the records allow to be shown. */
export interface SimClock {
  /**
   * Whole Unix milliseconds, never decreasing, never beyond `limitMs`. Time that would lie beyond does not happen: the
   * clock goes on from the limit. So a process that was stopped or starved for a while has been down for that while.
   */
  readonly nowMs: (limitMs: number) => number
  /** Wall milliseconds until it shows that time, with fractions; 0 when it does. */
  readonly wallUntil: (simMs: number) => number
  /** Wall milliseconds in which so many of its own pass. */
  readonly wallOf: (simMs: number) => number
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
    wallOf: (simMs) => simMs / speed,
    wallUntil: (simMs) => Math.max(0, (simMs - anchor.simMs) / speed - (wallMs() - anchor.wallMs)),
    runAt: (next) => {
      const now = wallMs()
      anchor = { wallMs: now, simMs: anchor.simMs + (now - anchor.wallMs) * speed }
      speed = next
    }
  }
}

/** To be done at every turn: lowers the speed, and says so, when the stretch that is over shows that the machine does not hold it. */
export const keepPace = (asked: number, deadlines: Desk["deadlines"], simClock: SimClock): Effect.Effect<void> => {
  let speed = asked
  let turnMs: number | null = null
  let stretch = { wallMs: 0, starvedMs: 0 }
  return Effect.flatMap(monotonicMs, (nowMs) => {
    const passedMs = nowMs - (turnMs ?? nowMs)
    turnMs = nowMs
    stretch = {
      wallMs: stretch.wallMs + passedMs,
      starvedMs: stretch.starvedMs + (passedMs > STARVED_AFTER_MS ? passedMs : 0)
    }
    if (stretch.wallMs < JUDGED_EVERY_MS) return Effect.void
    const slower = slowerSpeed(speed, { ...stretch, inTime: deadlines.kept, tooLate: deadlines.missed })
    stretch = { wallMs: 0, starvedMs: 0 }
    deadlines.kept = deadlines.missed = 0
    if (slower === null) return Effect.void
    speed = slower.speed
    simClock.runAt(speed)
    return Effect.logWarning(
      `exchange-sim: ${slower.why}: this machine does not hold ${asked} simulated seconds per second; ` +
        `from here on ${speed} (SPEED=${speed} asks for no more)`
    )
  })
}
