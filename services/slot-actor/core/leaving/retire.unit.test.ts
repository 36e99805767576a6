import { describe, expect, it } from "vitest"
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import { slotView } from "../view.ts"

describe("a slot that is to go", () => {
  it("takes its entries off the book and says when nothing is left", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.life("retiring")
    expect(said(slot.price("0.1", 1))).toEqual(["cancel 1 slot_retires", "cancel 2 slot_retires"])
    expect(slot.price("0.1", 1)).toEqual([])
    slot.cancelled(1)
    slot.cancelled(2)
    expect(said(slot.price("0.1", 1))).toEqual(["SlotSettled"])
    expect(slot.price("0.1", 1)).toEqual([])
  })

  it("gives up an open position by name once its exit is off the book", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(2, { price: "0.099", volume: "51", fee: "0.01" })
    slot.accept(3)
    slot.life("retiring")
    slot.take()
    expect(said(slot.clock(1))).toEqual(["cancel 1 slot_retires", "cancel 3 slot_retires"])
    slot.cancelled(1)
    const [released] = slot.cancelled(3)
    expect(released).toMatchObject({
      _tag: "PositionReleased",
      tradeId: "B",
      volume: 5_100_000_000n,
      cost: 50_490_000_000n,
      fee: 100_000_000n
    })
    expect(said(slot.clock(1))).toEqual(["SlotSettled"])
    expect(slot.state.book.halted).toBeNull()
  })

  it("books an exit that fills before its cancel, and opens nothing after it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(2)
    slot.accept(3)
    slot.life("retiring")
    slot.clock(1)
    slot.take()
    expect(said(slot.fill(3))).toEqual([expect.stringMatching(/^book B1/), "no entry_B: slot_inactive"])
    slot.cancelled(1)
    expect(said(slot.clock(1))).toEqual(["SlotSettled"])
  })

  it("gives up the position of an entry that fills before its cancel", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.life("retiring")
    slot.clock(1)
    slot.take()
    expect(said(slot.fill(2))).toEqual(["PositionReleased"])
    slot.cancelled(1)
    expect(said(slot.clock(1))).toEqual(["SlotSettled"])
  })

  it("gives up recoveries too, books what was closed of one, and keeps no residual", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.life("retiring")
    const asked = said(slot.clock(1))
    expect(asked).toContain("cancel 3 slot_retires")
    slot.take()
    slot.cancelled(3, { price: "0.101", volume: "20" })
    expect(said(slot.take())).toEqual(["no exit_B: residual_below_minimum", expect.stringMatching(/^book B1 net/)])
    for (const { order } of slot.state.book.pendingCancels) slot.cancelled(order.localId)
    expect(said(slot.clock(1))).toEqual(["PositionReleased", "SlotSettled"])
  })

  it("gives up the position of an entry that fills late, beside the exit that still stands", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.price("0.104", 1)
    const late = slot.state.book.pendingCancels[0]?.order
    expect(late?.tradeId).toBe("B")
    slot.fill(slot.find("buy", "entry").localId)
    slot.life("retiring")
    slot.clock(1)
    slot.take()
    expect(said(slot.fill(late?.localId ?? 0))).toEqual(["PositionReleased"])
    expect(slot.state.book.recoveries).toEqual([])
  })

  it("gives up an exit that waits for its next try at once, and one of two without breaking a rule", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(1)
    slot.fill(2)
    slot.clock(1)
    slot.rejected(3)
    slot.life("retiring")
    slot.take()
    expect(said(slot.clock(1))).toEqual(["PositionReleased", "cancel 4 slot_retires"])
    expect(slot.state.book.halted).toBeNull()
  })

  it("goes also while the market stands still", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.mode("HALTED")
    slot.life("retiring")
    expect(said(slot.clock(1))).toEqual(["cancel 1 slot_retires", "cancel 2 slot_retires"])
  })

  it("orphans and evicts nothing more", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(2)
    slot.accept(3)
    slot.price("0.098", 1)
    slot.life("retiring")
    slot.clock(1)
    slot.take()
    expect(slot.clock(600)).toEqual([])
  })

  it("that may stay after all trades again", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.life("retiring")
    slot.clock(1)
    slot.cancelled(1)
    slot.cancelled(2)
    slot.clock(1)
    slot.life("active")
    slot.take()
    expect(slot.price("0.1", 1).map(({ _tag }) => _tag)).toEqual(["FundsWanted"])
  })

  it("goes on with the next cycle number when it may stay after all", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(2)
    slot.life("retiring")
    slot.clock(1)
    slot.cancelled(1)
    slot.rejected(3)
    slot.life("active")
    slot.allot("1000", "1000")
    expect(slot.find("buy", "entry").cycle).toBe(2)
    expect(slot.find("sell", "entry").cycle).toBe(1)
  })
})

