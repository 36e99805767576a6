/** Every source against bodies of the wire shape its operator documents. */
import { expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { describe } from "vitest"
import { Price, Volume } from "../core/decimal/decimal.ts"
import type { Dialect } from "./core/dialect.ts"
import { NOTHING_DROPPED } from "./core/normalise.ts"
import { httpSource } from "./http.ts"
import { type PreparedAnswer, replayedSource } from "./testing/replayedSource.ts"
import type { CandlePage, CandleRequest, CandleSourceError } from "./source.ts"
import { BINANCE } from "./core/sources/binance.ts"
import { BYBIT } from "./core/sources/bybit.ts"
import { KRAKEN } from "../exchange/kraken/core/candleSource.ts"
import { POLYGON } from "./core/sources/polygon.ts"

/** A minute after the start of the last bar of most fixtures below, so that bar is still forming. */
const NOW_SEC = 1_790_359_260
const clock = Effect.succeed(NOW_SEC * 1_000)

const ask = (dialect: Dialect, request: Partial<CandleRequest>, ...answers: ReadonlyArray<PreparedAnswer>) =>
  Effect.gen(function* () {
    const server = yield* replayedSource(...answers)
    const source = httpSource(dialect, {
      url: server.url,
      nowMs: clock,
      apiKey: Redacted.make("key-1"),
      timeoutMs: 2_000
    })
    const result = yield* Effect.result(
      source.fetchPage({ symbol: "XDGUSD", intervalMin: 60, cursor: null, ...request })
    )
    return { result, server }
  })

type Asked = Effect.Success<ReturnType<typeof ask>>

const pageOf = ({ result }: Asked): CandlePage => {
  if (result._tag === "Failure") throw result.failure
  return result.success
}
const errorOf = ({ result }: Asked): CandleSourceError => {
  if (result._tag === "Success") throw new Error("a page came, not an error")
  return result.failure
}
const shown = ({ candles }: CandlePage) =>
  candles.map((candle) => [candle.timeSec, Price.format(candle.close), Volume.format(candle.volume), candle.trades])

/** Hourly bars; `last` is the start of the last finished one. */
const KRAKEN_BODY = `{"error":[],"result":{"XDGUSD":[
 [1790352000,"0.2345000","0.2351000","0.2339000","0.2348000","0.2345512","184231.50000000",211],
 [1790355600,"0.2348000","0.2349000","0.2311000","0.2313000","0.000000","0.00000000",0],
 [1790359200,"0.2313000","0.2314000","0.2313000","0.2314000","0.2313500","12.00000000",2]],"last":1790355600}}`

describe("Kraken", () => {
  it.effect("asks for a first page without since, drops the forming bar and returns last as the cursor", () =>
    Effect.gen(function* () {
      const answer = yield* ask(KRAKEN, {}, { body: KRAKEN_BODY })
      const page = pageOf(answer)
      expect(answer.server.asked).toStrictEqual(["/0/public/OHLC?pair=XDGUSD&interval=60"])
      expect(shown(page)).toStrictEqual([
        [1_790_352_000, "0.2348", "184231.5", 211],
        [1_790_355_600, "0.2313", "0", 0]
      ])
      expect(page.cursor).toBe("1790355600")
      expect(page.more).toBe(false)
      expect(page.dropped.forming).toBe(1)
    })
  )

  it.effect("sends a cursor back as it came, and never a time of its own, also when the caller names one", () =>
    Effect.gen(function* () {
      const first = yield* ask(KRAKEN, { sinceSec: 1_700_000_000 }, { body: KRAKEN_BODY })
      const next = yield* ask(KRAKEN, { cursor: "1790355600" }, { body: KRAKEN_BODY })
      expect(first.server.asked).toStrictEqual(["/0/public/OHLC?pair=XDGUSD&interval=60"])
      expect(next.server.asked).toStrictEqual(["/0/public/OHLC?pair=XDGUSD&interval=60&since=1790355600"])
    })
  )

  it.effect.each([
    ["1790355600123456789", "1790355600123456789"],
    ["123456789012345678901234567890123456789", "123456789012345678901234567890123456789"],
    ['"next page/2?a=b&c"', "next page/2?a=b&c"]
  ])(
    "a cursor of any length and spelling, %s, goes back untouched, and the clock says which bars are closed",
    ([last, cursor]) =>
      Effect.gen(function* () {
        const page = pageOf(
          yield* ask(KRAKEN, {}, { body: KRAKEN_BODY.replace('"last":1790355600', `"last":${last}`) })
        )
        expect(page.cursor).toBe(cursor)
        expect(shown(page).map(([timeSec]) => timeSec)).toStrictEqual([1_790_352_000, 1_790_355_600])
        const { server } = yield* ask(KRAKEN, { cursor: page.cursor }, { body: KRAKEN_BODY })
        expect(new URL(server.asked[0] ?? "", "http://exchange").searchParams.get("since")).toBe(cursor)
      })
  )

  it.effect("a bar that Kraken calls finished is kept although our clock is behind", () =>
    Effect.gen(function* () {
      const server = yield* replayedSource({ body: KRAKEN_BODY })
      const source = httpSource(KRAKEN, { url: server.url, nowMs: Effect.succeed(1_790_352_060_000) })
      const page = yield* source.fetchPage({ symbol: "XDGUSD", intervalMin: 60, cursor: null })
      expect(page.candles.length).toBe(2)
    })
  )

  it.effect("takes an older bar of seven fields, and leaves out one of six", () =>
    Effect.gen(function* () {
      const body = `{"error":[],"result":{"XDGUSD":[[1790348400,"1","1","1","1","1","5"],[1790352000,"1","1","1","1","1"]],"last":1790352000}}`
      const page = pageOf(yield* ask(KRAKEN, {}, { body }))
      expect(shown(page)).toStrictEqual([[1_790_348_400, "1", "5", 0]])
      expect(page.dropped.malformed).toBe(1)
    })
  )

  it.effect.each([
    [{ body: '{"error":["EQuery:Unknown asset pair"]}' }, "unknown_symbol", null],
    [{ body: '{"error":["EAPI:Rate limit exceeded"]}' }, "wait", 10_000],
    [{ body: '{"error":["EGeneral:Too many requests"]}' }, "wait", 10_000],
    [{ body: `{"error":["EService:Throttled: ${NOW_SEC + 42}"]}` }, "wait", 42_000],
    [{ body: '{"error":["EGeneral:Temporary lockout"]}' }, "wait", 900_000],
    [{ body: '{"error":["EGeneral:Invalid arguments:interval"]}' }, "rejected", null],
    [{ body: '{"error":["EService:Busy"]}' }, "retry", null],
    [{ body: "<html>520</html>", status: 520 }, "retry", null],
    [{ body: "<html>ok?</html>" }, "retry", null],
    [{ body: '{"error":[],"result":{"XDGUSD":[]}}' }, "retry", null],
    [{ body: "", status: 429, headers: { "retry-after": "7" } }, "wait", 7_000],
    [{ body: "", status: 403 }, "stop", null]
  ] as const)("%j is advice to %s", ([answer, advice, retryAfterMs]) =>
    Effect.gen(function* () {
      const error = errorOf(yield* ask(KRAKEN, {}, answer))
      expect(error.advice).toBe(advice)
      expect(error.retryAfterMs).toBe(retryAfterMs)
      expect(error.message).toContain("kraken: XDGUSD 1h: ")
    })
  )

  it.effect("a timeframe it does not have is refused without a call", () =>
    Effect.gen(function* () {
      const answer = yield* ask(KRAKEN, { intervalMin: 3 }, { body: KRAKEN_BODY })
      expect(errorOf(answer).advice).toBe("rejected")
      expect(answer.server.asked).toStrictEqual([])
    })
  )
})

const BINANCE_BODY = `[[1790352000000,"0.23450","0.23510","0.23390","0.23480","184231.00000000",1790355599999,"43210.1",211,"90000.0","21000.5","0"],
[1790355600000,"0.23480","0.23490","0.23110","0.23130","99.00000000",1790359199999,"23.1",7,"9.0","2.5","0"],
[1790359200000,"0.23130","0.23140","0.23130","0.23140","12.00000000",1790362799999,"2.7",2,"1.0","0.2","0"]]`

describe("Binance", () => {
  it.effect("reads klines, and the cursor repeats the bar that was still forming", () =>
    Effect.gen(function* () {
      const answer = yield* ask(BINANCE, { symbol: "DOGEUSDT", sinceSec: 1_790_352_000 }, { body: BINANCE_BODY })
      const page = pageOf(answer)
      expect(answer.server.asked).toStrictEqual([
        "/api/v3/klines?symbol=DOGEUSDT&interval=1h&limit=1000&startTime=1790352000000"
      ])
      expect(shown(page)).toStrictEqual([
        [1_790_352_000, "0.2348", "184231", 211],
        [1_790_355_600, "0.2313", "99", 7]
      ])
      expect(page.cursor).toBe("1790359200000")
      expect(page.more).toBe(false)
    })
  )

  it.effect("a page of a thousand rows has another after it", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 1_000 }, (_, i) => [
        (1_780_000_000 + i * 3_600) * 1_000,
        ..."11111".split(""),
        0,
        "1",
        1
      ])
      expect(pageOf(yield* ask(BINANCE, {}, { body: JSON.stringify(rows) })).more).toBe(true)
    })
  )

  it.effect.each([
    [{ status: 400, body: '{"code":-1121,"msg":"Invalid symbol."}' }, "unknown_symbol", null],
    [{ status: 400, body: '{"code":-1120,"msg":"Invalid interval."}' }, "rejected", null],
    [{ status: 418, body: "{}", headers: { "retry-after": "120" } }, "wait", 120_000]
  ] as const)("%j is advice to %s", ([answer, advice, retryAfterMs]) =>
    Effect.gen(function* () {
      const error = errorOf(yield* ask(BINANCE, {}, answer))
      expect([error.advice, error.retryAfterMs]).toStrictEqual([advice, retryAfterMs])
    })
  )
})

