/**
 * A clock that waits. In a process whose whole world is its own (paper on the built-in market) time moves only when everyone has
 * caught up: no step of the program is left to take and no errand is under way. Then it jumps to the next moment that anybody
 * sleeps for, but never ahead of the wall. What takes the machine long takes no time here, so a busy machine changes how long a
 * run takes and nothing of what happens in it. The principle is that of discrete-event simulation.
 */
import { type Clock, Duration, Effect, Scheduler } from "effect"
import type { EndTurn, Errands } from "./errands.ts"
import { Sleepers } from "./sleepers.ts"

/** What is said of a clock that waits for too long, or for the machine. */
export type Say = (line: string) => void

/** How long the wall may go on before people are told what the clock waits for, and before it waits no longer. */
export interface Patience {
  readonly tellAfterMs: number
  /** Longer than any fit of a model or opening of a database on a busy machine: past it something hangs. */
  readonly giveUpAfterMs: number
}

const PATIENCE: Patience = { tellAfterMs: 10_000, giveUpAfterMs: 180_000 }

/**
 * Turns of the event loop without a step of the program before it counts as still: promises run between turns, and what a
 * library puts off by a turn or two is seen as well.
 */
const STILL_TURNS = 3

/** The clock may catch up so much with the wall; what the machine takes longer is lost, and `SPEED` never passed for it. */
const CATCH_UP_MS = 50

/** What is waited for is looked at so often, wall time. */
const LOOK_EVERY_MS = 1_000

/** Over so much wall time the pace is measured, and said where it is below this part of what was asked for. */
const PACE_OVER_MS = 60_000
const PACE_TOLD_BELOW = 0.9

interface Turn {
  readonly what: string
  readonly start: (end: EndTurn) => void
  readonly end: EndTurn
}

/** A clock for effects, the turns of errands, and a scheduler that knows when a step is left to take: all three are provided together. */
export class WaitingClock implements Clock.Clock, Errands {
  private readonly say: Say
  private readonly patience: Patience
  private readonly beganWallMs = Date.now()
  /** Milliseconds since the beginning that have passed here. */
  private passedMs = 0
  /** `performance.now()` at which the wall had this clock's beginning, were the machine never late. */
  private originMs = performance.now()
  private readonly sleepers = new Sleepers()
  private readonly turns: Array<Turn> = []
  private active: { readonly turn: Turn; readonly sinceMs: number; told: boolean } | null = null
  /** Steps of the program that are scheduled and not yet taken. */
  private steps = 0
  private stillTurns = 0
  private looking = false
  private alarm: NodeJS.Timeout | null = null
  private readonly watch: NodeJS.Timeout
  private ended = false
  /** When the clock last moved or an errand began or ended, `performance.now()`. */
  private movedMs = performance.now()
  private stuckTold = false
  private pace = { sinceMs: performance.now(), passedMs: 0, told: false }

  constructor(say: Say, patience: Patience = PATIENCE) {
    this.say = say
    this.patience = patience
    this.watch = setInterval(() => this.lookAround(), LOOK_EVERY_MS)
    // It keeps nobody alive.
    this.watch.unref()
  }

  /** Counts what is scheduled: only when nothing is may time move. */
  readonly scheduler: Scheduler.Scheduler = new Scheduler.MixedScheduler("async", (take) => {
    this.steps++
    let pending = true
    const settle = (): boolean => {
      const was = pending
      if (was) this.steps--
      pending = false
      return was
    }
    const handle = setImmediate(() => {
      if (!settle()) return
      this.stillTurns = 0
      take()
      this.look()
    })
    return () => {
      if (settle()) clearImmediate(handle)
    }
  })

