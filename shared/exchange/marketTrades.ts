/** What the pair trades at the exchange, trade by trade: as it happens, and page by page from the past. The port; Kraken's adapter is in `kraken/`. */
import { Context, type Effect, type Stream } from "effect"
import type { CallBudget } from "../callBudget.ts"
import type { Price, Volume } from "../core/decimal/decimal.ts"
import type { Side } from "../core/trading.ts"
import type { ExchangeError, MarketDataEvent } from "./port.ts"

/** One trade of the market. The same trade has the same id wherever it comes from. */
export interface MarketTrade {
  /** The exchange numbers the pair's trades one after the other. */
  readonly id: number
  /** Unix milliseconds of the exchange's clock; finer digits are cut off, so that a trade never moves into the next window. */
  readonly timeMs: number
  readonly price: Price
  readonly volume: Volume
  /** Who took: a buy printed at the ask. */
  readonly takerSide: Side
}

/** One page of the past, oldest first. */
export interface TradePage {
  readonly trades: ReadonlyArray<MarketTrade>
  /** What the next page is asked for with: the exchange's own text, handed back as it came. */
  readonly cursor: string
}

/** Where a page begins: after a page that was read, or with the first trade at a time (Unix milliseconds) or later. */
export type PageStart = { readonly cursor: string } | { readonly fromMs: number }

/** What the stream of trades says. */
export type TradeEvent =
  /** The subscription stands: from here on every trade comes, after the newest ones before it. */
  | { readonly _tag: "Standing" }
  | { readonly _tag: "Trades"; readonly trades: ReadonlyArray<MarketTrade> }
  | Extract<MarketDataEvent, { readonly _tag: "Alive" | "VenueTime" | "Disconnected" | "Malformed" }>

/** Public trades of the one pair. Needs no key. */
export class MarketTrades extends Context.Service<
  MarketTrades,
  {
    /** For ever; reconnects by itself with back-off and says so. Fails only on `stop` advice. */
    readonly live: Stream.Stream<TradeEvent, ExchangeError>
    /** Asks once, without waiting for a turn: the caller takes one of `budget` first. An empty page is the end of what there is. */
    readonly page: (start: PageStart) => Effect.Effect<TradePage, ExchangeError>
    /** Of the address's public REST calls: whoever reads history in this process takes its turns here. */
    readonly budget: CallBudget
  }
>()("kennel/exchange/MarketTrades") {}
