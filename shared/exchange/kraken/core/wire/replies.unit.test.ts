import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../core/decimal/decimal.ts"
import { readBalances, readConstraints, readFees, readTime, readToken } from "./account.ts"
import { readReply } from "./envelope.ts"
import { type Row, WireProblem } from "../../../../core/wire/json.ts"
import { DOGE_USD, isPair, learnNames } from "./names.ts"
import { readCanceled, readFillsPage, readOrders, readPlaced } from "./orders.ts"
import { readRestTicker } from "./ticker.ts"

const result = (value: unknown): Row => {
  const reply = readReply(JSON.stringify({ error: [], result: value }))
  if (!reply.ok) throw new Error("not a good reply")
  return reply.result
}

describe("the envelope", () => {
  it("a non-empty error list is a failure whatever else is there", () => {
    expect(readReply(`{"error":["EOrder:Unknown order"],"result":{}}`)).toEqual({
      ok: false,
      errors: ["EOrder:Unknown order"]
    })
    expect(readReply(`{"error":["EAPI:Invalid key"]}`)).toEqual({ ok: false, errors: ["EAPI:Invalid key"] })
  })

  it.each([
    ["<!DOCTYPE html><title>520</title>", "text: is not JSON"],
    ["", "text: is not JSON"],
    ["[]", "reply: is [], not an object"],
    [`{"error":[]}`, "reply.result: is missing"],
    [`{"error":"EAPI:Invalid key"}`, "reply.error: is"]
  ])("%s is no reply", (body, problem) => {
    expect(() => readReply(body)).toThrow(problem)
  })
})

// Recorded 2026-09-25.
const PAIR = {
  altname: "XDGUSD",
  wsname: "XDG/USD",
  base: "XXDG",
  quote: "ZUSD",
  cost_decimals: 9,
  pair_decimals: 7,
  lot_decimals: 8,
  lot_multiplier: 1,
  ordermin: "50",
  costmin: "0.5",
  tick_size: "0.0000001",
  status: "online",
  fees: [],
  fees_maker: [],
  fee_volume_currency: "ZUSD"
}

describe("the pair", () => {
  it("is read under whatever key it comes", () => {
    for (const key of ["XDGUSD", "DOGE/USD"]) {
      expect(readConstraints(result({ [key]: PAIR }))).toEqual({
        priceDecimals: 7,
        volumeDecimals: 8,
        minVolume: Volume.parse("50"),
        minCost: Quote.parse("0.5"),
        status: "online"
      })
    }
  })

  it("without a status is online", () => {
    const { status: _, ...silent } = PAIR
    expect(readConstraints(result({ XDGUSD: silent })).status).toBe("online")
    expect(readConstraints(result({ XDGUSD: { ...PAIR, status: "cancel_only" } })).status).toBe("cancel_only")
  })

  it.each(["pair_decimals", "lot_decimals", "ordermin", "costmin"])("without %s is refused by name", (field) => {
    expect(() => readConstraints(result({ XDGUSD: { ...PAIR, [field]: undefined } }))).toThrow(
      `reply.result.XDGUSD.${field}: is missing`
    )
  })

  it("has its fees in percent", () => {
    const fees = { fees: { XDGUSD: { fee: "0.8000" } }, fees_maker: { XDGUSD: { fee: "0.4000" } } }
    expect(readFees(result({ currency: "ZUSD", volume: "0", ...fees }))).toEqual({ makerPct: 0.4, takerPct: 0.8 })
  })

  it("has its prices at the head of three lists", () => {
    const ticker = { a: ["0.2000100", "1", "1.0"], b: ["0.2000000", "9", "9.0"], c: ["0.2000050", "60.0"], o: "0.19" }
    expect(readRestTicker(result({ XDGUSD: ticker }))).toEqual({
      bid: Price.parse("0.2"),
      ask: Price.parse("0.20001"),
      last: Price.parse("0.200005")
    })
    expect(() => readRestTicker(result({ XDGUSD: { ...ticker, b: [] } }))).toThrow(
      "reply.result.XDGUSD.b.0: is missing"
    )
  })
})

describe("balances", () => {
  it("are totals and holds of exactly the two assets", () => {
    const balances = readBalances(
      result({
        XXDG: { balance: "1000.00000000", hold_trade: "60.00000000" },
        ZUSD: { balance: "25.4350", hold_trade: "8.4249", credit: "10.0000", credit_used: "2.5000" },
        "ZUSD.F": { balance: "999.0000", hold_trade: "0.0000" }
      }),
      DOGE_USD
    )
    expect(balances).toEqual({
      base: { total: Volume.parse("1000"), hold: Volume.parse("60") },
      quote: { total: Quote.parse("32.935"), hold: Quote.parse("8.4249") }
    })
  })

  it("an asset never held is zero", () => {
    expect(readBalances(result({}), DOGE_USD)).toEqual({
      base: { total: Volume.zero, hold: Volume.zero },
      quote: { total: Quote.zero, hold: Quote.zero }
    })
  })

  it("an asset without its hold is a problem, not a free balance", () => {
    expect(() => readBalances(result({ ZUSD: { balance: "1" } }), DOGE_USD)).toThrow("reply.result.ZUSD.hold_trade")
  })
})

