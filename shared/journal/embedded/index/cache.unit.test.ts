import { describe, expect, test } from "vitest"
import { makeByteCache } from "./cache.ts"

describe("the memory of indexes", () => {
  test("forgets what was not used for longest, once the sum would pass the limit", () => {
    const cache = makeByteCache<string>(10)
    cache.put("a", "A", 4)
    cache.put("b", "B", 4)
    expect(cache.get("a")).toBe("A")
    cache.put("c", "C", 4)
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual(["A", undefined, "C"])
  })

  test("counts a value that is put again once, and keeps one that is too large until the next comes", () => {
    const cache = makeByteCache<string>(10)
    for (let turn = 0; turn < 5; turn++) cache.put("a", "A", 8)
    cache.put("b", "B", 2)
    expect(cache.get("a")).toBe("A")
    cache.put("large", "L", 100)
    expect([cache.get("a"), cache.get("b"), cache.get("large")]).toEqual([undefined, undefined, "L"])
    cache.put("c", "C", 1)
    expect([cache.get("large"), cache.get("c")]).toEqual([undefined, "C"])
  })
})
