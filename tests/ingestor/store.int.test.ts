/** What `npm start` does: the ingestor on the embedded store and the simulated exchange, on the real clock. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import { readSettings } from "../../app/settings.ts"
import { ingestorOptions } from "../../services/ohlcv-ingestor/options.ts"
import { ExchangeSim, exchangeSimLayer } from "../../services/exchange-sim/layer.ts"
import { CandleIngestor } from "../../services/ohlcv-ingestor/service.ts"
import type { IngestorView } from "../../services/ohlcv-ingestor/core/view.ts"

/** At this many simulated seconds a second the forming bar closes within one or two. */
const SPEED = 60
/** Two databases are opened, one of them made; that takes seconds even on an idle machine. */
const TIMEOUT_MS = 180_000
const { settings } = readSettings({
  SPEED: String(SPEED),
  HMM_TRAINING_CANDLES: "2000",
  HMM_SECONDARY_TRAINING_CANDLES: "700"
})

const until = (view: Effect.Effect<IngestorView>, wanted: (view: IngestorView) => boolean) =>
  view.pipe(Effect.delay("50 millis"), Effect.repeat({ until: wanted }))

it.live(
  "one page each is enough to train at once; what was stored and counted is there after a restart",
  () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-ingestor-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const { restUrl, nowMs } = yield* ExchangeSim
      const options = ingestorOptions({ ...settings, restUrl }, { live: null, nowMs })
      const run = <A>(work: Effect.Effect<A, unknown, CandleIngestor | Store>) =>
        work.pipe(
          Effect.provide(CandleIngestor.layer(options).pipe(Layer.provideMerge(EmbeddedStore.layer({ directory }))))
        )

      const first = yield* run(
        Effect.gen(function* () {
          const { view, backfillNow } = yield* CandleIngestor
          const filled = yield* until(
            view,
            ({ hmm_data_pipeline: one, hmm_data_pipeline_secondary: two }) =>
              one.ready_for_min_train && two?.ready_for_target_window === true
          )
          expect(filled.backfill.metrics_precision).toBe("PRECISE")
          expect(filled.hmm_data_pipeline.training_target).toBe(2_000)
          expect(filled.hmm_data_pipeline.backfill_reachable).toBe(719)
          yield* backfillNow(null)
          return yield* view
        })
      )
      const again = yield* run(
        Effect.gen(function* () {
          const { view } = yield* CandleIngestor
          const store = yield* Store
          yield* until(view, ({ hmm_data_pipeline: one }) => one.ready_for_min_train)
          const series = { venue: "simulated", symbol: settings.pair, intervalMin: 1 } as const
          const { count, oldestSec, newestSec } = yield* store.candles.coverage(series, 0)
          expect(yield* store.candles.gaps(series, 0)).toStrictEqual([])
          return { count, span: ((newestSec ?? 0) - (oldestSec ?? 0)) / 60 + 1 }
        })
      )
      expect(again.count).toBe(again.span)
      expect(again.count).toBeGreaterThanOrEqual(first.hmm_data_pipeline.samples)
    }).pipe(Effect.provide(exchangeSimLayer({ speed: SPEED }).pipe(Layer.provide(MemoryJournal.layer())))),
  TIMEOUT_MS
)
