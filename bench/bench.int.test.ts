/** The short form of every benchmark, so that none rots: they must run and their results must be the expected ones. */
import { describe, expect, it } from "vitest"
import { candlesBench } from "./candles/candles.bench.ts"
import { hotPathBench } from "./hotPath.bench.ts"
import { journalBench } from "./journal.bench.ts"
import { commandLineBench } from "./opening/commandLine.bench.ts"
import { openingBench } from "./opening/opening.bench.ts"
import { longLifeBench } from "./longLife/longLife.bench.ts"
import { manySlotsBench } from "./longLife/manySlots.bench.ts"
import { pastBench } from "./longLife/past.bench.ts"
import { httpBench } from "./pages/http.bench.ts"
import { pagesBench } from "./pages/pages.bench.ts"
import { livingLong } from "./memory/livingLong.ts"
import { recoveryBench } from "./recovery/recovery.bench.ts"
import { resumeBench } from "./recovery/resume.bench.ts"
import { packedBench } from "./replay/packed.bench.ts"
import { replayBench } from "./replay/replay.bench.ts"
import { signingBench } from "./signing/signing.bench.ts"
import type { BenchResult } from "./result.ts"
import { storeBench } from "./store.bench.ts"
import { natsServerFound } from "../shared/journal/nats/testing/testServer.ts"

/** Those of a result that are no figures. Work so short may take no time at all by the processor's clock. */
const notMeasured = ({ name, samples }: BenchResult): ReadonlyArray<string> =>
  samples.flatMap((sample) => (Number.isFinite(sample) && sample >= 0 ? [] : [`${name}: ${sample}`]))

describe("the benchmarks in short form", () => {
  it("hot path: a tick reaches the exchange's adapter", async () => {
    const results = await hotPathBench({ quick: true })
    expect(results.map(({ name }) => name)).toEqual([
      "tick → intent in process, p50",
      "tick → intent in process, p99",
      "tick → order at the adapter, p50",
      "tick → order at the adapter, p99"
    ])
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })

  it("command line: what a process costs that says its help", async () => {
    const results = await commandLineBench({ quick: true })
    expect(results.map(({ name }) => name)).toEqual(["kennel --help", "kennel action --help"])
  })

  it("recovery: the same state however many events share a record", async () => {
    const results = await recoveryBench({ quick: true })
    expect(results).toHaveLength(3)
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })

  it("resume: from a snapshot and from a seal a slot comes to where it stood, and every decision is compared", async () => {
    const results = await resumeBench({ quick: true })
    expect(results).toHaveLength(3)
    for (const { samples, baseline } of results) {
      expect(samples.every((sample) => Number.isFinite(sample))).toBe(true)
      expect(baseline?.samples.length).toBe(samples.length)
    }
  })

  it("long life: a generated market verifies whole, is sealed, archived, and starts again", async () => {
    const results = await longLifeBench({ quick: true })
    const folds = results.filter(({ name }) => name.startsWith("fold and verify"))
    expect(folds.map(({ checksum }) => checksum)).toStrictEqual([
      expect.stringMatching(/^[0-9a-f]{12}$/),
      expect.stringMatching(/^[0-9a-f]{12}$/)
    ])
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })

  it("many slots: a generated market of several slots verifies whole", async () => {
    const results = await manySlotsBench({ quick: true })
    const freely = results.flatMap(({ name, note }) => (name.includes("freely: tick →") ? [note ?? ""] : []))
    expect(freely.map((note) => Number.parseInt(note, 10))).toStrictEqual([1, 3])
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })

  it("http and pages: a status is answered as its bytes are, and pages are sent what has changed", async () => {
    const results = [...(await httpBench({ quick: true })), ...(await pagesBench({ quick: true }))]
    expect(results.length).toBeGreaterThan(4)
    expect(results.map(({ note }) => note ?? "").join(" ")).toMatch(/streams: [1-9]\d* whole statuses/)
  })

  it("past: questions about a generated market are answered, and a jump folds a few thousand records at most", async () => {
    const results = await pastBench({ quick: true })
    expect(Math.max(...(results.find(({ unit }) => unit === "records")?.samples ?? []))).toBeLessThan(3_000)
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })

  it("memory: a journal is lived through whole, and what is held is said at every tenth of it", async () => {
    const held = await livingLong(20_000)
    expect(held.map(({ records }) => records)).toStrictEqual(
      Array.from({ length: 10 }, (_, step) => (step + 1) * 2_000)
    )
    expect(held.every(({ heapMb, rssMb }) => heapMb > 0 && rssMb > heapMb)).toBe(true)
  })

  it.skipIf(!natsServerFound())("journal: every append is acknowledged and every replay is whole", async () => {
    const results = await journalBench({ quick: true })
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })

  it("replay: journal and bare reader add up the same events", async () => {
    const results = await replayBench({ quick: true })
    expect(results.length).toBe(natsServerFound() ? 6 : 3)
    for (const { checksum, baseline } of results) {
      expect(checksum).toBe(String((500 * 499) / 2))
      expect(baseline?.samples.every((sample) => sample > 0)).toBe(true)
    }
  })

  it("packed: the same prices come out of packed segments, which are the smaller ones", async () => {
    const results = await packedBench({ quick: true })
    expect(results.length).toBe(natsServerFound() ? 6 : 5)
    expect(results.flatMap(notMeasured)).toStrictEqual([])
    const [disk] = results
    expect(disk?.samples[0]).toBeGreaterThan(0)
    expect(disk?.samples[0]).toBeLessThan((disk?.baseline?.samples[0] ?? 0) / 2)
  })

  it("signing: the same market proves itself with marks and without", async () => {
    const results = await signingBench({ quick: true })
    expect(results.length).toBe(natsServerFound() ? 12 : 6)
    for (const { checksum } of results) expect(Number(checksum)).toBe(500)
  })

  it("opening: with and without indexes the same journal, and all of its control records", async () => {
    const results = await openingBench({ quick: true })
    expect(results.map(({ checksum }) => checksum)).toEqual(["12000", undefined, "3"])
  })

  it("candles: a file is read whole, as exact figures and as doubles", async () => {
    const [read] = await candlesBench({ quick: true })
    expect(read?.checksum).toMatch(/^20000 /)
    expect(read?.samples.length).toBe(read?.baseline?.samples.length)
  })

  it("store: every candle of a series is stored, over each back end there is", async () => {
    const results = await storeBench({ quick: true })
    expect(results.length).toBeGreaterThan(0)
    expect(results.flatMap(notMeasured)).toStrictEqual([])
  })
})
