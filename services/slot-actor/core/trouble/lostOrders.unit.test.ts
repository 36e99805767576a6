/** What the exchange does without being asked, and fills that come after a cancel. Market 0.1. */
import { describe, expect, it } from "vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

const standing = (): SlotDriver => {
  const slot = new SlotDriver().ready()
  slot.price("0.1")
  slot.accept(1)
  slot.accept(2)
  slot.take()
  return slot
}

describe("an order on its way", () => {
  it("is bound to the exchange's id, and nothing else happens", () => {
    const slot = new SlotDriver().ready()
    slot.price("0.1")
    slot.take()
    const { orders: _, ...before } = slot.state.book
    slot.send({
      _tag: "OrderClaimed",
      clientId: "k1",
      localId: 1,
      side: "sell",
      price: slot.find("sell", "entry").price,
      volume: slot.find("sell", "entry").volume,
      postOnly: true,
      deadlineMs: 0
    })
    expect(slot.order(1)).toMatchObject({ stage: "claimed", clientId: "k1", txid: null })
    slot.send({ _tag: "OrderUnknown", clientId: "k1", localId: 1, cause: "timeout" })
    expect(slot.order(1)).toMatchObject({ stage: "unknown", txid: null })
    slot.accept(1)
    expect(slot.order(1)).toMatchObject({ stage: "open", txid: "TX-1" })
    const { orders: __, ...after } = slot.state.book
    expect(after).toEqual(before)
    expect(slot.take()).toEqual([])
  })
})

describe("an entry the exchange refuses", () => {
  it("comes back after 30 s, then after twice as long, and at most every 15 minutes", () => {
    const slot = standing()
    const pauses: Array<number> = []
    for (let i = 0; i < 8; i++) {
      const { localId } = slot.find("sell", "entry")
      expect(said(slot.rejected(localId))).toEqual(["no entry_A: entry_lost"])
      const waitMs = slot.state.book.trades.A.retryAtMs - slot.nowMs
      pauses.push(waitMs / 1000)
      slot.clock((waitMs - 1) / 1000)
      expect(slot.state.book.orders).toHaveLength(1)
      slot.clock(0.001)
      expect(slot.find("sell", "entry").localId).toBeGreaterThan(localId)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900, 900])
  })

  it("starts over after a fill of its trade", () => {
    const slot = standing()
    slot.rejected(1)
    slot.clock(30)
    slot.fill(slot.find("sell", "entry").localId)
    expect(slot.state.book.trades.A.rejections).toBe(0)
  })

  it("and had filled in part becomes a position of that part", () => {
    const slot = standing()
    expect(said(slot.cancelled(1, { price: "0.101", volume: "20", fee: "0.01" }))).toEqual([
      "buy exit A 20@0.09898 entry_fill_exit"
    ])
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.01"))
  })

  it("and had filled less than the exchange's minimum keeps that for the trade's next exit", () => {
    const slot = standing()
    expect(said(slot.cancelled(1, { price: "0.101", volume: "12", fee: "0.003" }))).toEqual([
      "no exit_A: residual_below_minimum",
      "no entry_A: entry_lost"
    ])
    expect(slot.state.book.residual.A).toEqual({
      volume: Volume.parse("12"),
      cost: Quote.parse("1.212"),
      fee: Quote.parse("0.003")
    })
    slot.clock(30)
    slot.take()
    const entry = slot.find("sell", "entry").localId
    expect(said(slot.fill(entry))).toEqual(["buy exit A 62@0.09898 entry_fill_exit"])
    expect(slot.state.book.residual.A.volume).toBe(0n)
    expect(slot.find("buy", "exit").position).toMatchObject({ cost: Quote.parse("6.262"), fee: Quote.parse("0.003") })
  })
})

