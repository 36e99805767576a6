/** The samples of the profit target with their moves in order, so that a loop costs a search and not a sort. Changed in place. */
import { MAX_SAMPLES, medianOf, MIN_SAMPLES, moveOf } from "./profitTarget.ts"

/** What `medianMovePct` says of the newest samples, followed from sample to sample. */
export class MoveWindow {
  /** Oldest first; at most `MAX_SAMPLES` of them count, from `from` on. */
  private samples: Array<number>
  private from = 0
  private readonly sorted = new Float64Array(MAX_SAMPLES)
  private moves = 0

  constructor(samples: ReadonlyArray<number>) {
    this.samples = []
    for (const sample of samples) this.push(sample)
  }

  /** The newest sample. The oldest is forgotten where there are too many. */
  push(sample: number): void {
    const before = this.samples.at(-1)
    this.samples.push(sample)
    if (before === undefined) return
    const come = moveOf(before, sample)
    if (this.samples.length - this.from <= MAX_SAMPLES) {
      this.settle(come, this.moves)
      this.moves++
      return
    }
    this.settle(come, this.place(moveOf(this.samples[this.from] ?? 0, this.samples[this.from + 1] ?? 0)))
    this.from++
    // What has been forgotten is thrown away now and then, not at each sample.
    if (this.from < 4 * MAX_SAMPLES) return
    this.samples = this.samples.slice(this.from - 1)
    this.from = 1
  }

  /** The median move, percent; null with too few samples. */
  get medianPct(): number | null {
    if (this.samples.length - this.from < MIN_SAMPLES) return null
    const { moves, sorted } = this
    const middle = moves >> 1
    return medianOf(moves, sorted[middle] ?? 0, () => sorted[middle - 1] ?? 0)
  }

  /** The samples as the state keeps them; `without` the newest, as they were before it. */
  list(without: 0 | 1): ReadonlyArray<number> {
    const end = this.samples.length - without
    return this.samples.slice(Math.max(0, end - MAX_SAMPLES), end)
  }

  private place(move: number): number {
    let [low, high] = [0, this.moves]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.sorted[middle] ?? 0) < move) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Puts a move in order, where the one at `gap` is gone or was none: those between the two places move over. */
  private settle(move: number, gap: number): void {
    const place = this.place(move)
    if (place > gap) this.sorted.copyWithin(gap, gap + 1, place)
    else this.sorted.copyWithin(place + 1, place, gap)
    this.sorted[place > gap ? place - 1 : place] = move
  }
}
