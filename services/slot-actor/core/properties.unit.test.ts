/**
 * Whatever a governor, an exchange, a market and a clock do to a slot, in any order, it keeps its rules and its books. Commands
 * are drawn with a fixed seed; a failure prints the seed and the shortest sequence.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeRecord, encodeEntry, type Envelope } from "../../../shared/events/envelope.ts"
import { type Command, command } from "../testing/commands.ts"
import { openCash, World } from "../testing/slotWorld.ts"
import { haltingViolations } from "./invariants.ts"
import { MAX_PENDING_CANCELS } from "./state.ts"

const SEED = 20_261_122
const RUNS = 200

/** What the generated runs must have come across, or the properties prove little. */
const EXPECTED_RULES = [
  "auto_repair",
  "bootstrap_A",
  "bootstrap_B",
  "cooldown",
  "cycle_complete",
  "entry_fill_exit",
  "entry_lost",
  "entry_not_covered",
  "exit_cut_short",
  "exit_filled",
  "exit_lost",
  "exit_replaced",
  "filled_beyond_position",
  "halted",
  "insufficient_funds",
  "late_fill",
  "late_fill_correction",
  "leg_missing",
  "move_pending",
  "no_orders",
  "no_such_recovery",
  "nothing_left",
  "nothing_missing",
  "orphan_A",
  "orphan_B",
  "partially_filled",
  "paused",
  "recovery_cap_evict_priority",
  "recovery_evicted",
  "recovery_filled",
  "recovery_moves",
  "recovery_replaced",
  "refresh_cooldown",
  "refresh_entry",
  "residual_below_minimum",
  "retry_pause",
  "s1_timeout",
  "s2_timeout",
  "slot_inactive",
  "slot_retires",
  "stale_entry",
  "starting",
  "superseded_by_late_fill",
  "unknown_order"
]

const rules = fc.record({
  reentryBaseCooldownSec: fc.constantFrom(0, 20),
  maxRecoverySlots: fc.constantFrom(1, 2)
})
/** The newest rules all along, taken up on the way, or never. */
const adoption = fc.oneof(fc.constant(0), fc.nat(400), fc.constant(Number.POSITIVE_INFINITY))
const commands = fc.array(command, { minLength: 20, maxLength: 400, size: "max" })

/** Runs the property over worlds with and without a re-entry cooldown, with room for one recovery or two, old rules or new. */
const check = (
  property: (world: World, list: ReadonlyArray<Command>, again: () => World) => void,
  numRuns: number = RUNS
): void =>
  fc.assert(
    fc.property(rules, adoption, commands, (given, adoptsAfter, list) =>
      property(new World(given, adoptsAfter), list, () => new World(given, adoptsAfter))
    ),
    { seed: SEED, numRuns }
  )

