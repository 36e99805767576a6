/** The retraining's benchmark in its small size: it throws when the worker's models are not those of the same fits here. */
import { expect, it } from "vitest"
import { hmmRetrainBench } from "./hmmRetrain.bench.ts"

it("a retraining measures itself against the same fits on the main thread, which give the same models", async () => {
  const results = await hmmRetrainBench({ quick: true })
  expect(results.map(({ unit }) => unit)).toEqual(["ms", "ms"])
  for (const { samples, baseline, checksum } of results) {
    expect(samples).toHaveLength(3)
    expect(baseline?.samples).toHaveLength(3)
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
  }
})