describe("an exit the exchange takes off", () => {
  const inPosition = () => {
    const slot = standing()
    slot.fill(1, { fee: "0.01" })
    slot.accept(3)
    slot.take()
    return slot
  }

  it("stays the slot's exit and is asked for again after the pause, at its old price", () => {
    const slot = inPosition()
    expect(said(slot.cancelled(3))).toEqual(["no exit_A: exit_lost"])
    expect(slot.find("buy", "exit")).toMatchObject({ localId: 3, stage: "waiting" })
    expect(said(slot.clock(29.999))).toEqual([])
    expect(said(slot.clock(0.001))).toEqual(["buy exit A 50@0.09898 exit_replaced"])
    expect(slot.find("buy", "exit")).toMatchObject({ localId: 4, stage: "requested", cycle: 1 })
    expect(slot.state.book.halted).toBeNull()
  })

  it("keeps nothing of its last order's progress while it waits, and hears no late fact about it", () => {
    const slot = inPosition()
    slot.partialFill(3, { price: "0.09898", volume: "20", fee: "0.002" })
    expect(slot.order(3)).toMatchObject({
      stage: "open",
      filled: Volume.parse("20"),
      cost: Quote.parse("1.9796"),
      fee: Quote.parse("0.002")
    })
    slot.cancelled(3, { price: "0.09898", volume: "20", fee: "0.002" })
    const waiting = slot.order(3)
    expect(waiting).toMatchObject({ stage: "waiting", clientId: null, txid: null, filled: 0n, cost: 0n, fee: 0n })
    slot.accept(3)
    expect(slot.order(3)).toEqual(waiting)
  })

  it("is asked for at a market that ran away, an entry's distance from it, also with a stale price", () => {
    const slot = inPosition()
    slot.rejected(3, "Post only order")
    slot.price("0.097", 1)
    expect(said(slot.clock(40, 600))).toEqual(["buy exit A 50@0.09603 exit_replaced"])
  })

  it("keeps what it had closed and books everything once, when it is complete", () => {
    const slot = inPosition()
    slot.cancelled(3, { price: "0.09898", volume: "20", fee: "0.002" })
    slot.clock(30)
    slot.take()
    const { localId, volume } = slot.find("buy", "exit")
    expect(volume).toBe(Volume.parse("30"))
    // 5.05 in, 1.9796 + 2.9694 out, fees 0.01 + 0.002 + 0.003.
    expect(said(slot.fill(localId, { fee: "0.003" }))[0]).toBe("book A1 net 0.086 exit_filled")
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.015"))
    expect(slot.state.book.lastCycles[0]).toMatchObject({ volume: Volume.parse("50") })
  })

  it("with a rest too small for an order books its share and keeps the rest as residual", () => {
    const slot = inPosition()
    const outputs = said(slot.cancelled(3, { price: "0.09898", volume: "40", fee: "0.004" }))
    // 4/5 of 5.05 and 0.01 in, 3.9592 out, fee 0.004.
    expect(outputs).toEqual([
      "no exit_A: residual_below_minimum",
      "book A1 net 0.0688 exit_cut_short",
      "sell entry A 50@0.101 cycle_complete"
    ])
    expect(slot.state.book.residual.A).toEqual({
      volume: Volume.parse("10"),
      cost: Quote.parse("1.01"),
      fee: Quote.parse("0.002")
    })
  })

  it("as a recovery stays the recovery it was", () => {
    const slot = inPosition()
    slot.clock(600)
    slot.take()
    expect(said(slot.cancelled(3))).toEqual(["no exit_A: exit_lost"])
    expect(said(slot.clock(30))).toEqual(["buy exit A 50@0.09898 exit_replaced"])
    expect(slot.state.book.recoveries[0]).toMatchObject({ recoveryId: 1, order: { localId: 5, stage: "requested" } })
  })
})

describe("an entry that fills after it was replaced", () => {
  const replaced = () => {
    const slot = standing()
    slot.price("0.11")
    slot.take()
    return slot
  }

  it("takes the place of its successor, which is cancelled", () => {
    const slot = replaced()
    expect(said(slot.fill(1))).toEqual(["cancel 3 superseded_by_late_fill", "buy exit A 50@0.09898 entry_fill_exit"])
    expect(slot.state.book.pendingCancels.map(({ order }) => order.localId)).toEqual([3])
  })

  it("becomes a recovery when its successor has filled too", () => {
    const slot = replaced()
    slot.fill(3)
    slot.take()
    expect(said(slot.fill(1))).toEqual(["buy exit A 50@0.09898 late_fill_exit", "orphan 5 as 1 late_fill"])
    expect(slot.state.book.halted).toBeNull()
  })

  it("takes the place of the recovery that the cap has no room for beside it", () => {
    const slot = new SlotDriver().ready({ maxRecoverySlots: 1, maxConsecutiveRefreshes: 100 })
    slot.price("0.1")
    slot.accept(1)
    slot.accept(2)
    // Three sells at rising prices: the first two are asked back too late.
    for (const price of ["0.11", "0.11", "0.12", "0.12"]) slot.price(price, 1)
    const [first, second] = slot.state.book.pendingCancels
      .map(({ order }) => order)
      .filter(({ side }) => side === "sell")
    slot.fill(slot.find("sell", "entry").localId)
    slot.fill(first?.localId ?? 0)
    slot.accept(slot.state.book.recoveries[0]?.order.localId ?? 0)
    slot.take()
    const late = said(slot.fill(second?.localId ?? 0))
    expect(late[0]).toMatch(/^cancel \d+ recovery_cap_evict_priority$/)
    expect(late.at(-1)).toMatch(/^orphan \d+ as 2 late_fill$/)
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([2])
  })

  it("in part only, is a position of that part, or a residual", () => {
    const slot = replaced()
    expect(said(slot.cancelled(1, { price: "0.101", volume: "20" }))).toEqual([
      "cancel 3 superseded_by_late_fill",
      "buy exit A 20@0.09898 entry_fill_exit"
    ])
    expect(said(slot.cancelled(3, { price: "0.1111", volume: "5" }))).toEqual(["no exit_A: residual_below_minimum"])
    expect(slot.state.book.pendingCancels).toEqual([])
    expect(slot.state.book.residual.A.volume).toBe(Volume.parse("5"))
  })

  it("and says nothing when the cancel came through", () => {
    const slot = replaced()
    expect(said(slot.cancelled(1))).toEqual([])
    expect(slot.state.book.pendingCancels).toEqual([])
  })
})
