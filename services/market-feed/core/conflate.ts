/** Which facts a feed writes now: pure bookkeeping over what was heard. */
import type { Ticker } from "../../../shared/exchange/port.ts"
import { bearsOut, type Doubted, doubtAbout, type Witness } from "./witness.ts"

/** What the feed has heard and written. Times are the exchange's, Unix milliseconds; null: never. */
export interface FeedState {
  /** The newest price that is believed, and when it arrived. */
  readonly heard: Ticker | null
  readonly heardMs: number | null
  /** The newest price that is not, until the other witness has spoken; null: none. */
  readonly doubted: Doubted | null
  /** The price written last, and the time it was written with: when it had arrived, however late that was. */
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
  doubted: null,
  written: null,
  writtenMs: null,
  clockMs: null,
  noPrice: null
}

/** A price came, or was confirmed, at `arrivedMs`. One that looks wrong is kept aside until the other witness says the same. */
export const hear = (state: FeedState, ticker: Ticker, arrivedMs: number, by: Witness = "stream"): FeedState => {
  const why = doubtAbout(ticker, state.heard)
  return why === null || bearsOut(ticker, by, state.doubted)
    ? { ...state, heard: ticker, heardMs: arrivedMs, doubted: null, noPrice: null }
    : { ...state, doubted: { ticker, by, why } }
}

/**
 * The first time that the exchange's clock is known, and nothing has been written by it: what was heard before was stamped by a
 * clock that may be years away, and counts as heard now.
 */
export const stamped = (state: FeedState, nowMs: number): FeedState =>
  state.clockMs === null && state.heardMs !== null ? { ...state, heardMs: nowMs } : state

/** The exchange was asked for a price and gave none. */
export const hearNone = (state: FeedState, why: string): FeedState => ({ ...state, noPrice: why })

/** What is to be written, and the state once it is. */
export interface Due {
  readonly state: FeedState
  /** The price to write, or null: nothing new; with its time, `state.writtenMs`. */
  readonly price: Ticker | null
  /** The age of the price to write with a clock fact, or undefined: no clock fact is due. Null age: no price yet. */
  readonly clock: { readonly priceAgeSec: number | null; readonly noPrice?: string } | undefined
}

/**
 * An unchanged price is written again once it is heard so long after the last one written had arrived, so that a price fact's own age
 * says how old the price is. What a stalled feed writes late is old already: the same price, heard again, follows it at once.
 */
const REPEAT_PRICE_MS = 15_000

/**
 * A price of which bid or ask alone have changed is written no sooner than so long after the one before: nobody decides anything by them, and
 * where the book is busy they change many times between two trades.
 */
const QUOTE_AFTER_MS = 1_000

/** How long facts wait that nothing follows from; both 0 where each price is written as it comes. */
export interface Waiting {
  /** An unchanged price that was confirmed. */
  readonly repeatAfterMs: number
  /** Another bid or ask at the same last price. */
  readonly quoteAfterMs: number
}

/** Where a journal is kept for long. */
export const THINNED: Waiting = { repeatAfterMs: REPEAT_PRICE_MS, quoteAfterMs: QUOTE_AFTER_MS }

/** What is due at `nowMs`. Clock facts keep to whole intervals after the first, however late one is written. */
export const due = (state: FeedState, nowMs: number, clockIntervalMs: number, waiting: Waiting = THINNED): Due => {
  const { heard, heardMs, written, writtenMs, clockMs, noPrice } = state
  const priceDue =
    heard !== null &&
    heardMs !== null &&
    (written === null ||
      writtenMs === null ||
      heard.last !== written.last ||
      (!sameQuote(heard, written) && (nowMs < writtenMs || nowMs - writtenMs >= waiting.quoteAfterMs)) ||
      (heardMs > writtenMs && Math.min(heardMs, nowMs) - writtenMs >= waiting.repeatAfterMs))
  const priceAgeSec = heardMs === null ? null : Math.max(0, nowMs - heardMs) / 1_000
  const clockDue = clockMs === null || nowMs - clockMs >= clockIntervalMs
  return {
    state: {
      ...state,
      written: priceDue ? heard : written,
      writtenMs: priceDue ? Math.min(heardMs, nowMs) : writtenMs,
      clockMs: clockDue ? nowMs - (clockMs === null ? 0 : (nowMs - clockMs) % clockIntervalMs) : clockMs
    },
    price: priceDue ? heard : null,
    clock: clockDue ? { priceAgeSec, ...(noPrice === null ? {} : { noPrice }) } : undefined
  }
}

/** The price has been silent for so long that it should be asked for, half of what makes it stale; or the stream's is doubted. */
export const wantsAsking = (state: FeedState, nowMs: number, staleAfterMs: number): boolean =>
  state.doubted?.by === "stream" || state.heardMs === null || nowMs - state.heardMs > staleAfterMs / 2

const sameQuote = (a: Ticker, b: Ticker): boolean => a.bid === b.bid && a.ask === b.ask
