import { describe, expect, it } from "@effect/vitest"
import { decodeState, encodeState } from "./stateText.ts"

describe("a state as text", () => {
  it.each([
    ["amounts", { total: 12n, loss: -3n, none: 0n }],
    ["texts of people that read like amounts", { note: "12n", other: "-3n", marked: "~12n", twice: "~~0n" }],
    ["texts that end like them", { a: "n", b: "12 n", c: "seven", d: "~", e: "" }],
    ["both, in lists and below", [{ a: [1n, "1n"] }, null, 1.5, true]],
    ["names that mean something to the language", JSON.parse('{"__proto__":{"constructor":"12"},"length":"3n"}')],
    ["an amount alone", 7n]
  ])("comes back as it was: %s", (_what, state) => {
    expect(decodeState<unknown>(encodeState(state))).toStrictEqual(state)
  })

  it("writes an amount as its digits", () => {
    expect(encodeState({ total: 12n, note: "12n" })).toBe('{"total":"12n","note":"~12n"}')
  })
})
