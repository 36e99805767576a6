/**
 * One timeframe of the traded pair: kept in step by polling, and filled from the exchange's newest page when it falls
 * short. What it needs to go on after a restart (cursor, stalls) is in the store.
 */
import { Effect } from "effect"
import type { CandleSourceError } from "../../../shared/candles/source.ts"
import type { CandleSeries, StoreError } from "../../../shared/store/port.ts"
import { makeFiller } from "./filler.ts"
import type { IngestorStore } from "../store.ts"
import type { LimitedSource } from "../limiter.ts"
import { makePoller } from "./poller.ts"
import type { BackfillStatus } from "../core/status.ts"
import { type CandleCounter, type CandleKeeper, makeCounter, makeKeeper } from "./candles.ts"
import { openMemory, type WindowMemory, type WindowOptions } from "./memory.ts"

/** What a window works with. */
export interface WindowParts {
  readonly source: LimitedSource
  readonly store: IngestorStore
  /** The exchange's clock, Unix seconds. */
  readonly nowSec: Effect.Effect<number>
}

/** One timeframe of the traded pair in the store. */
export interface TrainingWindow
  extends
    Pick<WindowMemory, "now" | "showStream">,
    Pick<CandleCounter, "readiness">,
    Pick<CandleKeeper, "keepStreamed"> {
  readonly series: CandleSeries
  /** Fetches the window if it falls short and the breaker is closed. `byHand` closes the breaker first. */
  readonly backfill: (byHand: boolean) => Effect.Effect<BackfillStatus, StoreError>
  /** Fetches what is new, if something can be. Returns how many candles the store did not have. */
  readonly sync: Effect.Effect<number, CandleSourceError | StoreError>
}

/** Opens a window: reads its memory. */
export const openWindow = Effect.fn("openWindow")(function* (
  options: WindowOptions,
  { source, store, nowSec }: WindowParts
): Effect.fn.Return<TrainingWindow, StoreError> {
  const memory = yield* openMemory(options, store)
  const counter = yield* makeCounter(memory, store, nowSec)
  const keeper = yield* makeKeeper(memory, store, counter.outdate)
  const backfill = makeFiller(memory, source, counter, keeper)
  const sync = yield* makePoller(memory, source, keeper, nowSec)
  return {
    series: options.series,
    now: memory.now,
    showStream: memory.showStream,
    readiness: counter.readiness,
    keepStreamed: keeper.keepStreamed,
    backfill,
    sync
  }
})
