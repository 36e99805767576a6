import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { signature } from "../access.ts"
import { ExchangeSim, exchangeSimLayer } from "../layer.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../options.ts"
import { client, dig, getPublic } from "../testing/sim.ts"
import { onTapeOf, START, tapeFile, wait } from "../testing/tape.ts"

const onTape = onTapeOf(tapeFile())
const rows = (value: unknown, ...path: ReadonlyArray<string | number>) =>
  dig(value, ...path) as ReadonlyArray<ReadonlyArray<unknown>>

it("signs as Kraken documents it", () => {
  const body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
  expect(signature(EXCHANGE_SIM_DEFAULTS.apiSecret, "/0/private/AddOrder", "1616492376594", body)).toBe(
    "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
  )
})

describe("public REST", () => {
  onTape("Time and SystemStatus tell simulated time", (urls) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("90 seconds")
      const time = yield* wait(() => getPublic(urls, "Time"))
      expect(time).toEqual({ error: [], result: { unixtime: START + 90, rfc1123: expect.stringMatching(/ \+0000$/) } })
      const status = yield* wait(() => getPublic(urls, "SystemStatus"))
      expect(status.result).toEqual({ status: "online", timestamp: expect.stringMatching(/^\d{4}-.*Z$/) })
    })
  )

  onTape("AssetPairs names the pair as it was asked, has empty fee tables, and refuses other spellings", (urls) =>
    Effect.gen(function* () {
      for (const [asked, key] of [
        ["XDGUSD", "XDGUSD"],
        ["DOGEUSD", "XDGUSD"],
        ["DOGE/USD", "DOGE/USD"]
      ] as const) {
        const pairs = yield* wait(() => getPublic(urls, `AssetPairs?pair=${asked}`))
        expect(dig(pairs, "result", key)).toMatchObject({
          altname: "XDGUSD",
          wsname: "XDG/USD",
          base: "XXDG",
          quote: "ZUSD",
          cost_decimals: 9,
          pair_decimals: 7,
          lot_decimals: 8,
          ordermin: "2",
          costmin: "0.5",
          tick_size: "0.0000001",
          status: "online",
          fees: [],
          fees_maker: []
        })
      }
      expect(yield* wait(() => getPublic(urls, "AssetPairs?pair=XXDGZUSD"))).toEqual({
        error: ["EQuery:Unknown asset pair"]
      })
    })
  )

  onTape("OHLC ends with the forming bar, `last` is the last finished one, and `since` is exclusive", (urls) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("200 seconds")
      const all = yield* wait(() => getPublic(urls, "OHLC?pair=XDGUSD&interval=1"))
      expect(rows(all, "result", "XDGUSD").map(([time]) => time)).toEqual([START, START + 60, START + 120, START + 180])
      expect(rows(all, "result", "XDGUSD")[1]).toEqual([
        START + 60,
        "0.1990000",
        "0.1990000",
        "0.1990000",
        "0.1990000",
        "0.1990000",
        "30.00000000",
        1
      ])
      expect(dig(all, "result", "last")).toBe(START + 120)
      const since = yield* wait(() => getPublic(urls, `OHLC?pair=XDGUSD&interval=1&since=${START + 60}`))
      expect(rows(since, "result", "XDGUSD").map(([time]) => time)).toEqual([START + 120, START + 180])
      const now = yield* wait(() => getPublic(urls, `OHLC?pair=XDGUSD&interval=1&since=${START + 200}`))
      expect(rows(now, "result", "XDGUSD").map(([time]) => time)).toEqual([START + 180])
    })
  )

  it.effect("OHLC never gives more than 720 rows, and a quiet bar is flat", () =>
    Effect.gen(function* () {
      const urls = yield* ExchangeSim
      const all = yield* wait(() => getPublic(urls, "OHLC?pair=XDGUSD&interval=1&since=1"))
      const bars = rows(all, "result", "XDGUSD")
      expect(bars).toHaveLength(720)
      const quiet = bars.find((bar) => bar[7] === 0)
      expect(quiet?.slice(5)).toEqual(["0.0000000", "0.00000000", 0])
    }).pipe(Effect.provide(exchangeSimLayer({ startMs: START * 1_000 }).pipe(Layer.provide(MemoryJournal.layer()))))
  )

  onTape("Trades pages forward by its nanosecond `last` until nothing is left", (urls) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("300 seconds")
      const first = yield* wait(() => getPublic(urls, `Trades?pair=XDGUSD&since=${START - 1}&count=3`))
      expect(rows(first, "result", "XDGUSD").map(([price, , , side]) => [price, side])).toEqual([
        ["0.2000000", "b"],
        ["0.1990000", "s"],
        ["0.1970000", "s"]
      ])
      const last = String(dig(first, "result", "last"))
      expect(last).toMatch(/^\d{19}$/)
      const second = yield* wait(() => getPublic(urls, `Trades?pair=XDGUSD&since=${last}`))
      expect(rows(second, "result", "XDGUSD")).toHaveLength(2)
      const end = yield* wait(() =>
        getPublic(urls, `Trades?pair=XDGUSD&since=${String(dig(second, "result", "last"))}`)
      )
      expect(rows(end, "result", "XDGUSD")).toEqual([])
    })
  )

  onTape("Ticker and Depth show strings around the last trade", (urls) =>
    Effect.gen(function* () {
      const ticker = yield* wait(() => getPublic(urls, "Ticker?pair=DOGE/USD"))
      expect(dig(ticker, "result", "DOGE/USD")).toMatchObject({
        c: ["0.2000000", "100.00000000"],
        t: [1, 1],
        o: "0.2000000"
      })
      const depth = yield* wait(() => getPublic(urls, "Depth?pair=XDGUSD&count=5"))
      expect(rows(depth, "result", "XDGUSD", "asks")).toHaveLength(5)
      expect(dig(depth, "result", "XDGUSD", "asks", 0, 0)).toBe(dig(ticker, "result", "DOGE/USD", "a", 0))
    })
  )
})

