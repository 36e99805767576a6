/** How far apart the rows of a file are, and what that says of the length of its candles. Pure. */

const HOUR_MS = 3_600_000
const QUARTER_MS = 900_000
const DAY_MS = 86_400_000
/** Distances told apart. A file of candles has few; what comes after them is not counted. */
const MAX_DISTANCES = 4_096
/** Distances that are tried as the length of a candle, the commonest first. */
const MAX_CANDIDATES = 32
const MOST = 0.5
const NEARLY_ALL = 0.9

/** Distances of neighbours in a file, as they come. */
export class Spacing {
  private readonly distances = new Map<number, number>()
  private readonly quarters = [0, 0, 0, 0]
  private lastMs: number | null = null
  /** Whether times never go back, and whether they never go forward. */
  ascending = true
  descending = true
  earliestMs = Number.POSITIVE_INFINITY
  latestMs = 0
  /** All times are whole multiples of it: a second, or a millisecond. */
  stepMs = 1_000

  add(timeMs: number): void {
    if (timeMs < this.earliestMs) this.earliestMs = timeMs
    if (timeMs > this.latestMs) this.latestMs = timeMs
    if (timeMs % 1_000 !== 0) this.stepMs = 1
    const ofHour = timeMs % HOUR_MS
    if (ofHour % QUARTER_MS === 0) this.quarters[ofHour / QUARTER_MS] = (this.quarters[ofHour / QUARTER_MS] ?? 0) + 1
    if (this.lastMs !== null && timeMs !== this.lastMs) {
      if (timeMs < this.lastMs) this.ascending = false
      else this.descending = false
      const distance = Math.abs(timeMs - this.lastMs)
      const count = this.distances.get(distance)
      if (count !== undefined || this.distances.size < MAX_DISTANCES) this.distances.set(distance, (count ?? 0) + 1)
    }
    this.lastMs = timeMs
  }

  /**
   * How long a candle is by the rows: the distance that occurs most often, the shorter of two. Where most distances are no multiple of
   * it, as in a market that leaves many candles out, the longest that nearly all are multiples of. Null: no two rows have different
   * times.
   */
  get commonestMs(): number | null {
    const byCount = [...this.distances].sort(([a, times], [b, others]) => others - times || a - b)
    const commonest = byCount[0]?.[0] ?? null
    if (commonest === null || this.shareOfMultiples(commonest) > MOST) return commonest
    const likely = byCount.slice(0, MAX_CANDIDATES).map(([distance]) => distance)
    const fitting = likely.filter((distance) => this.shareOfMultiples(distance) >= NEARLY_ALL)
    return fitting.length === 0 ? commonest : Math.max(...fitting)
  }

  private shareOfMultiples(ofMs: number): number {
    const slack = slackMs(ofMs)
    let [multiples, all] = [0, 0]
    for (const [distance, count] of this.distances) {
      all += count
      if ((distance + slack) % ofMs <= 2 * slack) multiples += count
    }
    return multiples / all
  }

  /** How many neighbours are this far apart. */
  countOf(distanceMs: number): number {
    return this.distances.get(distanceMs) ?? 0
  }

  /** The distance when at least ten neighbours have it or a multiple, and none another; else null. */
  get onlyMs(): number | null {
    const common = this.commonestMs
    const all = [...this.distances]
    const count = all.reduce((sum, [, times]) => sum + times, 0)
    return common !== null && count >= 10 && all.every(([distance]) => distance % common === 0) ? common : null
  }

  /** The quarter of the hour, in milliseconds after it, at which most rows begin. */
  get phaseMs(): number {
    return this.quarters.indexOf(Math.max(...this.quarters)) * QUARTER_MS
  }
}

/** By how much less than its length two candles may be apart: a day of summer time has 23 hours, a month 28 days. */
export const slackMs = (intervalMs: number): number =>
  intervalMs >= 28 * DAY_MS ? 3 * DAY_MS : intervalMs >= 2 * HOUR_MS ? HOUR_MS : 0

/** Whether a candle can start then; `phaseMs` is for candles of an hour and longer. */
export const startsOnGrid = (timeMs: number, intervalMs: number, phaseMs: number): boolean =>
  intervalMs < HOUR_MS ? timeMs % intervalMs === 0 : timeMs % HOUR_MS === phaseMs

/** The quarter of an hour that a time lies in, milliseconds after the hour. */
export const phaseOf = (timeMs: number): number => Math.floor((timeMs % HOUR_MS) / QUARTER_MS) * QUARTER_MS

/** `60 s`, `15 min`, `4 h`, `1 d` */
export const spanText = (ms: number): string => {
  const [size, name] = ms % DAY_MS === 0 ? [DAY_MS, "d"] : ms % HOUR_MS === 0 ? [HOUR_MS, "h"] : [1_000, "s"]
  return ms % 60_000 === 0 && ms > 60_000 && name === "s" ? `${ms / 60_000} min` : `${ms / size} ${name}`
}
