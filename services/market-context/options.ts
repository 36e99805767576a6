/** From settings to what the market context is set up with. */
import { join, resolve } from "node:path"
import type { SharedSettings } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import { VALUE_AREA_PERCENT } from "./core/profile/volumeProfile.ts"
import type { FilePlaces } from "./files/dayFiles.ts"
import type { ScanOptions } from "./scan.ts"
import type { ContextOptions } from "./service.ts"
import type { CONTEXT_SETTINGS } from "./settings.ts"

/** What the market context goes by. */
export type ContextSettings = SharedSettings & ValuesOf<typeof CONTEXT_SETTINGS>

/** What does not hold between the settings, a line each. */
export const contextRelations = ({ profileTickSize }: ContextSettings): ReadonlyArray<string> =>
  profileTickSize > 0n ? [] : ["PROFILE_TICK_SIZE=0: a bin needs a height; use something like 0.0001"]

/** Where the files of the pair's days stand. */
export const placesOf = (settings: ContextSettings): FilePlaces => {
  const profiles = resolve(
    settings.contextHistoryDir === "" ? join(settings.dataDir, "history") : settings.contextHistoryDir
  )
  const trades =
    settings.backfillCacheDir === "" ? join(profiles, "backfill_cache") : resolve(settings.backfillCacheDir)
  return { pair: settings.pair, profiles, trades: settings.backfillCacheEnabled ? trades : null }
}

/** Which structure is looked at. */
export const scanOptions = (settings: ContextSettings): ScanOptions => ({
  pair: settings.pair,
  timeframes: settings.structureTimeframes,
  regime: { minGapPercent: settings.structureMinGapPct, neutralZoneBps: settings.structureNeutralZoneBps }
})

/** What the settings make of it. */
export const contextOptions = (settings: ContextSettings): ContextOptions => ({
  symbol: settings.symbol,
  // An amount of quote currency per unit of the base: it has a price's scale.
  tickSize: settings.profileTickSize as bigint as Price,
  valueArea: { rule: settings.valueAreaRule, percent: VALUE_AREA_PERCENT },
  previousDay: settings.bootstrapPreviousDay,
  history: {
    source: settings.dataSource,
    without: settings.dataSource === "none" ? "skipped" : settings.backfillEnabled ? null : "disabled",
    timeoutMs: settings.backfillTimeoutSec * 1_000
  },
  files: placesOf(settings)
})
