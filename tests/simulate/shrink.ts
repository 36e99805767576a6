/** The smallest plan that still fails: fewer faults, a shorter run, fewer slots. What is left is what a person has to look at. */
import type { Timed } from "./plan/fault.ts"
import type { Plan } from "./plan/plan.ts"

/** Whether this plan fails. */
export type Fails = (plan: Plan) => boolean

/** Runs at the most: a run of a failing plan is short, for it ends at the failure. */
const MAX_RUNS = 400

/** Cuts a failing plan down as far as `fails` goes on saying yes. Deterministic. */
export const shrink = (plan: Plan, fails: Fails, endedMs: number): Plan => {
  let runs = 0
  let smallest = plan
  const kept = (smaller: Plan): boolean => {
    if (runs++ >= MAX_RUNS || !fails(smaller)) return false
    smallest = smaller
    return true
  }
  // What comes after the failure had no part in it.
  const before = plan.faults.filter(({ atMs }) => atMs <= endedMs)
  const lengthMs = Math.min(plan.lengthMs, Math.ceil(endedMs) + 1)
  if (!kept({ ...plan, faults: before, lengthMs })) kept({ ...plan, faults: before })
  dropFaults(() => smallest, kept)
  for (const share of [0.1, 0.25, 0.5, 0.75]) if (kept(shorter(smallest, share))) break
  for (let slots = 1; slots < Number(smallest.environment["SLOTS"]); slots++) {
    if (kept({ ...smallest, environment: { ...smallest.environment, SLOTS: String(slots) } })) break
  }
  if (smallest.apart) kept({ ...smallest, apart: false })
  dropFaults(() => smallest, kept)
  return smallest
}

const shorter = (plan: Plan, share: number): Plan => {
  const lengthMs = Math.round(plan.lengthMs * share)
  return { ...plan, lengthMs, faults: plan.faults.filter(({ atMs }) => atMs < lengthMs) }
}

/** Drops ever smaller pieces of the faults, to single ones (delta debugging). */
const dropFaults = (now: () => Plan, kept: (smaller: Plan) => boolean): void => {
  for (let size = Math.ceil(now().faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < now().faults.length;) {
      const { faults } = now()
      const without: ReadonlyArray<Timed> = [...faults.slice(0, from), ...faults.slice(from + size)]
      if (!kept({ ...now(), faults: without })) from += size
    }
  }
}
