/** The one-minute series that tests of a window work with. */
import type { Candle } from "../../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { WindowOptions } from "../window/memory.ts"

export const MINUTES = { venue: "real", symbol: "XDGUSD", intervalMin: 1 } as const

/** The settings' defaults. */
export const MINUTE_WINDOW: WindowOptions = {
  series: MINUTES,
  target: 720,
  minimum: 500,
  maxStalls: 3,
  timeoutMs: 180_000,
  syncIntervalSec: 60,
  readinessCacheMs: 300_000
}

/** A bar that starts at `timeSec`; whatever `close`, it lies within the rest. */
export const bar = (timeSec: number, close: string, trades = 1): Candle => ({
  timeSec,
  open: Price.parse("0.2"),
  high: Price.parse("0.3"),
  low: Price.parse("0.1"),
  close: Price.parse(close),
  volume: Volume.parse("5"),
  trades
})