const bybitBody = (list: string) =>
  `{"retCode":0,"retMsg":"OK","result":{"category":"spot","symbol":"DOGEUSDT","list":${list}},"retExtInfo":{},"time":1790359260000}`

describe("Bybit", () => {
  it.effect("turns its newest-first list round", () =>
    Effect.gen(function* () {
      const list = `[["1790359200000","0.2313","0.2314","0.2313","0.2314","12","2.7"],["1790355600000","0.2348","0.2349","0.2311","0.2313","99","23.1"]]`
      const answer = yield* ask(BYBIT, { symbol: "DOGEUSDT" }, { body: bybitBody(list) })
      expect(answer.server.asked).toStrictEqual([
        "/v5/market/kline?category=spot&symbol=DOGEUSDT&interval=60&limit=1000"
      ])
      const page = pageOf(answer)
      expect(shown(page)).toStrictEqual([[1_790_355_600, "0.2313", "99", 0]])
      expect([page.cursor, page.more]).toStrictEqual(["1790359200000", false])
    })
  )

  it.effect("an empty window before the symbol was listed is followed by the next one", () =>
    Effect.gen(function* () {
      const page = pageOf(yield* ask(BYBIT, { sinceSec: 1_700_000_000 }, { body: bybitBody("[]") }))
      expect([page.cursor, page.more]).toStrictEqual([String((1_700_000_000 + 999 * 3_600) * 1_000), true])
    })
  )

  it.effect.each([
    ['{"retCode":10006,"retMsg":"Too many visits!","result":{}}', "wait"],
    ['{"retCode":10001,"retMsg":"Not supported symbols","result":{}}', "unknown_symbol"],
    ['{"retCode":10001,"retMsg":"Invalid period!","result":{}}', "rejected"],
    ['{"retCode":10016,"retMsg":"Server error","result":{}}', "retry"]
  ] as const)("%s is advice to %s", ([body, advice]) =>
    Effect.gen(function* () {
      expect(errorOf(yield* ask(BYBIT, {}, { body })).advice).toBe(advice)
    })
  )
})

