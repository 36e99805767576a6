/**
 * Flip damping: a skew that keeps changing its sign does harm, so that after too many changes it is silenced until it
 * has pointed one way for a whole window (docs/trading-contract.md §9).
 */

/** Sign changes of the skew within an hour that silence it (docs/trading-contract.md §9: decided, not a setting). */
export const FLIP_DAMPING = { windowSec: 3_600, limit: 3 } as const

/** Which way a skew points. */
export type Direction = -1 | 1

/** What the damping remembers; it survives restarts with the rest of the state. */
export interface FlipMemory {
  /** Direction of the last skew that was not 0, null before the first: passing through 0 does not hide a flip. */
  readonly direction: Direction | null
  /** Times of the latest flips, oldest first; never more than the limit. */
  readonly flipsAtMs: ReadonlyArray<number>
  /** True from the flip that reached the limit until the window holds no flip at all. */
  readonly silenced: boolean
}

/** One update of the damping. */
export interface DampingStep extends FlipMemory {
  /** Whether this update's skew changed sign. */
  readonly flipped: boolean
  /** The skew to apply: the controller's, or 0 while silenced. */
  readonly skew: number
}

/**
 * Counts the flips of the controller's skew, and silences it.
 *
 * While silenced, what the controller would do is still watched: a further flip starts the wait anew. A skew of 0,
 * whatever made it 0, is no flip.
 */
export const dampFlips = (
  before: FlipMemory,
  skew: number,
  nowMs: number,
  { windowSec, limit }: { readonly windowSec: number; readonly limit: number } = FLIP_DAMPING
): DampingStep => {
  const direction = skew > 0 ? 1 : skew < 0 ? -1 : before.direction
  const flipped = before.direction !== null && direction !== before.direction
  const known = flipped ? [...before.flipsAtMs, nowMs] : before.flipsAtMs
  const recent = known.filter((flipAtMs) => nowMs - flipAtMs < windowSec * 1000)
  const silenced = recent.length >= limit || (before.silenced && recent.length > 0)
  return { direction, flipsAtMs: recent.slice(-limit), silenced, flipped, skew: silenced ? 0 : skew }
}
