/** Candles for benches of the store: a walk of prices with as many digits as a real candle has. */
import type { Candle } from "../../shared/candles/core/candle.ts"
import type { Price, Volume } from "../../shared/core/decimal/decimal.ts"

/** `count` one-minute candles of the walk from its candle `from` on; candle 0 starts at `firstSec`. */
export const walkOf = (firstSec: number, from: number, count: number): ReadonlyArray<Candle> =>
  Array.from({ length: count }, (_, offset) => {
    const at = from + offset
    const middle = 1_000_000n + BigInt((at * 7_919) % 500_000)
    const price = (ticks: bigint) => (ticks * 1_000n) as Price
    return {
      timeSec: firstSec + at * 60,
      open: price(middle),
      high: price(middle + 40n),
      low: price(middle - 40n),
      close: price(middle + 3n),
      volume: (BigInt(at) * 123_456_789n) as Volume,
      trades: at % 500
    }
  })
