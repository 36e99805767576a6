/** The life of a cycle: bootstrap, refresh, fill, exit, follow-up. Market 0.1, entries 1 % away, exits 2 % from the fill. */
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import { phaseOf } from "../state.ts"

/** A slot with a sell entry (local id 1) at 0.101 and a buy entry (2) at 0.099. */
const standing = (rules: Parameters<SlotDriver["ready"]>[0] = {}): SlotDriver => {
  const slot = new SlotDriver().ready(rules)
  slot.price("0.1")
  slot.accept(1)
  slot.accept(2)
  slot.take()
  return slot
}

const phase = (slot: SlotDriver) => phaseOf(slot.state.book.orders)

describe("an empty slot", () => {
  it("places both entries at the first price", () => {
    const slot = new SlotDriver().ready()
    expect(said(slot.price("0.1"))).toEqual(["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"])
    expect(phase(slot)).toBe("S0")
  })
})

describe("a stale entry", () => {
  it("stays while it is not farther from the market than refresh_pct: exactly 100 % is not stale", () => {
    const slot = new SlotDriver().ready({ entryPct: 0, refreshPct: 100, orderSize: Quote.parse("10") })
    slot.price("0.5")
    expect(said(slot.price("0.25"))).toEqual([])
    expect(said(slot.price("0.249"))).toEqual(["cancel 1 stale_entry", "sell entry A 40@0.249 refresh_entry"])
  })

  it("is replaced by one at today's price, one a tick, the first in the book first", () => {
    const slot = standing()
    expect(said(slot.price("0.11"))).toEqual(["cancel 1 stale_entry", "sell entry A 45@0.1111 refresh_entry"])
    expect(said(slot.price("0.11"))).toEqual(["cancel 2 stale_entry", "buy entry B 46@0.1089 refresh_entry"])
    expect(said(slot.price("0.11"))).toEqual([])
  })

  it("keeps trade and cycle, and forgets neither cancel", () => {
    const slot = standing()
    slot.price("0.11")
    expect(slot.find("sell", "entry")).toMatchObject({ localId: 3, tradeId: "A", cycle: 1 })
    expect(slot.state.book.pendingCancels.map(({ order }) => order.localId)).toEqual([1])
    slot.cancelled(1)
    expect(slot.state.book.pendingCancels).toEqual([])
  })

  it("follows the same direction only twice: the third time it starts a cooldown, said once", () => {
    const slot = standing({ entryPct: 0.1 })
    const refresh = (price: string) => {
      const first = said(slot.price(price, 5))
      const second = said(slot.price(price, 5))
      return [...first, ...second].filter((line) => line.includes("refresh"))
    }
    expect(refresh("0.104")).toHaveLength(2)
    expect(refresh("0.108")).toHaveLength(2)
    expect(refresh("0.1125")).toEqual(["no refresh_A: refresh_cooldown", "no refresh_B: refresh_cooldown"])
    expect(refresh("0.113")).toEqual([])
    expect(slot.state.book.trades.A).toMatchObject({ consecutiveRefreshes: 3, lastRefreshDirection: "up" })
  })

  it("starts counting again after the cooldown, and when the market turns", () => {
    const slot = standing({ entryPct: 0.1, maxConsecutiveRefreshes: 2 })
    for (const price of ["0.104", "0.104", "0.108", "0.108"]) slot.price(price, 5)
    expect(slot.state.book.trades.A).toMatchObject({ consecutiveRefreshes: 2 })
    slot.take()
    slot.price("0.108", 300)
    expect(slot.state.book.trades.A).toMatchObject({ consecutiveRefreshes: 1, refreshCooldownUntilMs: 0 })
    slot.price("0.108", 0)
    slot.price("0.1", 5)
    expect(slot.state.book.trades.A).toMatchObject({ consecutiveRefreshes: 1, lastRefreshDirection: "down" })
  })

  it("rests at once when a lowered limit is passed already: only a cooldown that was set starts the count anew", () => {
    const slot = standing({ entryPct: 0.1, maxConsecutiveRefreshes: 9 })
    for (const price of ["0.104", "0.104", "0.108", "0.108"]) slot.price(price, 5)
    slot.configure({ entryPct: 0.1, maxConsecutiveRefreshes: 2 })
    slot.take()
    expect(said(slot.price("0.1125", 5))).toEqual(["no refresh_A: refresh_cooldown"])
    expect(slot.state.book.trades.A.consecutiveRefreshes).toBe(3)
  })

  it("is left alone when a part of it is filled", () => {
    const slot = standing()
    slot.partialFill(1, { price: "0.101", volume: "20" })
    expect(said(slot.price("0.11"))).toEqual([
      "no refresh_A: partially_filled",
      "cancel 2 stale_entry",
      "buy entry B 46@0.1089 refresh_entry"
    ])
    expect(said(slot.price("0.11"))).toEqual([])
  })

  it("is asked for no more when nobody answers the cancels", () => {
    const slot = standing({ maxConsecutiveRefreshes: 100 })
    for (let i = 0; i < 20; i++) slot.price(i % 2 === 0 ? "0.11" : "0.1", 5)
    expect(slot.state.book.pendingCancels).toHaveLength(16)
    expect(said(slot.take()).at(-1)).toBe("no refresh_B: cancels_unanswered")
  })
})

