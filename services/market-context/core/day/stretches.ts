/** Stretches of a line of numbers that are covered, and the holes between them. Pure; changed in place. */

/** From `from` on and before `to`. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Disjoint stretches in order. Those that touch are one, so what arrives in order takes no memory. */
export class Stretches {
  private all: Array<Stretch> = []

  /** Covers a stretch as well; an empty one changes nothing. */
  add(from: number, to: number): void {
    if (!(to > from)) return
    const newest = this.all.at(-1)
    if (newest !== undefined && from >= newest.from && from <= newest.to) {
      if (to > newest.to) this.all[this.all.length - 1] = { from: newest.from, to }
      return
    }
    const first = this.all.findIndex((held) => held.to >= from)
    const begin = first < 0 ? this.all.length : first
    let end = begin
    let joined: Stretch = { from, to }
    for (let held = this.all[end]; held !== undefined && held.from <= to; held = this.all[++end]) {
      joined = { from: Math.min(joined.from, held.from), to: Math.max(joined.to, held.to) }
    }
    this.all.splice(begin, end - begin, joined)
  }

  /** Whether a number is covered. */
  has(at: number): boolean {
    let [low, high] = [0, this.all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.all[middle]!.to <= at) low = middle + 1
      else high = middle
    }
    const held = this.all[low]
    return held !== undefined && held.from <= at
  }

  /** What is not covered in a stretch, in order. */
  missing(from: number, to: number): ReadonlyArray<Stretch> {
    const holes: Array<Stretch> = []
    let at = from
    for (const held of this.all) {
      if (held.to <= at) continue
      if (held.from >= to) break
      if (held.from > at) holes.push({ from: at, to: held.from })
      at = held.to
    }
    if (at < to) holes.push({ from: at, to })
    return holes
  }

  /** All of them, in order. */
  get covered(): ReadonlyArray<Stretch> {
    return this.all
  }
}
