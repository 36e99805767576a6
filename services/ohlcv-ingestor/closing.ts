/**
 * When a bar that the exchange keeps sending is over. Its stream repeats the forming bar at each trade and never says that
 * one is closed; a bar without trades does not come at all (polling brings it). Pure.
 */
import { type Candle, intervalSec } from "../../shared/candles/candle.ts"

/** The newest bar heard that is not over yet; null: none. */
export type Forming = Candle | null

export interface Heard {
  readonly forming: Forming
  /** Bars that are over; one may come again with other values when the exchange corrects it. */
  readonly closed: ReadonlyArray<Candle>
}

/** A later bar closes the one before it. An earlier one than that in hand is a correction of a closed one. */
export const hearBar = (forming: Forming, bar: Candle): Heard => {
  if (forming === null || bar.timeSec === forming.timeSec) return { forming: bar, closed: [] }
  return bar.timeSec > forming.timeSec ? { forming: bar, closed: [forming] } : { forming, closed: [bar] }
}

/**
 * What the clock closes. `passedSec` is exchange time (Unix seconds) that has been over for a while: what traded until then
 * must have been heard.
 */
export const closeDue = (forming: Forming, intervalMin: number, passedSec: number): Heard =>
  forming !== null && forming.timeSec + intervalSec(intervalMin) <= passedSec
    ? { forming: null, closed: [forming] }
    : { forming, closed: [] }

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
