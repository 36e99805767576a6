import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { patched, patchOf } from "./patch.ts"

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe("a patch", () => {
  it("makes of the one value the other, whatever they are", () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(patched(before, patchOf(before, after))).toStrictEqual(after)
      }),
      { seed: 20_261_121, numRuns: 500 }
    )
  })

  it("names what has changed, and nothing else", () => {
    const before = { seq: 1, slots: [{ id: 1, price: "0.1", alias: "doge" }, { id: 2 }], notices: ["a"] }
    const after = {
      seq: 2,
      slots: [
        { id: 1, price: "0.2" },
        { id: 2, "a/b~c": null }
      ],
      notices: ["b", "a"]
    }
    expect(patchOf(before, after)).toEqual([
      { op: "replace", path: "/seq", value: 2 },
      { op: "replace", path: "/slots/0/price", value: "0.2" },
      { op: "remove", path: "/slots/0/alias" },
      { op: "add", path: "/slots/1/a~1b~0c", value: null },
      { op: "replace", path: "/notices", value: ["b", "a"] }
    ])
    expect(patched(before, patchOf(before, after))).toStrictEqual(after)
    expect(patchOf(after, after)).toEqual([])
  })

  it("leaves what it is applied to as it was", () => {
    const before = { slots: [{ id: 1 }] }
    patched(before, [{ op: "replace", path: "/slots/0/id", value: 2 }])
    expect(before).toEqual({ slots: [{ id: 1 }] })
  })

  it("is refused where it does not fit: it is a patch of something else", () => {
    expect(() => patched({ slots: [] }, [{ op: "replace", path: "/slots/0/id", value: 2 }])).toThrow(
      "there is nothing at /slots/0/id"
    )
    expect(() => patched({}, [{ op: "replace", path: "/seq", value: 2 }])).toThrow("there is nothing at /seq")
  })
})
