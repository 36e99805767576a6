/**
 * The exchange's clock, as well as we can know it. Deadlines, order ages and rate limits are reckoned in it; the patience
 * for sockets and replies is not. The two differ by more than an offset on paper, where the simulated exchange may run
 * `speed` times faster than the wall.
 */
// Modules one by one: every command reads this file, and the collection they are gathered in costs a third of a second.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { monotonicMsOf } from "../monotonic.ts"
import { timeWaits } from "../pace/errands.ts"

/** How the exchange's time relates to the wall's. */
export interface VenueClockOptions {
  /** Milliseconds that pass at the exchange in one millisecond of the wall: 1 for a real one, more on paper. */
  readonly speed: number
  /**
   * Wall milliseconds without an observation after which the clock stands still. For a simulated exchange, whose time
   * is frozen while it is down. Absent: it runs on for ever, as a real exchange's does.
   */
  readonly stopsUnheardAfterMs?: number
}

/**
 * How far our idea of the exchange's time may be off: whoever asks for a span of its past asks for this much more, and a deadline has
 * passed there for sure this much later. `kennel doctor` refuses a machine whose clock is farther off.
 */
export const CLOCK_SLACK_MS = 5_000

/**
 * A sleep never takes less than this on the wall, so that a clock that stands still is looked at 200 times a second at
 * the most.
 */
const SHORTEST_SLEEP_MS = 5
/** Where time waits for everyone it does not stand still, and a pause is to take what it takes at any speed. */
const SHORTEST_WAITING_SLEEP_MS = 0.01

/** A rate is measured over so much of the wall's time: round trips of some milliseconds do not count in it. */
const MEASURED_OVER_MS = 5_000
/** A speed that was lowered was halved; a little less is a reply that took its time. */
const LOWERED_BELOW = 0.8

/** One per process: whoever hears the exchange's time reports it through `observe`, and all read the one estimate. */
export class VenueClock extends Context.Service<
  VenueClock,
  {
    /**
     * Unix milliseconds at the exchange, never decreasing once synchronised: an estimate that was ahead is waited for.
     * Before the first observation it is the wall's time, and the first observation may move it anywhere.
     */
    readonly nowMs: Effect.Effect<number>
    /** `nowMs` outside of Effect, for callbacks. */
    readonly unsafeNowMs: () => number
    /** What the exchange's clock showed when the monotonic wall clock stood at `monoMs`, which has passed; never above `nowMs`. */
    readonly unsafeAtMs: (monoMs: number) => number
    /**
     * Takes in what a reply said: the exchange's clock stood at `venueMs` at some instant of a round trip that took
     * `roundTripMs` on the wall and ended now. Both numbers must be finite and `roundTripMs` not negative; anything
     * else is ignored.
     */
    readonly observe: (venueMs: number, roundTripMs: number) => Effect.Effect<void>
    /**
     * Until the exchange's clock shows `venueMs`; returns at once when it does already. Before the first observation it
     * sleeps for what seems to be left, and that is all: the instant may turn out to be years away.
     */
    readonly sleepUntil: (venueMs: number) => Effect.Effect<void>
    /** For as long on the wall as `venueDurationMs` take at the exchange, whatever its clock is found to show meanwhile. */
    readonly sleep: (venueDurationMs: number) => Effect.Effect<void>
    /** Milliseconds that pass at the exchange in one of the wall, as found: `speed`, or less where a simulated exchange has lowered it. */
    readonly rate: Effect.Effect<number>
    /** Whether an observation has been made. */
    readonly synchronised: Effect.Effect<boolean>
    /** `synchronised` outside of Effect. */
    readonly unsafeSynchronised: () => boolean
  }
>()("kennel/exchange/VenueClock") {
  /** Throws a RangeError for a speed that is no positive number. */
  static readonly layer = (options: VenueClockOptions): Layer.Layer<VenueClock> =>
    Layer.effect(
      VenueClock,
      Effect.zipWith(Clock.Clock, timeWaits, (clock, waits) => VenueClock.of(make(options, clock, waits)))
    )
}

