/** Pauses, parts and late ends of orders that the exchange takes off. Market 0.1. */
import { describe, expect, it } from "vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import { slotView } from "../view.ts"

describe("the pause after a refusal", () => {
  it.each([
    { stoodSec: 899.999, pauseSec: 60 },
    { stoodSec: 900, pauseSec: 30 }
  ])("of an order that stood $stoodSec s is $pauseSec s: one that stood 15 min was not refused", (expected) => {
    const slot = new SlotDriver().trading({ refreshPct: 50 })
    slot.rejected(1)
    slot.clock(30)
    slot.clock(expected.stoodSec)
    slot.rejected(slot.find("sell", "entry").localId)
    slot.take()
    slot.clock(expected.pauseSec - 0.001)
    expect(slot.take()).toEqual([])
    expect(said(slot.clock(0.001))).toEqual([expect.stringMatching(/^sell entry A .* auto_repair$/)])
  })

  it("doubles from one lost exit to the next, and starts over with one that stood 15 min", () => {
    const slot = new SlotDriver().trading({ refreshPct: 50, s1OrphanAfterSec: 100_000 })
    slot.fill(1)
    const pauses = [0, 0, 0, 900].map((stoodSec) => {
      slot.clock(stoodSec)
      const lost = slot.rejected(slot.find("buy", "exit").localId)
      const [retryAtMs] = lost.flatMap((event) =>
        event._tag === "DecisionRefused" ? [Number(event.reason.numbers["retryAtMs"])] : []
      )
      const pauseSec = ((retryAtMs ?? 0) - slot.nowMs) / 1000
      slot.clock(pauseSec)
      return pauseSec
    })
    expect(pauses).toEqual([30, 60, 120, 30])
  })
})

