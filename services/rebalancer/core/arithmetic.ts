/** The arithmetic that every step shares. */

/**
 * Weight of a new value in an exponential average after `elapsedSec`: 1 − exp(−elapsed / time constant), 0 to 1.
 * It depends on the time that really passed, so that a late update neither jumps nor stalls. A time constant of 0 does
 * not smooth at all.
 */
export const smoothingWeight = (elapsedSec: number, timeConstantSec: number): number =>
  1 - Math.exp(-elapsedSec / timeConstantSec)

/** One step of an exponential average. */
export const smooth = (average: number, value: number, weight: number): number => average + weight * (value - average)

/** The value, or the bound that it passes. Never a negative zero, which would not survive a snapshot. */
export const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value)) + 0