/** What a millisecond of the wall is worth: `speed`, or less where a simulated exchange has lowered it and said so to its log alone. */
const makePace = (speed: number) => {
  let rate = speed
  let from: { readonly monoMs: number; readonly venueMs: number } | undefined
  return {
    rate: (): number => rate,
    measure: (monoMs: number, venueMs: number, alive: boolean): void => {
      from ??= { monoMs, venueMs }
      const wallMs = monoMs - from.monoMs
      if (wallMs < MEASURED_OVER_MS) return
      const measured = (venueMs - from.venueMs) / wallMs
      if (alive) rate = measured > 0 && measured < LOWERED_BELOW * speed ? measured : speed
      from = { monoMs, venueMs }
    }
  }
}

/** `waits`: the exchange's time waits for everyone, and begins at a whole second: the first that is heard of it is right. */
const make = ({ speed, stopsUnheardAfterMs = Infinity }: VenueClockOptions, clock: Clock.Clock, waits: boolean) => {
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new RangeError(`venue clock: speed ${speed} is not a number above 0`)
  /** At monotonic time `monoMs` the exchange showed `venueMs`; `heardMs` is when we last heard so. */
  let anchor: { readonly monoMs: number; readonly venueMs: number } | undefined
  let heardMs = 0
  const pace = makePace(speed)
  const shortestMs = waits ? SHORTEST_WAITING_SLEEP_MS : SHORTEST_SLEEP_MS
  let shown = -Infinity

  const estimate = (from: { readonly monoMs: number; readonly venueMs: number }, monoMs: number) =>
    from.venueMs + (Math.min(monoMs, heardMs + stopsUnheardAfterMs) - from.monoMs) * pace.rate()

  const unsafeNowMs = () => {
    if (anchor === undefined) return clock.currentTimeMillisUnsafe()
    shown = Math.max(shown, Math.floor(estimate(anchor, monotonicMsOf(clock))))
    return shown
  }

  const unsafeAtMs = (monoMs: number) => {
    if (anchor === undefined) return clock.currentTimeMillisUnsafe() - (monotonicMsOf(clock) - monoMs)
    return Math.min(unsafeNowMs(), Math.floor(estimate(anchor, monoMs)))
  }

  const observe = (venueMs: number, roundTripMs: number) =>
    Effect.sync(() => {
      if (!Number.isFinite(venueMs) || !Number.isFinite(roundTripMs) || roundTripMs < 0) return
      const monoMs = monotonicMsOf(clock)
      // The reply left the exchange during the round trip, so its clock now stands between these two. An estimate
      // inside is not made better by a guess at the middle; one outside is moved to the nearer edge.
      const earliest = venueMs
      const latest = venueMs + roundTripMs * speed
      const first = waits ? earliest : (earliest + latest) / 2
      const now = anchor === undefined ? first : Math.min(latest, Math.max(earliest, estimate(anchor, monoMs)))
      // A real exchange's time passes as the wall's does; one unheard for long was down and frozen, which says nothing of its speed.
      if (stopsUnheardAfterMs < Infinity) pace.measure(monoMs, venueMs, monoMs - heardMs < stopsUnheardAfterMs)
      anchor = { monoMs, venueMs: now }
      heardMs = monoMs
    })

  const sleep = (venueDurationMs: number): Effect.Effect<void> =>
    Effect.sleep(Duration.millis(Math.max(shortestMs, venueDurationMs / pace.rate())))

  const sleepUntil = (venueMs: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const leftMs = venueMs - unsafeNowMs()
      if (leftMs <= 0) return Effect.void
      return anchor === undefined ? sleep(leftMs) : Effect.andThen(sleep(leftMs), sleepUntil(venueMs))
    })

  return {
    nowMs: Effect.sync(unsafeNowMs),
    unsafeNowMs,
    unsafeAtMs,
    observe,
    sleepUntil,
    sleep,
    rate: Effect.sync(pace.rate),
    synchronised: Effect.sync(() => anchor !== undefined),
    unsafeSynchronised: () => anchor !== undefined
  }
}
