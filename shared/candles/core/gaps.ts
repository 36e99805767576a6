/** Holes between candles that should follow each other. Pure. */

/** Candles that are missing in a row. */
export interface Gap {
  /** Starts of the first and the last one, Unix seconds. */
  readonly fromSec: number
  readonly toSec: number
  readonly missing: number
}
