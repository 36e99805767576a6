/**
 * Spans of wall time: a clock that only goes forward, whatever an operator or NTP does to the machine's. It tells no date; two
 * readings of one process tell what lies between them.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Milliseconds since some moment, with fractions. */
export const monotonicMsOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** As `monotonicMsOf`, of the clock in force. */
export const monotonicMs: Effect.Effect<number> = Effect.map(Clock.Clock, monotonicMsOf)
