import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { apply, emptyBooks } from "./books.ts"
import { amendOrder, cancelOrder } from "./change.ts"
import { type Desk, holds } from "./desk.ts"
import { NOW, openDesk, placed, standing, terms, trade, VIEW } from "../../testing/desk.ts"
import { matchTrade } from "./match.ts"
import type { Side } from "./order.ts"
import { placeOrder } from "./place.ts"

const fills = (desk: Desk) =>
  desk.books.fills.map(({ txid, price, volume }) => [txid, Price.format(price), Volume.format(volume)])

describe("a resting order and a trade of the market", () => {
  const table: ReadonlyArray<readonly [string, Side, string, Side, string, string]> = [
    // own side, own price, taker side, market price, filled of 60
    ["a buy is reached by a sale below its price", "buy", "0.19", "sell", "0.18", "60"],
    ["a buy is reached by a sale at its price", "buy", "0.19", "sell", "0.19", "60"],
    ["a buy is not reached by a purchase at its price", "buy", "0.19", "buy", "0.19", "0"],
    [
      "a buy is reached by a purchase below its price: the market has moved through it",
      "buy",
      "0.19",
      "buy",
      "0.18",
      "60"
    ],
    ["a buy is not reached above its price", "buy", "0.19", "sell", "0.1900001", "0"],
    ["a sell is reached by a purchase above its price", "sell", "0.21", "buy", "0.22", "60"],
    ["a sell is reached by a purchase at its price", "sell", "0.21", "buy", "0.21", "60"],
    ["a sell is not reached by a sale at its price", "sell", "0.21", "sell", "0.21", "0"]
  ]
  it.each(table)("%s", (_, side, price, takerSide, at, filled) => {
    const desk = openDesk()
    const order = placed(desk, terms(side, "60", price))
    matchTrade(desk, trade(takerSide, "500", at))
    expect(Volume.format(standing(desk, order.txid).filled)).toBe(filled)
  })

  it("fills at the order's own price, as maker, with cost and fee to nine decimals", () => {
    const desk = openDesk()
    placed(desk, terms("sell", "13.33333333", "0.2123457"))
    matchTrade(desk, trade("buy", "500", "0.25"))
    expect(desk.books.fills[0]).toMatchObject({
      price: Price.parse("0.2123457"),
      liquidity: "maker",
      // 2.831275999292181 and a quarter percent of it, 0.0070781899975
      cost: Quote.parse("2.831275999"),
      fee: Quote.parse("0.007078190")
    })
  })

  it("fills in parts when the market trades little, and closes with the last part", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "60", "0.19"))
    matchTrade(desk, trade("sell", "25", "0.19"))
    expect(standing(desk, order.txid)).toMatchObject({ status: "open", filled: Volume.parse("25") })
    matchTrade(desk, trade("sell", "35", "0.18", NOW + 2_000))
    expect(standing(desk, order.txid)).toMatchObject({
      status: "closed",
      filled: Volume.parse("60"),
      closedMs: NOW + 2_000
    })
    expect(standing(desk, order.txid).fills).toHaveLength(2)
  })

  it("goes to the better price first, then to the older order", () => {
    const desk = openDesk()
    const [worse, first, second] = [
      placed(desk, terms("buy", "20", "0.18")),
      placed(desk, terms("buy", "20", "0.19")),
      placed(desk, terms("buy", "20", "0.19"))
    ]
    matchTrade(desk, trade("sell", "45", "0.17"))
    expect(fills(desk)).toEqual([
      [first.txid, "0.19", "20"],
      [second.txid, "0.19", "20"],
      [worse.txid, "0.18", "5"]
    ])
  })

  it("at a price where others stood first, they trade first; beyond it they are gone", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "60", "0.1998"))
    expect(Volume.format(order.queueAhead)).toBe("100")
    matchTrade(desk, trade("sell", "90", "0.1998"))
    expect(Volume.format(standing(desk, order.txid).queueAhead)).toBe("10")
    matchTrade(desk, trade("sell", "30", "0.1998"))
    expect(Volume.format(standing(desk, order.txid).filled)).toBe("20")
    const behind = placed(desk, terms("buy", "60", "0.1998"))
    matchTrade(desk, trade("sell", "300", "0.1997"))
    expect(standing(desk, behind.txid).status).toBe("closed")
  })
})

/** Anything a client and a market may do, as data. */
const action = fc.oneof(
  fc.record({
    do: fc.constant("place" as const),
    side: fc.constantFrom<Side>("buy", "sell"),
    price: fc.integer({ min: 1_700_000, max: 2_300_000 }),
    volume: fc.integer({ min: 200_000_000, max: 40_000_000_000 }),
    postOnly: fc.boolean(),
    timeInForce: fc.constantFrom<"gtc" | "ioc">("gtc", "ioc")
  }),
  fc.record({ do: fc.constant("cancel" as const), which: fc.nat(30) }),
  fc.record({
    do: fc.constant("amend" as const),
    which: fc.nat(30),
    price: fc.integer({ min: 1_700_000, max: 2_300_000 }),
    volume: fc.integer({ min: 1, max: 40_000_000_000 }),
    postOnly: fc.boolean()
  }),
  fc.record({
    do: fc.constant("trade" as const),
    side: fc.constantFrom<Side>("buy", "sell"),
    price: fc.integer({ min: 1_700_000, max: 2_300_000 }),
    volume: fc.integer({ min: 1, max: 20_000_000_000 })
  })
)

