/** What must hold between shared settings, and what is taken otherwise than it was set; what involves a service's own stands in its folder. Pure. */
import { openOrdersOfTier } from "./rules/governor.ts"
import type { SharedSettings } from "./shared.ts"

/** Every relation that does not hold, as a line that names the settings and what to do; empty: all hold. */
export const brokenRelations = (settings: SharedSettings): ReadonlyArray<string> => {
  const { slot, governor, rebalancer } = settings
  const broken: Array<string> = []
  if (settings.live && (settings.apiKey === "" || settings.apiSecret === "")) {
    broken.push("LIVE=true: needs KRAKEN_API_KEY and KRAKEN_API_SECRET; set both, or leave LIVE out to trade on paper")
  }
  if (slot.lossCooldownStart < slot.lossBackoffStart) {
    broken.push(
      `LOSS_COOLDOWN_START=${slot.lossCooldownStart}: is below LOSS_BACKOFF_START (${slot.lossBackoffStart}); ` +
        "losses first widen the distance, then pause the trade"
    )
  }
  if (settings.clockIntervalSec > slot.stalePriceMaxAgeSec) {
    broken.push(
      `CLOCK_INTERVAL_SEC=${settings.clockIntervalSec}: longer than STALE_PRICE_MAX_AGE_SEC ` +
        `(${slot.stalePriceMaxAgeSec}); a stale price would be noticed too late`
    )
  }
  if (governor.loopSec < settings.clockIntervalSec) {
    broken.push(
      `POLL_INTERVAL_SECONDS=${governor.loopSec}: shorter than CLOCK_INTERVAL_SEC (${settings.clockIntervalSec}); ` +
        "a loop begins with a clock fact"
    )
  }
  if (governor.volatilityProfitFloorPct > governor.volatilityProfitCeilingPct) {
    broken.push(
      `VOLATILITY_PROFIT_FLOOR=${governor.volatilityProfitFloorPct}: above VOLATILITY_PROFIT_CEILING ` +
        `(${governor.volatilityProfitCeilingPct})`
    )
  }
  if (rebalancer.targetFloor > rebalancer.targetCeiling) {
    broken.push(`TREND_IDLE_FLOOR=${rebalancer.targetFloor}: above TREND_IDLE_CEILING (${rebalancer.targetCeiling})`)
  }
  if (new Set(governor.aliasPool).size !== governor.aliasPool.length) {
    broken.push(`SLOT_ALIAS_POOL=${governor.aliasPool.join(",")}: holds a name twice; two slots would answer to it`)
  }
  return [...broken, ...brokenAccess(settings)]
}

/** How a NATS server is shown who connects: one way, and a certificate with its key. */
const brokenAccess = (settings: SharedSettings): ReadonlyArray<string> => {
  const { natsUser, natsCredsFile, natsNkeySeedFile, natsTlsCertFile: cert, natsTlsKeyFile: key } = settings
  const ways = { NATS_USER: natsUser, NATS_CREDS_FILE: natsCredsFile, NATS_NKEY_SEED_FILE: natsNkeySeedFile }
  const set = Object.entries(ways).filter(([, value]) => value !== "")
  const broken: Array<string> = []
  if (set.length > 1) {
    const [last = ""] = set.at(-1) ?? []
    const others = set.slice(0, -1).map(([name]) => name)
    broken.push(
      `${last}=${ways[last as keyof typeof ways]}: set beside ${others.join(" and ")}; a service connects in one way`
    )
  }
  if ((cert === "") !== (key === "")) {
    broken.push(
      cert === ""
        ? `NATS_TLS_KEY_FILE=${key}: needs NATS_TLS_CERT_FILE; a key proves a certificate`
        : `NATS_TLS_CERT_FILE=${cert}: needs NATS_TLS_KEY_FILE; a certificate is proven by its key`
    )
  }
  return broken
}

/** What is not used as it was set because another setting stands against it: a line that names both and what is used instead. */
export const adjusted = ({ governor, tier }: SharedSettings): ReadonlyArray<string> => {
  const tierLimit = openOrdersOfTier(tier)
  if (governor.openOrderLimit <= tierLimit) return []
  return [
    `KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT=${governor.openOrderLimit}: KRAKEN_TIER=${tier} allows ${tierLimit}, which is used; ` +
      "set the tier the account has"
  ]
}
