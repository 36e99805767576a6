/** The middle of ascending numbers, the mean of the two middle ones for an even count; null without any. */
export const medianOf = (ascending: ReadonlyArray<number> | Float64Array): number | null => {
  const middle = ascending.length >> 1
  const upper = ascending[middle]
  if (upper === undefined) return null
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? upper) + upper) / 2
}
