import { MAX_FOLLOWED_ORDERS } from "../../../shared/core/openOrders.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { findOrder, keyed } from "../../../shared/market/core/liveOrders.ts"
import { accepted, ended, fill, GovernorStory, orphaned, request, takenBack } from "../testing/governorDriver.ts"
import { recoveriesOf, waitingPricesOf } from "./orderTable.ts"

const identity = { clientId: "k1", localId: 1 }
const exit = request(1, { role: "exit", side: "sell" })
const claimed: MarketEvent = {
  _tag: "OrderClaimed",
  ...identity,
  side: "sell",
  price: exit.price,
  volume: exit.volume,
  postOnly: true,
  deadlineMs: 0
}
const unknown: MarketEvent = { _tag: "OrderUnknown", ...identity, cause: "timed out" }
const rejected: MarketEvent = { _tag: "OrderRejected", ...identity, cause: "EOrder:Insufficient funds" }
const amended: MarketEvent = { _tag: "OrderAmended", ...identity, price: Price.parse("0.15") }
const amendRefused: MarketEvent = { _tag: "AmendRefused", ...identity, cause: "EOrder:Unknown order" }

describe("the table of live orders", () => {
  it.each<{ what: string; facts: ReadonlyArray<MarketEvent>; stage: string }>([
    { what: "asked for", facts: [], stage: "granted" },
    { what: "claimed", facts: [claimed], stage: "claimed" },
    { what: "sent without an answer", facts: [claimed, unknown], stage: "unknown" },
    { what: "accepted", facts: [claimed, accepted(1)], stage: "open" },
    { what: "found after all", facts: [claimed, unknown, accepted(1)], stage: "open" },
    { what: "filled in part", facts: [claimed, accepted(1), fill(1, "5")], stage: "open" },
    { what: "asked back", facts: [claimed, accepted(1), takenBack(1)], stage: "open" },
    { what: "not amended", facts: [claimed, accepted(1), amendRefused], stage: "open" },
    { what: "filled", facts: [claimed, accepted(1), fill(1, "20"), ended("OrderFilled", 1, "20")], stage: "gone" },
    { what: "cancelled", facts: [claimed, accepted(1), ended("OrderCancelled", 1, "0")], stage: "gone" },
    { what: "rejected", facts: [claimed, rejected], stage: "gone" }
  ])("has an exit that was $what as $stage", ({ facts, stage }) => {
    const story = new GovernorStory().running().slot(1, exit)
    for (const fact of facts) story.order(1, fact)
    expect(findOrder(story.state.orders, 1, 1)?.stage ?? "gone").toBe(stage)
  })

  it("adds up an order's fills", () => {
    const story = new GovernorStory().running().slot(1, exit).order(1, accepted(1))
    story.order(1, fill(1, "5")).order(1, fill(1, "2.5"))
    expect(findOrder(story.state.orders, 1, 1)?.filled).toBe(Volume.parse("7.5"))
  })

  it("follows an order to the price it was moved to", () => {
    const story = new GovernorStory().running().slot(1, exit).order(1, accepted(1)).order(1, amended)
    expect(findOrder(story.state.orders, 1, 1)?.price).toBe(Price.parse("0.15"))
  })

  it("knows recoveries by the number their slot gave them, as long as they live", () => {
    const story = new GovernorStory().running().slot(1, exit).order(1, accepted(1)).slot(1, orphaned(1, 7))
    expect(
      recoveriesOf(story.state).map(({ slot, localId, recovery }) => `${slot}/${localId} ${recovery.recoveryId}`)
    ).toStrictEqual(["1/1 7"])
    expect(recoveriesOf(story.order(1, ended("OrderFilled", 1, "20")).state)).toHaveLength(0)
  })

  it("keeps orders of different slots apart, and reads the layers in their sizes", () => {
    const story = new GovernorStory().running().nextLoop()
    story.slot(1, request(1)).slot(2, { ...request(1), layers: 2 })
    expect(story.state.orders.map(({ slot, layers }) => `${slot} ${layers}`)).toStrictEqual(["1 0", "2 2"])
    story.order(2, rejected)
    expect(Object.keys(keyed(story.state.orders))).toStrictEqual(["1/1"])
  })

  it("knows where the entries that wait stand, however they come and go", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 0 }).nextLoop()
    const waitingPrices = () => {
      const { highestBuy, lowestSell } = waitingPricesOf(story.state)
      return [highestBuy, lowestSell].map((price) => price && Price.format(price))
    }
    expect(waitingPrices()).toStrictEqual([null, null])
    story.slot(1, request(1, { side: "buy", price: "0.098" })).slot(1, request(2, { side: "sell", price: "0.102" }))
    story.slot(2, request(3, { side: "buy", price: "0.099" })).slot(2, request(4, { side: "sell", price: "0.103" }))
    expect(waitingPrices()).toStrictEqual(["0.099", "0.102"])
    story.slot(2, takenBack(3)).slot(2, takenBack(4))
    expect(waitingPrices()).toStrictEqual(["0.098", "0.102"])
    story.slot(1, takenBack(1)).slot(1, takenBack(2))
    expect(waitingPrices()).toStrictEqual([null, null])
  })

  it("ignores facts of orders it does not know, and order events on other subjects", () => {
    const story = new GovernorStory()
      .running()
      .order(1, accepted(9))
      .order(1, ended("OrderFilled", 9, "20"))
    story.account(exit)
    expect(story.state.orders).toStrictEqual([])
  })

  it("is bounded; an entry that finds it full is refused, for nobody would follow it", () => {
    const story = new GovernorStory().running({ openOrderLimit: 10_000 })
    for (let n = 1; n <= MAX_FOLLOWED_ORDERS; n++) story.slot(9, request(n, { role: "exit", side: "sell" }))
    story.slot(9, request(MAX_FOLLOWED_ORDERS + 1, { role: "exit", side: "sell" }))
    expect(story.state.orders).toHaveLength(MAX_FOLLOWED_ORDERS)
    expect(story.slot(1, request(1)).verdict).toBe("refused too_many_orders")
  })
})
