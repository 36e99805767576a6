/** From settings to candle sources, and to what the ingestor is set up with. */
import { hostname } from "node:os"
import { Cron, Effect, Redacted } from "effect"
import type { CallBudget } from "../../shared/callBudget.ts"
import { httpSource } from "../../shared/candles/http.ts"
import type { Dialect } from "../../shared/candles/core/dialect.ts"
import type { CandleSource } from "../../shared/candles/source.ts"
import { BINANCE } from "../../shared/candles/core/sources/binance.ts"
import { BYBIT } from "../../shared/candles/core/sources/bybit.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { POLYGON } from "../../shared/candles/core/sources/polygon.ts"
import type { Rate } from "../../shared/candles/core/tokenBucket.ts"
import type { ValuesOf } from "../../shared/config/table.ts"
import { namesOf } from "./core/job.ts"
import type { LiveBars } from "./live.ts"
import type { IngestorOptions, Rounds } from "./service.ts"
import type { CANDLE_SETTINGS } from "./settings.ts"
import type { WindowOptions } from "./window/memory.ts"
import { type SharedSettings, speedOf, venueOf } from "../../shared/config/shared.ts"

/** What the ingestor goes by. */
export type CandleSettings = SharedSettings & ValuesOf<typeof CANDLE_SETTINGS>

/** The sources there are, by the name of the setting. */
const DIALECTS: Readonly<Record<CandleSettings["candleSource"], Dialect>> = {
  kraken: KRAKEN,
  binance: BINANCE,
  bybit: BYBIT,
  polygon: POLYGON
}

/** What is known of the pair's exchange beside its address, which is a setting. */
export interface PairExchange {
  /** Its bars as they form; null where nothing follows them. */
  readonly live: LiveBars | null
  /** Shared with whoever else asks the exchange in this process; absent: nobody else does. */
  readonly budget?: CallBudget
  /** Unix milliseconds. */
  readonly nowMs: Effect.Effect<number>
}

/** The candles of the pair's own exchange. */
const pairSource = (settings: CandleSettings, { nowMs }: PairExchange): CandleSource =>
  httpSource(KRAKEN, {
    venue: venueOf(settings),
    url: settings.restUrl,
    nowMs,
    speed: speedOf(settings),
    timeoutMs: settings.requestTimeoutSec * 1_000
  })

/**
 * Where the history of the watchlist comes from: the pair's own exchange where that is Kraken itself and no other address is
 * set. On paper it comes from the public source all the same: a simulated exchange knows nothing of real markets.
 */
const historySource = (settings: CandleSettings, own: CandleSource): CandleSource => {
  if (settings.live && settings.candleSource === "kraken" && settings.candleSourceUrl === "") return own
  return httpSource(DIALECTS[settings.candleSource], {
    ...(settings.candleSourceUrl === "" ? {} : { url: settings.candleSourceUrl }),
    ...(settings.candleSourceKey === "" ? {} : { apiKey: Redacted.make(settings.candleSourceKey) })
  })
}

const rateOf = (settings: CandleSettings, { rate }: CandleSource): Rate =>
  settings.candleCallsPerSec === 0 ? rate : { burst: 1, perSec: settings.candleCallsPerSec }

const windowsOf = (settings: CandleSettings): ReadonlyArray<WindowOptions> => {
  const common = {
    maxStalls: settings.backfillMaxStalls,
    timeoutMs: settings.backfillTimeoutSec * 1_000,
    syncIntervalSec: settings.candleSyncIntervalSec,
    readinessCacheMs: settings.readinessCacheSec * 1_000
  }
  const primary = {
    ...common,
    series: { venue: venueOf(settings), symbol: settings.pair, intervalMin: settings.candleIntervalMin },
    target: settings.trainingCandles,
    minimum: settings.minTrainSamples
  }
  if (settings.candleSecondaryIntervalMin === settings.candleIntervalMin) return [primary]
  const secondary = {
    ...common,
    series: { venue: venueOf(settings), symbol: settings.pair, intervalMin: settings.candleSecondaryIntervalMin },
    target: settings.secondaryTrainingCandles,
    minimum: settings.secondaryMinTrainSamples
  }
  return [primary, secondary]
}

const roundsOf = ({ backfillEveryHours: hours, backfillSchedule: schedule }: CandleSettings): Rounds =>
  hours === 0
    ? { text: `${schedule} (UTC)`, nextMs: (nowMs) => Cron.next(Cron.parseUnsafe(schedule, "UTC"), nowMs).getTime() }
    : { text: `every ${hours} h`, nextMs: (nowMs) => nowMs + hours * 3_600_000 }

const WALL_SEC = Effect.clockWith((clock) => Effect.map(clock.currentTimeMillis, (ms) => Math.floor(ms / 1_000)))

/** What the settings make of the ingestor; the pair's own candles come from `restUrl`, which must be set. */
export const ingestorOptions = (settings: CandleSettings, exchange: PairExchange): IngestorOptions => {
  const own = pairSource(settings, exchange)
  const history = historySource(settings, own)
  const nowSec = Effect.map(exchange.nowMs, (ms) => Math.floor(ms / 1_000))
  return {
    pair: settings.pair,
    enabled: settings.candlesEnabled,
    backfill: settings.backfillEnabled,
    source: own,
    live: exchange.live,
    budget: exchange.budget,
    nowSec,
    windows: windowsOf(settings),
    retentionDays: settings.candleRetentionDays,
    history: {
      source: history,
      // Any other source than a simulated exchange keeps the wall's time.
      nowSec: history === own ? nowSec : WALL_SEC,
      rate: rateOf(settings, history),
      symbols: namesOf(settings.backfillSymbols),
      timeframes: settings.backfillTimeframes,
      days: settings.backfillDays,
      rounds: roundsOf(settings),
      workers: settings.backfillWorkers,
      timeoutMs: settings.backfillTimeoutSec * 1_000,
      worker: `${hostname()}-${process.pid}`
    }
  }
}
