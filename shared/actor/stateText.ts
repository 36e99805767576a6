/** States as text: JSON in which a bigint is `"<digits>n"`. Equal states built the same way give equal text. Pure. */

const BIGINT = /^-?\d+n$/

export const encodeState = (state: unknown): string =>
  JSON.stringify(state, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))

/** The inverse of `encodeState` for states that hold no text of the form `12n`. */
export const decodeState = <State>(text: string): State =>
  JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" && BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value
  ) as State
