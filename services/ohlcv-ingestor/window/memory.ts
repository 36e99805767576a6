/**
 * What a window knows of itself, in one place: shown to status pages without asking anyone, and, as far as a restart has to
 * go on from it, in the store.
 */
import { Effect, Option, Ref, Schema } from "effect"
import type { CandleSeries, StoreError } from "../../../shared/store/port.ts"
import type { Readiness } from "../core/readiness.ts"
import { type BackfillMemory, noBackfillYet, resetStalls } from "../core/stalls.ts"
import { type BackfillStatus, idle, NO_STREAM, type StreamStatus } from "../core/status.ts"
import type { IngestorStore } from "../store.ts"

/** One training window: which candles, how many, and how it is kept. */
export interface WindowOptions {
  readonly series: CandleSeries
  /** Candles of a full training window. */
  readonly target: number
  /** Fewer train no model. */
  readonly minimum: number
  /** Attempts in a row that brought nothing new, after which the breaker opens. */
  readonly maxStalls: number
  /** Most wall time of a backfill. */
  readonly timeoutMs: number
  /** Least exchange time between two looks for new candles. */
  readonly syncIntervalSec: number
  /** How old a count of the stored candles may be, wall time. */
  readonly readinessCacheMs: number
}

/** What is known of a window without asking anyone. */
export interface WindowNow {
  readonly options: WindowOptions
  readonly memory: BackfillMemory
  readonly status: BackfillStatus
  /** What the next page is asked with; null: the newest page. */
  readonly cursor: string | null
  /** Exchange Unix seconds; 0: never in this process. */
  readonly lastSyncSec: number
  readonly lastSyncRows: number
  /** Null before the store has been asked once. */
  readonly readiness: Readiness | null
  /** Start of the newest candle known to be stored; null: none is. */
  readonly newestSec: number | null
  readonly stream: StreamStatus
}

/** What the parts of a window read and change. */
export interface WindowMemory {
  readonly options: WindowOptions
  readonly now: Effect.Effect<WindowNow>
  /** A new backfill is due. `byHand` closes the breaker. */
  readonly beginBackfill: (byHand: boolean) => Effect.Effect<void>
  readonly showBackfill: (change: Partial<BackfillStatus>) => Effect.Effect<BackfillStatus>
  readonly showStream: (change: (before: StreamStatus) => Partial<StreamStatus>) => Effect.Effect<void>
  /** The store holds a candle that starts at `newestSec`. */
  readonly sawStored: (newestSec: number) => Effect.Effect<void>
  /** The store was asked: what it said replaces what was known. */
  readonly sawCount: (readiness: Readiness, newestSec: number | null) => Effect.Effect<void>
  /** Keeps how the last backfill ended, over restarts. */
  readonly rememberBackfill: (memory: BackfillMemory) => Effect.Effect<void, StoreError>
  /** Keeps where the next page begins, over restarts. */
  readonly rememberPlace: (change: Place) => Effect.Effect<void, StoreError>
}

/** Where polling is. */
type Place = Pick<WindowNow, "cursor"> & Partial<Pick<WindowNow, "lastSyncSec" | "lastSyncRows">>

const StoredPlace = Schema.Struct({ cursor: Schema.NullOr(Schema.String) })
const decodePlace = Schema.decodeUnknownOption(StoredPlace)
const StoredMemory = Schema.Struct({
  stalls: Schema.Int,
  message: Schema.String,
  lastRunMs: Schema.Finite
})
const decodeMemory = Schema.decodeUnknownOption(StoredMemory)

/** Keys in the store: of the cursor, written at every poll; and of the breaker, which another process may close meanwhile. */
const placeKey = ({ venue, symbol, intervalMin }: CandleSeries): string => `candles.${venue}.${symbol}.${intervalMin}`
const memoryKey = ({ venue, symbol, intervalMin }: CandleSeries): string => `backfill.${venue}.${symbol}.${intervalMin}`

/** Closes a series' breaker by hand, whether or not a process keeps it in step; a series without a memory has none. */
export const closeBreaker = Effect.fn("closeBreaker")(function* (
  store: IngestorStore,
  series: CandleSeries
): Effect.fn.Return<void, StoreError> {
  const key = memoryKey(series)
  const stored = decodeMemory(yield* store.state.get(key))
  if (stored._tag === "Some") yield* store.state.put(key, { ...stored.value, stalls: 0 })
})

/** Reads a window's memory. One that cannot be read is begun anew, which costs one page. */
export const openMemory = Effect.fnUntraced(function* (
  options: WindowOptions,
  store: IngestorStore
): Effect.fn.Return<WindowMemory, StoreError> {
  const { series } = options
  const { cursor } = Option.getOrElse(decodePlace(yield* store.state.get(placeKey(series))), () => ({ cursor: null }))
  const memory = Option.getOrElse(decodeMemory(yield* store.state.get(memoryKey(series))), () => noBackfillYet)
  const state = yield* Ref.make<WindowNow>({
    options,
    memory,
    status: { ...idle, phase: "pending" },
    cursor,
    lastSyncSec: 0,
    lastSyncRows: 0,
    readiness: null,
    newestSec: null,
    stream: NO_STREAM
  })
  const change = (how: (now: WindowNow) => Partial<WindowNow>) =>
    Ref.updateAndGet(state, (now) => ({ ...now, ...how(now) }))

  return {
    options,
    now: Ref.get(state),
    beginBackfill: (byHand) =>
      change((now) => ({
        status: { ...idle, phase: "pending" },
        memory: byHand ? resetStalls(now.memory) : now.memory
      })),
    showBackfill: (part) =>
      Effect.map(
        change(({ status }) => ({ status: { ...status, ...part } })),
        ({ status }) => status
      ),
    showStream: (how) => change(({ stream }) => ({ stream: { ...stream, ...how(stream) } })),
    sawStored: (newestSec) => change((now) => ({ newestSec: Math.max(newestSec, now.newestSec ?? newestSec) })),
    sawCount: (readiness, newestSec) => change(() => ({ readiness, newestSec })),
    rememberBackfill: (next) =>
      Effect.andThen(
        change(() => ({ memory: next })),
        store.state.put(memoryKey(series), next)
      ),
    rememberPlace: (place) =>
      Effect.andThen(
        change(() => place),
        store.state.put(placeKey(series), { cursor: place.cursor })
      )
  }
})
