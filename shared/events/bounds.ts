/**
 * What no honest writer puts into any field: an amount or a number beyond all that a market has. One bound for every field of every event,
 * so that what is computed from them stays a number; what a field itself can be is its schema's, and the ranges' (`shared/core/ranges.ts`).
 * Asked once, where a record is decoded. Pure.
 */

/** From these shapes on records are held to it: what older builds have written decodes as it always did. */
export const BOUNDED_SINCE = 3

/** In an amount's smallest unit: a million million million units of the finest kind. There are some 10^11 DOGE. */
const MOST_OF_AN_AMOUNT = 10n ** 28n
/** Times 1,000, or by itself, it still is a number; instants are below 10^16. */
const MOST_OF_A_NUMBER = 1e100

/** What is beyond in decoded events: the field and its value's beginning; null: nothing. */
export const beyondAll = (value: unknown): string | null => {
  if (typeof value !== "object" || value === null) return null
  const holder = value as Readonly<Record<string, unknown>>
  for (const key in holder) {
    const held = holder[key]
    const kind = typeof held
    if (kind === "bigint") {
      const amount = held as bigint
      if (amount > MOST_OF_AN_AMOUNT || amount < -MOST_OF_AN_AMOUNT) return `${key} is an amount that nobody has`
    } else if (kind === "number") {
      const number = held as number
      if (number > MOST_OF_A_NUMBER || number < -MOST_OF_A_NUMBER)
        return `${key} is ${number}, beyond every number of a market`
    } else if (kind === "object") {
      const within = beyondAll(held)
      if (within !== null) return within
    }
  }
  return null
}
