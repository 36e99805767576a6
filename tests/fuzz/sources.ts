/** What sources of candles and trades answer, from the bytes of the reply to the rows that are kept; a day's profile as a file. */
import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { BINANCE_TRADES } from "../../services/market-context/core/sources/binance.ts"
import { BYBIT_TRADES } from "../../services/market-context/core/sources/bybit.ts"
import { tradesIn } from "../../services/market-context/core/sources/dialect.ts"
import { decodeProfile, encodeProfile, NotOurFile } from "../../services/market-context/files/parquet.ts"
import { answerOf } from "../../shared/candles/core/dialect.ts"
import { normalise } from "../../shared/candles/core/normalise.ts"
import { BINANCE } from "../../shared/candles/core/sources/binance.ts"
import { BYBIT } from "../../shared/candles/core/sources/bybit.ts"
import { POLYGON } from "../../shared/candles/core/sources/polygon.ts"
import { WireProblem } from "../../shared/core/wire/json.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { damagedBytes, damagedText, type Decoder, decoder, possible, slowDecoder, taken } from "./decoder.ts"

const NOW_SEC = 1_795_183_203
const FIRST_MS = 1_795_179_600_000
const FIGURES = ["0.1", "0.12", "0.09", "0.11", "500"]

const KLINES = JSON.stringify([0, 1, 2].map((n) => [FIRST_MS + 60_000 * n, ...FIGURES, 0, "55", 7, "1", "1", "0"]))
const BYBIT_KLINES = JSON.stringify({
  retCode: 0,
  retMsg: "OK",
  result: { list: [2, 1, 0].map((n) => [String(FIRST_MS + 60_000 * n), ...FIGURES, "55"]) }
})
const OHLC = JSON.stringify({
  error: [],
  result: {
    XDGUSD: [0, 1, 2].map((n) => [FIRST_MS / 1_000 + 60 * n, "0.1", "0.12", "0.09", "0.11", "0.1", "500", 7]),
    last: FIRST_MS / 1_000 + 120
  }
})
const AGGREGATES = JSON.stringify({
  status: "OK",
  results: [0, 1].map((n) => ({ t: FIRST_MS + 60_000 * n, o: 0.1, h: 0.12, l: 0.09, c: 0.11, v: 500, n: 7 })),
  next_url: "https://api.polygon.io/v2/aggs/ticker/X?cursor=bGlt"
})
const CANDLES = [
  [BINANCE, KLINES],
  [BINANCE, '{"code":-1121,"msg":"Invalid symbol."}'],
  [BYBIT, BYBIT_KLINES],
  [KRAKEN, OHLC],
  [KRAKEN, '{"error":["EGeneral:Too many requests"]}'],
  [POLYGON, AGGREGATES],
  [POLYGON, '{"status":"ERROR","error":"Unknown API Key"}']
] as const

const candleReplies = decoder(
  fc
    .tuple(fc.constantFrom(...CANDLES), fc.constantFrom(200, 200, 200, 400, 401, 404))
    .chain(([[dialect, seed], status]) =>
      fc.tuple(fc.constant(dialect), fc.constant(status), damagedText([seed]), fc.constantFrom(null, "/next", "7"))
    ),
  ([dialect, status, body, cursor]) => {
    const request = { symbol: "XDGUSD", intervalMin: 1, cursor }
    const answer = answerOf(dialect, request, { status, body }, NOW_SEC * 1_000)
    if (answer.kind === "refused") {
      possible(answer)
      return false
    }
    possible({ ...answer, rows: null })
    const { candles } = normalise(answer.rows, 1, answer.closedUntilSec ?? NOW_SEC)
    possible(candles)
    for (const { timeSec, low, open, close, high } of candles) {
      if (timeSec % 60 !== 0 || timeSec > NOW_SEC + 86_400) throw new Error(`a candle at ${timeSec}`)
      if (low > open || low > close || high < open || high < close)
        throw new Error(`a candle outside of ${low} ${high}`)
    }
    return candles.length > 0
  }
)

const TRADES = [
  [
    BINANCE_TRADES,
    `[{"a":26129,"p":"0.0163","q":"4.7","f":2,"l":2,"T":${FIRST_MS},"m":true,"M":true},{"a":26130,"p":"0.0164","q":"1","f":3,"l":9,"T":${FIRST_MS},"m":false}]`
  ],
  [BINANCE_TRADES, '{"code":-1003,"msg":"Too many requests"}'],
  [
    BYBIT_TRADES,
    `{"retCode":0,"retMsg":"OK","result":{"list":[{"execId":"2100000000007764264","price":"0.23","size":"120.5","side":"Buy","time":"${FIRST_MS}"}]}}`
  ],
  [BYBIT_TRADES, '{"retCode":10006,"retMsg":"Too many visits!"}']
] as const

const tradeReplies = decoder(
  fc
    .tuple(fc.constantFrom(...TRADES), fc.constantFrom(200, 200, 400))
    .chain(([[dialect, seed], status]) => fc.tuple(fc.constant(dialect), fc.constant(status), damagedText([seed]))),
  ([dialect, status, body]) => {
    let found = false
    taken([WireProblem], () => {
      const answer = tradesIn(dialect, body, status)
      possible(answer)
      found = answer.kind === "trades"
    })
    return found
  }
)

const PROFILE = {
  columns: {
    prices: BigInt64Array.of(1_432_100_000n, 1_432_200_000n),
    volumes: BigInt64Array.of(100_000_000n, 5n)
  },
  facts: { symbol: "XDGUSD", tick_size: "100000", trades: "2", weighted: "1432171610000", missing: "[]" }
}

/** A profile that is taken is the one that was kept, to the last digit. */
const profiles = slowDecoder(damagedBytes([encodeProfile(PROFILE.columns, PROFILE.facts)]), async (bytes) => {
  try {
    const found = await decodeProfile(Uint8Array.from(bytes).buffer)
    if (!isDeepStrictEqual(found, PROFILE)) throw new Error("another profile")
    return true
  } catch (error) {
    if (error instanceof NotOurFile) return false
    throw error
  }
})

/** By the name that `--decoder` takes. */
export const SOURCES: Readonly<Record<string, Decoder>> = {
  "candle-replies": candleReplies,
  "trade-replies": tradeReplies,
  profiles
}
