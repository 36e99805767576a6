/**
 * The market context: follows the pair's trades, fetches what is missing of today and the day before, and keeps the levels. Nothing
 * that trades waits for it; it may be stopped at any moment.
 */
import { Clock, Duration, Effect, Queue, Ref } from "effect"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { MarketDays } from "./core/day/marketDays.ts"
import type { BackfillPhase } from "./core/day/precision.ts"
import { TouchWatch } from "./core/day/touches.ts"
import type { ValueAreaSettings } from "./core/profile/volumeProfile.ts"
import { type KnownProfile, levelsView, type LevelsView } from "./core/view.ts"
import { fillMissing, type FillStatus } from "./filler.ts"
import { followTrades } from "./follow.ts"

/** Which trades are counted, and how. */
export interface ContextOptions {
  /** For people: `DOGE/USD`. */
  readonly symbol: string
  readonly tickSize: Price
  readonly valueArea: ValueAreaSettings
  /** The day before today as well. */
  readonly previousDay: boolean
  readonly history: HistoryOptions
}

/** Where the past comes from. */
export interface HistoryOptions {
  /** For people: `kraken`, `none`. */
  readonly source: string
  /** Why nothing is fetched; null: it is. */
  readonly without: Extract<BackfillPhase, "skipped" | "disabled"> | null
  /** Most wall time of one backfill at a stretch. */
  readonly timeoutMs: number
}

/** Wall time between two looks at what is shown. */
const LOOK_MS = 1_000
/** A look may take its time where a tick makes very many bins: then the next one waits so much longer that it takes a fiftieth of the thread. */
const REST_FACTOR = 50
/** After a backfill that did not get everything; and between two looks for something that is missing. */
const AGAIN_MS = 15_000
const CLOCK_WAIT = "50 millis"

/** Runs until interrupted. `show` is told of the levels once a second. */
export const marketContext = Effect.fn("marketContext")(function* (
  options: ContextOptions,
  show: (levels: LevelsView) => Effect.Effect<void>
) {
  const trades = yield* MarketTrades
  const clock = yield* VenueClock
  const days = new MarketDays({ tickSize: options.tickSize, previousDay: options.previousDay })
  const watch = new TouchWatch()
  const known = new Map<number, KnownProfile>()
  const { without, timeoutMs, source } = options.history
  const status = yield* Ref.make<FillStatus>({
    phase: without ?? "pending",
    percent: 0,
    startedMs: null,
    message: ""
  })
  // The first observation may move the clock anywhere, and with it the day.
  yield* Effect.sleep(CLOCK_WAIT).pipe(Effect.repeat({ until: () => clock.synchronised }))
  days.roll(yield* clock.nowMs)

  const wake = yield* Queue.sliding<void>(1)
  const missed = Effect.asVoid(Queue.offer(wake, undefined))
  const fill = fillMissing({ days, trades, nowMs: clock.nowMs, timeoutMs, status })
  const filling = Effect.forever(
    Effect.andThen(fill, Effect.timeoutOption(Queue.take(wake), Duration.millis(AGAIN_MS)))
  )

  const look = Effect.gen(function* () {
    const nowMs = yield* clock.nowMs
    const startedMs = yield* Clock.currentTimeMillis
    days.roll(nowMs)
    const { phase, percent, startedMs: sinceMs, message } = yield* Ref.get(status)
    const etaSec = etaOf(phase, percent, sinceMs === null ? 0 : startedMs - sinceMs)
    const view = levelsView({
      symbol: options.symbol,
      days,
      known,
      watch,
      valueArea: options.valueArea,
      tickSize: options.tickSize,
      source,
      backfill: { phase, percent, message, etaSec },
      nowMs
    })
    if (view !== null) yield* show(view)
    const tookMs = (yield* Clock.currentTimeMillis) - startedMs
    yield* Effect.sleep(Duration.millis(Math.max(LOOK_MS, REST_FACTOR * tookMs)))
  })

  return yield* Effect.raceAllFirst([
    followTrades({ days, live: trades.live, nowMs: clock.nowMs, missed }),
    Effect.forever(look),
    ...(without === null ? [filling] : [])
  ])
})

/** Seconds to go at the speed so far; null while it cannot be told, 0 when nothing is under way. */
const etaOf = (phase: BackfillPhase, percent: number, tookMs: number): number | null => {
  if (phase !== "in_progress") return phase === "pending" ? null : 0
  return percent <= 0 ? null : Math.ceil((tookMs * (100 - percent)) / percent / 1_000)
}
