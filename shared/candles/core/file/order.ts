/** The order of rows by time, in few bytes a row: comparing them would take a hundred more. Pure. */

/** Values of a digit. */
const BASE = 65_536

/**
 * Places 0 to `length` − 1 by the number at each, which is whole and not negative; equal ones keep their order. A radix sort: 8 bytes a
 * row and the numbers, 4 bytes each below 2^32 and 8 from there on.
 */
export const orderBy = (length: number, most: number, numberAt: (place: number) => number): Uint32Array => {
  const numbers = most < 2 ** 32 ? new Uint32Array(length) : new Float64Array(length)
  let from = new Uint32Array(length)
  let to = new Uint32Array(length)
  for (let place = 0; place < length; place++) {
    numbers[place] = numberAt(place)
    from[place] = place
  }
  const starts = new Uint32Array(BASE + 1)
  for (let unit = 1; unit <= most; unit *= BASE) {
    const digitAt = (place: number): number => Math.floor((numbers[place] ?? 0) / unit) % BASE
    starts.fill(0)
    for (let place = 0; place < length; place++) add(starts, digitAt(place) + 1, 1)
    for (let digit = 0; digit < BASE; digit++) add(starts, digit + 1, starts[digit] ?? 0)
    for (const place of from) to[add(starts, digitAt(place), 1)] = place
    ;[from, to] = [to, from]
  }
  return from
}

/** Adds to a number; returns what it was. */
const add = (numbers: Uint32Array, at: number, more: number): number => {
  const before = numbers[at] ?? 0
  numbers[at] = before + more
  return before
}