describe("access", () => {
  onTape("wants the key, a signature over the body as sent, and nonces that rise", (urls) =>
    Effect.gen(function* () {
      const { call } = client(urls, 100)
      expect((yield* wait(() => call("Balance"))).error).toEqual([])
      expect((yield* wait(() => call("Balance", { nonce: "100" }))).error).toEqual(["EAPI:Invalid nonce"])
      expect((yield* wait(() => call("Balance", { nonce: "99" }))).error).toEqual(["EAPI:Invalid nonce"])
      expect((yield* wait(() => call("Balance", {}, { "api-key": "other" }))).error).toEqual(["EAPI:Invalid key"])
      expect((yield* wait(() => call("Balance", {}, { "api-sign": "AAAA" }))).error).toEqual(["EAPI:Invalid signature"])
      expect((yield* wait(() => call("Nonsense"))).error).toEqual(["EGeneral:Unknown method"])
      expect((yield* wait(() => call("Balance", { nonce: "18446744073709551615" }))).error).toEqual([])
    })
  )

  onTape(
    "counts calls by tier, lets the counter decay, and locks out who does not stop",
    (urls) =>
      Effect.gen(function* () {
        const { call } = client(urls)
        const times = (count: number, method: string) =>
          Effect.forEach(Array(count), () =>
            Effect.map(
              wait(() => call(method)),
              ({ error }) => error[0] ?? "ok"
            )
          )
        expect(yield* times(8, "TradesHistory")).toEqual([...Array(7).fill("ok"), "EAPI:Rate limit exceeded"])
        // Four simulated seconds bring back 1.32 points.
        yield* TestClock.adjust("66 millis")
        expect(yield* times(2, "Balance")).toEqual(["ok", "ok"])
        yield* times(25, "TradesHistory")
        expect(yield* times(1, "Balance")).toEqual(["EGeneral:Temporary lockout"])
        yield* TestClock.adjust("16 seconds")
        expect(yield* times(1, "Balance")).toEqual(["ok"])
      }),
    { tier: "starter", speed: 60 }
  )
})