const polygonBody = (next: string) =>
  `{"ticker":"AAPL","queryCount":2,"resultsCount":2,"adjusted":true,"results":[
 {"v":70790813.5,"vw":131.6292,"o":130.465,"c":130.15,"h":133.41,"l":129.89,"t":1790308800000,"n":645365},
 {"v":1,"o":130,"c":130.5,"h":131,"l":129.5,"t":1790352000000}],"status":"OK","request_id":"1","count":2${next}}`

describe("a bars API in Polygon's style", () => {
  it.effect("reads bars with numbers as numbers, and sends the key as a bearer token only", () =>
    Effect.gen(function* () {
      const answer = yield* ask(
        POLYGON,
        { symbol: "AAPL", intervalMin: 60, sinceSec: 1_790_300_000 },
        { body: polygonBody("") }
      )
      expect(answer.server.asked).toStrictEqual([
        `/v2/aggs/ticker/AAPL/range/1/hour/1790300000000/${NOW_SEC}000?adjusted=true&sort=asc&limit=50000`
      ])
      expect(answer.server.authorizations).toStrictEqual(["Bearer key-1"])
      const page = pageOf(answer)
      expect(shown(page)).toStrictEqual([
        [1_790_308_800, "130.15", "70790813.5", 645_365],
        [1_790_352_000, "130.5", "1", 0]
      ])
      expect([page.cursor, page.more]).toStrictEqual(["1790352000000", false])
    })
  )

  it.effect("follows next_url on its own address, whatever host it names", () =>
    Effect.gen(function* () {
      const next = `,"next_url":"https://elsewhere.example/v2/aggs/ticker/AAPL/range/1/hour/1/2?cursor=bGlt"`
      const page = pageOf(yield* ask(POLYGON, { symbol: "AAPL" }, { body: polygonBody(next) }))
      expect([page.cursor, page.more]).toStrictEqual(["/v2/aggs/ticker/AAPL/range/1/hour/1/2?cursor=bGlt", true])
      const followed = yield* ask(POLYGON, { symbol: "AAPL", cursor: page.cursor }, { body: polygonBody("") })
      expect(followed.server.asked).toStrictEqual([page.cursor ?? ""])
    })
  )

  it.effect.each([
    [{ body: '{"ticker":"AAPL","status":"OK","resultsCount":0,"queryCount":0}' }, null],
    [{ status: 401, body: '{"status":"ERROR","request_id":"1","error":"Unknown API Key"}' }, "stop"],
    [{ status: 403, body: '{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}' }, "stop"],
    [{ status: 429, body: '{"status":"ERROR","error":"You have exceeded the maximum requests per minute"}' }, "wait"],
    [{ body: '{"status":"ERROR","error":"something"}' }, "rejected"],
    [{ body: '{"status":"OK","next_url":"no address"}' }, "retry"]
  ] as const)("%j is advice to %s", ([answer, advice]) =>
    Effect.gen(function* () {
      const got = yield* ask(POLYGON, { symbol: "AAPL" }, answer)
      if (advice === null) expect(pageOf(got).candles).toStrictEqual([])
      else expect(errorOf(got).advice).toBe(advice)
    })
  )
})

