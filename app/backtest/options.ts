/** What the settings make of a backtest. */
import { lossLockEndsAlone } from "../../shared/config/rules/governor.ts"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { rulesOf } from "../inProcess/market.ts"
import type { Settings } from "../settings.ts"
import type { BacktestOptions } from "./run.ts"

/** A backtest as these settings have it, but for what is played and when. Money is paper's, and so is the end of the loss lock. */
export const backtestOptionsOf = (
  settings: Settings
): Omit<BacktestOptions, "recording" | "way" | "fromMs" | "untilMs"> => ({
  ...rulesOf(settings),
  lossLockEndsAlone: lossLockEndsAlone({ ...settings, live: false }),
  base: settings.simBase,
  quote: settings.simQuote,
  takerFeePct: settings.simTakerFeePct,
  clockMs: settings.clockIntervalSec * 1_000,
  ...(settings.hmmEnabled ? advised(settings) : {})
})

const advised = (settings: Settings): Pick<BacktestOptions, "advisor" | "fittedIntervals"> => {
  const advisor = advisorOptions(settings)
  return { advisor, fittedIntervals: [advisor.fast.intervalMin, advisor.slow.intervalMin] }
}
