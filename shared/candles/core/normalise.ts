/** From rows as a source wrote them to candles one can rely on. Pure. */
import { divideHalfEven, Price, PRICE_DECIMALS, Volume, VOLUME_DECIMALS } from "../../core/decimal/decimal.ts"
import { type Candle, intervalSec } from "./candle.ts"

/**
 * One row before anything in it is believed: start in Unix seconds, open, high, low, close, volume, number of trades,
 * each as the text of a decimal. A source that promises more fields brings them into this order.
 */
export type RawCandle = ReadonlyArray<unknown>

/** Fields of a row. */
const FIELDS = 7

/** Rows that were left out, by reason. */
export interface Dropped {
  /** Fewer than seven fields, or one that is no number. */
  readonly malformed: number
  /** An open, high, low or close of zero or less. */
  readonly price: number
  readonly volume: number
  /** Not over yet: starts less than one interval ago. */
  readonly forming: number
  /** A later row has the same start. */
  readonly repeated: number
}

/** The sound, closed candles of some rows, and how many rows were left out and why. */
export interface Normalised {
  /** Oldest first, each start once. */
  readonly candles: ReadonlyArray<Candle>
  readonly dropped: Dropped
}

/**
 * Keeps the rows that are closed at `nowSec` and sound, oldest first; of two with the same start the later row wins,
 * because sources repeat a bar when they correct it. Gaps are left as they are: an invented bar would train a model.
 */
export const normalise = (rows: ReadonlyArray<RawCandle>, intervalMin: number, nowSec: number): Normalised => {
  const byTime = new Map<number, Candle>()
  const dropped = { malformed: 0, price: 0, volume: 0, forming: 0, repeated: 0 }
  for (const row of rows) {
    const candle = readCandle(row)
    if (candle === null) dropped.malformed++
    else if (!hasPrices(candle)) dropped.price++
    else if (candle.volume < 0n) dropped.volume++
    else if (candle.timeSec + intervalSec(intervalMin) > nowSec) dropped.forming++
    else {
      if (byTime.has(candle.timeSec)) dropped.repeated++
      byTime.set(candle.timeSec, candle)
    }
  }
  return { candles: [...byTime.values()].sort((a, b) => a.timeSec - b.timeSec), dropped }
}

const hasPrices = ({ open, high, low, close }: Candle): boolean => open > 0n && high > 0n && low > 0n && close > 0n

/** All four prices above zero, and no negative volume. */
export const isSound = (candle: Candle): boolean => hasPrices(candle) && candle.volume >= 0n

/** The row as a candle, or null when it is too short or a field is no number. Signs are not looked at. */
export const readCandle = (row: RawCandle): Candle | null => {
  if (row.length < FIELDS) return null
  const timeSec = wholeNumber(row[0])
  const open = decimal(row[1], Price.read, PRICE_DECIMALS)
  const high = decimal(row[2], Price.read, PRICE_DECIMALS)
  const low = decimal(row[3], Price.read, PRICE_DECIMALS)
  const close = decimal(row[4], Price.read, PRICE_DECIMALS)
  const volume = decimal(row[5], Volume.read, VOLUME_DECIMALS)
  const trades = wholeNumber(row[6])
  if (timeSec === null || open === null || high === null || low === null || close === null) return null
  return volume === null || trades === null ? null : { timeSec, open, high, low, close, volume, trades }
}

/** 0 to 2^53 − 1; a source that counts in doubles may write `12.0`. */
const wholeNumber = (field: unknown): number | null => {
  const value = typeof field === "string" && field !== "" ? Number(field) : Number.NaN
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}

const decimal = <A extends bigint>(field: unknown, read: (text: string) => A | null, decimals: number): A | null =>
  typeof field === "string" ? (read(field) ?? (rounded(field, decimals) as A | null)) : null

const LOOSE = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/

/** Text with an exponent or with more digits than the scale has (the residue of a double), halves to even. */
const rounded = (text: string, decimals: number): bigint | null => {
  const match = LOOSE.exec(text)
  if (match === null) return null
  const [, sign, whole = "", fraction = "", exponent = "0"] = match
  const shift = decimals - fraction.length + Number(exponent)
  const unscaled = BigInt(whole + fraction)
  const size = shift >= 0 ? unscaled * 10n ** BigInt(shift) : divideHalfEven(unscaled, 10n ** BigInt(-shift))
  return sign === "-" ? -size : size
}