describe("a filled entry", () => {
  it("becomes an exit on the other side, of the volume filled, and its fee counts at once", () => {
    const slot = standing()
    expect(said(slot.fill(1, { fee: "0.0126" }))).toEqual(["buy exit A 50@0.09898 entry_fill_exit"])
    expect(phase(slot)).toBe("S1a")
    expect(slot.find("buy", "exit").position).toMatchObject({
      price: Price.parse("0.101"),
      cost: Quote.parse("5.05"),
      fee: Quote.parse("0.0126"),
      filledAtMs: slot.nowMs
    })
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.0126"))
  })

  it("of trade B is closed by a sell", () => {
    const slot = standing()
    expect(said(slot.fill(2))).toEqual(["sell exit B 51@0.101 entry_fill_exit"])
    expect(phase(slot)).toBe("S1b")
  })

  it("on both sides makes the phase S2", () => {
    const slot = standing()
    slot.fill(1)
    slot.fill(2)
    expect(phase(slot)).toBe("S2")
  })
})

describe("a filled exit", () => {
  it("books the cycle from the exchange's own costs and places the next entry", () => {
    const slot = standing()
    slot.fill(1, { cost: "5.0500001", fee: "0.01" })
    expect(said(slot.fill(3, { cost: "4.9489999", fee: "0.02" }))).toEqual([
      "book A1 net 0.0710002 exit_filled",
      "sell entry A 50@0.101 cycle_complete"
    ])
    expect(slot.find("sell", "entry").cycle).toBe(2)
    expect(slot.state.book).toMatchObject({
      totalProfit: Quote.parse("0.0710002"),
      totalFees: Quote.parse("0.03"),
      roundTrips: 1,
      realizedLoss: Quote.zero
    })
  })

  it("at a loss counts against its trade, and the base re-entry cooldown holds the next entry back", () => {
    const slot = standing({ reentryBaseCooldownSec: 60 })
    slot.fill(1)
    const outputs = said(slot.fill(3, { price: "0.11" }))
    expect(outputs).toEqual(["book A1 net -0.45 exit_filled", "no entry_A: cooldown"])
    expect(slot.state.book.trades.A).toMatchObject({
      consecutiveLosses: 1,
      cooldownUntilMs: slot.nowMs + 60_000,
      cycle: 2
    })
    expect(slot.state.book).toMatchObject({ realizedLoss: Quote.parse("0.45"), onlySide: "long" })
  })

  it("comes back by auto-repair exactly when the cooldown is over", () => {
    const slot = standing({ reentryBaseCooldownSec: 60 })
    slot.fill(1)
    slot.fill(3)
    slot.take()
    expect(said(slot.clock(59.999))).toEqual([])
    expect(said(slot.clock(0.001))).toEqual(["sell entry A 51@0.101 auto_repair"])
    expect(slot.state.book.onlySide).toBeNull()
  })

  it("after enough losses in a row rests the trade for the loss cooldown", () => {
    const slot = standing({ lossCooldownStart: 1 })
    slot.fill(1)
    slot.fill(3, { price: "0.11" })
    expect(slot.state.book.trades.A.cooldownUntilMs).toBe(slot.nowMs + 900_000)
  })

  it("resets the losses of its own trade only", () => {
    const slot = standing()
    slot.fill(1)
    slot.fill(3, { price: "0.11" })
    slot.fill(2)
    slot.fill(5, { price: "0.102" })
    expect(slot.state.book.trades.A.consecutiveLosses).toBe(1)
    expect(slot.state.book.trades.B.consecutiveLosses).toBe(0)
  })

  it("counts a loss in the UTC day in which it was booked", () => {
    const slot = standing()
    slot.fill(1)
    slot.fill(3, { price: "0.11" })
    const day = Math.floor(slot.nowMs / 86_400_000)
    expect(slot.state.book.dayLoss).toEqual({ utcDay: day, loss: Quote.parse("0.45") })
    slot.nowMs = (day + 1) * 86_400_000
    slot.price("0.1")
    slot.fill(slot.find("sell", "entry").localId)
    slot.fill(slot.find("buy", "exit").localId, { price: "0.111" })
    expect(slot.state.book.dayLoss.utcDay).toBe(day + 1)
    expect(slot.state.book.realizedLoss).toBe(Quote.parse("0.45") + slot.state.book.dayLoss.loss)
  })
})

describe("a fill", () => {
  it("of an order the slot never had changes nothing and is refused once", () => {
    const slot = standing()
    const before = slot.state.book.orders
    expect(said(slot.fill(77, { price: "0.1", volume: "50" }))).toEqual(["no fill: unknown_order"])
    expect(said(slot.fill(77, { price: "0.1", volume: "50" }))).toEqual([])
    expect(slot.state.book.orders).toEqual(before)
  })

  it("of another slot is none of its business", () => {
    const slot = standing()
    const fill: EventOf<"OrderFilled"> = {
      _tag: "OrderFilled",
      clientId: "k",
      localId: 1,
      txid: "T",
      price: Price.parse("0.101"),
      volume: Volume.parse("50"),
      cost: Quote.parse("5.05"),
      fee: Quote.zero
    }
    expect(slot.send(fill, "market.XDGUSD.order.slot-2")).toEqual([])
    expect(slot.find("sell", "entry").localId).toBe(1)
  })
})
