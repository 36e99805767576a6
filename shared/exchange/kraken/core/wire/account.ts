/** Replies about the pair and the account, as the port's types. Every function throws a `WireProblem`. */
import { minus, plus, Quote, Volume } from "../../../../core/decimal/decimal.ts"
import type { Balances, Fees, PairConstraints } from "../../../port.ts"
import { child, has, optionalText, type Row, soleEntry, text } from "../../../../core/wire/json.ts"
import * as figures from "./figures.ts"
import { namesOfAsset, type PairNames } from "./names.ts"

/** `Time`: Unix milliseconds, whole seconds. */
export const readTime = (result: Row): number => figures.secondsAsMs(result, "unixtime")

/** `AssetPairs?pair=`. An absent `status` is what Kraken leaves out of a pair that trades normally. */
export const readConstraints = (result: Row): PairConstraints => {
  const pair = soleEntry(result)
  return {
    priceDecimals: figures.priceDecimals(pair, "pair_decimals"),
    volumeDecimals: figures.volumeDecimals(pair, "lot_decimals"),
    minVolume: figures.volumeOrNone(pair, "ordermin"),
    minCost: figures.cost(pair, "costmin"),
    status: optionalText(pair, "status") ?? "online"
  }
}

/** `TradeVolume?pair=`: percent. */
export const readFees = (result: Row): Fees => ({
  makerPct: figures.feePct(soleEntry(child(result, "fees_maker")), "fee"),
  takerPct: figures.feePct(soleEntry(child(result, "fees")), "fee")
})

/**
 * `BalanceEx`. Only the two assets by their own names count: `ZUSD.F` and the like are other pots, and never added. An asset that
 * was never held has no key, and is 0. Where a plain pot is empty, what lies in others or under other names is named.
 */
export const readBalances = (result: Row, names: PairNames): Balances => {
  const base = readAsset(result, names.baseAsset, figures.baseBalance, Volume.zero)
  const quote = readAsset(result, names.quoteAsset, figures.quoteBalance, Quote.zero)
  const elsewhere = [
    ...(base.total === 0n ? otherPots(result, namesOfAsset(names, "base"), names.baseAsset) : []),
    ...(quote.total === 0n ? otherPots(result, namesOfAsset(names, "quote"), names.quoteAsset) : [])
  ]
  return { base, quote, ...(elsewhere.length > 0 ? { elsewhere } : {}) }
}

/** More pots of two currencies than these are not named: Kraken has half a dozen. */
const MAX_POTS = 20

/** `USD.F 120.5`, `ZUSD.HOLD 3`: what lies under the currency's other names, with or without a suffix. */
const otherPots = (result: Row, names: ReadonlyArray<string>, plain: string): ReadonlyArray<string> =>
  Object.keys(result.fields)
    .filter((key) => key !== plain && names.includes(key.split(".")[0] ?? key))
    .flatMap((key) => {
      const balance = optionalText(child(result, key), "balance") ?? "0"
      return /[1-9]/.test(balance) ? [`${key} ${balance.slice(0, 40)}`] : []
    })
    .slice(0, MAX_POTS)

const readAsset = <A extends Volume | Quote>(
  result: Row,
  asset: string,
  amount: (row: Row, key: string) => A,
  zero: A
): { readonly total: A; readonly hold: A } => {
  if (!has(result, asset)) return { total: zero, hold: zero }
  const row = child(result, asset)
  const optional = (key: string) => (has(row, key) ? amount(row, key) : zero)
  const total = minus(plus(amount(row, "balance"), optional("credit")), optional("credit_used"))
  return { total, hold: amount(row, "hold_trade") }
}

/** `GetWebSocketsToken`. */
export const readToken = (result: Row): string => text(result, "token")
