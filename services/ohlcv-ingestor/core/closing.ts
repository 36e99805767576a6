/**
 * When a bar that the exchange keeps sending is over. Its stream repeats the forming bar at each trade and never says that
 * one is closed; a bar without trades does not come at all (polling brings it). What is heard of one connection comes in
 * order, so a bar is over, with the values it had last, when on the same connection
 * - a later bar has come, or
 * - the exchange has told a time past its end twice (the second time so that its last trades could arrive between).
 * A connection that is lost, or a message that cannot be read, may have held a bar's last trades: that bar is left to
 * polling, unless a later message gives all of it again. Pure.
 */
import { type Candle, intervalSec } from "../../../shared/candles/core/candle.ts"

/** What is known of one connection. Times are Unix seconds of the exchange; -Infinity: none yet. */
export interface Hearing {
  /** The newest bar that is not over; null: none, or it is not known whole. */
  readonly forming: Candle | null
  /** Start of the newest bar heard. */
  readonly newestSec: number
  /** The exchange's time when it was told last. */
  readonly toldSec: number
}

/** What follows from a message. */
export interface Heard {
  readonly hearing: Hearing
  /** Bars that are over. */
  readonly closed: ReadonlyArray<Candle>
  /** Why the message was not believed, beginning with the field; null: it was. */
  readonly problem: string | null
}

/** A new connection. */
export const SILENCE: Hearing = { forming: null, newestSec: -Infinity, toldSec: -Infinity }

/** How far a bar may begin after our estimate of the exchange's clock, which is good to a round trip. */
const MAX_AHEAD_SEC = 10

/** A bar as it stands. `nowSec` is the exchange's clock, Unix seconds. */
export const hearBar = (hearing: Hearing, bar: Candle, nowSec: number): Heard => {
  const { forming, newestSec } = hearing
  const refused = (problem: string): Heard => ({ hearing, closed: [], problem })
  if (bar.timeSec > nowSec + MAX_AHEAD_SEC) return refused(`interval_begin: ${bar.timeSec} s is after now, ${nowSec} s`)
  if (bar.timeSec < newestSec) return refused(`interval_begin: ${bar.timeSec} s comes after ${newestSec} s`)
  const again = bar.timeSec === newestSec
  if (again && forming !== null && bar.trades < forming.trades) {
    return refused(`trades: ${bar.trades} come after ${forming.trades} of the same bar`)
  }
  const closed = again || forming === null ? [] : [forming]
  return { hearing: { ...hearing, forming: bar, newestSec: bar.timeSec }, closed, problem: null }
}

/** The exchange's own time, Unix seconds. */
export const hearTime = (hearing: Hearing, intervalMin: number, venueSec: number): Heard => {
  const { forming, toldSec } = hearing
  const over = forming !== null && forming.timeSec + intervalSec(intervalMin) <= Math.min(toldSec, venueSec)
  return {
    hearing: { ...hearing, forming: over ? null : forming, toldSec: venueSec },
    closed: over ? [forming] : [],
    problem: null
  }
}

/** Something came that could not be read: the forming bar is not known whole any more. */
export const dropForming = (hearing: Hearing): Hearing => ({ ...hearing, forming: null })

/** The bars up to the first that would leave a hole after the newest stored one (`storedSec`, Unix seconds). */
export const withoutHole = (
  bars: ReadonlyArray<Candle>,
  storedSec: number,
  intervalMin: number
): ReadonlyArray<Candle> => {
  let lastSec = storedSec
  const hole = bars.findIndex(({ timeSec }) => {
    if (timeSec > lastSec + intervalSec(intervalMin)) return true
    lastSec = Math.max(lastSec, timeSec)
    return false
  })
  return hole === -1 ? bars : bars.slice(0, hole)
}
