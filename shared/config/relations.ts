/** What must hold between settings. Pure. */
import { openOrderLimit } from "./governorRules.ts"
import type { Settings } from "./settings.ts"

/** Every relation that does not hold, as a line that names the settings and what to do; empty: all hold. */
export const brokenRelations = (settings: Settings): ReadonlyArray<string> => {
  const broken: Array<string> = []
  if (settings.live && (settings.apiKey === "" || settings.apiSecret === "")) {
    broken.push("LIVE=true: needs KRAKEN_API_KEY and KRAKEN_API_SECRET; set both, or leave LIVE out to trade on paper")
  }
  if (settings.lossCooldownStart < settings.lossBackoffStart) {
    broken.push(
      `LOSS_COOLDOWN_START=${settings.lossCooldownStart}: is below LOSS_BACKOFF_START (${settings.lossBackoffStart}); ` +
        "losses first widen the distance, then pause the trade"
    )
  }
  if (settings.priceFactsPerSec * settings.stalePriceMaxAgeSec < 1) {
    broken.push(
      `STALE_PRICE_MAX_AGE_SEC=${settings.stalePriceMaxAgeSec}: shorter than the time between two price facts ` +
        `(PRICE_FACTS_PER_SEC=${settings.priceFactsPerSec}); every price would be stale`
    )
  }
  if (settings.clockIntervalSec > settings.stalePriceMaxAgeSec) {
    broken.push(
      `CLOCK_INTERVAL_SEC=${settings.clockIntervalSec}: longer than STALE_PRICE_MAX_AGE_SEC ` +
        `(${settings.stalePriceMaxAgeSec}); a stale price would be noticed too late`
    )
  }
  if (settings.requestTimeoutSec >= settings.orderDeadlineSec) {
    broken.push(
      `REQUEST_TIMEOUT_SEC=${settings.requestTimeoutSec}: not shorter than ORDER_DEADLINE_SEC ` +
        `(${settings.orderDeadlineSec}); one request without an answer would let the others' deadlines pass`
    )
  }
  if (settings.loopSec < settings.clockIntervalSec) {
    broken.push(
      `POLL_INTERVAL_SECONDS=${settings.loopSec}: shorter than CLOCK_INTERVAL_SEC (${settings.clockIntervalSec}); ` +
        "a loop begins with a clock fact"
    )
  }
  const tierLimit = openOrderLimit({ tier: settings.tier, openOrderLimit: 0 })
  if (settings.openOrderLimit > tierLimit) {
    broken.push(
      `KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT=${settings.openOrderLimit}: more than the ${tierLimit} that KRAKEN_TIER=` +
        `${settings.tier} allows; set the tier the account has`
    )
  }
  if (settings.volatilityProfitFloorPct > settings.volatilityProfitCeilingPct) {
    broken.push(
      `VOLATILITY_PROFIT_FLOOR=${settings.volatilityProfitFloorPct}: above VOLATILITY_PROFIT_CEILING ` +
        `(${settings.volatilityProfitCeilingPct})`
    )
  }
  if (settings.trendIdleFloor > settings.trendIdleCeiling) {
    broken.push(`TREND_IDLE_FLOOR=${settings.trendIdleFloor}: above TREND_IDLE_CEILING (${settings.trendIdleCeiling})`)
  }
  const aliases = settings.aliasPool.split(",").map((name) => name.trim())
  if (new Set(aliases).size !== aliases.length) {
    broken.push(`SLOT_ALIAS_POOL=${settings.aliasPool}: holds a name twice; two slots would answer to it`)
  }
  return broken
}
