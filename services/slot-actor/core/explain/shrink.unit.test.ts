import { placeAt } from "../../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { type PlacedEvent, shrink, violationsOf } from "./shrink.ts"
import { SlotDriver } from "../../testing/slotDriver.ts"

/** A driver that remembers what it told the slot. */
class Recorder extends SlotDriver {
  readonly events: Array<PlacedEvent> = []
  protected override fold(event: MarketEvent, subject: string) {
    const seq = this.events.length + 1
    this.events.push({ event, place: placeAt({ seq, index: 0, subject, epoch: 1, timeMs: this.nowMs }) })
    return super.fold(event, subject)
  }
}

/** Two thousand prices and a few cycles, and then a fill of no volume, which no exchange reports. */
const broken = (): Recorder => {
  const slot = new Recorder()
  slot.ready()
  slot.price("0.1")
  slot.accept(1)
  slot.accept(2)
  for (let n = 0; n < 2_000; n++) slot.price(n % 2 === 0 ? "0.1001" : "0.0999", 1)
  slot.fill(2)
  slot.accept(3)
  slot.fill(3)
  for (let n = 0; n < 500; n++) slot.clock(1)
  slot.send({
    _tag: "OrderFilled",
    clientId: "k1",
    localId: 1,
    txid: "TX-1",
    price: Price.parse("0.101"),
    volume: Volume.zero,
    cost: Quote.zero,
    fee: Quote.zero
  })
  return slot
}

describe("the shortest story of a breach", () => {
  it("is a handful of thousands of events, breaks the same rules, and needs every one of them", () => {
    const slot = broken()
    const violations = slot.state.book.halted
    if (violations === null) throw new Error("the slot did not break")
    expect(slot.events.length).toBeGreaterThan(2_500)
    const shortest = shrink(1, slot.events, violations)
    expect(shortest.length).toBeLessThan(10)
    expect(violationsOf(1, shortest)).toEqual(violations)
    for (const left of shortest) {
      expect(
        violationsOf(
          1,
          shortest.filter((event) => event !== left)
        )
      ).not.toEqual(violations)
    }
  })

  it("keeps the events as they stood, in their order", () => {
    const slot = broken()
    const shortest = shrink(1, slot.events, slot.state.book.halted ?? [])
    const seqs = shortest.map(({ place }) => place.seq)
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
    expect(shortest.at(-1)?.event._tag).toBe("OrderFilled")
  })

  it("is the best found so far when the budget is spent, and still breaks", () => {
    const slot = broken()
    const violations = slot.state.book.halted ?? []
    const shortest = shrink(1, slot.events, violations)
    const some = shrink(1, slot.events, violations, 5_000)
    expect(violationsOf(1, some)).toEqual(violations)
    expect(some.length).toBeGreaterThan(shortest.length)
    expect(some.length).toBeLessThan(slot.events.length)
    expect(shrink(1, slot.events, violations, 0)).toEqual(slot.events)
  })
})

/** Sixteen events, of which a slot needs six to break: an entry filled with no volume, in a market that was never quiet. */
const shortStory = (): Recorder => {
  const slot = new Recorder()
  slot.ready()
  slot.price("0.1")
  for (let n = 0; n < 8; n++) slot.clock(1)
  slot.fill(1, { volume: "0" })
  return slot
}

describe("what a budget buys", () => {
  const slot = shortStory()
  const violations = slot.state.book.halted ?? []
  const lengths = Array.from({ length: 260 }, (_, budget) => shrink(1, slot.events, violations, budget).length)
  it("is never a longer story than a smaller one bought", () => {
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
  })

  it("is the list of lengths below, each with the first budget that reaches it", () => {
    const steps = lengths.flatMap((length, budget) => (length === lengths[budget - 1] ? [] : [[budget, length]]))
    expect(steps).toEqual([
      [0, 16],
      [41, 12],
      [117, 10],
      [176, 9],
      [193, 8],
      [215, 7],
      [246, 6]
    ])
  })

  it("is nothing shorter where there is nothing to leave out", () => {
    const [only] = slot.events
    if (only === undefined) throw new Error("the story is empty")
    expect(shrink(1, [only], [])).toEqual([only])
    expect(shrink(1, [], [])).toEqual([])
    expect(violationsOf(1, [only])).toBeNull()
  })
})
