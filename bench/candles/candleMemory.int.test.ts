/** A longer file of candles takes no more memory: rows lie in pages of a temporary file. */
import { expect, it } from "vitest"
import { memoryOfFile } from "./candleMemory.ts"

const MB = 1_048_576
/** What rows of 76 bytes would take if they were kept, and as text and objects some ten times that. */
const KEPT_BYTES = 76

it("400,000 rows more take a fraction of their size more", async () => {
  const [short, long] = [await memoryOfFile(200_000), await memoryOfFile(600_000)]
  expect([short.rows, long.rows]).toEqual([200_000, 600_000])
  expect(long.peakBytes - short.peakBytes).toBeLessThan(400_000 * KEPT_BYTES)
  expect(long.peakBytes).toBeLessThan(300 * MB)
})
