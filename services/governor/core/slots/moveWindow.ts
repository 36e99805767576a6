/** The samples of the profit target with their moves in order, so that a loop costs a search and not a sort. Changed in place. */
import { MAX_SAMPLES, middleOf, MIN_SAMPLES } from "./profitTarget.ts"

/** The move from one sample to the next, percent of the earlier one. */
const moveOf = (before: number, after: number): number => (Math.abs(after - before) / before) * 100

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
    if (before !== undefined) this.insert(moveOf(before, sample))
    if (this.samples.length - this.from <= MAX_SAMPLES) return
    this.remove(moveOf(this.samples[this.from] ?? 0, this.samples[this.from + 1] ?? 0))
    this.from++
    // What has been forgotten is thrown away now and then, not at each sample.
    if (this.from < 4 * MAX_SAMPLES) return
    this.samples = this.samples.slice(this.from - 1)
    this.from = 1
  }

  /** The median move, percent; null with too few samples. */
  get medianPct(): number | null {
    if (this.samples.length - this.from < MIN_SAMPLES) return null
    return middleOf(this.sorted.subarray(0, this.moves))
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

  private insert(move: number): void {
    const place = this.place(move)
    this.sorted.copyWithin(place + 1, place, this.moves)
    this.sorted[place] = move
    this.moves++
  }

  private remove(move: number): void {
    const place = this.place(move)
    this.sorted.copyWithin(place, place + 1, this.moves)
    this.moves--
  }
}
