import { describe, expect, it } from "vitest"
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { amendOrder, type Amendment, cancelAllAfter, cancelBatch, cancelOrder, passTime } from "./change.ts"
import { type ByHand, doByHand } from "./byHand.ts"
import { NOW, openDesk, placed, RULES, standing, terms, trade, VIEW } from "../../testing/desk.ts"
import { matchTrade } from "./match.ts"

const txid = (id: string) => ({ by: "txid", txid: id }) as const

describe("canceling", () => {
  it("tells an order that is gone from an id that never was", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "60", "0.19"))
    expect(cancelOrder(desk, txid(order.txid), NOW)).toEqual({ count: 1 })
    expect(cancelOrder(desk, txid(order.txid), NOW)).toEqual({ error: "EOrder:Unknown order" })
    expect(cancelOrder(desk, txid("OAAAAA-BBBBB-CCCCCC"), NOW)).toEqual({ error: "EOrder:Invalid order" })
    expect(standing(desk, order.txid)).toMatchObject({ status: "canceled", reason: "User requested", closedMs: NOW })
  })

  it("finds orders by client id and by userref", () => {
    const desk = openDesk()
    placed(desk, terms("buy", "60", "0.19", { clientId: "kn1" }))
    placed(desk, terms("buy", "60", "0.19", { userref: 7 }))
    placed(desk, terms("sell", "60", "0.21", { userref: 7 }))
    expect(cancelOrder(desk, { by: "clientId", clientId: "kn1" }, NOW)).toEqual({ count: 1 })
    expect(cancelOrder(desk, { by: "userref", userref: 7 }, NOW)).toEqual({ count: 2 })
  })

  const AGES: ReadonlyArray<readonly [seconds: number, cost: number]> = [
    [0, 8],
    [4.9, 8],
    [5, 6],
    [10, 5],
    [15, 4],
    [45, 2],
    [90, 1],
    [300, 0]
  ]
  it.each(AGES)("an order of %d s costs %d on the trading counter", (seconds, cost) => {
    const desk = openDesk({}, { ...RULES, trading: { ceiling: 1_000, decayPerSec: 0 } })
    const order = placed(desk, terms("buy", "60", "0.19"))
    cancelOrder(desk, txid(order.txid), NOW + seconds * 1_000)
    expect(desk.counter.value).toBe(1 + cost)
  })

  it("many at once costs the sum and counts each order once", () => {
    const desk = openDesk()
    const [a, b] = [placed(desk, terms("buy", "60", "0.19")), placed(desk, terms("sell", "60", "0.21"))]
    expect(cancelBatch(desk, [txid(a.txid), txid(a.txid), txid(b.txid)], NOW)).toEqual({ count: 2 })
    expect(desk.counter.value).toBe(2 + 16)
  })
})

