import { describe, expect, it } from "vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { SlotDriver } from "../../testing/slotDriver.ts"
import { slotBooks } from "./ledgerBooks.ts"

const open = (tradeId: "A" | "B", volume: string, cost: string, fee: string) => ({
  tradeId,
  volume: Volume.parse(volume),
  cost: Quote.parse(cost),
  fee: Quote.parse(fee)
})
const NOTHING_OVER = [open("A", "0", "0", "0"), open("B", "0", "0", "0")]

describe("a slot's books for the ledger", () => {
  it("hold no position while only entries stand", () => {
    expect(slotBooks(7, new SlotDriver().trading().state)).toEqual({
      slot: 7,
      totalProfit: Quote.zero,
      open: NOTHING_OVER
    })
  })

  it("hold the profit booked, and each exit at what its entry cost", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1, { fee: "0.01" })
    slot.fill(3, { fee: "0.02" })
    slot.fill(2, { fee: "0.03" })
    expect(slotBooks(1, slot.state)).toEqual({
      slot: 1,
      totalProfit: Quote.parse("0.071"),
      open: [open("B", "51", "5.049", "0.03"), ...NOTHING_OVER]
    })
  })

  it("hold of a partly closed exit the rest: what came back is taken off its cost, what that cost added to its fee", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1, { fee: "0.01" })
    slot.cancelled(3, { price: "0.09898", volume: "20", fee: "0.002" })
    // 5.05 − 1.9796
    expect(slotBooks(1, slot.state).open).toEqual([open("A", "30", "3.0704", "0.012"), ...NOTHING_OVER])
  })

  it("hold recoveries as well, and what was too small for an order", () => {
    const slot = new SlotDriver().withRecovery()
    const { localId } = slot.find("buy", "entry")
    slot.cancelled(localId, { price: "0.097", volume: "10", fee: "0.001" })
    expect(slotBooks(1, slot.state).open).toEqual([
      open("B", "51", "5.049", "0"),
      open("A", "0", "0", "0"),
      open("B", "10", "0.97", "0.001")
    ])
  })
})
