/** What the settings make of a backtest. */
import { lossLockEndsAlone } from "../../shared/config/rules/governor.ts"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../../services/exchange-sim/options.ts"
import { termsAsked } from "../../services/exchange-sim/settings.ts"
import { staleAfterSec } from "../../shared/config/shared.ts"
import { rulesOf, type Terms } from "../inProcess/market.ts"
import type { BacktestSettings } from "./heeded.ts"
import type { BacktestOptions } from "./run.ts"

/** A backtest as these settings have it, but for what is played and when. Money, terms and the end of the loss lock are paper's. */
export const backtestOptionsOf = (
  settings: BacktestSettings
): Omit<BacktestOptions, "recording" | "way" | "fromMs" | "untilMs"> => {
  const { slotRules, governorRules, ...others } = rulesOf(settings)
  const stalePriceMaxAgeSec = staleAfterSec(settings)
  return {
    ...others,
    slotRules: { ...slotRules, stalePriceMaxAgeSec },
    governorRules: { ...governorRules, stalePriceMaxAgeSec },
    lossLockEndsAlone: lossLockEndsAlone({ ...settings, live: false }),
    base: settings.simBase,
    quote: settings.simQuote,
    terms: paperTerms(settings),
    clockMs: settings.clockIntervalSec * 1_000,
    ...(settings.hmmEnabled ? advised(settings) : {})
  }
}

/** What paper's exchange demands and charges. */
const paperTerms = (settings: BacktestSettings): Terms => {
  const { priceDecimals, volumeDecimals } = EXCHANGE_SIM_DEFAULTS
  const { orderMin, costMin, makerFeePct, takerFeePct } = termsAsked(settings)
  return { priceDecimals, volumeDecimals, minVolume: orderMin, minCost: costMin, makerFeePct, takerFeePct }
}

const advised = (settings: BacktestSettings): Pick<BacktestOptions, "advisor" | "fittedIntervals"> => {
  const advisor = advisorOptions(settings)
  return { advisor, fittedIntervals: [advisor.fast.intervalMin, advisor.slow.intervalMin] }
}
