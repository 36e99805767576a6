/** What Kraken calls one pair, which differs from place to place. */
export interface PairNames {
  /** In REST requests and replies: `XDGUSD`. */
  readonly pair: string
  /** In WebSocket v2: `DOGE/USD`. */
  readonly symbol: string
  /** The base asset in balances: `XXDG`. */
  readonly baseAsset: string
  /** The quote asset in balances: `ZUSD`. */
  readonly quoteAsset: string
}

/** The four names Kraken has for this one pair. */
export const DOGE_USD: PairNames = { pair: "XDGUSD", symbol: "DOGE/USD", baseAsset: "XXDG", quoteAsset: "ZUSD" }

/** Whether a REST row belongs to the pair. Rows of older trades and orders were seen with the other two spellings. */
export const isPair = (names: PairNames, name: string): boolean =>
  name === names.pair || name === names.symbol || name === names.baseAsset + names.quoteAsset

/** Whether a fee was charged in the quote currency, under either of its names (`ZUSD`, `USD`). */
export const isQuoteAsset = (names: PairNames, asset: string): boolean =>
  asset === names.quoteAsset || asset === names.symbol.slice(names.symbol.indexOf("/") + 1)
