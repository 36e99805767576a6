/** The short form of every benchmark, so that none rots: they must run and their results must be the expected ones. */
import { describe, expect, it } from "vitest"
import { hotPathBench } from "./hotPath.bench.ts"
import { journalBench } from "./journal.bench.ts"
import { recoveryBench } from "./recovery.bench.ts"
import { natsServerFound } from "../shared/journal/nats/testing/testServer.ts"

describe("the benchmarks in short form", () => {
  it("hot path: a tick reaches the exchange's adapter", async () => {
    const results = await hotPathBench({ quick: true })
    expect(results.map(({ name }) => name)).toEqual([
      "tick → intent in process, p50",
      "tick → intent in process, p99",
      "tick → order at the adapter, p50",
      "tick → order at the adapter, p99"
    ])
    for (const { samples } of results) expect(samples.every((sample) => sample > 0)).toBe(true)
  })

  it("recovery: the same state however many events share a record", async () => {
    const results = await recoveryBench({ quick: true })
    expect(results).toHaveLength(3)
    for (const { samples } of results) expect(samples.every((sample) => sample > 0)).toBe(true)
  })

  it.skipIf(!natsServerFound())("journal: every append is acknowledged and every replay is whole", async () => {
    const results = await journalBench({ quick: true })
    for (const { samples } of results) expect(samples.every((sample) => sample > 0)).toBe(true)
  })
})
