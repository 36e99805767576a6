/** From settings to what the market context is set up with. */
import type { SharedSettings } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import { VALUE_AREA_PERCENT } from "./core/profile/volumeProfile.ts"
import type { ContextOptions } from "./service.ts"
import type { CONTEXT_SETTINGS } from "./settings.ts"

/** What the market context goes by. */
export type ContextSettings = SharedSettings & ValuesOf<typeof CONTEXT_SETTINGS>

/** What does not hold between the settings, a line each. */
export const contextRelations = ({ profileTickSize }: ContextSettings): ReadonlyArray<string> =>
  profileTickSize > 0n ? [] : ["PROFILE_TICK_SIZE=0: a bin needs a height; use something like 0.0001"]

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
  }
})