const play = (
  actions: ReadonlyArray<typeof action extends fc.Arbitrary<infer A> ? A : never>,
  each: (desk: Desk) => void
) => {
  const desk = openDesk({ base: "700", quote: "150" })
  actions.forEach((act, i) => {
    const nowMs = NOW + (i + 1) * 400_000
    if (act.do === "place") {
      const order = terms(act.side, "2", "1", {
        price: (BigInt(act.price) * 1_000n) as Price,
        volume: BigInt(act.volume) as Volume,
        postOnly: act.postOnly,
        timeInForce: act.postOnly ? "gtc" : act.timeInForce
      })
      placeOrder(desk, VIEW, order, { nowMs, deadlineMs: null, validate: false })
    } else if (act.do === "cancel") {
      const order = [...desk.books.orders.keys()][act.which] ?? ""
      cancelOrder(desk, { by: "txid", txid: order }, nowMs)
    } else if (act.do === "amend") {
      const order = [...desk.books.orders.keys()][act.which] ?? ""
      const amendment = {
        target: { by: "txid", txid: order },
        price: (BigInt(act.price) * 1_000n) as Price,
        volume: BigInt(act.volume) as Volume,
        postOnly: act.postOnly,
        deadlineMs: null
      } as const
      amendOrder(desk, VIEW, amendment, nowMs)
    } else {
      const price = (BigInt(act.price) * 1_000n) as Price
      matchTrade(desk, { timeMs: nowMs, price, volume: BigInt(act.volume) as Volume, takerSide: act.side })
    }
    each(desk)
  })
  return desk
}

describe("whatever clients and the market do", () => {
  const runs = { seed: 20_261_121, numRuns: 300 }
  const script = fc.array(action, { minLength: 1, maxLength: 60 })

  it("balances are deposits and fills to the last digit, and free balances never fall below zero (seed 20261121)", () => {
    fc.assert(
      fc.property(script, (actions) => {
        play(actions, ({ books, rules }) => {
          let [base, quote] = [Volume.parse("700") as bigint, Quote.parse("150") as bigint]
          for (const { side, volume, cost, fee } of books.fills) {
            base += side === "buy" ? volume : -volume
            quote += (side === "buy" ? -cost : cost) - fee
          }
          expect(books.base).toBe(base)
          expect(books.quote).toBe(quote)
          const held = holds({ books, rules })
          expect(books.base - held.base).toBeGreaterThanOrEqual(0n)
          expect(books.quote - held.quote).toBeGreaterThanOrEqual(0n)
        })
      }),
      runs
    )
  })

  it("every order's sums are those of its fills, and it is closed exactly when all of it traded (seed 20261121)", () => {
    fc.assert(
      fc.property(script, (actions) => {
        const { books } = play(actions, () => undefined)
        for (const order of books.orders.values()) {
          const own = books.fills.filter(({ txid }) => txid === order.txid)
          expect(own.map(({ execId }) => execId)).toEqual(order.fills)
          expect(own.reduce((sum, { volume }) => sum + volume, 0n)).toBe(order.filled)
          expect(own.reduce((sum, { cost }) => sum + cost, 0n)).toBe(order.cost)
          expect(order.filled <= order.volume).toBe(true)
          expect(order.status === "closed").toBe(order.filled === order.volume)
        }
        expect(new Set(books.fills.map(({ execId }) => execId)).size).toBe(books.fills.length)
      }),
      runs
    )
  })

  it("no fill is worse than its limit, and no better-priced order waits while a worse one fills (seed 20261121)", () => {
    fc.assert(
      fc.property(script, (actions) => {
        let seen = 0
        play(actions, ({ books }) => {
          for (const fill of books.fills.slice(seen)) {
            const order = books.orders.get(fill.txid)
            const limit = order?.price ?? 0n
            expect(fill.side === "buy" ? fill.price <= limit : fill.price >= limit).toBe(true)
            if (fill.liquidity === "taker" || order === undefined) continue
            const better = books.open[fill.side].filter((other) =>
              fill.side === "buy" ? other.price > order.price : other.price < order.price
            )
            expect(better).toEqual([])
          }
          seen = books.fills.length
        })
      }),
      runs
    )
  })

  it("folding the events again gives the same books (seed 20261121)", () => {
    fc.assert(
      fc.property(script, (actions) => {
        const desk = play(actions, () => undefined)
        const again = openDesk({ base: "700", quote: "150" }).books
        for (const event of desk.happened) apply(again, event)
        expect(again).toEqual(desk.books)
      }),
      runs
    )
  })
})

it("books refuse an event about an order that is not open", () => {
  expect(() => apply(emptyBooks(), { _tag: "Canceled", timeMs: NOW, txid: "OX", reason: "" })).toThrow(
    "OX is not an open order"
  )
})
