/** The edges of a cycle: odd costs, stale entries at the limit, late fills, refusals that are over. Market 0.1. */
import { describe, expect, it } from "vitest"
import { Price, Quote } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import { phaseOf } from "../state.ts"
import { slotView } from "../view.ts"

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

describe("a filled entry whose cost is not its price times its volume", () => {
  it("is a position at the price the exchange gave, not at one computed from the cost", () => {
    const slot = standing()
    slot.fill(1, { cost: "5.06" })
    expect(slot.find("buy", "exit").position).toMatchObject({ price: Price.parse("0.101"), cost: Quote.parse("5.06") })
  })

  it("joined with what was too small before is one at the average of both costs", () => {
    const slot = standing()
    slot.cancelled(1, { price: "0.101", volume: "10", cost: "1" })
    slot.clock(30)
    slot.fill(slot.find("sell", "entry").localId, { volume: "40", cost: "4.04" })
    // 5.04 / 50
    expect(slot.find("buy", "exit").position).toMatchObject({ price: Price.parse("0.1008"), cost: Quote.parse("5.04") })
  })
})

describe("the fallback flags", () => {
  it.each([
    { onlySide: "long", entry: 1, exit: 3, refused: "no entry_A: long_only" },
    { onlySide: "short", entry: 2, exit: 3, refused: "no entry_B: short_only" }
  ] as const)(
    "hold back the follow-up of the side that one $onlySide only has given up: $refused",
    ({ onlySide, entry, exit, refused }) => {
      const slot = standing()
      slot.fill(entry)
      slot.state = { ...slot.state, book: { ...slot.state.book, onlySide } }
      expect(said(slot.fill(exit))).toEqual([expect.stringMatching(/^book/), refused])
    }
  )
})

describe("a stale entry, asked back", () => {
  it("says how far the market has left it", () => {
    const slot = standing()
    const [cancel] = slot.price("0.125")
    expect(cancel).toMatchObject({
      reason: {
        rule: "stale_entry",
        numbers: { distancePct: expect.closeTo(19.2), refreshPct: 3, marketPrice: 0.125 }
      }
    })
  })

  it("to buy, in a falling market, rests after the same direction three times; a turn starts the count anew", () => {
    const slot = standing({ entryPct: 0.1, maxConsecutiveRefreshes: 3 })
    const refreshed = (price: string) => said([...slot.price(price, 5), ...slot.price(price, 5)])
    expect(refreshed("0.096")).toHaveLength(4)
    expect(slot.state.book.trades.B).toMatchObject({ consecutiveRefreshes: 1, lastRefreshDirection: "down" })
    expect(refreshed("0.092")).toHaveLength(4)
    expect(refreshed("0.096")).toHaveLength(4)
    expect(slot.state.book.trades.B).toMatchObject({ consecutiveRefreshes: 1, lastRefreshDirection: "up" })
  })
})

describe("a stale entry at the very edge", () => {
  it("stays, also beside one that is beyond it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready({
      entryPct: 0,
      refreshPct: 100,
      orderSize: Quote.parse("10")
    })
    slot.price("0.5")
    slot.allot("1000", "1000")
    slot.refuseEntry(2, "price_passed", "now")
    slot.price("0.6")
    slot.allot("1000", "1000")
    slot.take()
    expect(said(slot.price("0.25"))).toEqual(["cancel 3 stale_entry", "buy entry B 40@0.25 refresh_entry"])
  })
})

describe("what a slot could not do", () => {
  const refused = (slot: SlotDriver) => Object.keys(slotView(1, slot.state).refusals)

  it("is forgotten once the trade has its entry again, and said again should it come again", () => {
    const slot = standing()
    slot.price("0.11")
    slot.rejected(3)
    slot.fill(1)
    expect(said(slot.fill(4))).toContain("no entry_A: retry_pause")
    expect(refused(slot)).toEqual(["entry_A"])
    slot.clock(30)
    expect(refused(slot)).toEqual([])
  })

  it("is forgotten when the follow-up of a cycle brings the entry", () => {
    const slot = standing()
    slot.price("0.11")
    slot.price("0.11")
    slot.rejected(3)
    slot.fill(1)
    slot.clock(30)
    // Kept, and not shown: its trade is in position, nobody wants that entry now.
    expect(slot.state.book.refusals.entry_A?.reason.rule).toBe("entry_lost")
    expect(refused(slot)).toEqual([])
    slot.fill(slot.find("buy", "exit").localId)
    expect(slot.find("sell", "entry").cycle).toBe(2)
    expect(slot.state.book.refusals.entry_A).toBeNull()
  })

  it("is forgotten once a stale entry is asked back after all", () => {
    const slot = standing({ entryPct: 0.1, maxConsecutiveRefreshes: 2 })
    for (const price of ["0.104", "0.104", "0.108", "0.108"]) slot.price(price, 5)
    expect(refused(slot)).toEqual(["refresh_A", "refresh_B"])
    slot.price("0.108", 300)
    slot.price("0.108")
    expect(refused(slot)).toEqual([])
  })
})

describe("a late fill", () => {
  it("takes its successor's place in the cycle also while the other trade is in position", () => {
    const slot = standing()
    slot.price("0.11")
    slot.fill(2)
    slot.take()
    expect(said(slot.fill(1))).toEqual(["cancel 3 superseded_by_late_fill", "buy exit A 50@0.09898 entry_fill_exit"])
    expect(phase(slot)).toBe("S2")
  })

  it("that becomes a recovery counts its fee", () => {
    const slot = standing()
    slot.price("0.11")
    slot.fill(3, { fee: "0.01" })
    slot.fill(1, { fee: "0.02" })
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.03"))
  })
})

describe("what was too small of each trade", () => {
  it("joins its own trade's next exit, once", () => {
    const slot = standing()
    slot.cancelled(1, { price: "0.101", volume: "5" })
    slot.cancelled(2, { price: "0.099", volume: "7" })
    slot.clock(30)
    slot.fill(slot.find("sell", "entry").localId)
    expect(slotView(1, slot.state).residual).toMatchObject({ A: { volume: "0" }, B: { volume: "7" } })
  })
})

describe("an exit whose cost is not its price times its volume", () => {
  it("is booked at the price the exchange gave, not at one computed from the cost", () => {
    const slot = standing()
    slot.fill(1)
    slot.fill(3, { cost: "4.9" })
    expect(slot.state.book.lastCycles).toMatchObject([{ exitPrice: Price.parse("0.09898"), net: Quote.parse("0.15") }])
  })
})

describe("an entry after one that was left alone for a part filled", () => {
  it("follows the market again", () => {
    const slot = standing()
    slot.partialFill(1, { price: "0.101", volume: "5" })
    slot.price("0.11")
    slot.price("0.11")
    slot.cancelled(1, { price: "0.101", volume: "5" })
    slot.clock(30)
    const { localId } = slot.find("sell", "entry")
    expect(said([...slot.price("0.12"), ...slot.price("0.12")])).toContain(`cancel ${localId} stale_entry`)
  })
})
