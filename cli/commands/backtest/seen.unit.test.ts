/** A sweep on candles of the store goes on where it was broken off, also when the store has got more since; and on no other candles. */
import { expect, it } from "vitest"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import { columnsOf } from "../../../shared/candles/core/columns.ts"
import type { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"
import { endOfStored, hashOfSeen } from "./seen.ts"

const candle = (timeSec: number, volume = 5n): Candle => ({
  timeSec,
  open: 10n as Price,
  high: 12n as Price,
  low: 9n as Price,
  close: 11n as Price,
  volume: volume as Volume,
  trades: 1
})
const MINUTE_MS = 60_000
const hash = (candles: ReadonlyArray<Candle>, intervalMs = MINUTE_MS): string =>
  hashOfSeen(columnsOf(candles), intervalMs, 2 * MINUTE_MS, 5 * MINUTE_MS)

const SEEN = [candle(120), candle(180), candle(240)]

it("candles before the beginning and from the end on are none of it, however large", () => {
  expect(hash([candle(0), candle(60, 2n ** 80n), ...SEEN, candle(300), candle(360)])).toBe(hash(SEEN))
})

it("another candle, a missing one and another length are", () => {
  const others = [
    [candle(120), candle(180, 6n), candle(240)],
    [candle(120), candle(180, 5n + 2n ** 64n), candle(240)],
    [candle(120), candle(240)]
  ]
  const hashes = [hash(SEEN), hash(SEEN, 30_000), ...others.map((candles) => hash(candles))]
  expect(new Set(hashes).size).toBe(5)
})

it("a candle that is not over at the beginning is part of it", () => {
  const hours = (volume: bigint) => hashOfSeen(columnsOf([candle(0, volume), candle(3_600)]), 3_600_000, 1, DAY_MS)
  expect(hours(1n)).not.toBe(hours(2n))
})

it("without an end it is the last whole day's, and where there is none the last candle's", () => {
  expect(endOfStored(0, 2 * DAY_MS + MINUTE_MS)).toBe(2 * DAY_MS)
  expect(endOfStored(0, 3 * DAY_MS - MINUTE_MS)).toBe(2 * DAY_MS)
  expect(endOfStored(DAY_MS / 2, DAY_MS)).toBe(DAY_MS)
  expect(endOfStored(DAY_MS, DAY_MS + MINUTE_MS)).toBe(DAY_MS + MINUTE_MS)
})