describe("a slot that is to go, with", () => {
  it("one exit left, is not done before that is off the book", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(2)
    slot.accept(3)
    slot.life("retiring")
    slot.clock(1)
    slot.cancelled(1)
    slot.take()
    expect(slot.clock(1)).toEqual([])
    expect(slot.cancelled(3)).toMatchObject([{ _tag: "PositionReleased", reason: { rule: "slot_retires" } }])
    expect(slot.clock(1)).toMatchObject([
      { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: { roundTrips: 0 } } }
    ])
  })

  it("one recovery left, is not done before that is off the book, and gives its position up", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.life("retiring")
    slot.clock(1)
    for (const { order } of slot.state.book.pendingCancels) slot.cancelled(order.localId)
    slot.take()
    expect(slot.clock(1)).toEqual([])
    expect(said(slot.cancelled(3))).toEqual(["PositionReleased"])
    expect(slot.state.book.recoveries).toEqual([])
    expect(said(slot.clock(1))).toEqual(["SlotSettled"])
  })

  it("a recovery that waits for its next try, gives it up at once", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.cancelled(3)
    slot.life("retiring")
    expect(said(slot.clock(1))).toContain("PositionReleased")
    expect(slot.state.book.recoveries).toEqual([])
  })

  it("two exits, asks for each once", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(1)
    slot.accept(3)
    slot.fill(2)
    slot.accept(4)
    slot.life("retiring")
    expect(said(slot.clock(1))).toEqual(["cancel 3 slot_retires", "cancel 4 slot_retires"])
    expect(slot.clock(1)).toEqual([])
  })

  it("a part closed of its exit, books that part and gives up the rest", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(1)
    slot.accept(3)
    slot.life("retiring")
    slot.clock(1)
    slot.cancelled(2)
    slot.take()
    expect(said(slot.cancelled(3, { price: "0.09898", volume: "20" }))).toEqual([
      "no exit_A: residual_below_minimum",
      "book A1 net 0.0404 exit_cut_short",
      "no entry_A: slot_inactive"
    ])
    expect(slot.clock(1)).toMatchObject([
      { _tag: "PositionReleased", tradeId: "A", volume: 3_000_000_000n, cost: 30_300_000_000n },
      { _tag: "SlotSettled", reason: { numbers: { roundTrips: 1 } } }
    ])
  })

  it("something left over of each trade, gives up both, once", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.cancelled(1, { price: "0.101", volume: "5" })
    slot.cancelled(2, { price: "0.099", volume: "7" })
    slot.life("retiring")
    slot.take()
    expect(slot.clock(1)).toMatchObject([
      { _tag: "PositionReleased", tradeId: "A", volume: 500_000_000n, entryPrice: Price.parse("0.101") },
      { _tag: "PositionReleased", tradeId: "B", volume: 700_000_000n, entryPrice: Price.parse("0.099") },
      { _tag: "SlotSettled" }
    ])
    expect(slotView(1, slot.state).residual).toMatchObject({ A: { volume: "0" }, B: { volume: "0" } })
  })

  it("sixteen cancels unanswered, keeps its entries until one is answered", () => {
    const slot = new SlotDriver().trading({ maxConsecutiveRefreshes: 100 })
    for (let i = 0; i < 20; i++) slot.price(i % 2 === 0 ? "0.11" : "0.1", 5)
    const [first] = slotView(1, slot.state).pending_cancels
    expect(slotView(1, slot.state).pending_cancels.length).toBe(16)
    slot.life("retiring")
    slot.take()
    expect(said(slot.clock(1))).toEqual([])
    slot.cancelled(first ?? 0)
    expect(said(slot.clock(1))).toEqual([expect.stringMatching(/^cancel \d+ slot_retires$/)])
  })
})
