/** From environment to settings: all problems at once, each naming the variable, its value and what to do. Pure. */
import { SETTINGS, type Settings } from "./settings.ts"
import type { Setting } from "./setting.ts"

export interface ReadSettings {
  readonly settings: Settings
  /** Lines such as `PORT=abc: is not a whole number (whole number, 0 to 65535)`. Empty: the settings may be used. */
  readonly problems: ReadonlyArray<string>
}

const rows: ReadonlyArray<readonly [string, Setting<unknown>]> = Object.entries(SETTINGS)

/** Reads the table from `env`; a missing variable takes its default, an empty one too (except where empty is a value). */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): ReadSettings => {
  const problems: Array<string> = []
  const values = rows.map(([key, setting]) => {
    const given = env[setting.name]
    const text = given === undefined || given === "" ? setting.defaultText : given
    try {
      return [key, setting.parse(text.trim())] as const
    } catch (error) {
      const shown = setting.secret ? "(secret)" : text
      problems.push(`${setting.name}=${shown}: ${(error as Error).message} (${setting.range})`)
      return [key, setting.parse(setting.defaultText)] as const
    }
  })
  const settings = Object.fromEntries(values) as Settings
  return { settings, problems: problems.length > 0 ? problems : brokenRelations(settings) }
}

/** What must hold between settings. */
const brokenRelations = (settings: Settings): ReadonlyArray<string> => {
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
  return broken
}
