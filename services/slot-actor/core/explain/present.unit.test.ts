import { describe, expect, it } from "vitest"
import { SlotDriver } from "../../testing/slotDriver.ts"
import { slotView } from "../view.ts"

const shown = (slot: SlotDriver) => slotView(1, slot.state)

describe("a slot in the present tense", () => {
  it("says of its phase what really stands", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    expect(shown(slot).phase_in_words).toBe("no order")
    const trading = new SlotDriver().trading()
    expect(shown(trading).phase_in_words).toBe("both entries out")
    trading.fill(1)
    expect(shown(trading)).toMatchObject({ phase: "S1a", phase_in_words: "A sold, to buy back" })
  })

  it("no longer shows a pause's refusal once the market runs, although nobody has asked again", () => {
    const slot = new SlotDriver({ allots: "by hand" }).ready()
    slot.mode("PAUSED")
    slot.price("0.1")
    expect(shown(slot).refusals).toEqual({ bootstrap: "The market is paused." })
    expect(shown(slot).refused_since).toEqual({ bootstrap: slot.nowMs / 1000 })
    slot.mode("RUNNING")
    expect(shown(slot).refusals).toEqual({})
  })

  it("shows a lost exit while it waits, and since when; not once it stands again", () => {
    const slot = new SlotDriver().trading()
    slot.fill(1)
    const exit = slot.find("buy", "exit").localId
    slot.rejected(exit)
    const since = slot.nowMs / 1000
    slot.clock(5)
    expect(Object.keys(shown(slot).refusals)).toContain("exit_A")
    expect(shown(slot).refused_since["exit_A"]).toBe(since)
    slot.clock(60)
    expect(shown(slot).refusals["exit_A"]).toBeUndefined()
  })
})
