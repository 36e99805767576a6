import { describe, expect, it } from "vitest"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

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
