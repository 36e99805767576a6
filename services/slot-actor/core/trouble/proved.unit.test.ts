/** Kinds 3, 5 and 6 as a slot meets them: late, contradicted, beyond and short fills, and limits that change in mid-run. */
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { slotDifferences, unbalanced } from "../../../../shared/ledger/core/check.ts"
import { initialLedger, postEvent } from "../../../../shared/ledger/core/ledger.ts"
import { placeAt } from "../../../../shared/actor/core/actor.ts"
import { slotBooks } from "../money/ledgerBooks.ts"
import { said as saidOf, SlotDriver } from "../../testing/slotDriver.ts"

const said = (outputs: ReadonlyArray<MarketEvent>): ReadonlyArray<string> =>
  outputs.flatMap((output) => {
    if (output._tag !== "PositionReleased") return saidOf([output])
    const { tradeId, cycle, volume, entryPrice, reason } = output
    return [`release ${tradeId}${cycle} ${Volume.format(volume)}@${Price.format(entryPrice)} ${reason.rule}`]
  })

/** A slot whose every event, and every output, is posted in the ledger, which must agree to the last unit. */
class Audited extends SlotDriver {
  private ledger = initialLedger
  private posted = 0

  protected override fold(event: MarketEvent, subject: string) {
    const outputs = super.fold(event, subject)
    this.post(event, subject)
    for (const output of outputs) this.post(output, "market.XDGUSD.out.slot-1")
    expect(slotDifferences(this.ledger, slotBooks(1, this.state))).toEqual([])
    const { orders, recoveries, residual } = this.state.book
    const volumes = [...orders, ...recoveries.map(({ order }) => order), residual.A, residual.B].map(
      ({ volume }) => volume
    )
    expect(volumes.filter((volume) => volume < 0n)).toEqual([])
    expect(this.state.book.halted).toBeNull()
    return outputs
  }

  private post(event: MarketEvent, subject: string): void {
    const { rulesVersion, nowMs: timeMs } = this
    const place = placeAt({ seq: ++this.posted, index: 0, subject, epoch: 1, rulesVersion, timeMs })
    const { state, transaction } = postEvent(this.ledger, event, place)
    this.ledger = state
    if (transaction !== null) expect(unbalanced(transaction)).toEqual([])
  }

  late(fill: Pick<EventOf<"LateFillRecorded">, "localId" | "side" | "role" | "cycle">, price: string, volume: string) {
    const cost = Quote.parse(String(Math.round(Number(price) * Number(volume) * 1e9) / 1e9))
    return this.send({
      _tag: "LateFillRecorded",
      ...{ clientId: `k${fill.localId}`, txid: `TX-${fill.localId}`, execId: `E${volume}`, liquidity: "maker" },
      ...fill,
      ...{ price: Price.parse(price), volume: Volume.parse(volume), cost, fee: Quote.zero }
    })
  }
}

