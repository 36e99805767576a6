/** From settings to what the market context is set up with. */
import { join, resolve } from "node:path"
import { type SharedSettings, speedOf, venueOf } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import { BINANCE_TRADES } from "./core/sources/binance.ts"
import { BYBIT_TRADES } from "./core/sources/bybit.ts"
import type { TradeDialect } from "./core/sources/dialect.ts"
import { VALUE_AREA_PERCENT } from "./core/profile/volumeProfile.ts"
import type { FilePlaces } from "./files/dayFiles.ts"
import type { PolledOptions } from "./sources/polledTrades.ts"
import type { ScanOptions } from "./scan.ts"
import type { ContextOptions } from "./service.ts"
import type { CONTEXT_SETTINGS } from "./settings.ts"

/** What the market context goes by. */
export type ContextSettings = SharedSettings & ValuesOf<typeof CONTEXT_SETTINGS>

/** The sources beside the pair's own exchange. */
const DIALECTS: Readonly<Partial<Record<ContextSettings["dataSource"], TradeDialect>>> = {
  binance: BINANCE_TRADES,
  bybit: BYBIT_TRADES
}

/** Another source than the exchange, and what it calls the pair; null: the exchange's own trades are counted. */
export const otherSource = (settings: ContextSettings): PolledOptions | null => {
  const dialect = DIALECTS[settings.dataSource]
  if (dialect === undefined) return null
  return {
    dialect,
    symbol: settings.dataSourceSymbol || (dialect.symbols[settings.pair] ?? ""),
    url: settings.dataSourceUrl,
    timeoutMs: settings.requestTimeoutSec * 1_000
  }
}

/** What does not hold between the settings, a line each. */
export const contextRelations = (settings: ContextSettings): ReadonlyArray<string> => {
  const { dataSource, profileTickSize, contextEnabled, tradeAfterBackfill, pair } = settings
  const broken: Array<string> = []
  if (profileTickSize <= 0n) broken.push("PROFILE_TICK_SIZE=0: a bin needs a height; use something like 0.0001")
  const other = contextEnabled ? otherSource(settings) : null
  if (other?.symbol === "") {
    broken.push(
      `DATA_SOURCE=${dataSource}: no name of ${pair} is known there; set DATA_SOURCE_SYMBOL, such as DOGEUSDT`
    )
  }
  if (other !== null && !settings.live && speedOf(settings) !== 1) {
    broken.push(
      `DATA_SOURCE=${dataSource}: its trades are of real time, and the simulated exchange's time runs ${speedOf(settings)} times as fast; ` +
        "use DATA_SOURCE=kraken, MARKET=upstream, or SPEED=1"
    )
  }
  const why = !contextEnabled
    ? "CONTEXT_ENABLED=false"
    : withoutHistory(settings) !== null
      ? dataSource === "none" || dataSource === "bybit"
        ? `DATA_SOURCE=${dataSource}`
        : "CONTEXT_BACKFILL_ENABLED=false"
      : null
  if (tradeAfterBackfill && why !== null) {
    broken.push(`TRADE_AFTER_BACKFILL=true: with ${why} nothing fetches the history that entries would wait for`)
  }
  return broken
}

/** Why no past is fetched; null: it is. */
const withoutHistory = (settings: ContextSettings): ContextOptions["history"]["without"] => {
  const other = DIALECTS[settings.dataSource]
  if (settings.dataSource === "none" || other?.past === null) return "skipped"
  return settings.backfillEnabled ? null : "disabled"
}

/** Where the files of the pair's days stand. */
export const placesOf = (settings: ContextSettings): FilePlaces => {
  const profiles = resolve(
    settings.contextHistoryDir === "" ? join(settings.dataDir, "history") : settings.contextHistoryDir
  )
  const trades =
    settings.backfillCacheDir === "" ? join(profiles, "backfill_cache") : resolve(settings.backfillCacheDir)
  const other = otherSource(settings)
  // Trades of two sources never stand in one file.
  const pair = other === null ? settings.pair : `${other.dialect.name}_${other.symbol}`
  return { pair, profiles, trades: settings.backfillCacheEnabled ? trades : null }
}

/** Which structure is looked at. */
export const scanOptions = (settings: ContextSettings): ScanOptions => ({
  pair: settings.pair,
  venueOf: (symbol) => (symbol === settings.pair ? venueOf(settings) : "real"),
  timeframes: settings.structureTimeframes,
  regime: { minGapPercent: settings.structureMinGapPct, neutralZoneBps: settings.structureNeutralZoneBps }
})

/** What the settings make of it. */
export const contextOptions = (settings: ContextSettings): ContextOptions => {
  const other = otherSource(settings)
  return {
    symbol: settings.symbol,
    // An amount of quote currency per unit of the base: it has a price's scale.
    tickSize: settings.profileTickSize as bigint as Price,
    valueArea: { rule: settings.valueAreaRule, percent: VALUE_AREA_PERCENT },
    previousDay: settings.bootstrapPreviousDay,
    history: {
      source: settings.dataSource,
      ...(other === null ? {} : { other: { name: other.dialect.name, symbol: other.symbol } }),
      without: withoutHistory(settings),
      timeoutMs: settings.backfillTimeoutSec * 1_000
    },
    files: placesOf(settings)
  }
}
