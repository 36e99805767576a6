/**
 * The process that the kill test kills: takes the job in the store of a directory on and works it off, from a source that
 * speaks Binance's wire. Prints `done` when the job is complete. Usage: `node killed.ts <directory> <source url>`.
 */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import { httpSource } from "../../../shared/candles/http.ts"
import { BINANCE } from "../../../shared/candles/core/sources/binance.ts"
import { EmbeddedStore } from "../../../shared/store/embedded/store.ts"
import { type JobOrder, Store } from "../../../shared/store/port.ts"
import { runHistoryJob } from "../../../services/ohlcv-ingestor/history.ts"
import { limitedSource } from "../../../services/ohlcv-ingestor/limiter.ts"

/** The job: five days of minutes, eight pages. */
export const ORDER: JobOrder = { source: "binance", symbol: "DOGEUSDT", intervalMin: 1, mode: "full", days: 5 }
/** The time of the source, on a full day: nothing is forming. */
export const NOW_SEC = 1_790_035_200

/** A lease that is over at once: the process that had the job is known to be dead. */
const LEASE_SEC = 1

const work = (url: string) =>
  Effect.gen(function* () {
    const store = yield* Store
    yield* store.jobs.enqueue([ORDER])
    const claim = store.jobs.claim("binance", `process-${process.pid}`, LEASE_SEC)
    const job = yield* claim.pipe(Effect.delay("100 millis"), Effect.repeat({ until: (found) => found !== null }))
    if (job === null) return
    const nowMs = Effect.succeed(NOW_SEC * 1_000)
    const source = yield* limitedSource(httpSource(BINANCE, { url, nowMs }), { burst: 1, perSec: 1_000 })
    const parts = { source, store, nowSec: Effect.succeed(NOW_SEC), retentionDays: () => null }
    const { phase, message } = yield* runHistoryJob(job, parts, (place) =>
      store.jobs.keepPlace(job.id, `process-${process.pid}`, place, LEASE_SEC)
    )
    if (phase !== "complete") throw new Error(`the job ended as ${phase}`)
    yield* store.jobs.end(job.id, `process-${process.pid}`, { phase, message })
    writeSync(1, "done\n")
  })

const [directory, url] = process.argv.slice(2)
if (import.meta.main && directory !== undefined && url !== undefined) {
  await Effect.runPromise(work(url).pipe(Effect.provide(EmbeddedStore.layer({ directory }))))
}
