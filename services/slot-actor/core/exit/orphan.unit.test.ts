/** Room for recoveries, what orphaning says of itself, and what recoveries book. Market 0.1. */
import { describe, expect, it } from "vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"
import { slotView } from "../view.ts"

/** S1a: buy exit 3 of trade A at 0.09898, buy entry 2. With `both` S2: also sell exit 4 of trade B at 0.101. */
const inPosition = (
  both = false,
  rules: Parameters<SlotDriver["ready"]>[0] = {},
  [doge, usd] = ["1000", "1000"]
): SlotDriver => {
  const slot = new SlotDriver().ready({ refreshPct: 50, ...rules }, doge, usd)
  slot.price("0.1")
  slot.fill(1, { fee: "0.01" })
  slot.accept(3)
  if (both) slot.fill(2, { fee: "0.01" })
  if (both) slot.accept(4)
  slot.take()
  return slot
}

describe("the cap of recoveries", () => {
  it("of none still keeps the exit that is orphaned: a position is never dropped", () => {
    const slot = inPosition(false, { maxRecoverySlots: 0 })
    expect(said(slot.clock(600))).toEqual(["orphan 3 as 1 s1_timeout", "sell entry A 50@0.101 orphan_A"])
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([1])
  })

  it("that was lowered evicts as many as it takes", () => {
    const slot = inPosition(false, { maxRecoverySlots: 2 })
    for (const entry of [4, 6]) {
      slot.clock(600)
      slot.fill(entry)
    }
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([1, 2])
    slot.configure({ refreshPct: 50, maxRecoverySlots: 1 })
    slot.clock(600)
    expect(slot.state.book.recoveries.map(({ recoveryId }) => recoveryId)).toEqual([3])
  })

  it("asks no cancel for one that the exchange does not have", () => {
    const slot = inPosition(false, { maxRecoverySlots: 1 })
    slot.clock(600)
    slot.fill(4)
    slot.clock(599)
    slot.rejected(3)
    slot.take()
    expect(said(slot.clock(1))).toEqual([
      expect.stringMatching(/^book A1 .* recovery_evicted$/),
      "orphan 5 as 2 s1_timeout",
      "sell entry A 50@0.101 orphan_A"
    ])
    expect(slot.state.book.pendingCancels).toEqual([])
  })
})

describe("an orphaned exit", () => {
  const why = (slot: SlotDriver) =>
    slot.take().flatMap((event) => (event._tag === "ExitOrphaned" ? [[event.cycle, event.reason]] : []))

  it("alone says its age, the limit and the market", () => {
    const slot = inPosition()
    slot.clock(601)
    expect(why(slot)).toEqual([
      [1, { rule: "s1_timeout", numbers: { ageMs: 601_000, orphanAfterMs: 600_000, marketPrice: 0.1 } }]
    ])
  })

  it("of two says how long both waited and how far each was", () => {
    const slot = inPosition(true)
    slot.clock(1)
    slot.clock(901)
    expect(why(slot)).toEqual([
      [
        1,
        {
          rule: "s2_timeout",
          numbers: {
            waitedMs: 901_000,
            orphanAfterMs: 900_000,
            sellDistancePct: expect.closeTo(1),
            buyDistancePct: expect.closeTo(1.02)
          }
        }
      ]
    ])
  })

  it("waits again for as long when the market comes back to two exits", () => {
    const slot = inPosition(true)
    slot.clock(1)
    slot.clock(900)
    slot.fill(slot.find("sell", "entry").localId)
    slot.take()
    slot.clock(1)
    expect(said(slot.clock(899.999))).toEqual([])
    expect(said(slot.clock(0.001))[0]).toMatch(/^orphan \d+ as 2 s2_timeout$/)
  })
})

describe("orphaning", () => {
  it("leaves every exit alone while no price makes sense, under rules that heard such a price", () => {
    const slot = new SlotDriver({ rulesVersion: 2 }).trading({ refreshPct: 50 })
    slot.fill(2)
    slot.price("0")
    slot.take()
    expect(slot.clock(600)).toEqual([])
  })

  it("counts an exit's age from its entry's fill, also when it was asked for again since", () => {
    const slot = inPosition()
    slot.rejected(3)
    slot.clock(30)
    slot.take()
    expect(said(slot.clock(569.999))).toEqual([])
    expect(said(slot.clock(0.001))[0]).toBe("orphan 4 as 1 s1_timeout")
  })

  it("of trade B brings its next buy", () => {
    const slot = new SlotDriver().trading({ refreshPct: 50 })
    slot.fill(2)
    slot.accept(3)
    slot.take()
    expect(said(slot.clock(600))).toEqual(["orphan 3 as 1 s1_timeout", "buy entry B 51@0.099 orphan_B"])
  })

  it("of two exits that finds no room comes with the first answer, without another wait", () => {
    const slot = inPosition(false, { maxRecoverySlots: 1, refreshPct: 2, maxConsecutiveRefreshes: 100 })
    slot.clock(600)
    for (let n = 0; slot.state.book.pendingCancels.length < 16 && n < 40; n++)
      slot.price(n % 2 === 0 ? "0.11" : "0.102")
    slot.fill(slot.find("sell", "entry").localId)
    slot.fill(slot.find("buy", "entry").localId)
    slot.clock(1)
    slot.take()
    expect(said(slot.clock(900))).toContainEqual(expect.stringMatching(/^no exit_[AB]: cancels_unanswered$/))
    slot.cancelled(slot.state.book.pendingCancels[0]?.order.localId ?? 0)
    expect(said(slot.clock(1))).toContainEqual(expect.stringMatching(/^orphan \d+ as 2 s2_timeout$/))
  })

  it("ends the wait of two when one is cut short", () => {
    const slot = inPosition(true)
    slot.clock(1)
    slot.cancelled(3, { price: "0.09898", volume: "50" })
    expect(slotView(1, slot.state).s2_entered_at).toBeNull()
    expect(slot.state.book.halted).toBeNull()
  })
})

describe("what a recovery books", () => {
  it("when it is filled runs from its entry's fill, and counts as the loss it is", () => {
    const slot = inPosition()
    const entryMs = slot.nowMs
    slot.clock(600)
    slot.fill(3, { price: "0.11" })
    expect(slot.state.book.lastCycles).toMatchObject([
      { kind: "recovered", fromRecovery: true, entryMs, exitMs: entryMs + 600_000, net: Quote.parse("-0.46") }
    ])
    expect(slot.state.book.trades.A.consecutiveLosses).toBe(1)
  })

  it("when it is evicted takes the exchange's own fee, to the last unit, and says that the market stood in", () => {
    const rules = { maxRecoverySlots: 1, orderSize: Quote.parse("500000") }
    const slot = inPosition(false, rules, ["10000000", "1000000"])
    slot.send({ _tag: "FeesObserved", makerPct: 0.16, takerPct: 0.26 })
    const entryMs = slot.nowMs
    slot.clock(600)
    slot.fill(4)
    slot.clock(600)
    const [evicted] = slot.state.book.lastCycles
    // 4 950 495 DOGE at 0.1, and 0.16 % of that.
    const standIn = { volume: Volume.parse("4950495"), cost: Quote.parse("495049.5"), fee: Quote.parse("792.0792") }
    expect(evicted).toMatchObject({ kind: "evicted", fromRecovery: true, entryMs, standIn })
  })
})
