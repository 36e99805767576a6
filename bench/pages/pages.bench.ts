/**
 * What do a hundred open pages on a market of two hundred slots cost those who trade? The path from a tick to its order at the exchange's
 * adapter (`hotPath.bench.ts`), in turns without and with a control plane of so many slots in the same process: it moves four times a second, each
 * page holds a stream and asks for something every two seconds, from a thread of its own. And how long those answers take, and what the
 * process has grown by.
 *
 * And what one report of so many slots holds the thread for, which is the longest that anybody waits for a report.
 *
 * Not claimed: browsers (readers only count what comes), slots that trade: one does, two hundred are shown.
 */
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { Effect, References } from "effect"
import { quantileSorted } from "simple-statistics"
import { briefOf } from "../../services/control-plane/core/brief.ts"
import { patchOf } from "../../services/control-plane/core/patch.ts"
import { reportOf } from "../../services/control-plane/core/report.ts"
import { observedAt, opening, OPTIONS, price } from "../../services/control-plane/testing/examples.ts"
import { tickToExchange } from "../hotPath.bench.ts"
import type { BenchResult, BenchSize } from "../result.ts"
import type { Read } from "./readers.ts"
import { shownMarket, slotsOf } from "./shownMarket.ts"

const sizes = (quick: boolean) =>
  quick ? { pages: 5, slots: 5, rounds: 1, ticks: 20 } : { pages: 100, slots: 200, rounds: 5, ticks: 1_500 }
type Sizes = ReturnType<typeof sizes>

/** Of prices on a lively day. */
const MOVES_PER_SEC = 4

const quiet = <A, E>(work: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provideService(work, References.MinimumLogLevel, "Error"))

const hotPath = async (ticks: number): Promise<ReadonlyArray<number>> => {
  const directory = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  try {
    const { ours } = await quiet(tickToExchange(ticks, directory))
    return ours.slice(Math.ceil(ticks / 5)).map(({ wallMs }) => wallMs * 1_000)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const withPages = <A>({ pages, slots }: Sizes, meanwhile: () => Promise<A>) =>
  Effect.gen(function* () {
    const { url, move } = yield* shownMarket(slots)
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(join(import.meta.dirname, "readers.ts"))),
      (one) => Effect.promise(() => one.terminate())
    )
    worker.postMessage({ url, pages }, [])
    yield* Effect.promise(() => once(worker, "message"))
    yield* move.pipe(Effect.andThen(Effect.sleep(1_000 / MOVES_PER_SEC)), Effect.forever, Effect.forkScoped)
    const told = yield* Effect.promise(meanwhile)
    worker.postMessage("stop", [])
    const [read] = (yield* Effect.promise(() => once(worker, "message"))) as [Read]
    return { told, read }
  }).pipe(Effect.scoped, quiet)

const at = (samples: ReadonlyArray<number>, share: number): number =>
  quantileSorted(
    [...samples].toSorted((a, b) => a - b),
    share
  )

/** In one sample: a thread's CPU time is told in steps of some milliseconds. */
const REPORTS = 20

/** CPU milliseconds of the report of so many slots, of its text, and of what has changed since the one before. */
const reportMs = (slots: number, rounds: number): ReadonlyArray<number> => {
  const shown = slotsOf(slots)
  const [before, after] = ["0.141", "0.1412"].map((last) =>
    observedAt([...opening, price(last)], { slots: shown, startHead: 0 })
  )
  if (before === undefined || after === undefined) throw new Error("two moments were made")
  const old = briefOf(reportOf(before, OPTIONS))
  return Array.from({ length: rounds + 1 }, () => {
    const from = process.threadCpuUsage()
    let bytes = 0
    for (let n = 0; n < REPORTS; n++) {
      const brief = briefOf(reportOf(after, OPTIONS))
      bytes += JSON.stringify(brief).length + JSON.stringify(patchOf(old, brief)).length
    }
    const { user, system } = process.threadCpuUsage(from)
    if (bytes === 0) throw new Error("a report has bytes")
    return (user + system) / 1_000 / REPORTS
  }).slice(1)
}

/** `quick` only shows that it still runs. */
export const pagesBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const size = sizes(quick)
  const { pages, slots, rounds, ticks } = size
  const [alone, beside, answers]: [Array<ReadonlyArray<number>>, Array<ReadonlyArray<number>>, Array<number>] = [
    [],
    [],
    []
  ]
  const growth: Array<number> = []
  let [whole, patches, streamBytes] = [0, 0, 0]
  for (let round = 0; round < rounds; round++) {
    alone.push(await hotPath(ticks))
    const rss = process.memoryUsage.rss()
    const { told, read } = await withPages(size, async () => {
      const samples = await hotPath(ticks)
      growth.push((process.memoryUsage.rss() - rss) / 1024 / 1024)
      return samples
    })
    beside.push(told)
    answers.push(...read.answersMs)
    whole += read.whole
    patches += read.patches
    streamBytes += read.streamBytes
  }
  const of = `${pages} pages on ${slots} slots`
  const path = (share: number): BenchResult => ({
    name: `tick → order beside ${of}, p${share * 100}`,
    unit: "µs",
    samples: beside.map((samples) => at(samples, share)),
    baseline: { name: "without a control plane", samples: alone.map((samples) => at(samples, share)) }
  })
  const results: Array<BenchResult> = [path(0.5), path(0.99)]
  if (answers.length > 0) {
    results.push({
      name: `an answer to one of ${of}, p99`,
      unit: "ms",
      samples: [at(answers, 0.99)],
      baseline: { name: "the median answer", samples: [at(answers, 0.5)] },
      note: `${answers.length} answers beside the hot path`
    })
  }
  results.push({
    name: `memory of control plane and readers, ${of}`,
    unit: "MiB",
    samples: growth.map((mebibytes) => Math.max(0.1, mebibytes)),
    note: `streams: ${whole} whole statuses, ${patches} times what had changed, ${Math.round(streamBytes / Math.max(1, whole + patches)).toLocaleString("en")} bytes each`
  })
  for (const count of quick ? [5] : [50, 200, 1_000]) {
    results.push({
      name: `a report of ${count} slots, with its changes`,
      unit: "ms CPU",
      samples: [...reportMs(count, quick ? 1 : 5)]
    })
  }
  return results
}
