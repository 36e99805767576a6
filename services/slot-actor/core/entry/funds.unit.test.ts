import { describe, expect, it } from "vitest"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

const asked = (slot: SlotDriver) => slot.take().flatMap((event) => (event._tag === "FundsWanted" ? [event.what] : []))

describe("a slot and its governor", () => {
  it("asks for funds once when it has nothing, and plans with exactly what it is allotted", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.price("0.1", 1)
    slot.clock(5)
    expect(asked(slot)).toEqual(["bootstrap"])
    expect(said(slot.allot("26", "0.49"))).toEqual(["sell entry A 26@0.101 reseed_A", "no entry_B: insufficient_funds"])
  })

  it("asks for nothing before there is a price, nor before the exchange has said its terms", () => {
    const unpriced = new SlotDriver({ allots: "by hand" }).ready()
    unpriced.clock(5)
    expect(asked(unpriced)).toEqual([])
    const slot = new SlotDriver({ allots: "by hand" })
    slot.configure()
    slot.life("active")
    slot.mode("RUNNING")
    slot.price("0.1")
    expect(asked(slot)).toEqual([])
    slot.constraints()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["bootstrap"])
  })

  it("says why it asks, and for which trades", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    const why = () => slot.take().flatMap((event) => (event._tag === "FundsWanted" ? [event.reason] : []))
    slot.price("0.1")
    expect(why()).toEqual([{ rule: "no_orders", numbers: { trades: "A B" } }])
    slot.allot("1", "2")
    slot.price("0.1", 30)
    expect(why()).toEqual([{ rule: "leg_missing", numbers: { trades: "A" } }])
  })

  it("leaves an allotment for another slot alone", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    expect(slot.allot("1000", "1000", 2)).toEqual([])
    expect(slot.state.book.wish).toBe("bootstrap")
  })

  it("answers every allotment, also when the answer is the same as the last one", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    const first = said(slot.allot("1", "0.1"))
    expect(first).toEqual(["no bootstrap: insufficient_funds"])
    slot.price("0.1", 30)
    expect(said(slot.allot("1", "0.1"))).toEqual(first)
  })

  it("asks again half a minute after an allotment that led to nothing, and not before", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1", "0.1")
    slot.take()
    slot.clock(29.999)
    expect(asked(slot)).toEqual([])
    slot.clock(0.001)
    expect(asked(slot)).toEqual(["bootstrap"])
  })

  it("asks to repair the missing leg of a one-sided start", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1", "2")
    expect(slot.state.book.onlySide).toBe("long")
    slot.take()
    slot.price("0.1", 30)
    expect(asked(slot)).toEqual(["repair"])
    expect(said(slot.allot("50", "0"))).toEqual(["sell entry A 50@0.101 auto_repair"])
    expect(slot.state.book.onlySide).toBeNull()
  })

  it("asks for nothing during a cooldown, and for the leg when it is over", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading({ reentryBaseCooldownSec: 60 })
    slot.fill(1)
    slot.accept(3)
    slot.fill(3)
    slot.take()
    slot.price("0.1", 59)
    expect(asked(slot)).toEqual([])
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
  })

  it.each(["PAUSED", "HALTED"] as const)("keeps its entries and refreshes none while the market is %s", (mode) => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.mode(mode)
    expect(slot.price("0.11", 1)).toEqual([])
    expect(slot.state.book.orders.length).toBe(2)
    slot.mode("RUNNING")
    expect(said(slot.price("0.11", 1))).toContain("cancel 1 stale_entry")
  })

  it.each([
    { mode: "PAUSED", rule: "paused" },
    { mode: "HALTED", rule: "halted" }
  ] as const)(
    "turns a filled entry into its exit also while the market is $mode, and asks for no new entry",
    ({ mode, rule }) => {
      const slot = new SlotDriver({ allots: "by hand" }).trading()
      slot.mode(mode)
      expect(said(slot.fill(2))).toEqual(["sell exit B 51@0.101 entry_fill_exit"])
      slot.accept(3)
      expect(said(slot.fill(3))).toEqual([expect.stringMatching(/^book B1/), `no entry_B: ${rule}`])
      expect(slot.price("0.1", 60)).toEqual([])
      slot.mode("RUNNING")
      slot.take()
      slot.price("0.1", 60)
      expect(asked(slot)).toEqual(["repair"])
    }
  )

  it("takes a mode it has not been told for a start: it asks, and opens nothing of its own accord", () => {
    const slot = new SlotDriver({ allots: "by hand" })
    slot.configure()
    slot.constraints()
    slot.life("active")
    slot.price("0.1")
    expect(asked(slot)).toEqual(["bootstrap"])
    expect(said(slot.allot("1000", "1000"))).toHaveLength(2)
    slot.accept(1)
    slot.accept(2)
    expect(slot.price("0.11", 1)).toEqual([])
    slot.mode("RUNNING")
    expect(said(slot.price("0.11", 1))).toContain("cancel 1 stale_entry")
  })

  it("asks for no entry of its own accord during a start, only as the answer to an allotment", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.mode("STARTING")
    expect(slot.price("0.11", 1)).toEqual([])
    slot.fill(2)
    slot.accept(3)
    expect(said(slot.fill(3))).toEqual([expect.stringMatching(/^book B1/), "no entry_B: starting"])
    slot.take()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
    expect(said(slot.allot("1000", "1000"))).toEqual(["buy entry B 57@0.099 auto_repair"])
  })

  it.each([
    { rule: "entry cooldown of 5 s", cooldownSec: 5, afterSec: 5 },
    { rule: "entry cooldown of 60 s", cooldownSec: 60, afterSec: 30 }
  ])(
    "asks again when the pause that refused it is over, or after half a minute: $rule",
    ({ cooldownSec, afterSec }) => {
      const slot = new SlotDriver({ allots: "by hand" }).withRecovery({ reentryBaseCooldownSec: cooldownSec })
      slot.take()
      // The orphaned exit's trade rests; the other leg is refused, so that the slot has nothing and asks for both.
      slot.refuseEntry(slot.find("sell", "entry").localId, "price_passed", "now")
      slot.price("0.098")
      expect(asked(slot)).toEqual(["bootstrap"])
      expect(said(slot.allot("1", "0.1"))).toEqual(["no bootstrap: insufficient_funds"])
      slot.take()
      slot.clock(afterSec - 0.001)
      expect(asked(slot)).toEqual([])
      slot.clock(0.001)
      expect(asked(slot)).toEqual(["bootstrap"])
    }
  )

  it("forgets an entry that is refused, and sets its flags by what is left", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.refuseEntry(1, "insufficient_funds")
    expect(slot.state.book.orders.map(({ localId }) => localId)).toEqual([2])
    expect(slot.state.book.onlySide).toBe("long")
    expect(slot.state.book.halted).toBeNull()
    slot.take()
    slot.price("0.1", 29)
    expect(asked(slot)).toEqual([])
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["repair"])
  })

  it("asks at once for an entry that was refused because the price had passed it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.refuseEntry(2, "price_passed", "now")
    slot.take()
    slot.price("0.0985", 1)
    expect(asked(slot)).toEqual(["repair"])
  })

  it("takes a refusal as the answer to a cancel it was waiting for", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready({ refreshPct: 0.5 })
    slot.price("0.1")
    slot.allot("1000", "1000")
    slot.price("0.104", 1)
    expect(slot.state.book.pendingCancels.length).toBe(1)
    const cancelled = slot.state.book.pendingCancels[0]?.order.localId ?? 0
    slot.refuseEntry(cancelled, "withdrawn")
    expect(slot.state.book.pendingCancels).toEqual([])
    expect(slot.state.book.orders.length).toBe(2)
  })

  it.each(["PAUSED", "HALTED"] as const)("forgets its question when the market is %s, and asks again after", (mode) => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.price("0.1")
    slot.mode(mode)
    slot.mode("RUNNING")
    slot.take()
    slot.price("0.1", 1)
    expect(asked(slot)).toEqual(["bootstrap"])
  })

  it("is the governor's to name: a configuration that lists it does not make it trade", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.life("gone")
    expect(slot.price("0.1")).toEqual([])
  })
})
