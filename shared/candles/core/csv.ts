/**
 * Kraken's downloadable OHLCVT archives: `XBTUSD_60.csv` holds the hourly bars of XBTUSD, one a line, oldest first, without
 * a header: start in Unix seconds, open, high, low, close, volume, trades. Bars in which nothing traded are left out.
 * Pure: the caller reads the file in pieces of any size and hands them over, so memory stays flat however long it is.
 */
import type { Candle } from "./candle.ts"
import { isSound, readCandle } from "./normalise.ts"

/** What a file's name says. */
export interface ArchiveName {
  readonly symbol: string
  readonly intervalMin: number
}

/** Symbol and minutes of `XBTUSD_60.csv`, with or without `.gz` and folders before it; null for any other name. */
export const archiveName = (file: string): ArchiveName | null => {
  const match = /(?:^|[\\/])([A-Za-z0-9.]+)_([1-9]\d{0,4})\.csv(?:\.gz)?$/.exec(file)
  return match === null ? null : { symbol: match[1] ?? "", intervalMin: Number(match[2]) }
}

/** A line that is no bar. */
export interface BadLine {
  /** 1-based. */
  readonly line: number
  /** The line itself, cut. */
  readonly text: string
}

/** Bad lines kept for the report; the others are counted. */
const MAX_BAD_LINES = 5
/** A line has about 80 characters. A longer one is another kind of file. */
const LONGEST_LINE = 1_000
const SHOWN = 80

/** A reader in mid-file; pieces must come in the order of the file. */
export interface CsvReader {
  /** The candles of the lines that are complete now. */
  readonly push: (text: string) => ReadonlyArray<Candle>
  /** Of the last line, when the file does not end with a line break. */
  readonly end: () => ReadonlyArray<Candle>
  /** Bad lines so far: how many, and the first five. */
  readonly bad: () => { readonly count: number; readonly first: ReadonlyArray<BadLine> }
}

/** A reader for one file. Rows with a price of zero or less or a negative volume count as bad lines. */
export const csvReader = (): CsvReader => {
  let rest = ""
  let line = 0
  let badCount = 0
  const firstBad: Array<BadLine> = []

  const readLine = (text: string, into: Array<Candle>): void => {
    line++
    const trimmed = text.endsWith("\r") ? text.slice(0, -1) : text
    if (trimmed === "") return
    const candle = trimmed.length > LONGEST_LINE ? null : readCandle(trimmed.split(","))
    if (candle !== null && isSound(candle)) into.push(candle)
    else {
      badCount++
      if (firstBad.length < MAX_BAD_LINES) firstBad.push({ line, text: trimmed.slice(0, SHOWN) })
    }
  }

  return {
    push: (text) => {
      const candles: Array<Candle> = []
      const whole = rest + text
      let from = 0
      for (let to = whole.indexOf("\n"); to !== -1; to = whole.indexOf("\n", from)) {
        readLine(whole.slice(from, to), candles)
        from = to + 1
      }
      // Without a line break in sight the rest would grow with the file.
      rest = whole.slice(from, from + 2 * LONGEST_LINE)
      return candles
    },
    end: () => {
      const candles: Array<Candle> = []
      if (rest !== "") readLine(rest, candles)
      rest = ""
      return candles
    },
    bad: () => ({ count: badCount, first: firstBad })
  }
}
