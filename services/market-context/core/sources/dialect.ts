/** What differs between public sources of trades beside the pair's own exchange: how they are asked, and what they answer. Pure. */
import type { Rate } from "../../../../shared/candles/core/tokenBucket.ts"
import { badPrice, badTime, badVolume } from "../../../../shared/core/ranges.ts"
import { type Json, parseJson, WireProblem } from "../../../../shared/core/wire/json.ts"
import type { MarketTrade, PageStart } from "../../../../shared/exchange/marketTrades.ts"

/** What an answer holds, oldest first, or why there is none. */
export type TradeAnswer =
  | { readonly kind: "trades"; readonly trades: ReadonlyArray<MarketTrade>; readonly isFull: boolean }
  | { readonly kind: "refused"; readonly advice: "wait" | "unknown" | "rejected"; readonly detail: string }

/** One public source of trades. */
export interface TradeDialect {
  readonly name: string
  /** Base address without a path. */
  readonly url: string
  readonly rate: Rate
  /** What it calls the pairs that are known here, by Kraken's name. They are quoted in another currency: USDT, not USD. */
  readonly symbols: Readonly<Record<string, string>>
  /** Path and query of the newest trades. */
  readonly newest: (symbol: string) => string
  /** The past, page by page; null: the source has none but its newest trades. */
  readonly past: {
    readonly path: (symbol: string, start: PageStart) => string
    /** Where the page after this trade begins. */
    readonly cursorAfter: (id: number) => string
  } | null
  /** Reads a reply that is JSON. Throws a `WireProblem` that names the field. */
  readonly read: (body: Json, status: number) => TradeAnswer
}

/** What a reply holds. Throws a `WireProblem` where it cannot be read, and for a figure that no market has. */
export const tradesIn = (dialect: TradeDialect, body: string, status: number): TradeAnswer => {
  const answer = dialect.read(parseJson(body), status)
  if (answer.kind === "refused") return answer
  for (const [index, { price, volume, timeMs }] of answer.trades.entries()) {
    const problem = badPrice("price", price) ?? badVolume("volume", volume, "volume") ?? badTime("time", timeMs)
    if (problem !== null) throw new WireProblem(`reply[${index}]`, problem)
  }
  return answer
}
