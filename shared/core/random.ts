/** Seeded random numbers without hidden state: the same keys give the same numbers, on every machine. */

/** A 32-bit hash of two words (rounds of MurmurHash3's finalizer). */
export const hash2 = (a: number, b: number): number => {
  let x = (a ^ 0x9e3779b9) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul((x ^ (x >>> 13)) + b, 0xc2b2ae35)
  x = Math.imul(x ^ (x >>> 16), 0x27d4eb2f)
  return (x ^ (x >>> 15)) >>> 0
}

/** Numbers in [0, 1), one after the other (mulberry32). */
export const randomNumbers = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * A number that is nearly normal with mean 0 and deviation 1: twelve uniform ones added (Irwin–Hall). Sums only, because
 * logarithms and cosines may differ in the last digit between machines, and then so would the market.
 */
export const nearlyNormal = (random: () => number): number => {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += random()
  return sum
}
