/** Orphaned exits and the recoveries they become. Market 0.1; an exit orphans after 600 s alone, after 900 s in S2. */
import { describe, expect, it } from "vitest"
import { Price, Quote } from "../../../../shared/core/decimal/decimal.ts"
import { evictionChoice } from "./orphan.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import type { Recovery } from "../state.ts"

/** S1a: buy exit 3 of trade A at 0.09898, buy entry 2. With `both` S2: also sell exit 4 of trade B at 0.101. */
const inPosition = (both = false, rules: Parameters<SlotDriver["ready"]>[0] = {}): SlotDriver => {
  const slot = new SlotDriver().ready({ refreshPct: 50, ...rules })
  slot.price("0.1")
  slot.fill(1, { fee: "0.01" })
  slot.accept(3)
  if (both) slot.fill(2, { fee: "0.01" })
  if (both) slot.accept(4)
  slot.take()
  return slot
}

describe("a lone exit", () => {
  it("is orphaned when it is old enough and the market has left it, and the trade goes on", () => {
    const slot = inPosition()
    expect(said(slot.clock(599.999))).toEqual([])
    expect(said(slot.clock(0.001))).toEqual(["orphan 3 as 1 s1_timeout", "sell entry A 50@0.101 orphan_A"])
    expect(slot.state.book.trades.A.cycle).toBe(2)
    expect(slot.state.book.recoveries[0]).toMatchObject({
      recoveryId: 1,
      orphanedAtMs: slot.nowMs,
      why: { rule: "s1_timeout" },
      softClose: "no",
      order: { localId: 3, txid: "TX-3", side: "buy", cycle: 1 }
    })
  })

  it.each([
    ["0.09898", "stands at it"],
    ["0.0989", "is beyond it"]
  ])("stays, however old, while the market at %s %s", (market) => {
    const slot = inPosition()
    slot.price(market)
    expect(said(slot.clock(10_000))).toEqual([])
  })

  it.each([
    { market: "0.101", orphaned: 0 },
    { market: "0.1011", orphaned: 0 },
    { market: "0.100999", orphaned: 1 }
  ])("to sell at 0.101, old enough, with the market at $market, is orphaned: $orphaned", ({ market, orphaned }) => {
    const slot = new SlotDriver().ready({ refreshPct: 50 })
    slot.price("0.1")
    slot.fill(2)
    slot.accept(3)
    slot.price(market)
    slot.take()
    slot.clock(600)
    expect(slot.state.book.recoveries.length).toBe(orphaned)
  })

  it("holds back its trade's next entry for the base cooldown", () => {
    const slot = inPosition(false, { reentryBaseCooldownSec: 60 })
    expect(said(slot.clock(600))).toEqual(["orphan 3 as 1 s1_timeout", "no entry_A: cooldown"])
    expect(slot.state.book.onlySide).toBe("long")
  })
})

describe("two exits (S2)", () => {
  it("wait together from the first tick that sees both, then the farther one is orphaned", () => {
    const slot = inPosition(true)
    slot.clock(1)
    slot.price("0.1005")
    expect(said(slot.clock(899.999))).toEqual([])
    expect(said(slot.clock(0.001))).toEqual(["orphan 3 as 1 s2_timeout", "sell entry A 49@0.101505 orphan_A"])
    expect(slot.state.book.s2EnteredAtMs).toBeNull()
  })

  it("orphan the sell exit when both are equally far", () => {
    const slot = new SlotDriver().ready({ entryPct: 0, profitPct: 50, orderSize: Quote.parse("10") })
    slot.price("0.5")
    slot.fill(1)
    slot.fill(2)
    const [sell, buy] = [slot.find("sell", "exit"), slot.find("buy", "exit")]
    expect([sell.priceNumber, buy.priceNumber]).toEqual([0.75, 0.25])
    slot.clock(1)
    expect(said(slot.clock(900))[0]).toBe(`orphan ${sell.localId} as 1 s2_timeout`)
  })

  it("wait no longer when one of them is filled", () => {
    const slot = inPosition(true)
    slot.clock(1)
    expect(slot.state.book.s2EnteredAtMs).toBe(slot.nowMs)
    slot.fill(4)
    expect(slot.state.book.s2EnteredAtMs).toBeNull()
  })
})

