/**
 * Whether a price may be believed on one source's word. A tick that is a hundredth or ten times the market for some seconds
 * has been sent by real exchanges; what acts on it loses real money. So a price that looks wrong waits for a second witness: the
 * stream for what REST says, REST for what the stream says. A fall that both have seen is a fall. Pure.
 */
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { Ticker } from "../../../shared/exchange/port.ts"

/** Who said a price: the public stream, or REST when it was asked. */
export type Witness = "stream" | "answer"

/** A price that waits for the other witness. */
export interface Doubted {
  readonly ticker: Ticker
  readonly by: Witness
  /** What speaks against it, for people. */
  readonly why: string
}

/** A last price that moves by more than this in one step, and lies outside of its own bid and ask, is doubted. */
const FAR = 0.05
/** One that moves by more than this is doubted whatever its bid and ask say: DOGE's worst minute on record moved by less. */
const VERY_FAR = 0.5

/** How far apart two prices are, as the larger is above the smaller: 0.05 is 5 %. */
const apart = (a: Price, b: Price): number => {
  const [low, high] = a < b ? [a, b] : [b, a]
  return low <= 0n ? Number.POSITIVE_INFINITY : Price.toNumber(high) / Price.toNumber(low) - 1
}

const outside = ({ last, bid, ask }: Ticker): boolean =>
  last < (bid < ask ? bid : ask) || last > (bid < ask ? ask : bid)

/** What speaks against the price, after the one believed last (null: none yet). Null: nothing. */
export const doubtAbout = (ticker: Ticker, before: Ticker | null): string | null => {
  const { last, bid, ask } = ticker
  const own = `its own bid ${Price.format(bid)} and ask ${Price.format(ask)}`
  if (before === null) {
    const far = Math.min(apart(last, bid), apart(last, ask)) > FAR
    return outside(ticker) && far ? `last price ${Price.format(last)} is far from ${own}` : null
  }
  const moved = apart(last, before.last)
  if (moved > VERY_FAR)
    return `last price ${Price.format(last)} is far from the one before, ${Price.format(before.last)}`
  if (moved <= FAR || !outside(ticker)) return null
  return `last price ${Price.format(last)} is far from the one before, ${Price.format(before.last)}, and from ${own}`
}

/** Whether the other witness says the same. */
export const bearsOut = (ticker: Ticker, by: Witness, doubted: Doubted | null): boolean =>
  doubted !== null && doubted.by !== by && apart(ticker.last, doubted.ticker.last) <= FAR