describe(`a slot under any governor on any legal exchange (seed ${SEED})`, () => {
  it("never breaks its invariants", () => {
    check((world, list) => {
      world.run(list, () => {
        expect(haltingViolations(world.slot.state)).toEqual([])
        expect(world.slot.state.book.halted).toBeNull()
      })
    })
  })

  it("knows every order at the exchange and every entry without a grant, and only those", () => {
    check((world, list) => {
      world.run(list, () => {
        const { orders, recoveries, pendingCancels } = world.slot.state.book
        const known = [...orders, ...[...recoveries, ...pendingCancels].map(({ order }) => order)]
          .filter((order) => order.stage !== "waiting")
          .map((order) => order.localId)
        const there = [...world.exchange.live.keys(), ...world.held.keys()]
        expect(known.toSorted((a, b) => a - b)).toEqual(there.toSorted((a, b) => a - b))
        expect(pendingCancels.length).toBeLessThanOrEqual(MAX_PENDING_CANCELS + 1)
      })
    })
  })

  it("earns exactly what the exchange paid out, less the positions it gave up by name, to the last unit", () => {
    check((world, list) => {
      world.run(list, () => {
        const { book } = world.slot.state
        const { cash, fees } = world.booked()
        let released = 0n
        for (const output of world.said) {
          if (output._tag !== "PositionReleased") continue
          released += (output.tradeId === "A" ? output.cost : -output.cost) - output.fee
        }
        expect(book.totalFees).toBe(fees)
        expect(book.totalProfit).toBe(cash - openCash(world.slot.state) - released)
      })
      const nets = world.said.flatMap((output) => (output._tag === "CycleBooked" ? [output.net] : []))
      expect(world.slot.state.book.totalProfit).toBe(nets.reduce((sum, net) => sum + net, 0n))
      expect(world.slot.state.book.realizedLoss).toBe(nets.reduce((sum, net) => (net < 0n ? sum - net : sum), 0n))
    })
  })

  it("asks for no entry the mode forbids, for no order while it retires, and for funds once at a time", () => {
    check((world, list) => {
      let said = 0
      let awaits = false
      world.run(list, () => {
        const { facts, book } = world.slot.state
        for (const output of world.said.slice(said)) {
          if (output._tag === "OrderRequested") {
            expect(facts.life).toBe("active")
            if (output.role === "entry") expect(["RUNNING", "STARTING"]).toContain(facts.mode)
          }
          if (output._tag === "FundsWanted") {
            expect(awaits).toBe(false)
            awaits = true
          }
        }
        said = world.said.length
        if (book.wish === null) awaits = false
      })
    })
  })

  it("has nothing left when it says that it has settled", () => {
    check((world, list) => {
      world.run(list, () => {
        const { book } = world.slot.state
        if (!book.settled) return
        expect([...book.orders, ...book.recoveries, ...book.pendingCancels]).toEqual([])
        expect(world.exchange.live.size + world.held.size).toBe(0)
        expect(book.residual.A.volume + book.residual.B.volume).toBe(0n)
      })
    })
  })

  it("trades again once the market runs and everybody answers, wherever it was left", () => {
    check((world, list) => {
      world.run(list)
      world.slot.life("active")
      world.mode("RUNNING")
      const trades = () => {
        const { orders, onlySide, refusals } = world.slot.state.book
        return (orders.length === 2 && onlySide === null) || refusals.entry_A?.answer === "below_min_volume"
      }
      // The longest pause after losses or rejections is 15 minutes: forty rounds of half a minute outlast it twice.
      let rounds = 0
      while (!trades() && rounds < 40) {
        world.serve()
        rounds++
      }
      expect(trades()).toBe(true)
    })
  })

  it("settles once it is to go and everybody answers, wherever it was left", () => {
    check((world, list) => {
      world.run(list)
      world.slot.life("retiring")
      for (let round = 0; round < 6 && !world.slot.state.book.settled; round++) world.serve()
      expect(world.slot.state.book.settled).toBe(true)
    })
  })

  it("is not changed by a fill it has seen, or by one of an order it never had", () => {
    check((world, list) => {
      world.run(list)
      world.slot.take()
      const before = world.slot.state.book
      const ended = before.nextOrderId - 1
      const stands = world.exchange.live.has(ended) || world.slot.order(ended) !== undefined
      const unknown = stands ? 999_999 : ended
      world.slot.fill(unknown, { price: "0.1", volume: "50", fee: "1" })
      const { refusals: _before, ...rest } = before
      const { refusals: _after, ...after } = world.slot.state.book
      expect(after).toEqual(rest)
      expect(world.slot.take().map((output) => output._tag)).toEqual(["DecisionRefused"])
      world.slot.fill(unknown, { price: "0.1", volume: "50", fee: "1" })
      expect(world.slot.take()).toEqual([])
    })
  })

  // Writes and reads the state after every one of some hundred commands: a quarter of the worlds is thousands of snapshots.
  it("folds the same events to the same state and outputs, also from a decoded snapshot", () => {
    check((one, list, again) => {
      one.run(list)
      const other = again()
      const { actor } = other.slot
      other.run(list, () => {
        other.slot.state = actor.decode(actor.encode(other.slot.state))
      })
      expect(other.said).toEqual(one.said)
      expect(actor.encode(other.slot.state)).toBe(actor.encode(one.slot.state))
    }, RUNS / 4)
  })

  it("says only what the journal can hold", () => {
    const envelope = (events: Envelope["events"]): Envelope => ({
      epoch: 1,
      timeMs: 0,
      writer: "slot-1",
      cause: 1,
      events
    })
    check((world, list) => {
      const [first, ...rest] = world.run(list).said
      if (first === undefined) throw new Error("a slot that says nothing was not driven")
      const { data } = encodeEntry("market.TEST.out.slot-1", "1", envelope([first, ...rest]))
      const record = { seq: 1, subject: "market.TEST.out.slot-1", id: "1", data, storedMs: 0 }
      expect(decodeRecord(record).events).toEqual([first, ...rest])
    }, 30)
  })

  // Old rules and new are both to be met, and some of their rules are rare: twice as many worlds.
  it("goes through every rule of trading, repair and leaving in these runs", () => {
    const found = new Set<string>()
    check((world, list) => {
      world.run(list)
      for (const output of world.said) {
        if ("reason" in output && typeof output.reason === "object") found.add(output.reason.rule)
      }
    }, 2 * RUNS)
    expect(EXPECTED_RULES.filter((rule) => !found.has(rule))).toEqual([])
  })
})