describe("parts of orders that the exchange takes off", () => {
  it("make a position together as soon as they reach the exchange's minimum", () => {
    const slot = new SlotDriver().trading()
    slot.cancelled(1, { price: "0.101", volume: "12", fee: "0.003" })
    slot.clock(30)
    slot.take()
    const { localId } = slot.find("sell", "entry")
    expect(said(slot.cancelled(localId, { price: "0.101", volume: "1", fee: "0.001" }))).toEqual([
      "buy exit A 13@0.09898 entry_fill_exit"
    ])
    expect(slot.find("buy", "exit").position).toMatchObject({ cost: Quote.parse("1.313"), fee: Quote.parse("0.004") })
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.004"))
  })

  it("add up, with every fee counted, while they stay below it", () => {
    const slot = new SlotDriver().trading()
    slot.cancelled(1, { price: "0.101", volume: "5", fee: "0.003" })
    slot.clock(30)
    const { localId } = slot.find("sell", "entry")
    slot.cancelled(localId, { price: "0.102", volume: "6", fee: "0.001" })
    expect(slot.state.book.residual.A).toEqual({
      volume: Volume.parse("11"),
      cost: Quote.parse("1.117"),
      fee: Quote.parse("0.004")
    })
    expect(slot.state.book.residual.B.volume).toBe(0n)
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.004"))
  })

  it("that are a whole exit close the cycle, and leave nothing over", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    slot.take()
    expect(said(slot.cancelled(3, { price: "0.09898", volume: "50" }))).toEqual([
      "book A1 net 0.101 exit_cut_short",
      "sell entry A 50@0.101 cycle_complete"
    ])
    expect(slot.find("sell", "entry").cycle).toBe(2)
    expect(slot.state.book.residual.A.volume).toBe(0n)
  })

  it("are kept, however much is left, while the rest is big enough for an order of its own", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    slot.take()
    expect(said(slot.cancelled(3, { price: "0.09898", volume: "37" }))).toEqual(["no exit_A: exit_lost"])
    expect(slot.find("buy", "exit").volume).toBe(Volume.parse("13"))
  })

  it("are no part of an exit that never filled: up to version 2 it comes back, though the exchange's minimum has grown beyond it", () => {
    const slot = new SlotDriver({ rulesVersion: 2 }).trading()
    slot.fill(1)
    slot.constraints({ minVolume: Volume.parse("60") })
    slot.take()
    expect(said(slot.rejected(3))).toEqual(["no exit_A: exit_lost"])
    expect(said(slot.clock(30))).toEqual(["buy exit A 50@0.09898 exit_replaced"])
  })

  it("count as the loss they are, against their trade", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    slot.cancelled(3, { price: "0.11", volume: "40" })
    expect(slot.state.book.trades.A.consecutiveLosses).toBe(1)
    // 4/5 of 5.05 in, 4.4 out.
    expect(slot.state.book.realizedLoss).toBe(Quote.parse("0.36"))
  })

  it("end a recovery whose rest is too small: booked late, with no entry after it, and against its trade", () => {
    const slot = new SlotDriver().withRecovery()
    // 40/51 of 5.049 in, 3.6 out.
    expect(said(slot.cancelled(3, { price: "0.09", volume: "40", fee: "0.004" }))).toEqual([
      "no exit_B: residual_below_minimum",
      "book B1 net -0.364 exit_cut_short"
    ])
    expect(slot.state.book.recoveries).toEqual([])
    expect(slot.state.book.trades.B).toMatchObject({ consecutiveLosses: 1, cycle: 2 })
    expect(slot.state.book.lastCycles[0]).toMatchObject({ kind: "cut_short", fromRecovery: true })
    expect(slot.state.book.residual.B).toMatchObject({ volume: Volume.parse("11"), cost: Quote.parse("1.089") })
  })

  it("are taken off a recovery that is moved: the rest alone comes back, with nothing filled of it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(1)
    slot.send({ _tag: "AmendRefused", clientId: "k3", localId: 3, cause: "EOrder:Post only order" })
    slot.partialFill(3, { price: "0.101", volume: "20" })
    expect(said(slot.cancelled(3, { price: "0.101", volume: "20" }))).toEqual([
      "sell exit B 31@0.09898 recovery_replaced"
    ])
    expect(slotView(1, slot.state).recovery_orders).toMatchObject([
      { recovery_id: 1, volume: "31", filled_volume: "0", price: "0.09898", retry_at: null, move_pending: false }
    ])
  })
})

describe("an exit that waits for its next try", () => {
  it("waits on while no price makes sense, and comes back with the first that does", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    slot.cancelled(3)
    slot.take()
    expect(said(slot.price("0", 30))).toEqual([])
    expect(said(slot.price("0.1"))).toEqual(["buy exit A 50@0.09898 exit_replaced"])
  })

  it("tells why it was lost, how often in a row, and when it comes back", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    const lost = slot.rejected(3, "EOrder:Rate limit exceeded")
    expect(lost.flatMap((event) => (event._tag === "DecisionRefused" ? [event.reason] : []))).toEqual([
      {
        rule: "exit_lost",
        numbers: { localId: 3, cause: "EOrder:Rate limit exceeded", rejections: 1, retryAtMs: slot.nowMs + 30_000 }
      }
    ])
    const back = slot.clock(30)
    expect(back.flatMap((event) => (event._tag === "OrderRequested" ? [event.reason] : []))).toEqual([
      {
        rule: "exit_replaced",
        numbers: { replacesLocalId: 3, oldPrice: "0.09898", rejections: 1, marketPrice: 0.1 }
      }
    ])
  })
})

