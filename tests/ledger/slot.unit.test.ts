/**
 * Whatever a governor, an exchange and a market do to a slot, the ledger says after each event, to the last unit, what the slot
 * and the exchange say. Drawn with a fixed seed; a failure prints the seed and the shortest sequence.
 */
import { placeAt } from "../../shared/actor/core/actor.ts"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Command, command } from "../../services/slot-actor/testing/commands.ts"
import { slotBooks } from "../../services/slot-actor/core/money/ledgerBooks.ts"
import { World } from "../../services/slot-actor/testing/slotWorld.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { slotDifferences, unbalanced } from "../../shared/ledger/core/check.ts"
import { balanceOf, initialLedger, postEvent } from "../../shared/ledger/core/ledger.ts"

const SEED = 20_261_123
const RUNS = 200

const subjects = marketSubjects("XDGUSD")

const worlds = fc.tuple(fc.constantFrom(0, 20), fc.array(command, { minLength: 20, maxLength: 400, size: "max" }))

/** A world whose every event is posted too: what the slot hears, then what it says to it. */
class AuditedWorld extends World {
  ledger = initialLedger
  /** How often each event led to a transaction. */
  readonly posted = new Map<string, number>()
  private seq = 0

  constructor(cooldownSec: number) {
    super({ reentryBaseCooldownSec: cooldownSec, maxRecoverySlots: 1 })
    const { slot } = this
    const hear = slot.send.bind(slot)
    slot.send = (event: MarketEvent, given?: string) => {
      const subject = given ?? subjects.order(1)
      this.post(subject, [event])
      const outputs = hear(event, subject)
      this.post(subjects.out("slot-1"), outputs)
      return outputs
    }
  }

  /** What everything of the slot's and the exchange's must agree with. */
  look(): void {
    const { ledger, exchange, slot } = this
    expect(slotDifferences(ledger, slotBooks(1, slot.state))).toEqual([])
    // Both count cash at an order's end; what the fills of standing orders brought before is in `working`.
    const standing = { base: 0n, quote: 0n }
    for (const { side, filled, cost, fee } of Object.values(ledger.orders)) {
      standing.base += side === "buy" ? filled : -filled
      standing.quote += (side === "buy" ? -cost : cost) - fee
    }
    expect(balanceOf(ledger, "working:1", "base")).toBe(-standing.base)
    expect(balanceOf(ledger, "working:1", "quote")).toBe(-standing.quote)
    expect(balanceOf(ledger, "exchange", "quote")).toBe(exchange.cash + standing.quote)
    const known = [...exchange.live.keys(), ...this.held.keys()].map((localId) => `1/${localId}`)
    expect(Object.keys(ledger.orders).toSorted()).toEqual(known.toSorted())
  }

  private post(subject: string, events: ReadonlyArray<MarketEvent>): void {
    this.seq++
    for (const [index, event] of events.entries()) {
      const place = placeAt({ seq: this.seq, index, subject, epoch: 1, timeMs: 0 })
      const { state, transaction } = postEvent(this.ledger, event, place)
      this.ledger = state
      if (transaction === null) continue
      expect(unbalanced(transaction)).toEqual([])
      const what =
        "reason" in event && typeof event.reason === "object" ? `${event._tag} ${event.reason.rule}` : event._tag
      this.posted.set(what, (this.posted.get(what) ?? 0) + 1)
    }
  }
}

const drive = (cooldownSec: number, list: ReadonlyArray<Command>): AuditedWorld => {
  const world = new AuditedWorld(cooldownSec)
  return world.run(list, () => world.look())
}

describe(`the ledger beside a slot (seed ${SEED})`, () => {
  it("agrees with the slot and the exchange after every event, over every kind of booking", () => {
    const posted = new Set<string>()
    fc.assert(
      fc.property(worlds, ([cooldownSec, list]) => {
        for (const what of drive(cooldownSec, list).posted.keys()) posted.add(what)
      }),
      { seed: SEED, numRuns: RUNS }
    )
    expect([...posted].toSorted()).toEqual([
      "CycleBooked exit_cut_short",
      "CycleBooked exit_filled",
      "CycleBooked late_fill_correction",
      "CycleBooked recovery_evicted",
      "CycleBooked recovery_filled",
      "FillRecorded",
      "OrderCancelled",
      "OrderFilled",
      "PositionReleased filled_beyond_position",
      "PositionReleased slot_retires"
    ])
  })
})
