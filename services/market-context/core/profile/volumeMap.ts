/** Volume by bin, for as many bins as were traded in: a hash table in typed arrays, because a day has a hundred thousand trades. Pure; changed in place. */

/** Units of a volume's last digit in one whole unit of the base currency. */
export const UNITS_PER_WHOLE = 100_000_000

const FIRST_CAPACITY = 64
/** Spreads neighbouring bins over the table (2^32 over the golden ratio). */
const SPREAD = 0x9e3779b1

/**
 * Sums of volumes by bin. A volume comes as whole units and the rest in units of its last digit: each sum stays exact in a double,
 * up to nine million billion units in a bin.
 */
export class VolumeMap {
  private bins = new Float64Array(FIRST_CAPACITY).fill(Number.NaN)
  private wholes = new Float64Array(FIRST_CAPACITY)
  private rests = new Float64Array(FIRST_CAPACITY)
  private shift = 32 - Math.log2(FIRST_CAPACITY)
  private last = 0
  /** Bins with volume. */
  size = 0

  /** Adds to a bin; `bin` is a whole number a double holds exactly. */
  add(bin: number, whole: number, rest: number): void {
    // Trades in a row are mostly at one price.
    let at = this.last
    if (this.bins[at] !== bin) at = this.place(bin)
    this.last = at
    this.wholes[at]! += whole
    this.rests[at]! += rest
  }

  /** Every bin with its volume in units of the last digit, by rising bin. */
  sorted(): ReadonlyArray<{ readonly bin: number; readonly volume: bigint }> {
    const places = Array.from(this.bins.keys()).filter((at) => !Number.isNaN(this.bins[at]))
    places.sort((a, b) => this.bins[a]! - this.bins[b]!)
    return places.map((at) => ({
      bin: this.bins[at]!,
      volume: BigInt(this.wholes[at]!) * BigInt(UNITS_PER_WHOLE) + BigInt(this.rests[at]!)
    }))
  }

  private place(bin: number): number {
    const mask = this.bins.length - 1
    let at = Math.imul(bin | 0, SPREAD) >>> this.shift
    for (let held = this.bins[at]!; held === held; held = this.bins[at]!) {
      if (held === bin) return at
      at = (at + 1) & mask
    }
    if (2 * (this.size + 1) > this.bins.length) {
      this.grow()
      return this.place(bin)
    }
    this.size++
    this.bins[at] = bin
    return at
  }

  private grow(): void {
    const { bins, wholes, rests } = this
    this.bins = new Float64Array(2 * bins.length).fill(Number.NaN)
    this.wholes = new Float64Array(2 * bins.length)
    this.rests = new Float64Array(2 * bins.length)
    this.shift--
    this.size = 0
    this.last = 0
    for (const [at, bin] of bins.entries()) if (!Number.isNaN(bin)) this.add(bin, wholes[at]!, rests[at]!)
  }
}
