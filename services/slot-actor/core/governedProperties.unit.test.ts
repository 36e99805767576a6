/**
 * Whatever a governor, an exchange, a market and a clock do to a slot, in any order, it keeps its rules and its books. Commands
 * are drawn with a fixed seed; a failure prints the seed and the shortest sequence.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GovernedWorld, type GovernorCommand, governorCommand } from "../testing/governedWorld.ts"
import { haltingViolations } from "./invariants.ts"
import { type Command, command, openCash } from "../testing/slotWorld.ts"
import { MAX_PENDING_CANCELS } from "./state.ts"

const SEED = 20_261_122
const RUNS = 200

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ of: fc.constant("world" as const), command }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constant("governor" as const), command: governorCommand }) }
)
const worlds = fc.tuple(fc.constantFrom(0, 20), fc.array(step, { minLength: 20, maxLength: 400, size: "max" }))

/** One thing after the other, what must hold looked at after each. */
const drive = (
  world: GovernedWorld,
  steps: ReadonlyArray<{ of: "world"; command: Command } | { of: "governor"; command: GovernorCommand }>,
  look: () => void = () => undefined
): GovernedWorld => {
  world.run([], look)
  for (const next of steps) {
    if (next.of === "governor") world.govern(next.command)
    else world.do(next.command)
    look()
  }
  return world
}

const check = (property: (world: GovernedWorld, run: (look?: () => void) => GovernedWorld) => void): void =>
  fc.assert(
    fc.property(worlds, ([cooldownSec, steps]) => {
      const world = new GovernedWorld(cooldownSec)
      property(world, (look) => drive(world, steps, look))
    }),
    { seed: SEED, numRuns: RUNS }
  )

/** What the generated runs must have come across, or the properties prove little. */
const EXPECTED_RULES = [
  "bootstrap_A",
  "auto_repair",
  "no_orders",
  "leg_missing",
  "nothing_missing",
  "paused",
  "halted",
  "starting",
  "slot_inactive",
  "slot_retires",
  "nothing_left",
  "recovery_moves",
  "recovery_replaced",
  "amend_refused",
  "move_pending",
  "no_such_recovery",
  "recovery_evicted",
  "late_fill",
  "refresh_entry",
  "exit_replaced"
]

describe(`a slot under any governor (seed ${SEED})`, () => {
  it("never breaks its invariants", () => {
    check((world, run) => {
      run(() => {
        expect(haltingViolations(world.slot.state)).toEqual([])
        expect(world.slot.state.book.halted).toBeNull()
      })
    })
  })

  it("knows every order at the exchange and every entry without a grant, and only those", () => {
    check((world, run) => {
      run(() => {
        const { orders, recoveries, pendingCancels } = world.slot.state.book
        const known = [...orders, ...[...recoveries, ...pendingCancels].map(({ order }) => order)]
          .filter((order) => order.status !== "waiting")
          .map((order) => order.localId)
        const there = [...world.exchange.live.keys(), ...world.held.keys()]
        expect(known.toSorted((a, b) => a - b)).toEqual(there.toSorted((a, b) => a - b))
        expect(pendingCancels.length).toBeLessThanOrEqual(MAX_PENDING_CANCELS + 1)
      })
    })
  })

  it("earns exactly what the exchange paid out, less the positions it gave up by name", () => {
    check((world, run) => {
      run(() => {
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
    })
  })

  it("asks for no entry the mode forbids, for no order while it retires, and for funds once at a time", () => {
    check((world, run) => {
      let said = 0
      let awaits = false
      run(() => {
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
    check((world, run) => {
      run(() => {
        const { book } = world.slot.state
        if (!book.settled) return
        expect([...book.orders, ...book.recoveries, ...book.pendingCancels]).toEqual([])
        expect(world.exchange.live.size + world.held.size).toBe(0)
        expect(book.residual.A.volume + book.residual.B.volume).toBe(0n)
      })
    })
  })

  it("trades again once the market runs and everybody answers, wherever it was left", () => {
    check((world, run) => {
      run()
      world.slot.life("active")
      world.mode("RUNNING")
      const trades = () => {
        const { orders, longOnly, shortOnly, refusals } = world.slot.state.book
        return (orders.length === 2 && !longOnly && !shortOnly) || refusals.entry_A?.answer === "below_min_volume"
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
    check((world, run) => {
      run()
      world.slot.life("retiring")
      for (let round = 0; round < 6 && !world.slot.state.book.settled; round++) world.serve()
      expect(world.slot.state.book.settled).toBe(true)
    })
  })

  it("folds the same events to the same state and outputs, also from a decoded snapshot", () => {
    fc.assert(
      fc.property(worlds, ([cooldownSec, steps]) => {
        const one = drive(new GovernedWorld(cooldownSec), steps)
        const other = new GovernedWorld(cooldownSec)
        const { actor } = other.slot
        drive(other, steps, () => {
          other.slot.state = actor.decode(actor.encode(other.slot.state))
        })
        expect(other.said).toEqual(one.said)
        expect(actor.encode(other.slot.state)).toBe(actor.encode(one.slot.state))
      }),
      { seed: SEED, numRuns: 50 }
    )
  })

  it("goes through every rule of a governed slot in these runs", () => {
    const rules = new Set<string>()
    check((world, run) => {
      run()
      for (const output of world.said) {
        if ("reason" in output && typeof output.reason === "object") rules.add(output.reason.rule)
      }
    })
    expect(EXPECTED_RULES.filter((rule) => !rules.has(rule))).toEqual([])
  })
})
