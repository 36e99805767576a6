import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { NOW, openDesk, placed, RULES, terms, VIEW } from "../../testing/desk.ts"
import { holds } from "./desk.ts"
import { cancelOrder } from "./change.ts"
import { placeBatch, placeOrder } from "./place.ts"
import type { OrderTerms } from "./order.ts"

const asked = { nowMs: NOW, deadlineMs: null, validate: false }

describe("an order is refused", () => {
  const table: ReadonlyArray<readonly [string, OrderTerms, string]> = [
    ["with an eighth price decimal", terms("buy", "60", "0.19000001"), "EOrder:Tick size check failed"],
    ["with a price of 0", terms("buy", "60", "0"), "EOrder:Invalid price"],
    ["with no volume", terms("buy", "0", "0.19"), "EGeneral:Invalid arguments:volume"],
    ["below the smallest volume", terms("buy", "1.99999999", "0.4"), "EOrder:Order minimum not met"],
    ["below the smallest cost", terms("buy", "2", "0.19"), "EOrder:Cost minimum not met"],
    [
      "with capitals in its client id",
      terms("buy", "60", "0.19", { clientId: "ABC" }),
      "EGeneral:Invalid arguments:cl_ord_id"
    ],
    [
      "with a client id of 19 characters",
      terms("buy", "60", "0.19", { clientId: "a".repeat(19) }),
      "EGeneral:Invalid arguments:cl_ord_id"
    ],
    [
      "with client id and userref together",
      terms("buy", "60", "0.19", { clientId: "a", userref: 1 }),
      "EGeneral:Invalid arguments:cl_ord_id"
    ],
    ["for more dollars than are free", terms("buy", "5260", "0.19"), "EOrder:Insufficient funds"],
    ["for more coins than are free", terms("sell", "1000.00000001", "0.21"), "EOrder:Insufficient funds"]
  ]
  it.each(table)("%s", (_, order, error) => {
    const desk = openDesk()
    expect(placeOrder(desk, VIEW, order, asked)).toEqual({ error })
    expect(desk.happened).toEqual([])
  })

  it("after its deadline, or with one more than a minute ahead", () => {
    const desk = openDesk()
    const with_ = (deadlineMs: number) => placeOrder(desk, VIEW, terms("buy", "60", "0.19"), { ...asked, deadlineMs })
    expect(with_(NOW)).toEqual({ error: "EService:Deadline elapsed" })
    expect(with_(NOW + 60_001)).toEqual({ error: "EGeneral:Invalid arguments:deadline" })
    expect(with_(NOW + 1)).toHaveProperty("txid")
    // Only the first had been too long on its way.
    expect(desk.deadlines).toEqual({ kept: 2, missed: 1 })
  })

  it("when the pair has as many open orders as the tier allows", () => {
    const desk = openDesk({}, { ...RULES, maxOpenOrders: 1 })
    placed(desk, terms("buy", "60", "0.19"))
    expect(placeOrder(desk, VIEW, terms("buy", "60", "0.19"), asked)).toEqual({ error: "EOrder:Orders limit exceeded" })
  })

  it("when the trading counter is full, and taken again when it has decayed", () => {
    const desk = openDesk({}, { ...RULES, trading: { ceiling: 1, decayPerSec: 1 } })
    placed(desk, terms("buy", "60", "0.19"))
    expect(placeOrder(desk, VIEW, terms("buy", "60", "0.19"), asked)).toEqual({ error: "EOrder:Rate limit exceeded" })
    expect(placeOrder(desk, VIEW, terms("buy", "60", "0.19"), { ...asked, nowMs: NOW + 1_000 })).toHaveProperty("txid")
  })
})

describe("an accepted order", () => {
  it("rests, and holds cost and maker fee until it ends", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "100", "0.19"))
    expect(order.status).toBe("open")
    // 19 USD, 0.0475 fee, and the reserve for rounding.
    expect(Quote.format(holds(desk).quote)).toBe("19.047501")
    cancelOrder(desk, { by: "txid", txid: order.txid }, NOW)
    expect(holds(desk)).toEqual({ base: 0n, quote: 0n })
  })

  it("holds its coins when it sells", () => {
    const desk = openDesk()
    placed(desk, terms("sell", "100", "0.21"))
    expect(holds(desk)).toEqual({ base: Volume.parse("100"), quote: 0n })
  })

  it("is canceled right away when it is post-only and would cross", () => {
    const desk = openDesk()
    expect(placed(desk, terms("buy", "60", "0.2002"))).toMatchObject({
      status: "canceled",
      reason: "Post only order",
      filled: 0n
    })
    expect(placed(desk, terms("sell", "60", "0.2"))).toMatchObject({ status: "canceled", reason: "Post only order" })
  })

  it("takes what the market offers when it may cross, level by level, and rests with what is left", () => {
    const desk = openDesk()
    const order = placed(desk, terms("buy", "250", "0.2004", { postOnly: false }))
    expect(order).toMatchObject({ status: "open", filled: Volume.parse("200") })
    expect(
      desk.books.fills.map(({ price, liquidity, fee }) => [Price.format(price), liquidity, Quote.format(fee)])
    ).toEqual([
      ["0.2002", "taker", "0.08008"],
      ["0.2004", "taker", "0.08016"]
    ])
  })

  it("cancels what is left when it is immediate or cancel", () => {
    const desk = openDesk()
    const order = placed(desk, terms("sell", "150", "0.2", { postOnly: false, timeInForce: "ioc" }))
    expect(order).toMatchObject({
      status: "canceled",
      filled: Volume.parse("100"),
      reason: "Immediate or cancel order"
    })
  })

  it("is only checked with validate", () => {
    const desk = openDesk()
    expect(placeOrder(desk, VIEW, terms("buy", "60", "0.19"), { ...asked, validate: true })).toEqual({ txid: null })
    expect(desk.happened).toEqual([])
  })
})

describe("a client id", () => {
  it("is unique among open orders and free again when its order has ended", () => {
    const desk = openDesk()
    const again = () => placeOrder(desk, VIEW, terms("buy", "60", "0.19", { clientId: "kn1" }), asked)
    const first = placed(desk, terms("buy", "60", "0.19", { clientId: "kn1" }))
    expect(again()).toEqual({ error: "EGeneral:Invalid arguments:cl_ord_id not unique" })
    cancelOrder(desk, { by: "txid", txid: first.txid }, NOW)
    expect(again()).toHaveProperty("txid")
    expect([...desk.books.orders.values()].filter(({ clientId }) => clientId === "kn1")).toHaveLength(2)
  })
  it.each(["0f0e0d0c-0b0a-0908-0706-050403020100", "0123456789abcdef0123456789abcdef", "k1"])(
    "may be %s",
    (clientId) => {
      expect(placed(openDesk(), terms("buy", "60", "0.19", { clientId })).clientId).toBe(clientId)
    }
  )
})

describe("a batch", () => {
  it("judges every order on its own and costs half its length", () => {
    const desk = openDesk()
    const answers = placeBatch(
      desk,
      VIEW,
      [terms("buy", "60", "0.19"), terms("buy", "1", "0.19"), terms("sell", "60", "0.21")],
      asked
    )
    expect(answers).toMatchObject([
      { txid: expect.any(String) },
      { error: "EOrder:Order minimum not met" },
      { txid: expect.any(String) }
    ])
    expect(desk.counter.value).toBe(2)
  })
  it("has two to fifteen orders", () => {
    expect(placeBatch(openDesk(), VIEW, [terms("buy", "60", "0.19")], asked)).toEqual({
      error: "EGeneral:Invalid arguments:orders"
    })
  })
})