describe("whatever a source sends", () => {
  const good = `[1790352000000,"0.2","0.21","0.19","0.2","5",0,"1",3]`
  const bad = [
    ["a high below the close", `[1790348400000,"0.2","0.21","0.19","0.22","5",0,"1",3]`, { impossible: 1 }],
    ["a price of 0", `[1790348400000,"0","0.21","0","0.2","5",0,"1",3]`, { price: 1 }],
    ["a negative volume", `[1790348400000,"0.2","0.21","0.19","0.2","-5",0,"1",3]`, { volume: 1 }],
    ["a start between two bars", `[1790348460000,"0.2","0.21","0.19","0.2","5",0,"1",3]`, { time: 1 }],
    ["a time in seconds", `[1790348400,"0.2","0.21","0.19","0.2","5",0,"1",3]`, { time: 1 }],
    ["a time in microseconds", `[1790348400000000,"0.2","0.21","0.19","0.2","5",0,"1",3]`, { time: 1 }],
    ["a count that no store holds", `[1790348400000,"0.2","0.21","0.19","0.2","5",0,"1",3000000000]`, { large: 1 }],
    ["a price that is none", `[1790348400000,"NaN","0.21","0.19","0.2","5",0,"1",3]`, { malformed: 1 }]
  ] as const
  it.effect.each(bad)("%s is dropped and counted, and costs no other bar", ([, row, dropped]) =>
    Effect.gen(function* () {
      const page = pageOf(yield* ask(BINANCE, {}, { body: `[${row},${good}]` }))
      expect(page.dropped).toStrictEqual({ ...NOTHING_DROPPED, ...dropped })
      expect(shown(page)).toStrictEqual([[1_790_352_000, "0.2", "5", 3]])
    })
  )
})

it.live("a source that does not answer is given up after the time limit", () =>
  Effect.gen(function* () {
    const source = httpSource(KRAKEN, { url: "http://127.0.0.1:9", timeoutMs: 2_000 })
    const error = yield* Effect.flip(source.fetchPage({ symbol: "XDGUSD", intervalMin: 1, cursor: null }))
    expect(error.advice).toBe("retry")
    expect(error.detail).toContain("connection failed")
  })
)
