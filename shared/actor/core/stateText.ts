/** States as text: JSON in which a bigint is `"<digits>n"`. Equal states built the same way give equal text. Pure. */

const BIGINT = /^-?\d+n$/
/** A text that reads like a bigint, however often it has been marked as a text. */
const LIKE_BIGINT = /^~*-?\d+n$/

const endsLikeBigint = (text: string): boolean => text.endsWith("n") && LIKE_BIGINT.test(text)

/** Texts of people are kept apart from bigints by a mark: `12n` is written `~12n`. */
export const encodeState = (state: unknown): string =>
  JSON.stringify(state, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`
    return typeof value === "string" && endsLikeBigint(value) ? `~${value}` : value
  })

/** The inverse of `encodeState`. */
export const decodeState = <State>(text: string): State => revived(JSON.parse(text)) as State

/** In place, where something changes: asking a function at every value while it is parsed takes five times as long. */
const revived = (value: unknown): unknown => {
  if (typeof value === "string") {
    if (!endsLikeBigint(value)) return value
    return BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value.slice(1)
  }
  if (typeof value !== "object" || value === null) return value
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    const before = holder[key]
    const after = revived(before)
    if (after !== before) holder[key] = after
  }
  return value
}
