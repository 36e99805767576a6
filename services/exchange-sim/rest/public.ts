/** Public REST: what everybody may read about the market. */
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { isRefusal, refuse, type Refusal } from "../core/engine/desk.ts"
import { COST_DECIMALS } from "../core/engine/money.ts"
import { type Exchange, type Moment, termsNow } from "../exchange.ts"
import { aggregate, type Candle, summary, vwap } from "../core/market/candles.ts"
import { levels } from "../core/market/quote.ts"
import type { NumberedTrade } from "../core/market/tape.ts"
import { optionalCount, optionalNumber, optionalText, type Params } from "../params.ts"
import { resultKey } from "./pair.ts"
import { type Formats, priceText, seconds, volumeText } from "./render.ts"

/** One method: what it answers at a moment. */
export type PublicMethod = (exchange: Exchange, moment: Moment, params: Params) => object | Refusal

/** Kraken's ceiling of candles, whatever `since` says. */
const MAX_CANDLES = 720
const INTERVALS_MIN = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600]
const MAX_TRADES = 1_000
const MAX_LEVELS = 500

const time: PublicMethod = (_, { nowMs }) => ({
  unixtime: Math.floor(nowMs / 1_000),
  rfc1123: new Date(nowMs)
    .toUTCString()
    .replace(/ \d\d(\d\d) /, " $1 ")
    .replace("GMT", "+0000")
})

