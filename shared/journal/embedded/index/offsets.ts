/** A list of offsets that grows, 4 bytes each. Pure. */

/** Ascending positions in one segment. */
export interface OffsetList {
  readonly push: (offset: number) => void
  readonly length: () => number
  /** What is there now; later additions do not show. */
  readonly view: () => Uint32Array
}

/** Empty; doubles its room when full. */
export const makeOffsetList = (): OffsetList => {
  let values = new Uint32Array(4)
  let length = 0
  return {
    push: (offset) => {
      if (length === values.length) {
        const larger = new Uint32Array(length * 2)
        larger.set(values)
        values = larger
      }
      values[length] = offset
      length += 1
    },
    length: () => length,
    view: () => values.subarray(0, length)
  }
}

/** The place of the first element that is at least `wanted`, in an ascending row; its length when there is none. */
export const firstAtLeast = (length: number, valueAt: (place: number) => number, wanted: number): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (valueAt(middle) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Several ascending rows as one. */
export const merged = (rows: ReadonlyArray<Uint32Array>): Uint32Array => {
  const [only, second] = rows
  if (second === undefined) return only ?? new Uint32Array(0)
  const all = new Uint32Array(rows.reduce((sum, row) => sum + row.length, 0))
  let at = 0
  for (const row of rows) {
    all.set(row, at)
    at += row.length
  }
  return all.sort()
}
