/** Which facts a feed writes now: pure bookkeeping over what was heard. */
import type { Ticker } from "../../../shared/exchange/port.ts"

/** What the feed has heard and written. Times are the exchange's, Unix milliseconds; null: never. */
export interface FeedState {
  readonly heard: Ticker | null
  readonly heardMs: number | null
  readonly written: Ticker | null
  readonly writtenMs: number | null
  readonly clockMs: number | null
  /** Why the exchange gave no price when it was last asked; null: it did, or was not asked since. */
  readonly noPrice: string | null
}

/** The state before anything was heard. */
export const silent: FeedState = {
  heard: null,
  heardMs: null,
  written: null,
  writtenMs: null,
  clockMs: null,
  noPrice: null
}

/** A price came, or was confirmed. */
export const hear = (state: FeedState, ticker: Ticker, nowMs: number): FeedState => ({
  ...state,
  heard: ticker,
  heardMs: nowMs,
  noPrice: null
})

/** The exchange was asked for a price and gave none. */
export const hearNone = (state: FeedState, why: string): FeedState => ({ ...state, noPrice: why })

/** What is to be written, and the state once it is. */
export interface Due {
  readonly state: FeedState
  /** The price to write, or null: nothing new. */
  readonly price: Ticker | null
  /** The age of the price to write with a clock fact, or undefined: no clock fact is due. Null age: no price yet. */
  readonly clock: { readonly priceAgeSec: number | null; readonly noPrice?: string } | undefined
}

/** An unchanged price is written again after this long, so that a price fact's own age says how old the price is. */
const REPEAT_PRICE_MS = 15_000

/** What is due at `nowMs`. */
export const due = (state: FeedState, nowMs: number, clockIntervalMs: number): Due => {
  const { heard, heardMs, written, writtenMs, clockMs, noPrice } = state
  const priceDue =
    heard !== null &&
    heardMs !== null &&
    (!same(heard, written) || (writtenMs !== null && heardMs > writtenMs && nowMs - writtenMs >= REPEAT_PRICE_MS))
  const priceAgeSec = heardMs === null ? null : Math.max(0, nowMs - heardMs) / 1_000
  const clockDue = clockMs === null || nowMs - clockMs >= clockIntervalMs
  return {
    state: {
      ...state,
      written: priceDue ? heard : written,
      writtenMs: priceDue ? nowMs : writtenMs,
      clockMs: clockDue ? nowMs : clockMs
    },
    price: priceDue ? heard : null,
    clock: clockDue ? { priceAgeSec, ...(noPrice === null ? {} : { noPrice }) } : undefined
  }
}

/** The price has been silent for so long that it should be asked for: half of what makes it stale. */
export const wantsAsking = (state: FeedState, nowMs: number, staleAfterMs: number): boolean =>
  state.heardMs === null || nowMs - state.heardMs > staleAfterMs / 2

const same = (a: Ticker, b: Ticker | null): boolean =>
  b !== null && a.last === b.last && a.bid === b.bid && a.ask === b.ask
