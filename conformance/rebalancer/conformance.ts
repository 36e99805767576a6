/**
 * Runs reference cases (docs/trading-contract.md §15) through the rebalancer and lists every difference.
 *
 * A case has a `config` under the reference's names and `steps`. A step holds the inputs `now` (Unix seconds), `price`,
 * `idle_ratio`, `capacity_band` and `hmm_bias`, and what must come out: in `expect`, or beside the inputs. What a step
 * leaves out is a price that never moves, no limit on capacity, no bias. An expected null is not judged.
 */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { REBALANCER_RULES, type RebalancerRules } from "../../shared/config/rules/rebalancer.ts"
import { readTable } from "../../shared/config/table.ts"
import { CAPACITY_BANDS } from "../../shared/core/trading.ts"
import {
  initialState,
  rebalance,
  type RebalancerInput,
  type RebalancerState
} from "../../services/rebalancer/core/rebalance.ts"
import { trendScore } from "../../services/rebalancer/core/target/trend.ts"

/** One number that came out otherwise than the reference says. */
export interface Difference {
  /** Index of the step in its case. */
  readonly step: number
  readonly field: string
  readonly expected: unknown
  readonly got: unknown
}

/** Whether a value looks like a rebalancer case: steps to take, and a config with the reference's names. */
export const isRebalancerCase = (input: unknown): boolean =>
  isObject(input) &&
  Array.isArray(input["steps"]) &&
  isObject(input["config"]) &&
  Object.keys(input["config"]).some((name) => name.startsWith("REBALANCE_") || name.startsWith("TREND_"))

/** The differences of one case, empty when it conforms. Throws `CaseError` when the case has not the form above. */
export const runRebalancerCase = (input: unknown): Array<Difference> => {
  const root = new CaseObject(input, "case")
  const config = configOf(root.object("config"))
  const differences: Array<Difference> = []
  const steps = root.list("steps")
  const originSec = Math.floor(steps[0]?.number("now") ?? 0)
  let state = initialState
  let compared = 0
  for (const [index, step] of steps.entries()) {
    state = take(state, inputOf(step, index + 1, originSec), config, step.at)
    const got = resultOf(state, config, originSec)
    const expect = step.optionalObject("expect")
    const { fields: expected } = expect ?? step
    for (const field of Object.keys(expect === null ? got : expected)) {
      const wanted = expected[field] ?? null
      if (wanted === null) continue
      compared++
      if (agrees(wanted, got[field])) continue
      differences.push({ step: index, field, expected: wanted, got: got[field] })
    }
  }
  if (compared === 0) throw new CaseError(`${root.at}.steps expect nothing: there is no number to compare`)
  return differences
}

const take = (state: RebalancerState, input: RebalancerInput, config: RebalancerRules, at: string): RebalancerState => {
  try {
    return rebalance(state, input, config).state
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CaseError(`${at}: ${error.message}`, { cause: error })
  }
}

const MS = 1000
/** The price of cases about the controller alone: any one will do, as long as it stays. */
const STILL_PRICE = 1

/** Names of the reference that are not those of our settings. */
const OTHER_NAMES: Readonly<Record<string, string>> = { REBALANCE_MAX_SKEW_STEP: "REBALANCE_MAX_SLEW_RATE" }

/** The reference's configuration has the settings' names: it is read as an environment is, and what it leaves out is at its default. */
const configOf = ({ fields, at }: CaseObject): RebalancerRules => {
  const given = Object.entries(fields).filter(([, value]) => value !== null)
  const env = Object.fromEntries(given.map(([name, value]) => [OTHER_NAMES[name] ?? name, String(value)]))
  const { values, problems } = readTable(REBALANCER_RULES, env)
  if (problems.length > 0) throw new CaseError(`${at}: ${problems.join("; ")}`)
  return values
}

/**
 * Every step of a case counts as a sample of the price. A price of 0 is one that is not known. Times are counted from the
 * case's own start, where a double holds milliseconds of any fraction of a second; from 1970 on it would round them.
 */
const inputOf = (step: CaseObject, samples: number, originSec: number): RebalancerInput => {
  const price = step.fields["price"] === null ? 0 : step.number("price", STILL_PRICE)
  return {
    nowMs: (step.number("now") - originSec) * MS,
    price: price === 0 ? null : price,
    samples,
    idleRatio: step.optionalNumber("idle_ratio"),
    capacityBand: step.oneOf("capacity_band", CAPACITY_BANDS, "normal"),
    bias: step.optionalNumber("hmm_bias")
  }
}

/** What the reference shows of its state; it has 0 where nothing is known yet. */
const resultOf = (
  state: RebalancerState,
  config: RebalancerRules,
  originSec: number
): Readonly<Record<string, number>> => ({
  skew: state.skew,
  target: state.target.target ?? config.baseIdleTarget,
  trend_score: state.averages === null ? 0 : trendScore(state.averages),
  fast_ema: state.averages?.fast ?? 0,
  slow_ema: state.averages?.slow ?? 0,
  smoothed_error: state.control.smoothedError,
  smoothed_velocity: state.control.smoothedVelocity,
  locked_until: toSeconds(state.target.holdUntilMs, originSec),
  last_update_ts: toSeconds(state.updatedAtMs, originSec)
})

const toSeconds = (ms: number | null, originSec: number): number => (ms === null ? 0 : originSec + ms / MS)

const agrees = (expected: unknown, got: number | undefined): boolean =>
  typeof expected === "number" &&
  got !== undefined &&
  Math.abs(expected - got) <= Math.max(1e-12, 1e-9 * Math.abs(expected))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
