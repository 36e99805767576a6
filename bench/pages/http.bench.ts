/**
 * What does one `/api/status` cost the thread that trades, against a bare `node:http` that sends the same bytes; and what does a report cost
 * that is made of so many slots? CPU time of the serving thread alone: whoever asks is a thread of its own.
 *
 * Not claimed: networks, TLS, proxies.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { Effect, References } from "effect"
import type { BenchResult, BenchSize } from "../result.ts"
import type { Load } from "./load.ts"
import { shownMarket } from "./shownMarket.ts"

const cpuUs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

const asked = async (worker: Worker, load: Load): Promise<number> => {
  const before = cpuUs()
  worker.postMessage(load, [])
  await once(worker, "message")
  return (cpuUs() - before) / load.requests
}

const measure = (slots: number, rounds: number, requests: number) =>
  Effect.gen(function* () {
    const { url } = yield* shownMarket(slots)
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(join(import.meta.dirname, "load.ts"))),
      (one) => Effect.promise(() => one.terminate())
    )
    const bytes = yield* Effect.promise(async () => Buffer.from(await (await fetch(`${url}api/status`)).arrayBuffer()))
    const bare = createServer((_request, response) => {
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": bytes.length }).end(bytes)
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => bare.close()))
    bare.listen(0, "127.0.0.1")
    yield* Effect.promise(() => once(bare, "listening"))
    const ours = { port: Number(new URL(url).port), path: "/api/status", requests }
    const theirs = { ...ours, port: (bare.address() as AddressInfo).port }
    const [mine, floor]: [Array<number>, Array<number>] = [[], []]
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [
        yield* Effect.promise(() => asked(worker, ours)),
        yield* Effect.promise(() => asked(worker, theirs))
      ]
      // The first round warms the code.
      if (round === 0) continue
      mine.push(a)
      floor.push(b)
    }
    return { mine, floor, bytes: bytes.length }
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise)

/** `quick` only shows that it still runs. */
export const httpBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const results: Array<BenchResult> = []
  for (const slots of quick ? [5] : [5, 50, 1_000]) {
    const requests = quick ? 50 : slots > 100 ? 500 : 4_000
    const { mine, floor, bytes } = await measure(slots, quick ? 1 : 5, requests)
    results.push({
      name: `/api/status of ${slots} slots`,
      unit: "µs CPU",
      samples: mine,
      baseline: { name: "bare node:http, same bytes", samples: floor },
      note: `${bytes.toLocaleString("en")} bytes; goal ≥ 0.8 of bare, so at most 1.25 of its cost`
    })
  }
  return results
}