describe("amending", () => {
  const amend = (id: string, more: Partial<Amendment>): Amendment => ({
    target: txid(id),
    volume: null,
    price: null,
    postOnly: true,
    deadlineMs: null,
    ...more
  })

  it("keeps the id and, with a smaller size, the place in the queue", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "60", "0.1998"))
    expect(amendOrder(desk, VIEW, amend(order.txid, { volume: Volume.parse("30") }), NOW)).toHaveProperty("amendId")
    expect(standing(desk, order.txid)).toMatchObject({ volume: Volume.parse("30"), rank: order.rank, amended: true })
    amendOrder(desk, VIEW, amend(order.txid, { price: Price.parse("0.1996") }), NOW)
    expect(standing(desk, order.txid).rank).toBeGreaterThan(order.rank)
  })

  it("to at most the filled part cancels the rest", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "60", "0.1999"))
    matchTrade(desk, trade("sell", "25", "0.1999"))
    amendOrder(desk, VIEW, amend(order.txid, { volume: Volume.parse("25") }), NOW + 2_000)
    expect(standing(desk, order.txid)).toMatchObject({ status: "canceled", filled: Volume.parse("25") })
  })

  it("asks for funds for what is still to trade, and frees what the order held before", () => {
    const desk = openDesk({ quote: "20" })
    const order = placed(desk, terms("buy", "90", "0.1999"))
    matchTrade(desk, trade("sell", "80", "0.1999"))
    // 16 of 20 USD are spent; 15 more DOGE cost 3, the whole 95 would cost 19.
    expect(amendOrder(desk, VIEW, amend(order.txid, { volume: Volume.parse("95") }), NOW)).toHaveProperty("amendId")
  })

  it("is refused when a post-only order would cross, or funds do not suffice; the order stays", () => {
    const desk = openDesk({ quote: "20" })
    const order = placed(desk, terms("buy", "60", "0.19"))
    expect(amendOrder(desk, VIEW, amend(order.txid, { price: Price.parse("0.2002") }), NOW)).toHaveProperty("error")
    expect(amendOrder(desk, VIEW, amend(order.txid, { volume: Volume.parse("600") }), NOW)).toEqual({
      error: "EOrder:Insufficient funds"
    })
    expect(standing(desk, order.txid)).toEqual(order)
  })
})

describe("what others do by hand", () => {
  const change = (more: object): ByHand => ({ act: "change", ...more })

  it("makes no order larger, or dearer, than free funds cover; it stays what it was", () => {
    const desk = openDesk({ base: "100", quote: "20" })
    const [sell, buy] = [placed(desk, terms("sell", "60", "0.21")), placed(desk, terms("buy", "90", "0.19"))]
    doByHand(desk, VIEW, change({ txid: sell.txid, volumePct: 200 }), NOW)
    doByHand(desk, VIEW, change({ txid: buy.txid, pricePct: 120 }), NOW)
    expect([standing(desk, sell.txid), standing(desk, buy.txid)]).toEqual([sell, buy])
    doByHand(desk, VIEW, change({ txid: sell.txid, volumePct: 150 }), NOW)
    expect(standing(desk, sell.txid).volume).toBe(Volume.parse("90"))
  })

  it("places nothing that free funds do not cover", () => {
    const desk = openDesk({ base: "100" })
    placed(desk, terms("sell", "60", "0.21"))
    const sell = { act: "place", side: "sell", price: VIEW.bid } as const
    doByHand(desk, VIEW, { ...sell, volume: Volume.parse("41") }, NOW)
    expect(desk.books.base).toBe(Volume.parse("100"))
    doByHand(desk, VIEW, { ...sell, volume: Volume.parse("40") }, NOW)
    expect(desk.books.base).toBe(Volume.parse("60"))
  })
})

describe("the dead man's switch", () => {
  it("cancels everything when it is not rearmed in time", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "60", "0.19"))
    cancelAllAfter(desk, 60, NOW)
    passTime(desk, NOW + 59_999)
    expect(standing(desk, order.txid).status).toBe("open")
    passTime(desk, NOW + 60_000)
    expect(standing(desk, order.txid)).toMatchObject({ status: "canceled", reason: "CancelAllOrdersAfter Timeout" })
  })
  it("is off with 0 and refuses a day or more", () => {
    const desk = openDesk()
    cancelAllAfter(desk, 60, NOW)
    expect(cancelAllAfter(desk, 0, NOW)).toEqual({ triggerMs: null })
    expect(cancelAllAfter(desk, 86_400, NOW)).toEqual({ error: "EGeneral:Invalid arguments:timeout" })
  })
})

it("a good-till-date order expires at its time, also while the market trades past it", () => {
  const desk = openDesk()
  const order = placed(desk, terms("buy", "60", "0.19", { timeInForce: "gtd", expireMs: NOW + 500 }))
  matchTrade(desk, trade("sell", "100", "0.18", NOW + 1_000))
  expect(standing(desk, order.txid)).toMatchObject({ status: "expired", closedMs: NOW + 500, filled: 0n })
})
