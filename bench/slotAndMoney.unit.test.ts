/** The benchmarks in their small size: they must run, and both sides must come to the same result. */
import { expect, it } from "vitest"
import { contextBench } from "./context/context.bench.ts"
import { moneyBench } from "./money.bench.ts"
import { slotFoldBench } from "./slotFold.bench.ts"

it.each([
  ["the slot's fold", slotFoldBench],
  ["the money of a fill", moneyBench],
  ["a day's profile, and a pair's structure", contextBench]
])("%s measures itself against its floor, with equal results", async (_name, bench) => {
  for (const { samples, baseline, checksum } of await bench({ quick: true })) {
    expect(samples.length).toBe(baseline?.samples.length)
    expect(checksum).toMatch(/\d/)
  }
})
