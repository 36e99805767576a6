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
export const decodeState = <State>(text: string): State =>
  JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== "string" || !endsLikeBigint(value)) return value
    return BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value.slice(1)
  }) as State
