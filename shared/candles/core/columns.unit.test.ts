/** Columns hold candles exactly, or not at all. */
import { expect, it } from "vitest"
import type { Price, Volume } from "../../core/decimal/decimal.ts"
import type { Candle } from "./candle.ts"
import { candleAt, columnsOf } from "./columns.ts"

const candle = (more: Partial<Candle> = {}): Candle => ({
  timeSec: 60,
  open: 1n as Price,
  high: 2n as Price,
  low: 1n as Price,
  close: 2n as Price,
  volume: 0n as Volume,
  trades: 0,
  ...more
})

it("the largest values come back as they were", () => {
  const largest = candle({ volume: (2n ** 96n - 1n) as Volume, high: (2n ** 64n) as Price, trades: 2 ** 32 - 1 })
  expect(candleAt(columnsOf([candle(), largest]), 1)).toStrictEqual(largest)
})

it("a value beyond what a column holds is an error, never another value", () => {
  for (const more of [
    { volume: (2n ** 96n) as Volume },
    { low: -1n as Price },
    { trades: 2 ** 32 },
    { trades: -1 },
    { trades: 0.5 }
  ]) {
    expect(() => columnsOf([candle(more)])).toThrow(/of the candle at 60 does not fit into a column/)
  }
})
