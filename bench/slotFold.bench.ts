/**
 * How much does the pure reducer cost beside a mutable loop that does the same work? One recorded life of a slot is
 * folded by both, in turns, in one process; the results must be equal to the last unit. It says nothing of decoding,
 * reading or writing the journal.
 */
import { slotActor } from "../services/slot-actor/core/actor.ts"
import { checkInvariants } from "../services/slot-actor/core/invariants.ts"
import type { SlotState } from "../services/slot-actor/core/state.ts"
import { termsOf } from "../services/slot-actor/core/terms.ts"
import { type BenchResult, type Cost, figuresOf, perSecond, timed } from "./result.ts"
import { checksum, foldMutable } from "./baselines/slotFloor.ts"
import { recordTape, type Tape } from "./baselines/slotTape.ts"

const SEED = 7
const actor = slotActor(1)

/** Folds the whole tape; with `everyEvent` the invariants are checked after each event, changed book or not. */
const foldPure = (tape: Tape, everyEvent: boolean): string => {
  let state: SlotState = actor.initial
  for (const { event, place } of tape.opening) state = actor.reduce(state, event, place).state
  let violations = 0
  for (const { event, place } of tape.entries) {
    state = actor.reduce(state, event, place).state
    if (everyEvent) violations += checkInvariants(state.book).length
  }
  if (state.book.halted !== null) throw new Error(`the slot halted: ${state.book.halted.join("; ")}`)
  if (violations > 0 && state.book.roundTrips === 0) throw new Error("the tape goes nowhere")
  const { totalProfit, totalFees, realizedLoss, roundTrips, nextOrderId, orders, recoveries } = state.book
  return checksum({
    totalProfit,
    totalFees,
    realizedLoss,
    roundTrips,
    nextOrderId,
    orders,
    recoveries: recoveries.map(({ order }) => order)
  })
}

/** Goals: at least 0.5 of the floor, and 0.3 with the invariants checked after every event. */
export const slotFoldBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const tape = recordTape(SEED, quick ? 40_000 : 400_000)
  const terms = termsOf(tape.rules, null, null)
  const cases = {
    floor: () => foldMutable(terms, tape.entries),
    pure: () => foldPure(tape, false),
    checked: () => foldPure(tape, true)
  }
  const expected = cases.floor()
  for (const [name, fold] of Object.entries(cases)) {
    for (let i = 0; i < 3; i++) {
      const got = fold()
      if (got !== expected) throw new Error(`slotFold: ${name} gives\n  ${got}\ninstead of the floor's\n  ${expected}`)
    }
  }
  const costs = { floor: [] as Array<Cost>, pure: [] as Array<Cost>, checked: [] as Array<Cost> }
  for (let run = 0; run < (quick ? 5 : 15); run++) {
    for (const name of ["floor", "pure", "checked"] as const) {
      const [got, cost] = timed(cases[name])
      costs[name].push(cost)
      if (got !== expected) throw new Error(`slotFold: ${name} changed its result between runs`)
    }
  }
  const figures = (name: keyof typeof costs) => figuresOf(costs[name], perSecond(tape.entries.length))
  const common = {
    unit: "events/s",
    baseline: { name: "mutable loop", ...figures("floor") },
    checksum: expected,
    note: `seed ${SEED}, ${tape.entries.length} events, ${(tape.tickShare * 100).toFixed(1)} % ticks`
  }
  return [
    { ...common, name: "slot fold", ...figures("pure") },
    { ...common, name: "slot fold, invariants after every event", ...figures("checked") }
  ]
}
