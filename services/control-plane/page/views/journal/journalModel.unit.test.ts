import { describe, expect, it } from "vitest"
import type { JournalLine } from "../../kit/payloads.ts"
import { EVERYTHING, fieldsOf, pageAddress, recordIn, tailAddress, withNewest } from "./journalModel.ts"

const line = (seq: number) => ({ seq }) as JournalLine

describe("what is asked of the journal", () => {
  it("names only what is looked for", () => {
    expect(pageAddress(EVERYTHING, null)).toBe("/api/journal?limit=100")
    expect(pageAddress({ ...EVERYTHING, order: "1/42" }, 90)).toBe("/api/journal?order=1%2F42&limit=100&before=90")
    expect(tailAddress({ ...EVERYTHING, family: "out", slot: "2" }, 77)).toBe("/api/events?slot=2&family=out&after=77")
  })

  it.each([
    ["42", 42],
    ["#4,711", 4711],
    ["1/42", null],
    ["mode@now", null],
    ["", null]
  ])("takes %j for record %j", (text, record) => {
    expect(recordIn(text)).toBe(record)
  })
})

describe("the tail", () => {
  it("puts the newest first, takes none twice, and lets the oldest go", () => {
    const once = withNewest([line(3), line(2)], line(4), 2)
    expect(once.map(({ seq }) => seq)).toEqual([4, 3])
    expect(withNewest(once, line(4), 2)).toBe(once)
  })

  it("shows every field of an event but its name", () => {
    expect(fieldsOf({ _tag: "X", price: "0.14", why: { rule: "a" }, none: null })).toEqual([
      ["price", "0.14"],
      ["why", '{"rule":"a"}'],
      ["none", "null"]
    ])
  })
})