describe("a recovery", () => {
  it("that is filled is booked late, with no entry after it", () => {
    const slot = inPosition()
    slot.clock(600)
    slot.take()
    expect(said(slot.fill(3, { fee: "0.02" }))).toEqual(["book A1 net 0.071 recovery_filled"])
    expect(slot.state.book.recoveries).toEqual([])
    expect(slot.state.book.lastCycles[0]).toMatchObject({ fromRecovery: true, cycle: 1 })
  })

  it("is evicted, cancelled and booked at the market when one more does not fit", () => {
    const slot = inPosition(false, { maxRecoverySlots: 1 })
    slot.clock(600)
    slot.fill(4, { fee: "0.01" })
    slot.price("0.102")
    slot.take()
    expect(said(slot.clock(600))).toEqual([
      "cancel 3 recovery_cap_evict_priority",
      "book A1 net -0.07275 recovery_evicted",
      "orphan 5 as 2 s1_timeout",
      "sell entry A 49@0.10302 orphan_A"
    ])
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([2])
    expect(slot.state.book.trades.A.consecutiveLosses).toBe(1)
  })

  it("is not evicted while sixteen cancels are unanswered: the exit waits in its cycle until one is", () => {
    const slot = inPosition(false, { maxRecoverySlots: 1, refreshPct: 2, maxConsecutiveRefreshes: 100 })
    slot.clock(600)
    slot.fill(4, { fee: "0.01" })
    for (let n = 0; slot.state.book.pendingCancels.length < 16 && n < 40; n++)
      slot.price(n % 2 === 0 ? "0.11" : "0.102")
    slot.take()
    expect(said(slot.clock(600))).toContain("no exit_A: cancels_unanswered")
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([1])
    expect(slot.state.book.pendingCancels.length).toBe(16)
    slot.cancelled(slot.state.book.pendingCancels[0]?.order.localId ?? 0)
    expect(said(slot.clock(1))).toContain("cancel 3 recovery_cap_evict_priority")
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([2])
  })

  it("evicted at the market and filled at its own price after all is corrected to the last unit", () => {
    const slot = inPosition(false, { maxRecoverySlots: 1 })
    slot.clock(600)
    slot.fill(4, { fee: "0.01" })
    slot.price("0.102")
    slot.clock(600)
    slot.take()
    const before = slot.state.book
    // Booked: bought back for 5.1 with a fee of 0.01275. In truth: 4.949 with a fee of 0.012.
    expect(said(slot.fill(3, { fee: "0.012" }))).toEqual(["book A1 net 0.15175 late_fill_correction"])
    expect(slot.state.book.totalProfit - before.totalProfit).toBe(Quote.parse("0.15175"))
    expect(slot.state.book.totalFees - before.totalFees).toBe(Quote.parse("-0.00075"))
    expect(slot.state.book.roundTrips).toBe(before.roundTrips)
    expect(said(slot.fill(3, { price: "0.09898", volume: "50" }))).toEqual(["no fill: unknown_order"])
  })
})

describe("the eviction policy", () => {
  const recovery = (recoveryId: number, price: string, orphanedAtMs: number): Recovery => {
    const slot = inPosition()
    const order = slot.find("buy", "exit")
    if (order.role !== "exit") throw new Error("no exit")
    return {
      recoveryId,
      orphanedAtMs,
      why: { rule: "s1_timeout", numbers: {} },
      softClose: "no",
      order: { ...order, priceNumber: Price.toNumber(Price.parse(price)) }
    }
  }
  it.each([
    ["oldest", [recovery(1, "0.11", 20), recovery(2, "0.2", 10)], 2],
    ["oldest", [recovery(2, "0.2", 10), recovery(1, "0.1", 10)], 1],
    ["farthest", [recovery(1, "0.11", 10), recovery(2, "0.05", 20)], 2],
    ["farthest", [recovery(1, "0.15", 20), recovery(2, "0.15", 10)], 2],
    ["farthest", [recovery(2, "0.15", 10), recovery(1, "0.15", 10)], 1]
  ] as const)("%s of %o is recovery %i", (recoveryEviction, recoveries, id) => {
    expect(evictionChoice(recoveries, 0.1, { recoveryEviction })?.recoveryId).toBe(id)
  })
})