describe("no source lowers what another has proved", () => {
  it("a cancel that says less than its fills ends the order with those", () => {
    const slot = new Audited().trading()
    slot.partialFill(2, { price: "0.099", volume: "40", fee: "0.01" })
    slot.cancelled(2)
    expect(slot.find("sell", "exit")).toMatchObject({ volume: Volume.parse("40"), tradeId: "B" })
    expect(slot.state.book.totalFees).toBe(Quote.parse("0.01"))
  })

  it("up to version 2 of the rules it is believed", () => {
    const slot = new SlotDriver({ rulesVersion: 2 }).trading()
    slot.partialFill(2, { price: "0.099", volume: "40" })
    slot.cancelled(2)
    expect(slot.state.book.orders.some(({ role }) => role === "exit")).toBe(false)
  })

  it("a fill of an entry whose cancel was asked for counts, whatever its end says", () => {
    const slot = new Audited().trading()
    slot.price("0.104", 1)
    expect(said(slot.take())[0]).toMatch(/^cancel 2 stale_entry/)
    slot.partialFill(2, { price: "0.099", volume: "40" })
    slot.cancelled(2)
    expect(slot.find("sell", "exit").volume).toBe(Volume.parse("40"))
  })

  it("a late fill of an entry that had ended becomes a position with its exit, and its successor gives way", () => {
    const slot = new Audited().trading()
    slot.cancelled(2)
    slot.clock(31)
    slot.take()
    const outputs = said(slot.late({ localId: 2, side: "buy", role: "entry", cycle: 1 }, "0.099", "40"))
    expect(outputs).toEqual(["cancel 3 superseded_by_late_fill", "sell exit B 40@0.101 entry_fill_exit"])
  })

  it("a late fill of an exit that waits closes so much of its position: only the rest is asked for again", () => {
    const slot = new Audited().trading()
    slot.fill(2)
    slot.accept(3)
    slot.cancelled(3)
    slot.late({ localId: 3, side: "sell", role: "exit", cycle: 1 }, "0.101", "30")
    slot.take()
    expect(said(slot.clock(31))).toContain("sell exit B 21@0.101 exit_replaced")
  })

  it("a late fill of the whole exit books its cycle, and takes off the exit that had taken its place", () => {
    const slot = new Audited().trading()
    slot.fill(2)
    slot.accept(3)
    slot.cancelled(3)
    slot.clock(31)
    slot.accept(4)
    slot.take()
    const outputs = said(slot.late({ localId: 3, side: "sell", role: "exit", cycle: 1 }, "0.101", "51"))
    expect(outputs.slice(0, 2)).toEqual(["cancel 4 filled_before", "book B1 net 0.102 exit_cut_short"])
    // It fills after all: nobody's cycle, and by name.
    expect(said(slot.send(filled(4, "0.101", "51")))).toContain("release A0 51@0.101 filled_beyond_position")
  })

  it("a late fill of an exit whose cycle is over is named as nobody's, and books no profit", () => {
    const slot = new Audited().trading()
    slot.fill(2)
    slot.fill(3)
    const before = slot.state.book.totalProfit
    slot.take()
    expect(said(slot.late({ localId: 3, side: "sell", role: "exit", cycle: 1 }, "0.101", "20"))).toEqual([
      "release A0 20@0.101 filled_beyond_position"
    ])
    expect(slot.state.book.totalProfit).toBe(before)
  })

  it("the end of an exit that waits already counts no second rejection, and its fills once", () => {
    const slot = new Audited().trading()
    slot.fill(2)
    slot.accept(3)
    slot.cancelled(3, { price: "0.101", volume: "20" })
    const waiting = slot.find("sell", "exit")
    slot.take()
    expect(said(slot.cancelled(3, { price: "0.101", volume: "20" }))).toEqual([])
    expect(slot.find("sell", "exit")).toEqual(waiting)
  })
})

const filled = (localId: number, price: string, volume: string): EventOf<"OrderFilled"> => ({
  _tag: "OrderFilled",
  ...{ clientId: `k${localId}`, localId, txid: `TX-${localId}` },
  ...{ price: Price.parse(price), volume: Volume.parse(volume), fee: Quote.zero },
  cost: Quote.parse(String(Math.round(Number(price) * Number(volume) * 1e9) / 1e9))
})

