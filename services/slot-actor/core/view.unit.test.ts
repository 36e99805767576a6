import { describe, expect, it } from "vitest"
import { slotActor } from "./actor.ts"
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
      price_age_sec: 0,
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

  it("of a slot that has heard nothing is empty", () => {
    expect(slotView(3, slotActor(3).initial)).toEqual({
      slot_id: 3,
      state: "none",
      wish: null,
      phase: "S0",
      phase_in_words: "no order",
      market_price: 0,
      now: 0,
      last_price_update_at: null,
      price_age_sec: null,
      orders: [],
      recovery_orders: [],
      pending_cancels: [],
      cycle_a: 1,
      cycle_b: 1,
      total_profit: "0",
      total_fees: "0",
      today_realized_loss: "0",
      day_realized_loss: { utc_day: null, loss: "0" },
      total_round_trips: 0,
      s2_entered_at: null,
      consecutive_losses_a: 0,
      consecutive_losses_b: 0,
      cooldown_until_a: null,
      cooldown_until_b: null,
      long_only: false,
      short_only: false,
      consecutive_refreshes_a: 0,
      consecutive_refreshes_b: 0,
      last_refresh_direction_a: null,
      last_refresh_direction_b: null,
      refresh_cooldown_until_a: null,
      refresh_cooldown_until_b: null,
      profit_pct_runtime: 0,
      last_cycles: [],
      refusals: {},
      refused_by: {},
      refused_since: {},
      residual: { A: { volume: "0", cost: "0", fee: "0" }, B: { volume: "0", cost: "0", fee: "0" } },
      halted: null
    })
  })

  it("shows of an exit what it closes, and of a recovery also why and since when it waits", () => {
    const slot = new SlotDriver().trading({ refreshPct: 50 })
    slot.fill(1, { fee: "0.01" })
    const filledAt = slot.nowMs / 1000
    slot.fill(2)
    slot.clock(1)
    slot.clock(900)
    slot.rejected(3)
    expect(slotView(1, slot.state)).toMatchObject({
      phase: "S1b",
      s2_entered_at: null,
      price_age_sec: 0,
      last_price_update_at: filledAt,
      orders: [
        { local_id: 4, side: "sell", role: "exit", trade_id: "B", entry_price: "0.099", entry_filled_at: filledAt },
        { local_id: 5, role: "entry", cycle: 2, placed_at: filledAt + 901, entry_price: null, entry_fee: null }
      ],
      recovery_orders: [
        {
          local_id: 3,
          recovery_id: 1,
          cycle: 1,
          volume: "50",
          filled_volume: "0",
          orphaned_at: filledAt + 901,
          retry_at: filledAt + 931,
          entry_fee: "0.01",
          reason: "s2_timeout"
        }
      ]
    })
  })

  it("shows each trade's losses, pauses and refreshes, and the losses of the day", () => {
    const slot = new SlotDriver().trading({ lossCooldownStart: 1, lossCooldownSec: 900 })
    slot.fill(1)
    slot.fill(3, { price: "0.11" })
    slot.price("0.105", 5)
    expect(slotView(1, slot.state)).toMatchObject({
      phase: "S0",
      long_only: true,
      short_only: false,
      pending_cancels: [2],
      today_realized_loss: "0.45",
      day_realized_loss: { utc_day: Math.floor(slot.nowMs / 86_400_000), loss: "0.45" },
      consecutive_losses_a: 1,
      consecutive_losses_b: 0,
      cooldown_until_a: slot.nowMs / 1000 + 895,
      cooldown_until_b: null,
      consecutive_refreshes_a: 0,
      consecutive_refreshes_b: 1,
      last_refresh_direction_a: null,
      last_refresh_direction_b: "up",
      profit_pct_runtime: 2,
      last_cycles: [{ exit_price: "0.11", gross_profit: "-0.45", net_profit: "-0.45", from_recovery: false }]
    })
  })

  it("is plain JSON", () => {
    const view = slotView(1, slot.state)
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
  })
})
