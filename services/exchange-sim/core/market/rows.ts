/**
 * Rows of recorded market data: candles or trades, out of any file that `shared/candles/core/file` reads. Kraken's own archives
 * need no header; any other file names its columns in one.
 */
import { type Bar, intervalSec } from "../../../../shared/candles/core/candle.ts"
import { candleAt, type CandleColumns } from "../../../../shared/candles/core/columns.ts"
import type { Side } from "../../../../shared/core/trading.ts"
import type { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { FileRows } from "../../../../shared/candles/core/file/fileReader.ts"
import type { Row } from "../../../../shared/candles/core/file/records.ts"
import { settle, type SettledRows } from "../../../../shared/candles/core/file/settle.ts"

/** A bar of a recording. */
export interface CandleRow extends Bar {
  /** Start, Unix milliseconds. */
  readonly timeMs: number
}

/** One recorded trade, at Unix milliseconds. */
export interface TradeRow {
  readonly timeMs: number
  readonly price: Price
  readonly volume: Volume
  /** Null where the recording does not say. */
  readonly takerSide: Side | null
}

/** Rows by place, oldest first; an array, or a file of any length. */
export interface Sequence<A> {
  readonly length: number
  /** `place` is at least 0; undefined from `length` on. */
  readonly at: (place: number) => A | undefined
}

/** What can be played. */
export type Playable =
  | {
      readonly kind: "candles"
      readonly rows: Sequence<CandleRow>
      /** Length of a candle; absent: the commonest distance of two rows. */
      readonly intervalMs?: number
    }
  | { readonly kind: "trades"; readonly rows: Sequence<TradeRow> }

/** A recording that was read, without taking memory for its rows. */
export interface OpenedRecording {
  readonly recording: Playable
  readonly settled: SettledRows
}

/** Throws a `CandleFileRefused` where nothing can be played. */
export const openRecording = (found: FileRows, nowSec: number): OpenedRecording => {
  const settled = settle(found, { namedSec: null, nowSec })
  const { length, at, intervalMs } = settled
  const sequence = <A>(of: (row: Row) => A): Sequence<A> => ({
    length,
    at: (place) => (place < length ? of(at(place)) : undefined)
  })
  return {
    settled,
    recording:
      found.kind === "candles"
        ? { kind: "candles", rows: sequence((row) => row), intervalMs }
        : { kind: "trades", rows: sequence(tradeOf) }
  }
}

/** Candles of the store, which are a recording as they are: closed, and each start once. */
export const storedRecording = (columns: CandleColumns, intervalMin: number): Playable => ({
  kind: "candles",
  intervalMs: intervalSec(intervalMin) * 1_000,
  rows: {
    length: columns.length,
    at: (place) => {
      if (place >= columns.length) return undefined
      const { timeSec, trades: _, ...bar } = candleAt(columns, place)
      return { timeMs: timeSec * 1_000, ...bar }
    }
  }
})

const SIDES = [null, "buy", "sell"] as const

const tradeOf = ({ timeMs, close, volume, count }: Row): TradeRow => ({
  timeMs,
  price: close,
  volume,
  takerSide: SIDES[count] ?? null
})
