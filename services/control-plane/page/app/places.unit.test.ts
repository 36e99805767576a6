import { describe, expect, it } from "vitest"
import { hrefOf, placeOf, VIEWS } from "./places.ts"

describe("a place on the page", () => {
  it("is the overview where nothing is said, and the factory under its own path", () => {
    expect(placeOf("", "/")).toEqual({ view: "overview", rest: "" })
    expect(placeOf("#nonsense", "/")).toEqual({ view: "overview", rest: "" })
    expect(placeOf("", "/factory")).toEqual({ view: "factory", rest: "" })
    expect(placeOf("#slots", "/factory")).toEqual({ view: "slots", rest: "" })
  })

  it.each([
    ["slots", 2],
    ["journal", "1/42"],
    ["journal", "mode@now"]
  ] as const)("%s %s has an address that leads back to it", (view, rest) => {
    expect(placeOf(hrefOf(view, rest), "/")).toEqual({ view, rest: String(rest) })
  })

  it("has a key of its own", () => {
    expect(new Set(VIEWS.map(({ key }) => key)).size).toBe(VIEWS.length)
  })
})