describe("an order over REST", () => {
  onTape("is answered with its description and txid, and shown as Kraken shows it", (urls) =>
    Effect.gen(function* () {
      const { call, add } = client(urls)
      const placed = yield* wait(() => add("buy", "60", "0.198", { cl_ord_id: "kn1" }))
      expect(placed).toEqual({
        error: [],
        result: {
          descr: { order: "buy 60.00000000 XDGUSD @ limit 0.1980000" },
          txid: [expect.stringMatching(/^O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}$/)]
        }
      })
      const txid = String(dig(placed, "result", "txid", 0))
      const open = yield* wait(() => call("OpenOrders"))
      expect(dig(open, "result", "open", txid)).toEqual({
        refid: null,
        userref: 0,
        cl_ord_id: "kn1",
        status: "open",
        opentm: START,
        starttm: 0,
        expiretm: 0,
        descr: {
          pair: "XDGUSD",
          type: "buy",
          ordertype: "limit",
          price: "0.1980000",
          price2: "0",
          leverage: "none",
          order: "buy 60.00000000 XDGUSD @ limit 0.1980000",
          close: ""
        },
        vol: "60.00000000",
        vol_exec: "0.00000000",
        cost: "0.000000000",
        fee: "0.000000000",
        price: "0.0000000",
        stopprice: "0.0",
        limitprice: "0.0",
        misc: "",
        oflags: "fciq,post"
      })
      const balance = yield* wait(() => call("BalanceEx"))
      expect(balance.result).toEqual({
        XXDG: { balance: "10000.00000000", hold_trade: "0.00000000" },
        ZUSD: { balance: "2000.0000000000", hold_trade: "11.9097010000" }
      })
    })
  )

  onTape("fills in parts as the market trades, and its trades add up", (urls) =>
    Effect.gen(function* () {
      const { call, add, txidOf } = client(urls)
      const txid = yield* wait(() => txidOf(add("buy", "60", "0.1995")))
      yield* TestClock.adjust("60 seconds")
      const part = yield* wait(() => call("QueryOrders", { txid: `${txid},OAAAAA-AAAAA-AAAAAA`, trades: "true" }))
      expect(Object.keys(part.result ?? {})).toEqual([txid])
      expect(dig(part, "result", txid)).toMatchObject({ status: "open", vol_exec: "30.00000000", misc: "partial" })
      yield* TestClock.adjust("60 seconds")
      const closed = yield* wait(() => call("ClosedOrders"))
      expect(closed.result?.["count"]).toBe(1)
      expect(dig(closed, "result", "closed", txid)).toMatchObject({
        status: "closed",
        vol_exec: "60.00000000",
        price: "0.1995000",
        cost: "11.970000000",
        fee: "0.029925000",
        closetm: START + 120
      })
      const history = yield* wait(() => call("TradesHistory"))
      const trades = Object.values(history.result?.["trades"] ?? {})
      expect(trades).toMatchObject([
        { ordertxid: txid, pair: "XDGUSD", time: START + 120, vol: "30.00000000", maker: true },
        { ordertxid: txid, type: "buy", price: "0.1995000", cost: "5.985000000", fee: "0.014962500" }
      ])
      const byId = yield* wait(() =>
        call("QueryTrades", { txid: Object.keys(history.result?.["trades"] ?? {}).join(",") })
      )
      expect(Object.values(byId.result ?? {})).toEqual(expect.arrayContaining(trades))
    })
  )

  onTape("windows are open at the start and closed at the end, pages have fifty rows", (urls) =>
    Effect.gen(function* () {
      const { call, add, txidOf } = client(urls)
      for (let i = 0; i < 55; i++) {
        const txid = yield* wait(() => txidOf(add("buy", "10", "0.15")))
        if (i % 10 === 0) yield* TestClock.adjust("60 seconds")
        yield* wait(() => call("CancelOrder", { txid }))
      }
      const page = (fields: Record<string, string>) => wait(() => call("ClosedOrders", fields))
      expect(Object.keys(dig(yield* page({}), "result", "closed") ?? {})).toHaveLength(50)
      yield* TestClock.adjust("60 seconds")
      const second = yield* page({ ofs: "50" })
      expect(Object.keys(dig(second, "result", "closed") ?? {})).toHaveLength(5)
      expect(second.result?.["count"]).toBe(55)
      const opened = { closetime: "open", start: String(START), end: String(START + 60) }
      expect((yield* page(opened)).result?.["count"]).toBe(10)
    })
  )

  onTape("is refused with Kraken's words", (urls) =>
    Effect.gen(function* () {
      const { call, add, txidOf } = client(urls)
      const error = (answer: Promise<{ readonly error: ReadonlyArray<string> }>) =>
        wait(async () => (await answer).error[0])
      expect(yield* error(add("buy", "60", "abc"))).toBe("EGeneral:Invalid arguments:price")
      expect(yield* error(add("buy", "60", "0.19", { oflags: "fcib" }))).toBe("EGeneral:Invalid arguments:oflags")
      expect(yield* error(add("buy", "60", "0.19", { ordertype: "market" }))).toBe(
        "EGeneral:Invalid arguments:ordertype"
      )
      expect(yield* error(add("buy", "60", "0.19", { pair: "XXBTZUSD" }))).toBe("EQuery:Unknown asset pair")
      expect(yield* error(add("buy", "60", "0.19", { deadline: "soon" }))).toBe("EGeneral:Invalid arguments:deadline")
      expect(yield* error(add("buy", "60000", "0.19"))).toBe("EOrder:Insufficient funds")
      const txid = yield* wait(() => txidOf(add("buy", "60", "0.19")))
      expect((yield* wait(() => call("CancelOrder", { txid }))).result).toEqual({ count: 1 })
      expect(yield* error(call("CancelOrder", { txid }))).toBe("EOrder:Unknown order")
      expect(yield* error(call("CancelOrder", { txid: "OAAAAA-BBBBB-CCCCCC" }))).toBe("EOrder:Invalid order")
    })
  )

  onTape("can be amended, canceled with others, and swept by the dead man's switch", (urls) =>
    Effect.gen(function* () {
      const { call, add, txidOf } = client(urls)
      const txid = yield* wait(() => txidOf(add("buy", "60", "0.19", { cl_ord_id: "kn1" })))
      const amended = yield* wait(() => call("AmendOrder", { cl_ord_id: "kn1", order_qty: "50" }))
      expect(amended.result).toEqual({ amend_id: expect.any(String) })
      yield* wait(() => add("sell", "60", "0.25"))
      expect((yield* wait(() => call("CancelAll"))).result).toEqual({ count: 2 })
      yield* wait(() => add("sell", "60", "0.25"))
      yield* wait(() => call("CancelAllOrdersAfter", { timeout: "60" }))
      yield* TestClock.adjust("61 seconds")
      const closed = yield* wait(() => call("ClosedOrders"))
      const reasons = Object.values(dig(closed, "result", "closed") ?? {}).map((order: unknown) => dig(order, "reason"))
      expect(reasons).toEqual(["CancelAllOrdersAfter Timeout", "User requested", "User requested"])
      expect(dig(closed, "result", "closed", txid, "misc")).toBe("amended")
    })
  )

  onTape("fees are told by TradeVolume, with tables only for a named pair", (urls) =>
    Effect.gen(function* () {
      const { call } = client(urls)
      const named = yield* wait(() => call("TradeVolume", { pair: "XDGUSD" }))
      expect(dig(named, "result", "fees", "XDGUSD", "fee")).toBe("0.4000")
      expect(dig(named, "result", "fees_maker", "XDGUSD", "fee")).toBe("0.2500")
      expect((yield* wait(() => call("TradeVolume"))).result).toEqual({ currency: "ZUSD", volume: "0.0000" })
    })
  )
})

describe("a wrong setting stops the start and says what is wrong", () => {
  it.effect.each([
    [{ speed: 0 }, "speed is 0"],
    [{ market: "nonsense" }, 'market "nonsense" is not one of'],
    [{ market: "upstream", speed: 2 }, "expected 1 with an upstream market"],
    [{ market: "recorded:/nowhere.csv" }, "market recorded:/nowhere.csv: no such file"]
  ] as const)("%j", ([options, message]) =>
    Effect.gen(function* () {
      const error = yield* Layer.build(exchangeSimLayer(options)).pipe(
        Effect.provide(MemoryJournal.layer()),
        Effect.flip
      )
      expect(error.message).toContain(message)
    })
  )
})