describe("late fills of one trade", () => {
  it("make a position with what was too small before, as soon as both reach the exchange's minimum", () => {
    const slot = new SlotDriver().trading({ refreshPct: 1.5 })
    slot.cancelled(1, { price: "0.101", volume: "5", fee: "0.001" })
    slot.clock(30)
    const { localId } = slot.find("sell", "entry")
    // The market leaves the new entry behind, and the cancel comes too late for a part of it.
    slot.price("0.105")
    slot.price("0.105")
    slot.take()
    expect(said(slot.cancelled(localId, { price: "0.101", volume: "10", fee: "0.002" }))).toEqual([
      expect.stringMatching(/^cancel \d+ superseded_by_late_fill$/),
      "buy exit A 15@0.09898 entry_fill_exit"
    ])
    expect(slot.find("buy", "exit").position).toMatchObject({ cost: Quote.parse("1.515"), fee: Quote.parse("0.003") })
  })

  it("that stay too small count their fee, and leave the successor where it stands", () => {
    const slot = new SlotDriver().trading()
    slot.price("0.11")
    slot.take()
    slot.cancelled(1, { price: "0.101", volume: "5", fee: "0.004" })
    expect(slot.find("sell", "entry").localId).toBe(3)
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.004"))
  })

  it("in part only, of an evicted recovery, correct that part of what was booked", () => {
    const slot = new SlotDriver().trading({ refreshPct: 50, maxRecoverySlots: 1 })
    slot.fill(1, { fee: "0.01" })
    slot.accept(3)
    slot.clock(600)
    slot.fill(4, { fee: "0.01" })
    slot.price("0.102")
    slot.clock(600)
    const before = slot.state.book
    slot.take()
    // Booked for 20 of 50: bought back for 2.04 with a fee of 0.0051. In truth: 2.2 with a fee of 0.006.
    const [correction] = slot.cancelled(3, { price: "0.11", volume: "20", fee: "0.006" })
    expect(correction).toMatchObject({
      _tag: "CycleBooked",
      kind: "corrected",
      tradeId: "A",
      volume: Volume.parse("20"),
      gross: Quote.parse("-0.16"),
      fees: Quote.parse("0.0009"),
      net: Quote.parse("-0.1609"),
      fromRecovery: true,
      standIn: { volume: Volume.parse("20"), cost: Quote.parse("2.04"), fee: Quote.parse("0.0051") }
    })
    expect(slot.state.book.realizedLoss - before.realizedLoss).toBe(Quote.parse("0.1609"))
  })
})

describe("a fill in part", () => {
  it("of an order the slot never had is refused once, by name", () => {
    const slot = new SlotDriver().trading()
    const [refused] = slot.partialFill(77, { price: "0.1", volume: "20" })
    expect(refused).toMatchObject({
      _tag: "DecisionRefused",
      what: "fill",
      reason: { rule: "unknown_order", numbers: { localId: 77, volume: "20", nextOrderId: 3 } }
    })
    expect(slot.partialFill(77, { price: "0.1", volume: "20" })).toEqual([])
    expect(said(slot.partialFill(78, { price: "0.1", volume: "20" }))).toEqual(["no fill: unknown_order"])
  })

  it("of an order whose cancel is not answered yet says nothing: its end will", () => {
    const slot = new SlotDriver().trading()
    slot.price("0.11")
    expect(slot.partialFill(1, { price: "0.101", volume: "20" })).toEqual([])
  })

  it("adds up, in an entry as in a recovery", () => {
    const slot = new SlotDriver().withRecovery({ refreshPct: 50 })
    for (const volume of ["5", "7"]) {
      slot.partialFill(1, { price: "0.101", volume })
      slot.partialFill(3, { price: "0.101", volume })
    }
    const { orders, recovery_orders } = slotView(1, slot.state)
    expect(orders.find(({ local_id }) => local_id === 1)?.filled_volume).toBe("12")
    expect(recovery_orders[0]?.filled_volume).toBe("12")
  })
})

describe("an order that ends without a fill", () => {
  it("and that the slot does not have changes nothing and says nothing", () => {
    const slot = new SlotDriver().trading()
    const before = slot.state.book
    expect(slot.rejected(77)).toEqual([])
    expect(slot.cancelled(77)).toEqual([])
    expect(slot.state.book).toEqual(before)
    expect(said(slot.cancelled(77, { price: "0.1", volume: "1" }))).toEqual(["no fill: unknown_order"])
  })
})
