/** Which of the stored candles the journal has still to be told. Pure. */
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { KeptCandle } from "../../../shared/store/port.ts"

/** Candles that a poll may still correct after they were told: the exchange changes none that is older. */
const CORRECTED = 3
/** Most candles told of one timeframe: what an exchange's newest page holds. After a longer time away the rest stands in the store. */
const MOST = 720

/** What has been told of one timeframe. */
export interface Told {
  /** Start of the newest candle told, or of the newest that is history; Unix seconds. */
  readonly newestSec: number
  /** The newest ones told, by start: what each was. */
  readonly recent: ReadonlyMap<number, string>
}

const figures = ({ open, high, low, close, volume, trades }: KeptCandle): string =>
  [open, high, low, close, volume, trades].join(" ")

/** Where to read the store from, Unix seconds: the last few told again, for corrections; at `nowSec` of the exchange never more than `MOST` back. */
export const readFrom = ({ newestSec }: Told, intervalMin: number, nowSec: number): number =>
  Math.max(newestSec - (CORRECTED - 1) * intervalSec(intervalMin), nowSec - MOST * intervalSec(intervalMin))

/** The facts to write, oldest first, and what has been told once they are written. */
export const untold = (
  told: Told,
  intervalMin: number,
  stored: ReadonlyArray<KeptCandle>
): { readonly facts: ReadonlyArray<EventOf<"CandleClosed">>; readonly told: Told } => {
  const isNew = (candle: KeptCandle): boolean => {
    const before = told.recent.get(candle.timeSec)
    return before === undefined ? candle.timeSec > told.newestSec : before !== figures(candle)
  }
  const fresh = stored.filter(isNew)
  const recent = new Map([...told.recent, ...fresh.map((candle) => [candle.timeSec, figures(candle)] as const)])
  const newest = [...recent].sort(([a], [b]) => b - a).slice(0, CORRECTED)
  return {
    facts: fresh.map(({ provenance, ...candle }) => ({ _tag: "CandleClosed", intervalMin, ...candle, provenance })),
    told: { newestSec: Math.max(told.newestSec, fresh.at(-1)?.timeSec ?? 0), recent: new Map(newest) }
  }
}

/** What a record says was told last. */
export const toldBefore = ({ timeSec, ...candle }: EventOf<"CandleClosed">): Told => ({
  newestSec: timeSec,
  recent: new Map([[timeSec, figures({ timeSec, ...candle })]])
})
