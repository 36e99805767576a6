/** Whether the machine holds the speed asked for, where clients in other processes have to keep up with simulated time. */

/** What was seen in a stretch of the wall's time. */
export interface Stretch {
  readonly wallMs: number
  /** Orders whose deadline had not passed when they came, and those whose had. */
  readonly inTime: number
  readonly tooLate: number
  /** Wall time for which the exchange itself was not given the machine. */
  readonly starvedMs: number
}

/** Long enough for some orders, short enough that a demonstration is not lost to it. */
export const JUDGED_EVERY_MS = 10_000
/** A deadline is met by nearly all, or the speed is wrong. */
const TOO_LATE_PART = 0.02
/** A turn of the exchange later than this has waited for the machine; so much of a stretch is no accident. */
export const STARVED_AFTER_MS = 250
const STARVED_PART = 0.25

/** The speed to go on with, and why; null: as before. Halved, and never below the wall's. It is not raised again: a start tries anew. */
export const slowerSpeed = (
  speed: number,
  { wallMs, inTime, tooLate, starvedMs }: Stretch
): { readonly speed: number; readonly why: string } | null => {
  if (speed <= 1) return null
  const orders = inTime + tooLate
  const slower = Math.max(1, speed / 2)
  if (tooLate > orders * TOO_LATE_PART)
    return { speed: slower, why: `${tooLate} of ${orders} orders came after their deadline` }
  if (starvedMs > wallMs * STARVED_PART)
    return { speed: slower, why: `the exchange waited ${Math.round(starvedMs / 100) / 10} s for the machine` }
  return null
}
