import { describe, expect, it } from "vitest"
import { SlotDriver } from "../testing/slotDriver.ts"
import { slotView } from "./view.ts"

describe("the view of a slot", () => {
  const slot = new SlotDriver().ready({ refreshPct: 500 })
  slot.price("0.1")
  slot.accept(2)
  slot.fill(1, { fee: "0.01" })
  slot.fill(3, { fee: "0.02" })
  slot.price("0.2")

  it("has the reference's names, money as decimal text and times in seconds", () => {
    expect(slotView(1, slot.state)).toMatchObject({
      slot_id: 1,
      phase: "S0",
      market_price: 0.2,
      now: slot.nowMs / 1000,
      total_profit: "0.071",
      total_fees: "0.03",
      total_round_trips: 1,
      cycle_a: 2,
      halted: null,
      residual: { A: { volume: "0" } },
      last_cycles: [{ trade_id: "A", net_profit: "0.071", entry_price: "0.101", kind: "closed" }]
    })
  })

  it("shows each order as the exchange has it", () => {
    const [order] = slotView(1, slot.state).orders
    expect(order).toMatchObject({ local_id: 2, status: "open", txid: "TX-2", price: "0.099" })
  })

  it("says what part the slot has in the market, what it waits for, and what the mode forbids it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    expect(slotView(1, slot.state)).toMatchObject({ state: "active", wish: null })
    slot.price("0.1")
    expect(slotView(1, slot.state)).toMatchObject({ wish: "bootstrap" })
    slot.mode("PAUSED")
    slot.price("0.1")
    expect(slotView(1, slot.state)).toMatchObject({ wish: null, refusals: { bootstrap: "The market is paused." } })
    slot.life("retiring")
    expect(slotView(1, slot.state).state).toBe("retiring")
    slot.life("gone")
    expect(slotView(1, slot.state).state).toBe("none")
  })

  it("shows which recovery is on its way to the market", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    expect(slotView(1, slot.state).recovery_orders).toMatchObject([{ recovery_id: 1, move_pending: false }])
    slot.softClose(1)
    expect(slotView(1, slot.state).recovery_orders).toMatchObject([{ move_pending: true }])
  })

  it("is plain JSON", () => {
    const view = slotView(1, slot.state)
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
  })
})
