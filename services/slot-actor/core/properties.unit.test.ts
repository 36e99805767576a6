/**
 * Whatever a legal exchange, a market and a clock do to a slot, its books stay right. Commands are drawn with a fixed
 * seed; a failure prints the seed and the shortest sequence.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeRecord, encodeEntry, type Envelope } from "../../../shared/events/envelope.ts"
import { haltingViolations } from "./invariants.ts"
import { SlotDriver } from "../testing/slotDriver.ts"
import { type Command, command, openCash, RULES, World } from "../testing/slotWorld.ts"
import { MAX_PENDING_CANCELS } from "./state.ts"

const SEED = 20_261_121
const RUNS = 300

const commands = fc.array(command, { minLength: 20, maxLength: 250 })

/** A slot that acts by itself. */
const worldOf = (reentryBaseCooldownSec: number): World =>
  new World(new SlotDriver().ready({ ...RULES, reentryBaseCooldownSec }))

/** What the generated runs must have come across, or the properties prove little. */
const EXPECTED_RULES = [
  "auto_repair",
  "bootstrap_A",
  "bootstrap_B",
  "cooldown",
  "cycle_complete",
  "entry_fill_exit",
  "entry_lost",
  "exit_cut_short",
  "exit_filled",
  "exit_lost",
  "exit_replaced",
  "insufficient_funds",
  "late_fill",
  "late_fill_correction",
  "orphan_A",
  "orphan_B",
  "partially_filled",
  "recovery_cap_evict_priority",
  "recovery_evicted",
  "recovery_filled",
  "refresh_cooldown",
  "refresh_entry",
  "residual_below_minimum",
  "retry_pause",
  "s1_timeout",
  "s2_timeout",
  "stale_entry",
  "superseded_by_late_fill",
  "unknown_order"
]

const worlds = fc.tuple(fc.constantFrom(0, 20), commands)

/** Runs the property over worlds with and without a re-entry cooldown. */
const check = (
  property: (world: World, list: Array<Command>, cooldownSec: number) => void,
  numRuns: number = RUNS
): void =>
  fc.assert(
    fc.property(worlds, ([cooldownSec, list]) => property(worldOf(cooldownSec), list, cooldownSec)),
    { seed: SEED, numRuns }
  )

describe(`a slot on any legal exchange (seed ${SEED})`, () => {
  it("never breaks its invariants", () => {
    check((world, list) => {
      world.run(list, () => {
        expect(haltingViolations(world.slot.state)).toEqual([])
        expect(world.slot.state.book.halted).toBeNull()
      })
    })
  })

  it("knows every order that is on the exchange, and only those", () => {
    check((world, list) => {
      world.run(list, () => {
        const { orders, recoveries, pendingCancels } = world.slot.state.book
        const known = [...orders, ...[...recoveries, ...pendingCancels].map(({ order }) => order)]
          .filter((order) => order.status !== "waiting")
          .map((order) => order.localId)
        expect(known.toSorted((a, b) => a - b)).toEqual([...world.exchange.live.keys()].toSorted((a, b) => a - b))
        expect(pendingCancels.length).toBeLessThanOrEqual(MAX_PENDING_CANCELS + 1)
      })
    })
  })

  it("earns exactly what the exchange paid out, to the last unit", () => {
    check((world, list) => {
      world.run(list, () => {
        const { book } = world.slot.state
        const { cash, fees } = world.booked()
        expect(book.totalFees).toBe(fees)
        expect(book.totalProfit).toBe(cash - openCash(world.slot.state))
      })
      const nets = world.said.flatMap((output) => (output._tag === "CycleBooked" ? [output.net] : []))
      expect(world.slot.state.book.totalProfit).toBe(nets.reduce((sum, net) => sum + net, 0n))
      expect(world.slot.state.book.realizedLoss).toBe(nets.reduce((sum, net) => (net < 0n ? sum - net : sum), 0n))
    })
  })

  it("is not changed by a fill it has seen, or by one of an order it never had", () => {
    check((world, list) => {
      world.run(list, () => undefined)
      const before = world.slot.state.book
      const ended = before.nextOrderId - 1
      const unknown = world.exchange.live.has(ended) || world.slot.order(ended) !== undefined ? 999_999 : ended
      world.slot.fill(unknown, { price: "0.1", volume: "50", fee: "1" })
      const { refusals: _before, ...rest } = before
      const { refusals: _after, ...after } = world.slot.state.book
      expect(after).toEqual(rest)
      expect(world.slot.take().map((output) => output._tag)).toEqual(["DecisionRefused"])
      world.slot.fill(unknown, { price: "0.1", volume: "50", fee: "1" })
      expect(world.slot.take()).toEqual([])
    })
  })

  it("folds the same events to the same state and outputs, also from a decoded snapshot", () => {
    check((one, list, cooldownSec) => {
      one.run(list, () => undefined)
      const other = worldOf(cooldownSec)
      const { actor } = other.slot
      other.run(list, () => {
        other.slot.state = actor.decode(actor.encode(other.slot.state))
      })
      expect(other.said).toEqual(one.said)
      expect(actor.encode(other.slot.state)).toBe(actor.encode(one.slot.state))
    })
  })

  it("says only what the journal can hold", () => {
    const envelope = (events: Envelope["events"]): Envelope => ({
      v: 1,
      epoch: 1,
      timeMs: 0,
      writer: "slot-1",
      cause: 1,
      events
    })
    check((world, list) => {
      const [first, ...rest] = world.run(list, () => undefined).said
      if (first === undefined) throw new Error("a slot that says nothing was not driven")
      const { data } = encodeEntry("out", "1", envelope([first, ...rest]))
      const record = { seq: 1, subject: "out", id: "1", data, storedMs: 0 }
      expect(decodeRecord(record).events).toEqual([first, ...rest])
    }, 30)
  })

  it("goes through every rule of trading and repair in these runs", () => {
    const rules = new Set<string>()
    check((world, list) => {
      world.run(list, () => undefined)
      for (const output of world.said) {
        if ("reason" in output && typeof output.reason === "object") rules.add(output.reason.rule)
      }
    })
    expect(EXPECTED_RULES.filter((rule) => !rules.has(rule))).toEqual([])
  })
})