describe("an order may trade more, less or otherwise than asked", () => {
  it.each([
    ["doubled", "102"],
    ["halved", "25.5"]
  ])("an entry %s by hand is the position it has become", (_what, volume) => {
    const slot = new Audited().trading()
    slot.fill(2, { volume })
    expect(slot.find("sell", "exit").volume).toBe(Volume.parse(volume))
  })

  it("an exit doubled by hand closes its position at its share; what lies beyond is named as nobody's", () => {
    const slot = new Audited().trading()
    slot.fill(2)
    slot.take()
    expect(said(slot.fill(3, { volume: "102" }))).toEqual([
      "book B1 net 0.102 exit_filled",
      "buy entry B 51@0.099 cycle_complete",
      "release A0 51@0.101 filled_beyond_position"
    ])
  })

  it("an exit halved by hand has closed half of its position: the rest is asked for again", () => {
    const slot = new Audited().trading()
    slot.constraints({ volumeDecimals: 8 })
    slot.fill(2)
    slot.accept(3)
    slot.take()
    expect(said(slot.fill(3, { volume: "25.5" }))).toEqual(["no exit_B: exit_lost"])
    expect(said(slot.clock(31))).toContain("sell exit B 25.5@0.101 exit_replaced")
  })

  it("an exit filled 2e-8 short closes its cycle, and the rest is kept to the last unit", () => {
    const slot = new Audited().trading()
    slot.fill(2)
    slot.take()
    slot.fill(3, { volume: "50.99999998" })
    expect(slot.state.book.roundTrips).toBe(1)
    expect(slot.state.book.residual.B.volume).toBe(2n)
  })

  it("a recovery doubled by hand books what was its own", () => {
    const slot = new Audited().withRecovery()
    expect(said(slot.fill(3, { volume: "102" }))).toContain("release A0 51@0.101 filled_beyond_position")
    expect(slot.state.book.lastCycles.at(-1)).toMatchObject({ kind: "recovered", volume: Volume.parse("51") })
  })

  it("an order restated at another price and volume: the entry is for that, the exit for its position", () => {
    const slot = new Audited().trading()
    const restated = (localId: number, price: string): EventOf<"OrderRestated"> => ({
      _tag: "OrderRestated",
      ...{ clientId: `k${localId}`, localId, price: Price.parse(price), volume: Volume.parse("200") }
    })
    slot.send(restated(2, "0.098"))
    expect(slot.find("buy", "entry")).toMatchObject({ priceNumber: 0.098, volume: Volume.parse("200") })
    slot.fill(2)
    slot.send(restated(3, "0.15"))
    expect(slot.find("sell", "exit")).toMatchObject({ priceNumber: 0.15, volume: Volume.parse("200") })
  })
})

describe("nothing is asked that the known limits forbid", () => {
  it("a least volume raised in mid-run: the position of a lost exit is kept as residual, and said", () => {
    const slot = new Audited().trading()
    slot.fill(1)
    slot.constraints({ minVolume: Volume.parse("60") })
    slot.rejected(3)
    slot.take()
    expect(said(slot.clock(31))).toContain("no exit_A: residual_below_minimum")
    expect(slot.state.book.residual.A.volume).toBe(Volume.parse("50"))
    slot.take()
    expect(said(slot.clock(3_600)).filter((line) => line.includes("exit A"))).toEqual([])
  })

  it("a least cost raised in mid-run: an entry that fills is kept as residual, and joins the next exit", () => {
    const slot = new Audited().trading()
    slot.constraints({ minCost: Quote.parse("8") })
    slot.take()
    expect(said(slot.fill(2))).toContain("no exit_B: residual_below_minimum")
    slot.constraints({ minCost: Quote.parse("0.5") })
    slot.price("0.1", 31)
    slot.clock(31)
    const again = slot.find("buy", "entry")
    slot.fill(again.localId)
    expect(slot.find("sell", "exit").volume).toBe(Volume.parse("51") + again.volume)
  })

  it("decimals taken away until no price is left below the market: the position is residual, no order asks for 0", () => {
    const slot = new Audited().trading()
    slot.fill(1)
    slot.constraints({ priceDecimals: 0, minCost: Quote.zero })
    slot.rejected(3, "EOrder:Tick size check failed")
    slot.take()
    expect(said(slot.clock(31))).toContain("no exit_A: residual_below_minimum")
  })

  it("decimals taken away in mid-run: the exit asked for again has none too many, and the rest is residual", () => {
    const slot = new Audited().trading()
    slot.fill(2, { volume: "51.5" })
    slot.constraints({ priceDecimals: 2, volumeDecimals: 0 })
    slot.rejected(3, "EOrder:Tick size check failed")
    slot.take()
    expect(said(slot.clock(31))).toContain("sell exit B 51@0.11 exit_replaced")
    expect(slot.state.book.residual.B.volume).toBe(Volume.parse("0.5"))
  })
})
