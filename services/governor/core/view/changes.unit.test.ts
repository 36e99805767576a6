import { describe, expect, it } from "@effect/vitest"
import { Quote } from "../../../../shared/core/decimal/decimal.ts"
import type { Command } from "../../../../shared/events/families/command.ts"
import { GovernorStory, request } from "../../testing/governorDriver.ts"
import { accepted, cycle } from "../../testing/governorDriver.ts"
import { changesOf } from "./changes.ts"
import type { GovernorState } from "../state.ts"

/** What a running market of three slots says of this command. */
const said = (command: Command, story: GovernorStory = new GovernorStory().running()): ReadonlyArray<string> => {
  const before: GovernorState = story.state
  return changesOf(before, story.command(command).state, command)
}

describe("what a command changes, in numbers", () => {
  it("of the loss limit: the limit before and after, what is lost, and what the lock does", () => {
    const lost = new GovernorStory().running()
    lost.slot(1, cycle("-3.05", lost.nowMs))
    expect(said({ name: "set_daily_loss_limit", limit: Quote.parse("5") }, lost)).toEqual([
      "daily loss limit: 3 USD → 5 USD",
      "today's losing cycles come to 3.05 USD: the lock is open from here on"
    ])
    expect(said({ name: "set_daily_loss_limit", limit: Quote.zero })).toEqual([
      "daily loss limit: 3 USD → none",
      "today's losing cycles come to 0 USD: the lock stays open"
    ])
  })

  it("of the entry distance, also when nothing changes", () => {
    expect(said({ name: "set_entry_pct", pct: 0.3 })).toEqual([
      "entry distance in force: 0.2 % → 0.3 %, for entries planned from now on"
    ])
    expect(said({ name: "set_entry_pct", pct: 0.2 })).toEqual([
      "entry distance in force stays at 0.2 %, for entries planned from now on"
    ])
  })

  it("of the profit target: that volatility sets it, where it does", () => {
    expect(said({ name: "set_profit_pct", pct: 1.3 })).toEqual([
      "profit target in force: 1 % → 1.3 %, for exits planned from now on"
    ])
    const moving = new GovernorStory().running()
    moving.state = { ...moving.state, targets: { ...moving.state.targets, runtimeProfitPct: 1.1 } }
    expect(said({ name: "set_profit_pct", pct: 0.3 }, moving)).toEqual([
      "profit target in force stays at 1.1 %",
      "volatility sets the target, now 1.1 %"
    ])
    moving.state = { ...moving.state, targets: { ...moving.state.targets, profitPct: 0.3 } }
    expect(said({ name: "set_profit_pct", pct: 0.4 }, moving)[1]).toBe(
      "volatility sets the target, now 1.1 %: the operator's own 0.3 % counts only while it does not"
    )
  })

  it("of a layer: wanted, funded, and what new orders carry", () => {
    expect(said({ name: "add_layer", source: null }).slice(0, 3)).toEqual([
      "capital layers wanted: 0 → 1",
      "funded, and carried by new orders: 0 → 1",
      "of that in each new order: 0 DOGE → 1 DOGE"
    ])
  })

  it("of more slots: the orders they want against the room there is", () => {
    const crowded = new GovernorStory().running().openOrders(50)
    expect(said({ name: "add_slot", count: 30 }, crowded).slice(0, 2)).toEqual([
      "active slots: 3 → 33",
      "they want 60 orders to begin with; 50 are open and 10 more fit under the safe cap of 60: 50 of them will not be placed before others end"
    ])
  })

  it("of fewer slots: which leave, and how many orders are taken off", () => {
    const story = new GovernorStory().running().slot(2, request(1)).order(2, accepted(1))
    const [active, leaving, orders] = said({ name: "remove_slot", slot: 2 }, story)
    expect(active).toBe("active slots: 3 → 2")
    expect(leaving).toMatch(/^leaving: 2 [a-z]+$/)
    expect(orders).toContain("taken off the book: 1 of 1 orders, of which 0 are exits and 0 recoveries")
  })

  it("of a pause: what stays on the book, and what is dropped", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).slot(1, request(1)).order(1, accepted(1))
    story.slot(2, request(1))
    story.slot(3, request(1, { role: "exit", side: "sell" })).order(3, accepted(1))
    expect(story.state.scheduler.queue).toHaveLength(1)
    expect(said({ name: "pause", note: "" }, story)).toEqual([
      "on the book: 1 entry, 1 exit and 0 recoveries, all of which stay",
      "entries that wait and are dropped: 1"
    ])
  })

  it("of a resume: how many slots enter again, and how much room they have", () => {
    const paused = new GovernorStory().running().command({ name: "pause", note: "" })
    expect(said({ name: "resume" }, paused)).toEqual([
      "on the book: 0 entries, 0 exits and 0 recoveries, all of which stay",
      "active slots that may enter again: 3; 60 more orders fit under the safe cap of 60"
    ])
  })

  it("of a comparison of open orders: both counts, as far as they are known", () => {
    expect(said({ name: "reconcile_drift" })).toEqual([
      "open orders of the pair, by the exchange's last word: not known yet, whoever placed them; by the journal: 0"
    ])
    const counted = new GovernorStory().running().account({ _tag: "OpenOrdersObserved", ours: 2, foreign: 1 })
    expect(said({ name: "reconcile_drift" }, counted)).toEqual([
      "open orders of the pair, by the exchange's last word: 3, whoever placed them; by the journal: 0"
    ])
  })

  it("says nothing of what has effects of its own", () => {
    expect(said({ name: "audit_pnl" })).toEqual([])
  })
})
