/** The regime model's benchmark in its small size: it must run, and reach the textbook's likelihood. */
import { expect, it } from "vitest"
import { hmmBench } from "./hmm.bench.ts"
import { hmmStartsBench } from "./hmmStarts.bench.ts"

it("fits measure themselves against a textbook program that reaches the same likelihood", async () => {
  const results = await hmmBench({ quick: true })
  const [tick, ...fits] = results.toReversed()
  expect(tick?.unit).toBe("ms")
  expect(fits.map(({ unit }) => unit)).toEqual(Array.from({ length: 5 }, () => "ns per row and iteration"))
  for (const { samples, checksum } of results) {
    expect(samples.every((sample) => sample > 0)).toBe(true)
    expect(checksum).toMatch(/\d/)
  }
})

it("training holds itself against random starts, and its time against one fit of the textbook's", async () => {
  const [share, time] = await hmmStartsBench({ quick: true })
  expect(share?.samples).toHaveLength(3)
  expect(share?.samples.every((percent) => percent === 100)).toBe(true)
  expect(time?.samples.length).toBe(time?.baseline?.samples.length)
})
