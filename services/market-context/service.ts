/**
 * The market context: follows the pair's trades, fetches what is missing of today and the day before, and keeps the levels. Nothing
 * that trades waits for it; it may be stopped at any moment.
 */
import type { BackfillPhase } from "../../shared/core/backfillPhase.ts"
import { Clock, Duration, Effect, Queue, Ref, type Scope } from "effect"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { MarketDays } from "./core/day/marketDays.ts"
import { TouchWatch } from "./core/day/touches.ts"
import type { ValueAreaSettings } from "./core/profile/volumeProfile.ts"
import { type KnownProfile, levelsView, type LevelsView } from "./core/view.ts"
import { type FilePlaces, makeDayFiles } from "./files/dayFiles.ts"
import { fillMissing, type FillStatus } from "./filler.ts"
import { followTrades } from "./follow.ts"
import { makeKeeper } from "./keeper.ts"
import type { Store } from "../../shared/store/port.ts"

/** Which trades are counted, and how. */
export interface ContextOptions {
  /** For people: `DOGE/USD`. */
  readonly symbol: string
  readonly tickSize: Price
  readonly valueArea: ValueAreaSettings
  /** The day before today as well. */
  readonly previousDay: boolean
  readonly history: HistoryOptions
  /** Where days outlive the process. */
  readonly files: FilePlaces
}

/** Where the past comes from. */
export interface HistoryOptions {
  /** For people: `kraken`, `none`. */
  readonly source: string
  /** Whose trades are counted, where they are not the exchange's own: `binance`, and its symbol. */
  readonly other?: { readonly name: string; readonly symbol: string }
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
/** The pair's own exchange, as figures name it. */
const OWN_EXCHANGE = "kraken"
const CLOCK_WAIT = "50 millis"

/** Runs until interrupted. `show` is told of the levels once a second. */
export const marketContext = Effect.fn("marketContext")(function* <E = never>(
  options: ContextOptions,
  show: (levels: LevelsView) => Effect.Effect<void, E>
): Effect.fn.Return<never, E, MarketTrades | VenueClock | Store | Scope.Scope> {
  const trades = yield* MarketTrades
  const clock = yield* VenueClock
  const days = new MarketDays({ tickSize: options.tickSize, previousDay: options.previousDay })
  const watch = new TouchWatch()
  const known = new Map<number, KnownProfile>()
  const { without, timeoutMs, source, other } = options.history
  const status = yield* Ref.make<FillStatus>({
    phase: without ?? "pending",
    percent: 0,
    startedMs: null,
    message: ""
  })
  // The first observation may move the clock anywhere, and with it the day.
  yield* Effect.sleep(CLOCK_WAIT).pipe(Effect.repeat({ until: () => clock.synchronised }))
  const { tickSize, valueArea, files: places } = options
  const files = yield* makeDayFiles(places)
  const keeper = yield* makeKeeper({ pair: places.pair, days, files, tickSize, valueArea, known, nowMs: clock.nowMs })
  const roll = Effect.gen(function* () {
    const opened = days.roll(yield* clock.nowMs)
    if (opened.length === 0) return
    // What has just ended is kept before its successor is looked for.
    yield* keeper.keep
    yield* Effect.forEach(opened, keeper.restore)
  })
  yield* roll

  const wake = yield* Queue.sliding<void>(1)
  const missed = Effect.asVoid(Queue.offer(wake, undefined))
  const fill = fillMissing({ days, trades, nowMs: clock.nowMs, timeoutMs, status })
  const fillAndKeep = Effect.gen(function* () {
    yield* fill
    if ((yield* Ref.get(status)).phase === "complete" && days.today?.day !== keptDay) {
      keptDay = days.today?.day ?? null
      yield* keeper.keep
    }
  })
  let keptDay: number | null = null
  const filling = Effect.forever(
    Effect.andThen(fillAndKeep, Effect.timeoutOption(Queue.take(wake), Duration.millis(AGAIN_MS)))
  )

  const viewNow = Effect.gen(function* () {
    const said = yield* Ref.get(status)
    const etaSec = etaOf(said, yield* Clock.currentTimeMillis)
    const nowMs = yield* clock.nowMs
    const tradesOf = other === undefined ? OWN_EXCHANGE : `${other.name} ${other.symbol}`
    const backfill = { ...said, etaSec, ...(other === undefined ? {} : { of: other.name }) }
    return levelsView({ ...options, days, known, watch, source, tradesOf, backfill, nowMs })
  })
  const look = Effect.gen(function* () {
    const startedMs = yield* Clock.currentTimeMillis
    yield* roll
    const view = yield* viewNow
    if (view !== null) yield* show(view)
    const tookMs = (yield* Clock.currentTimeMillis) - startedMs
    yield* Effect.sleep(Duration.millis(Math.max(LOOK_MS, REST_FACTOR * tookMs)))
  })

  return yield* Effect.raceAllFirst([
    followTrades({ days, live: trades.live, nowMs: clock.nowMs, missed }),
    Effect.forever(look),
    keeper.keeping,
    ...(without === null ? [filling] : [])
  ])
})

/** Seconds to go at the speed so far; null while it cannot be told, 0 when nothing is under way. */
const etaOf = ({ phase, percent, startedMs }: FillStatus, nowMs: number): number | null => {
  if (phase !== "in_progress") return phase === "pending" ? null : 0
  return percent <= 0 || startedMs === null
    ? null
    : Math.ceil(((nowMs - startedMs) * (100 - percent)) / percent / 1_000)
}