  currentTimeMillisUnsafe(): number {
    return Math.floor(this.beganWallMs + this.passedNow())
  }
  readonly currentTimeMillis = Effect.sync(() => this.currentTimeMillisUnsafe())
  currentTimeNanosUnsafe(): bigint {
    return BigInt(this.beganWallMs) * 1_000_000n + this.monotonicTimeNanosUnsafe()
  }
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  monotonicTimeNanosUnsafe(): bigint {
    return BigInt(Math.round(this.passedNow() * 1e6))
  }
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    const millis = Duration.toMillis(duration)
    if (millis <= 0) return Effect.yieldNow
    if (!Number.isFinite(millis)) return Effect.never
    return Effect.callback<void>((resume) => {
      const wake = () => resume(Effect.void)
      if (this.ended) {
        const handle = setTimeout(wake, millis)
        return Effect.sync(() => clearTimeout(handle))
      }
      const awake = this.sleepers.add(this.passedMs + millis, wake)
      this.look()
      return Effect.sync(awake)
    })
  }

  enqueue(what: string, start: (end: EndTurn) => void): EndTurn {
    const turn: Turn = {
      what,
      start,
      end: () => {
        const place = this.turns.indexOf(turn)
        if (place >= 0) this.turns.splice(place, 1)
        if (this.active?.turn === turn) this.active = null
        this.moved()
      }
    }
    if (this.ended) start(turn.end)
    else this.turns.push(turn)
    this.look()
    return turn.end
  }

  atRest(wake: () => void): () => void {
    if (this.ended) {
      const handle = setImmediate(wake)
      return () => clearImmediate(handle)
    }
    // Who sleeps for no time at all wakes when time would move, and before it does.
    const leave = this.sleepers.add(this.passedMs, wake)
    this.look()
    return leave
  }

  /** From here on it is a clock as any other: a process that stops waits for nobody, and closing has its own limits of time. */
  readonly stop = (): void => {
    if (this.ended) return
    this.ended = true
    clearInterval(this.watch)
    if (this.alarm !== null) clearTimeout(this.alarm)
    this.originMs = performance.now() - this.passedMs
    this.active = null
    for (const turn of this.turns.splice(0)) turn.start(turn.end)
    for (const { atMs, wake } of this.sleepers.takeAll()) setTimeout(wake, Math.max(0, atMs - this.passedMs))
  }

  private passedNow(): number {
    return this.ended ? performance.now() - this.originMs : this.passedMs
  }

  private moved(): void {
    this.movedMs = performance.now()
    this.stillTurns = 0
    this.stuckTold = false
    this.look()
  }

  private look(): void {
    if (this.looking || this.ended) return
    this.looking = true
    setImmediate(() => {
      this.looking = false
      this.goOn()
    })
  }

  /** One look: the program takes its steps, else the next errand begins, else time moves to whoever wakes next. */
  private goOn(): void {
    if (this.ended || this.active !== null) return
    if (this.steps > 0) this.stillTurns = 0
    else if (++this.stillTurns >= STILL_TURNS) return this.whenStill()
    this.look()
  }

  private whenStill(): void {
    this.stillTurns = 0
    const turn = this.turns.shift()
    if (turn !== undefined) {
      this.movedMs = performance.now()
      this.active = { turn, sinceMs: this.movedMs, told: false }
      return turn.start(turn.end)
    }
    const nextMs = this.sleepers.nextMs()
    if (nextMs === null) return
    const earlyMs = nextMs - (performance.now() - this.originMs)
    if (earlyMs > 0) return this.wakeIn(earlyMs)
    if (-earlyMs > CATCH_UP_MS) this.originMs += -earlyMs - CATCH_UP_MS
    this.passedMs = Math.max(this.passedMs, nextMs)
    const wake = this.sleepers.take()
    wake?.()
    this.moved()
  }

  private wakeIn(millis: number): void {
    // Waiting for the wall is no waiting for somebody.
    this.movedMs = performance.now()
    if (this.alarm !== null) clearTimeout(this.alarm)
    this.alarm = setTimeout(
      () => {
        this.alarm = null
        this.look()
      },
      Math.min(millis, LOOK_EVERY_MS)
    )
  }

  /** Once a second of the wall: does something hold the clock up, and does it keep its pace? */
  private lookAround(): void {
    const nowMs = performance.now()
    const { tellAfterMs, giveUpAfterMs } = this.patience
    const { active } = this
    if (active !== null) {
      const waitedMs = nowMs - active.sinceMs
      const seconds = Math.round(waitedMs / 1_000)
      if (waitedMs > giveUpAfterMs) {
        this.say(
          `simulated time goes on without ${active.turn.what}, ${seconds} s under way: this run is none to compare`
        )
        active.turn.end()
      } else if (waitedMs > tellAfterMs && !active.told) {
        active.told = true
        this.say(`simulated time waits for ${active.turn.what}, ${seconds} s under way`)
      }
    } else if (this.steps > 0 && nowMs - this.movedMs > tellAfterMs && !this.stuckTold) {
      this.stuckTold = true
      this.say(
        `simulated time waits for a computation that has not come to rest for ${Math.round((nowMs - this.movedMs) / 1_000)} s`
      )
    }
    this.measure(nowMs)
  }

  private measure(nowMs: number): void {
    const wallMs = nowMs - this.pace.sinceMs
    if (wallMs < PACE_OVER_MS) return
    const part = (this.passedMs - this.pace.passedMs) / wallMs
    const slow = part < PACE_TOLD_BELOW
    if (slow !== this.pace.told) {
      const percent = Math.round(part * 100)
      this.say(
        slow
          ? `this machine holds ${percent} % of the speed asked for: simulated time waits for it, results stay the same`
          : "the speed asked for is held again"
      )
    }
    this.pace = { sinceMs: nowMs, passedMs: this.passedMs, told: slow }
  }
}
