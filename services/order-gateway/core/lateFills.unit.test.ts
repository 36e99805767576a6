/** Whatever lists say of an order after its end, and in whichever order: what is booked comes to what was traded. */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { placeAt, type EventPlace } from "../../../shared/actor/core/actor.ts"
import { Price, type Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../../shared/core/ids/clientId.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Fill } from "../../../shared/exchange/port.ts"
import { gatewayFold } from "./fold.ts"
import { lateFillFacts } from "./lateFills.ts"
import { initialState } from "./state.ts"

const OUT = "market.XDGUSD.out.slot-1"
const FACTS = "market.XDGUSD.order.slot-1"
const PRICE = Price.parse("0.1")
const at = (seq: number, subject: string): EventPlace => placeAt({ seq, index: 0, subject, epoch: 2, timeMs: 1_000 })
const identity = { clientId: clientIdOf({ epoch: 2, slot: 1, seq: 1, index: 0 }), localId: 7 }

/** At a tenth of a dollar, with a fee of 0.25 %. */
const sums = (volume: bigint) => ({
  volume: volume as Volume,
  cost: (volume * 10n) as Quote,
  fee: (volume / 40n) as Quote
})
const fillOf = (volume: bigint, n: number): Fill => ({
  ...{ execId: `E${n}`, txid: "O1", side: "buy", price: PRICE, ...sums(volume), liquidity: "maker", timeMs: n }
})

/** The gateway's journal of one order, from its request on. */
class Story {
  state = initialState
  private seq = 0
  /** What the journal says that the order has traded. */
  booked = 0n

  take(subject: string, event: MarketEvent): void {
    this.state = gatewayFold.reduce(this.state, event, at(++this.seq, subject)).state
  }

  begin(volume: bigint): this {
    this.take(OUT, {
      ...{ _tag: "OrderRequested", localId: 7, side: "buy", role: "exit", tradeId: "A", cycle: 1, price: PRICE },
      ...{ volume: volume as Volume, postOnly: true, layers: 0, reason: { rule: "entry_fill_exit", numbers: {} } }
    })
    this.take(FACTS, { _tag: "OrderAccepted", ...identity, txid: "O1" })
    return this
  }

  fill({ execId, price, volume, cost, fee, liquidity }: Fill): void {
    this.take(FACTS, {
      _tag: "FillRecorded",
      ...identity,
      ...{ txid: "O1", execId, price, volume, cost, fee, liquidity }
    })
  }

  end(volume: bigint): void {
    this.take(FACTS, {
      _tag: "OrderCancelled",
      ...identity,
      ...{ txid: "O1", price: PRICE, ...sums(volume), cause: "halt" }
    })
    this.booked = volume
  }

  /** A list or a stream names these; what is news is written. */
  hear(fills: ReadonlyArray<Fill>): void {
    const order = this.state.ended.find(({ localId }) => localId === 7)
    for (const fact of order === undefined ? [] : lateFillFacts(order, fills)) {
      this.take(FACTS, fact)
      this.booked += fact.volume
    }
  }
}

const units = (text: string): bigint => Volume.parse(text)

describe("fills heard after an order's end", () => {
  it("a larger one first, then an older one of just the size that the end had counted: that one is news", () => {
    const older = fillOf(units("0.895"), 1)
    const larger = fillOf(units("4.331728"), 2)
    const story = new Story().begin(units("24.73"))
    story.end(units("0.895"))
    story.hear([larger])
    expect(Volume.format(story.booked as Volume)).toBe("4.331728")
    story.hear([older, larger])
    expect(Volume.format(story.booked as Volume)).toBe("5.226728")
  })

  it("whichever are named when, once all of them were the journal has what was traded, and never more", () => {
    const life = fc.record({
      volumes: fc.array(fc.bigInt(1n, 6n), { minLength: 1, maxLength: 7 }),
      heard: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
      counted: fc.nat(7),
      lists: fc.array(fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), { maxLength: 6 })
    })
    fc.assert(
      fc.property(life, ({ volumes, heard, counted, lists }) => {
        const fills = volumes.map((volume, n) => fillOf(volume * 1_000n, n))
        const volumeOf = (some: ReadonlyArray<Fill>) => some.reduce((sum, { volume }) => sum + volume, 0n)
        const traded = volumeOf(fills)
        const story = new Story().begin(traded)
        for (const [n, fill] of fills.entries()) if (heard[n] === true) story.fill(fill)
        // Its end counts the beginning of what was traded, and never less than was heard.
        const known = volumeOf(fills.filter((_fill, n) => heard[n] === true))
        const listed = volumeOf(fills.slice(0, counted))
        story.end(known > listed ? known : listed)
        for (const named of lists) {
          story.hear(fills.filter((_fill, n) => named[n] === true))
          expect(story.booked).toBeLessThanOrEqual(traded)
        }
        story.hear(fills)
        expect(story.booked).toBe(traded)
      }),
      { seed: 20_261_130, numRuns: 500 }
    )
  })
})
