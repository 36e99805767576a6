/**
 * Which levels are the value area: two rules that are both called so (docs/trading-contract.md §12). Pure.
 *
 * - `contiguous`, the field's: a block that grows from the point of control, two rows at a time towards the side whose next two rows
 *   hold more, down among equals. A row in which nothing traded is a row; where both sides have two of those, the block grows up to
 *   just before the nearest row with volume, down among equals.
 * - `by-volume`, the seed's: levels in falling order of volume, the lower price first among equals. It may have holes.
 *
 * Both stop once the share is reached.
 */
import type { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { ProfileLevel } from "./tally.ts"

/** The rules by their names in the settings. */
export const VALUE_AREA_RULES = ["contiguous", "by-volume"] as const
/** One of them. */
export type ValueAreaRule = (typeof VALUE_AREA_RULES)[number]

/** The levels to choose from, by rising price, and when it is enough. */
export interface Choice {
  readonly levels: ReadonlyArray<ProfileLevel>
  /** Place of the point of control. */
  readonly pointOfControl: number
  readonly tickSize: Price
  /** Whether this much volume is the share that was asked for. */
  readonly isEnough: (volume: bigint) => boolean
}

/** Rows by which the contiguous block grows. */
const ROWS = 2n

/** The levels of the value area, by rising price: at least the point of control. */
export const valueAreaOf = (rule: ValueAreaRule, choice: Choice): ReadonlyArray<ProfileLevel> =>
  rule === "contiguous" ? grown(choice) : byVolume(choice)

/** From most volume to least, the lower price first among equals. */
export const compareByVolume = (a: ProfileLevel, b: ProfileLevel): number =>
  a.volume === b.volume ? compare(a.price, b.price) : compare(b.volume, a.volume)

const byVolume = ({ levels, isEnough }: Choice): ReadonlyArray<ProfileLevel> => {
  const taken: Array<ProfileLevel> = []
  let running = 0n
  for (const level of levels.toSorted(compareByVolume)) {
    if (isEnough(running)) break
    taken.push(level)
    running += level.volume
  }
  return taken.toSorted((a, b) => compare(a.price, b.price))
}

const grown = ({ levels, pointOfControl, tickSize, isEnough }: Choice): ReadonlyArray<ProfileLevel> => {
  const priceAt = (place: number): bigint | undefined => levels[place]?.price
  const volumeAt = (place: number): bigint => levels[place]?.volume ?? 0n
  // Places of the outermost levels with volume, and the prices of the outermost rows, which may be empty ones.
  let [low, high] = [pointOfControl, pointOfControl]
  let [bottom, top] = [priceAt(low)!, priceAt(high)!]
  let running = volumeAt(pointOfControl)
  while (!isEnough(running) && (low > 0 || high < levels.length - 1)) {
    let [below, nextLow] = [0n, low]
    for (
      let price = priceAt(nextLow - 1);
      price !== undefined && price >= bottom - ROWS * tickSize;
      price = priceAt(nextLow - 1)
    ) {
      below += volumeAt(--nextLow)
    }
    let [above, nextHigh] = [0n, high]
    for (
      let price = priceAt(nextHigh + 1);
      price !== undefined && price <= top + ROWS * tickSize;
      price = priceAt(nextHigh + 1)
    ) {
      above += volumeAt(++nextHigh)
    }
    if (above === 0n && below === 0n) {
      const down = low > 0 ? bottom - priceAt(low - 1)! : null
      const up = high < levels.length - 1 ? priceAt(high + 1)! - top : null
      if (down !== null && (up === null || down <= up)) bottom = priceAt(low - 1)! + tickSize
      else top = priceAt(high + 1)! - tickSize
    } else if (above > below) {
      ;[running, high, top] = [running + above, nextHigh, top + ROWS * tickSize]
    } else {
      ;[running, low, bottom] = [running + below, nextLow, bottom - ROWS * tickSize]
    }
  }
  return levels.slice(low, high + 1)
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
