import { describe, expect, it } from "vitest"
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

const amendments = (outputs: ReadonlyArray<MarketEvent>) =>
  outputs.flatMap((event) =>
    event._tag === "AmendRequested" ? [`${event.localId} to ${Price.format(event.price)}`] : []
  )
const amended = (localId: number, price: string): MarketEvent => ({
  _tag: "OrderAmended",
  clientId: `k${localId}`,
  localId,
  price: Price.parse(price)
})
const refused = (localId: number): MarketEvent => ({
  _tag: "AmendRefused",
  clientId: `k${localId}`,
  localId,
  cause: "EOrder:Post only order"
})
const recovery = ({ state }: SlotDriver) => state.book.recoveries[0]

describe("a soft close", () => {
  it("moves the recovery to an entry's distance from the market, on its own side, in place", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    expect(recovery(slot)?.order.side).toBe("sell")
    // 0.098 · 1.01
    expect(amendments(slot.softClose(1))).toEqual(["3 to 0.09898"])
    slot.send(amended(3, "0.09898"))
    expect(recovery(slot)?.order.price).toBe(Price.parse("0.09898"))
    expect(recovery(slot)?.softClose).toBe("no")
  })

  it("books what the recovery then earns", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(1)
    slot.send(amended(3, "0.09898"))
    slot.take()
    slot.fill(3, { price: "0.09898" })
    // 51 · (0.09898 − 0.099)
    expect(said(slot.take())[0]).toBe("book B1 net -0.00102 recovery_filled")
  })

  it("of a recovery whose order is still on its way waits until the exchange has it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).trading()
    slot.fill(2)
    slot.price("0.098", 1)
    slot.clock(600)
    expect(amendments(slot.softClose(1))).toEqual([])
    expect(amendments(slot.accept(3))).toEqual(["3 to 0.09898"])
  })

  it("that the exchange refuses takes the order off, and brings it back at once, next to the market of then", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(1)
    expect(said(slot.send(refused(3)))).toEqual(["cancel 3 amend_refused"])
    slot.price("0.097", 1)
    expect(said(slot.cancelled(3))).toEqual(["sell exit B 51@0.09797 recovery_replaced"])
    expect(recovery(slot)?.softClose).toBe("no")
  })

  it("is one at a time: a second one waits for the first to be answered", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(1)
    expect(said(slot.softClose(1))).toEqual(["no soft_close: move_pending"])
    slot.send(amended(3, "0.09898"))
    slot.price("0.097", 1)
    expect(amendments(slot.softClose(1))).toEqual(["3 to 0.09797"])
  })

  it("of a recovery that waits for its next try takes effect with that try", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.cancelled(3)
    expect(amendments(slot.softClose(1))).toEqual([])
    slot.take()
    slot.price("0.097", 29)
    expect(slot.take()).toEqual([])
    expect(said(slot.price("0.097", 1))).toContain("sell exit B 51@0.09797 recovery_replaced")
    expect(recovery(slot)?.softClose).toBe("no")
  })

  it("goes on in a market that stands still", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.mode("PAUSED")
    expect(amendments(slot.softClose(1))).toEqual(["3 to 0.09898"])
  })

  it("loses nothing when the order fills before it is amended", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(1)
    slot.fill(3)
    expect(slot.state.book.recoveries).toEqual([])
    expect(slot.send(refused(3))).toEqual([])
    expect(slot.state.book.halted).toBeNull()
  })

  it("answered after the recovery was filled changes nothing", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(1)
    slot.fill(3)
    const before = slot.state.book
    expect(slot.send(amended(3, "0.09898"))).toEqual([])
    expect(slot.state.book).toEqual(before)
  })

  it("moves the one that was named, of two", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.fill(1)
    slot.accept(slot.find("buy", "exit").localId)
    slot.clock(600)
    const [first, second] = slot.state.book.recoveries.map(({ order }) => order)
    slot.softClose(2)
    slot.send(amended(second?.localId ?? 0, "0.097"))
    expect(slot.state.book.recoveries.map(({ order }) => order.price)).toEqual([first?.price, Price.parse("0.097")])
  })

  it("tells where the order stood, where the market is and who wanted it", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    expect(slot.softClose(1)).toMatchObject([
      {
        recoveryId: 1,
        reason: {
          rule: "recovery_moves",
          numbers: { wantedBy: "operator_moves_recovery", oldPrice: "0.101", marketPrice: 0.098 }
        }
      }
    ])
  })

  it("that had to wait says that the exchange's word let it go on, for the recovery that was named alone", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery({ refreshPct: 50 })
    slot.fill(1)
    slot.clock(600)
    slot.softClose(2)
    expect(slot.accept(3)).toEqual([])
    expect(slot.accept(5)).toMatchObject([
      { recoveryId: 2, localId: 5, reason: { rule: "recovery_moves", numbers: { wantedBy: "accepted" } } }
    ])
  })

  it("waits for a price that makes sense, under rules that heard another", () => {
    const slot = new SlotDriver({ allots: "by hand", rulesVersion: 2 }).withRecovery()
    slot.price("0")
    expect(said(slot.softClose(1))).toEqual(["no soft_close: no_price"])
  })

  it("goes by the last price that made sense", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.price("0")
    expect(slot.softClose(1).map(({ _tag }) => _tag)).toEqual(["AmendRequested"])
  })

  it("that nobody asked for is not taken off when an amendment is refused", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    expect(slot.send(refused(3))).toEqual([])
  })

  it("of a recovery the slot does not have is refused, by name", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    expect(said(slot.softClose(9))).toEqual(["no soft_close: no_such_recovery"])
  })

  it("is refused once for the same reason, and again after one that was not", () => {
    const slot = new SlotDriver({ allots: "by hand" }).withRecovery()
    slot.softClose(9)
    expect(said(slot.softClose(9))).toEqual([])
    slot.softClose(1)
    expect(said(slot.softClose(9))).toEqual(["no soft_close: no_such_recovery"])
  })
})