const systemStatus: PublicMethod = ({ faults }, { nowMs }) => ({
  status: faults.system,
  timestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z`
})

const assetPairs: PublicMethod = (exchange, _, params) => {
  const { faults } = exchange
  const options = termsNow(exchange.options, faults)
  const { pair } = options
  const asked = resultKey(pair, optionalText(params, "pair"))
  if (isRefusal(asked)) return asked
  const tick = Price.fromNumber(1 / 10 ** options.priceDecimals, options.priceDecimals)
  return {
    [asked.key]: {
      altname: pair.rest,
      wsname: `${pair.rest.slice(0, -3)}/${pair.rest.slice(-3)}`,
      aclass_base: "currency",
      base: pair.baseAsset,
      aclass_quote: "currency",
      quote: pair.quoteAsset,
      lot: "unit",
      cost_decimals: COST_DECIMALS,
      pair_decimals: options.priceDecimals,
      lot_decimals: options.volumeDecimals,
      lot_multiplier: 1,
      leverage_buy: [],
      leverage_sell: [],
      // Empty for every pair today: fees are asked for with TradeVolume.
      fees: [],
      fees_maker: [],
      fee_volume_currency: pair.quoteAsset,
      margin_call: 80,
      margin_stop: 40,
      ordermin: Volume.format(options.orderMin),
      costmin: Quote.format(options.costMin),
      tick_size: priceText(options, tick),
      status: faults.system === "maintenance" ? "cancel_only" : (faults.terms.pairStatus ?? faults.system)
    }
  }
}

/** Everything that traded in the minutes since `fromMs`, as one candle; undefined when nothing did. */
const since = ({ tape }: Moment, fromMs: number): Candle | undefined =>
  summary(tape.candles.filter((candle) => candle.timeMs >= fromMs))

const ticker: PublicMethod = ({ options }, moment, params) => {
  const asked = resultKey(options.pair, optionalText(params, "pair"))
  if (isRefusal(asked)) return asked
  const { quotes, tape, nowMs } = moment
  if (quotes === null || tape.last === null) return noPrice(moment)
  const today = since(moment, nowMs - (nowMs % DAY_MS))
  const day = since(moment, nowMs - DAY_MS)
  const both = (show: (candle: Candle) => string) =>
    [today, day].map((candle) => (candle === undefined ? "0" : show(candle)))
  const price = (value: Price) => priceText(options, value)
  const best = (side: "bid" | "ask") => {
    const [level] = levels(quotes, side, 1)
    const volume = level?.volume ?? Volume.zero
    return [price(quotes[side]), Volume.formatFixed(volume, 0), Volume.formatFixed(volume, 3)]
  }
  return {
    [asked.key]: {
      a: best("ask"),
      b: best("bid"),
      c: [price(tape.last.price), volumeText(options, tape.last.volume)],
      v: both(({ volume }) => volumeText(options, volume)),
      p: both((candle) => price(vwap(candle))),
      t: [today?.count ?? 0, day?.count ?? 0],
      l: both(({ low }) => price(low)),
      h: both(({ high }) => price(high)),
      o: price(today?.open ?? tape.last.price)
    }
  }
}

const noPrice = ({ closed }: Moment): Refusal =>
  refuse(closed === null ? "EService:Unavailable" : `EService:Unavailable: ${closed}`)

const depth: PublicMethod = ({ options }, moment, params) => {
  const { quotes, nowMs } = moment
  const asked = resultKey(options.pair, optionalText(params, "pair"))
  if (isRefusal(asked)) return asked
  if (quotes === null) return noPrice(moment)
  const count = Math.min(MAX_LEVELS, optionalCount(params, "count") ?? 100)
  const rows = (side: "bid" | "ask") =>
    levels(quotes, side, count).map(({ price, volume }) => [
      priceText(options, price),
      Volume.formatFixed(volume, 3),
      Math.floor(nowMs / 1_000)
    ])
  return { [asked.key]: { asks: rows("ask"), bids: rows("bid") } }
}

/** The page of candles that is asked for. `minutes`: one-minute candles, oldest first, those without trades left out. */
export const candlePage = (
  formats: Formats,
  minutes: ReadonlyArray<Candle>,
  nowMs: number,
  params: Params
): object | Refusal => {
  const asked = resultKey(formats.pair, optionalText(params, "pair"))
  if (isRefusal(asked)) return asked
  const interval = optionalCount(params, "interval") ?? 1
  if (!INTERVALS_MIN.includes(interval)) return refuse("EGeneral:Invalid arguments:interval")
  const sinceSec = optionalNumber(params, "since") ?? 0
  const candles = aggregate(minutes, interval * 60_000, nowMs, MAX_CANDLES)
  const shown = (candle: Candle) => {
    const price = (value: Price) => priceText(formats, value)
    const { open, high, low, close, volume, count } = candle
    const [o, h, l, c, v] = [price(open), price(high), price(low), price(close), volumeText(formats, volume)]
    return [seconds(candle.timeMs), o, h, l, c, price(vwap(candle)), v, count]
  }
  // The forming bar is always there. The last finished one is where a client goes on from.
  const rows = candles.filter((candle, i) => seconds(candle.timeMs) > sinceSec || i === candles.length - 1)
  const last = candles.at(-2) ?? candles.at(-1)
  return { [asked.key]: rows.map(shown), last: last === undefined ? 0 : seconds(last.timeMs) }
}

const ohlc: PublicMethod = ({ options }, { tape, nowMs }, params) => candlePage(options, tape.candles, nowMs, params)

/** Unix nanoseconds, different for every trade: several trades share a millisecond, and paging must not lose one. */
const nanoseconds = ({ timeMs, tradeId }: NumberedTrade): bigint =>
  BigInt(timeMs) * 1_000_000n + BigInt(tradeId % 1_000_000)

/** `since` takes seconds or nanoseconds; told apart by their size, as Kraken does. */
const sinceNanoseconds = (text: string): bigint | null => {
  if (!/^\d{1,19}(\.\d{1,9})?$/.test(text)) return null
  const [whole = "0", fraction = ""] = text.split(".")
  return whole.length > 13 ? BigInt(whole) : BigInt(whole + fraction.padEnd(9, "0"))
}

const trades: PublicMethod = ({ options }, { tape }, params) => {
  const asked = resultKey(options.pair, optionalText(params, "pair"))
  if (isRefusal(asked)) return asked
  const count = Math.min(MAX_TRADES, Math.max(1, optionalCount(params, "count") ?? MAX_TRADES))
  const sinceText = optionalText(params, "since")
  const afterNs = sinceText === null ? -1n : sinceNanoseconds(sinceText)
  if (afterNs === null) return refuse("EGeneral:Invalid arguments:since")
  // A millisecond is looked at again, for the trades in it that are later than the nanosecond asked for.
  const from = Number(afterNs / 1_000_000n) - 1
  const candidates = sinceText === null ? tape.newest(count) : tape.tradesAfter(from, count + 1_000)
  const found = candidates.filter((trade) => nanoseconds(trade) > afterNs).slice(0, count)
  const newest = found.at(-1)
  return {
    [asked.key]: found.map((trade) => [
      priceText(options, trade.price),
      volumeText(options, trade.volume),
      Number(nanoseconds(trade)) / 1e9,
      trade.takerSide === "buy" ? "b" : "s",
      "l",
      "",
      trade.tradeId
    ]),
    last: newest === undefined ? (afterNs < 0n ? "0" : afterNs.toString()) : nanoseconds(newest).toString()
  }
}

/** By the last part of the path under `/0/public/`. */
export const PUBLIC_METHODS: ReadonlyMap<string, PublicMethod> = new Map([
  ["Time", time],
  ["SystemStatus", systemStatus],
  ["AssetPairs", assetPairs],
  ["Ticker", ticker],
  ["Depth", depth],
  ["OHLC", ohlc],
  ["Trades", trades]
])
