import { describe, expect, it } from "vitest"
import { pairsOf } from "./discover.ts"

const answer = {
  error: [],
  result: {
    XDGUSD: { altname: "XDGUSD", wsname: "XDG/USD", status: "online" },
    XXBTZEUR: { altname: "XBTEUR", wsname: "XBT/EUR" },
    OLDUSD: { altname: "OLDUSD", wsname: "OLD/USD", status: "cancel_only" }
  }
}

describe("the pairs of an exchange", () => {
  it.each([
    ["", ["OLDUSD", "XBTEUR", "XDGUSD"]],
    ["usd", ["OLDUSD", "XDGUSD"]],
    ["XBT/", ["XBTEUR"]],
    ["none", []]
  ])("with %j in their name are %j", (filter, symbols) => {
    expect(pairsOf(answer, filter).map(({ symbol }) => symbol)).toEqual(symbols)
  })

  it("say what they are called and what state they are in; one without a word trades", () => {
    expect(pairsOf(answer, "XBT")).toEqual([{ symbol: "XBTEUR", name: "XBT/EUR", status: "online" }])
  })

  it("are not taken from an answer that is an error", () => {
    expect(() => pairsOf({ error: ["EGeneral:Too many requests"] }, "")).toThrow(/Too many requests/)
  })
})