const ORDER = {
  refid: null,
  userref: 0,
  cl_ord_id: "k0001000",
  status: "open",
  opentm: 1790000000.1234,
  starttm: 0,
  expiretm: 0,
  descr: {
    pair: "XDGUSD",
    type: "buy",
    ordertype: "limit",
    price: "0.2000000",
    price2: "0",
    leverage: "none",
    order: "buy 60.00000000 XDGUSD @ limit 0.2000000",
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
}

describe("orders", () => {
  it("an open order: its price is the one of the description, not the average of its fills", () => {
    expect(readOrders(result({ OABC: { ...ORDER, price: "0.1999" } }), DOGE_USD)).toEqual([
      {
        txid: "OABC",
        clientId: "k0001000",
        side: "buy",
        price: Price.parse("0.2"),
        volume: Volume.parse("60"),
        status: "open",
        openedMs: 1790000000123,
        filledVolume: Volume.zero,
        cost: Quote.zero,
        fee: Quote.zero,
        reason: null
      }
    ])
  })

  it("an ended order says why, and one placed by hand has no client id", () => {
    const ended = { ...ORDER, cl_ord_id: undefined, status: "canceled", reason: "Post only order", closetm: 1790000001 }
    const [order] = readOrders(result({ OABC: ended }), DOGE_USD)
    expect(order).toMatchObject({ clientId: null, status: "canceled", reason: "Post only order" })
  })

  it("a fee that the row's flags say is in the base currency counts with its worth at the average price, rounded up", () => {
    const row = { ...ORDER, oflags: "fcib,post", vol_exec: "30", cost: "6.000000000", fee: "0.07500001" }
    expect(readOrders(result({ OABC: row }), DOGE_USD)[0]).toMatchObject({
      fee: Quote.parse("0.015000002"),
      baseFee: { amount: Volume.parse("0.07500001"), worth: Quote.parse("0.015000002") }
    })
    const [untraded] = readOrders(result({ OABC: { ...ORDER, oflags: "fcib" } }), DOGE_USD)
    expect(untraded?.fee).toBe(Quote.zero)
    expect(untraded?.baseFee).toBeUndefined()
  })

  it("other pairs and other kinds of order are left out unread", () => {
    const foreign = { ...ORDER, descr: { pair: "XBTUSD", ordertype: "limit" }, vol: "?" }
    const market = { ...ORDER, descr: { ...ORDER.descr, ordertype: "market", price: "" } }
    expect(readOrders(result({ OA: foreign, OB: market }), DOGE_USD)).toEqual([])
  })

  it.each([
    ["vol", "x"],
    ["vol_exec", undefined],
    ["cost", null],
    ["fee", true],
    ["opentm", "soon"],
    ["status", "halted"]
  ])("a wrong %s (%s) is refused by name", (field, value) => {
    expect(() => readOrders(result({ OABC: { ...ORDER, [field]: value } }), DOGE_USD)).toThrow(
      `reply.result.OABC.${field}:`
    )
  })

  it("a side that is missing is never guessed", () => {
    const descr = { ...ORDER.descr, type: undefined }
    expect(() => readOrders(result({ OABC: { ...ORDER, descr } }), DOGE_USD)).toThrow("descr.type: is missing")
  })

  it("an accepted order has exactly one id", () => {
    expect(readPlaced(result({ descr: { order: "buy" }, txid: ["OABC"] }))).toBe("OABC")
    expect(() => readPlaced(result({ descr: { order: "buy" } }))).toThrow("reply.result.txid: is missing")
    expect(() => readPlaced(result({ txid: [] }))).toThrow("names 0 orders")
    expect(() => readPlaced(result({ txid: ["OA", "OB"] }))).toThrow("names 2 orders")
  })

  it("a cancel says how many it took", () => {
    expect(readCanceled(result({ count: 1 }))).toBe(1)
    expect(() => readCanceled(result({}))).toThrow(WireProblem)
  })
})

const TRADE = {
  ordertxid: "OABC",
  postxid: "TKH2SE",
  pair: "XDGUSD",
  time: 1790000001.5678,
  type: "sell",
  ordertype: "limit",
  price: "0.2020000",
  cost: "12.120000000",
  fee: "0.030300000",
  vol: "60.00000000",
  margin: "0.00000",
  misc: "",
  trade_id: 365573,
  maker: true
}

describe("fills", () => {
  it("are read with the exchange's own cost and fee, foreign pairs only counted", () => {
    const page = readFillsPage(
      result({ count: 2, trades: { T1: TRADE, T2: { ...TRADE, pair: "XBTUSD", vol: "?" } } }),
      DOGE_USD
    )
    expect(page).toEqual({
      count: 2,
      rows: 2,
      fills: [
        {
          execId: "T1",
          txid: "OABC",
          side: "sell",
          price: Price.parse("0.202"),
          volume: Volume.parse("60"),
          cost: Quote.parse("12.12"),
          fee: Quote.parse("0.0303"),
          liquidity: "maker",
          timeMs: 1790000001568
        }
      ]
    })
  })

  it("older rows name the pair in its long form", () => {
    const page = readFillsPage(result({ count: 1, trades: { T1: { ...TRADE, pair: "XXDGZUSD" } } }), DOGE_USD)
    expect(page.fills).toHaveLength(1)
  })

  it("maker or taker is never guessed", () => {
    expect(() => readFillsPage(result({ count: 1, trades: { T1: { ...TRADE, maker: undefined } } }), DOGE_USD)).toThrow(
      "reply.result.trades.T1.maker: is missing"
    )
  })
})

describe("small replies", () => {
  it("the time is whole seconds", () => {
    expect(readTime(result({ unixtime: 1790000000, rfc1123: "…" }))).toBe(1790000000000)
  })
  it("a token is a text", () => {
    expect(readToken(result({ token: "abc", expires: 900 }))).toBe("abc")
  })
})

describe("a name that is not recognised", () => {
  const learned = () => {
    const names = { ...DOGE_USD }
    const wrong = learnNames(
      names,
      result({ XDGUSD: { altname: "XDGUSD", wsname: "XDG/USD", base: "XDG1", quote: "USD1" } })
    )
    return { names, wrong }
  }

  it("is learned from AssetPairs: key, altname, wsname, base and quote", () => {
    const { names, wrong } = learned()
    expect(wrong).toBeNull()
    for (const name of ["XDGUSD", "XDG/USD", "DOGE/USD", "XDG1USD1"]) expect(isPair(names, name)).toBe(true)
    expect(isPair(names, "ETHUSD")).toBe(false)
    expect(readBalances(result({ XDG1: { balance: "5", hold_trade: "1" } }), names).base.total).toBe(Volume.parse("5"))
  })

  it.each([
    ["DOGEUSD", "XDGUSD", "XDGUSD"],
    ["DOGE/USD", "DOGE/USD", "XDGUSD"],
    ["XXDGZUSD", "XXDGZUSD", null],
    ["XDGUSD", "XDGUSD", null]
  ])("configured as %s and answered as %s is refused with the right one: %s", (pair, key, right) => {
    const row = { altname: "XDGUSD", wsname: "XDG/USD", base: "XXDG", quote: "ZUSD" }
    expect(learnNames({ ...DOGE_USD, pair }, result({ [key]: row }))).toBe(right)
  })

  it("makes no order absent that was asked for by its id, or carries one of ours; it is told with the row", () => {
    const odd = { ...ORDER, descr: { ...ORDER.descr, pair: "DOGEUSDX" } }
    const ours = { ...odd, cl_ord_id: "k00010010000000100" }
    expect(readOrders(result({ OA: odd, OB: ours }), DOGE_USD).map(({ txid }) => txid)).toEqual(["OB"])
    const asked = readOrders(result({ OA: odd }), DOGE_USD, true)
    expect(asked.map(({ txid, oddPair }) => [txid, oddPair])).toEqual([["OA", "DOGEUSDX"]])
  })

  it("makes no fill absent of an order that is ours", () => {
    const page = { count: 1, trades: { T1: { ...TRADE, pair: "DOGEUSDX" } } }
    expect(readFillsPage(result(page), DOGE_USD).fills).toHaveLength(0)
    expect(readFillsPage(result(page), DOGE_USD, new Set([TRADE.ordertxid])).fills).toHaveLength(1)
  })

  it("of a balance is named where the plain pot is empty, and never added", () => {
    const read = (value: object) => readBalances(result(value), DOGE_USD)
    const pots = { "USD.F": { balance: "120.5" }, "ZUSD.HOLD": { balance: "3" }, "USD.M": { balance: "0.00" } }
    const other = { DOGE: { balance: "7" }, "ETH.F": { balance: "1" } }
    const { base, quote, elsewhere } = read({ ...pots, ...other })
    expect([base.total, quote.total]).toEqual([0n, 0n])
    expect(elsewhere).toEqual(["DOGE 7", "USD.F 120.5", "ZUSD.HOLD 3"])
    const plain = { XXDG: { balance: "5", hold_trade: "0" }, ZUSD: { balance: "7", hold_trade: "0" } }
    expect(read({ ...plain, ...pots }).elsewhere).toBeUndefined()
  })
})
