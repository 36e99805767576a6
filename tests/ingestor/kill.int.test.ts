/** kill -9 in the middle of a backfill on the embedded store: nothing is there twice, nothing is missing. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { findGaps } from "../../shared/candles/testing/gaps.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import { NOW_SEC, ORDER } from "./testing/killed.ts"

const PAGE_ROWS = 1_000
const CANDLES = ORDER.days * 1_440
/** The process is killed while it has the answer to its n-th request of a life, in turn. */
const KILLS = [2, 1, 2]
/** Five times a process starts and opens the database, once it is made; seconds each even on an idle machine. */
const TIMEOUT_MS = 180_000

/** Minutes in Binance's form; `onPage` is told of every page before it is sent. */
const minutesServer = (onPage: () => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly starts: ReadonlyArray<number>; readonly close: () => void }>(
      (resume) => {
        const starts: Array<number> = []
        const server = createServer((request, response) => {
          const startMs = Number(new URL(request.url ?? "", "http://localhost").searchParams.get("startTime"))
          starts.push(startMs / 1_000)
          const count = Math.min(PAGE_ROWS, Math.ceil((NOW_SEC * 1_000 - startMs) / 60_000))
          const rows = Array.from({ length: count }, (_, i) => {
            const openMs = startMs + i * 60_000
            return [openMs, "0.1", "0.2", "0.1", "0.2", "5", openMs + 59_999, "1", 3, "1", "1", "0"]
          })
          response.end(JSON.stringify(rows))
          onPage()
        })
        server.listen(0, "127.0.0.1", () => {
          const close = () => {
            server.close()
            server.closeAllConnections()
          }
          const { port } = server.address() as AddressInfo
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, starts, close }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )

it.live(
  "after kill -9 a backfill goes on where it was: no candle twice, none missing, one page repeated at most",
  () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-backfill-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      let onPage = () => {}
      const { url, starts } = yield* minutesServer(() => onPage())

      /** One life of the process: killed after this number of pages (null: not at all); whether it finished. */
      const live = (pages: number | null) =>
        Effect.promise(
          () =>
            new Promise<boolean>((resolve, reject) => {
              const script = join(import.meta.dirname, "testing/killed.ts")
              const child = spawn(process.execPath, [script, directory, url], { stdio: ["ignore", "pipe", "pipe"] })
              let said = ""
              let complaint = ""
              let served = 0
              onPage = () => {
                if (++served === pages) child.kill("SIGKILL")
              }
              child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text))
              child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text))
              child.once("error", reject)
              child.once("close", (code, signal) => {
                if (signal === "SIGKILL" || code === 0) resolve(said.includes("done"))
                else reject(new Error(`the process ended with ${code}: ${complaint}`))
              })
            })
        )
      for (const pages of KILLS) expect(yield* live(pages)).toBe(false)
      expect(yield* live(null)).toBe(true)

      const series = { venue: "real", symbol: ORDER.symbol, intervalMin: 1 } as const
      yield* Effect.gen(function* () {
        const store = yield* Store
        const times = yield* store.candles.times(series, 0, NOW_SEC)
        expect(times.length).toBe(CANDLES)
        expect(new Set(times).size).toBe(CANDLES)
        expect(findGaps(times, 1)).toStrictEqual([])
        expect(times[0]).toBe(NOW_SEC - CANDLES * 60)
        expect((yield* store.jobs.counts(null)).complete).toBe(1)
        // Read back past the 1,000 rows a server gives at once.
        const newest = yield* store.candles.newest(series, 1_500)
        expect([newest.length, newest[0]?.timeSec]).toStrictEqual([1_500, NOW_SEC - 1_500 * 60])
      }).pipe(Effect.provide(EmbeddedStore.layer({ directory })))

      const pagesNeeded = new Set(starts).size
      expect(starts.length, "a page was asked for more often than it was lost").toBeLessThanOrEqual(
        pagesNeeded + KILLS.length
      )
    }),
  TIMEOUT_MS
)
