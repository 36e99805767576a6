/** What the settings make of a backtest. */
import { lossLockEndsAlone } from "../../shared/config/rules/governor.ts"
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
  clockMs: settings.clockIntervalSec * 1_000
})
