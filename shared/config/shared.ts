/**
 * The settings that more than one service goes by; those of a single one stand in its folder. Names of the trading rules are
 * those operators of earlier bots know.
 */
import type { CandleVenue } from "../candles/core/candle.ts"
import { EXCHANGE_SETTINGS } from "./exchange.ts"
import { HISTORY_SETTINGS } from "./history.ts"
import { PROCESS_SETTINGS } from "./process.ts"
import { REGIME_SETTINGS } from "./regime.ts"
import { GOVERNOR_RULES, LOSS_LOCK_SETTINGS } from "./rules/governor.ts"
import { REBALANCER_RULES } from "./rules/rebalancer.ts"
import { SLOT_RULES } from "./rules/slot.ts"
import { STORE_SETTINGS } from "./store.ts"
import type { ValuesOf } from "./table.ts"

/** What more than one service goes by. */
export const SHARED_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...EXCHANGE_SETTINGS,
  /** The rules that travel in the journal. */
  slot: SLOT_RULES,
  governor: GOVERNOR_RULES,
  ...LOSS_LOCK_SETTINGS,
  rebalancer: REBALANCER_RULES,
  ...REGIME_SETTINGS,
  ...HISTORY_SETTINGS,
  ...STORE_SETTINGS
} as const

/** What every service may read beside its own settings. */
export type SharedSettings = ValuesOf<typeof SHARED_SETTINGS>

/** Simulated seconds per second; a real exchange, or real prices, cannot be hurried. */
export const speedOf = ({ live, market, speed }: Pick<SharedSettings, "live" | "market" | "speed">): number =>
  live || market === "upstream" ? 1 : speed

/** Whose market the candles of the pair's own exchange are of. */
export const venueOf = ({ live }: Pick<SharedSettings, "live">): CandleVenue => (live ? "real" : "simulated")

/** Wall time without a price that a busy machine may take: where the exchange's time runs faster, a price is not stale before. */
const LEAST_STALE_WALL_SEC = 1.5

/** From this age on a price is stale, exchange time. */
export const staleAfterSec = (
  settings: Pick<SharedSettings, "live" | "market" | "speed"> & {
    readonly slot: { readonly stalePriceMaxAgeSec: number }
  }
): number => Math.max(settings.slot.stalePriceMaxAgeSec, LEAST_STALE_WALL_SEC * speedOf(settings))
