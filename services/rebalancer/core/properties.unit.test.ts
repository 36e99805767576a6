/** What holds on every market, clock and setting. Drawn with a fixed seed; a failure prints the seed and the shortest case. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import { DEFAULT_REBALANCER_RULES as DEFAULTS, type RebalancerRules } from "../../../shared/config/rules/rebalancer.ts"
import { FLIP_DAMPING } from "./control/flips.ts"
import { initialState, rebalance, type Rebalance, type RebalancerInput, type RebalancerState } from "./rebalance.ts"

const SEED = 20_261_121
const RUNS = 200
const options = { seed: SEED, numRuns: RUNS }

const ratio = (min: number, max: number) => fc.double({ min, max, noNaN: true })

const configs: fc.Arbitrary<RebalancerRules> = fc
  .record({
    intervalSec: fc.constantFrom(0, 1, 60, 300),
    baseIdleTarget: ratio(0, 1),
    fastTrendSec: fc.constantFrom(0, 60, 1800),
    slowTrendSec: fc.constantFrom(1, 600, 14_400),
    minSamples: fc.nat(30),
    useBias: fc.boolean(),
    trendWeight: ratio(0, 1),
    deadZone: fc.constantFrom(0, 0.001, 0.1),
    targetSensitivity: ratio(0, 50),
    targetSmoothingSec: fc.constantFrom(0, 900),
    targetHoldSec: fc.constantFrom(0, 600),
    errorSmoothingSec: fc.constantFrom(0, 60, 1800),
    proportionalGain: ratio(0, 5),
    derivativeGain: ratio(0, 50),
    neutralBand: fc.constantFrom(0, 0.02, 0.05),
    maxSkew: fc.constantFrom(0, 0.1, 0.3),
    maxSkewStep: fc.constantFrom(0, 0.02, 0.05, 1)
  })
  .map((drawn) => ({ ...DEFAULTS, ...drawn }))

/** Looks at a market that jumps, at clocks that stall, go back or leap ahead. */
const looks = fc
  .array(
    fc.record({
      stepMs: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(300_000, 305_000, 30_000) },
        { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 1000 }) },
        { weight: 1, arbitrary: fc.constant(40_000_000) }
      ),
      price: fc.option(ratio(0.01, 1), { freq: 20 }),
      idleRatio: fc.option(ratio(0, 1), { freq: 20 }),
      capacityBand: fc.oneof(
        { weight: 9, arbitrary: fc.constant("normal" as const) },
        { weight: 1, arbitrary: fc.constantFrom("caution" as const, "stop" as const) }
      ),
      bias: fc.option(ratio(-1, 1), { freq: 3 })
    }),
    { minLength: 1, maxLength: 80 }
  )
  .map((drawn) => {
    let nowMs = 1_770_000_000_000
    return drawn.map(({ stepMs, ...rest }, index): RebalancerInput => {
      nowMs += stepMs
      return { ...rest, nowMs, samples: index + 1 }
    })
  })

interface Look {
  readonly before: RebalancerState
  readonly state: RebalancerState
  readonly output: Rebalance
}

const play = (inputs: ReadonlyArray<RebalancerInput>, config: RebalancerRules, from = initialState) => {
  let state = from
  return inputs.map((input): Look => {
    const before = state
    const taken = rebalance(before, input, config)
    state = taken.state
    return { before, ...taken }
  })
}

const always = (check: (inputs: ReadonlyArray<RebalancerInput>, config: RebalancerRules) => void): void =>
  fc.assert(fc.property(looks, configs, check), options)

describe(`on every market (seed ${SEED})`, () => {
  it("the skew stays within its bounds, the target within its own or at the base", () => {
    always((inputs, config) => {
      for (const { state, output } of play(inputs, config)) {
        expect(Math.abs(output.skew)).toBeLessThanOrEqual(config.maxSkew)
        expect(output.skew).toBe(state.skew)
        const { target } = state.target
        if (target === null || target === config.baseIdleTarget) continue
        expect(target).toBeGreaterThanOrEqual(config.targetFloor)
        expect(target).toBeLessThanOrEqual(config.targetCeiling)
      }
    })
  })

  it("the skew moves by one step at most, except to 0 when capacity or damping forces it", () => {
    always((inputs, config) => {
      for (const { before, output } of play(inputs, config)) {
        const moved = Math.abs(output.skew - before.skew)
        if (moved <= config.maxSkewStep + 1e-12) continue
        expect(output).toMatchObject({ _tag: "Rebalanced", skew: 0 })
        if (output._tag !== "Rebalanced") continue
        expect(output.damping.silenced || ["capacity", "no_portfolio"].includes(output.control.rule)).toBe(true)
      }
    })
  })

  it("without a derivative part the wanted skew points to where the smoothed error is", () => {
    always((inputs, drawn) => {
      const config = { ...drawn, derivativeGain: 0 }
      for (const { output } of play(inputs, config)) {
        if (output._tag !== "Rebalanced" || !("wanted" in output.control)) continue
        const { wanted, smoothedError } = output.control
        expect(wanted === 0 || Math.sign(wanted) === Math.sign(smoothedError)).toBe(true)
      }
    })
  })

  it("every number is finite, and the state stays small", () => {
    always((inputs, config) => {
      for (const { state } of play(inputs, config)) {
        const text = encodeState(state)
        // No number becomes null on its way into the text, and none of them is longer than 25 characters.
        expect(decodeState(text)).toEqual(state)
        expect(state.flips.flipsAtMs.length).toBeLessThanOrEqual(FLIP_DAMPING.limit)
        expect(text.length).toBeLessThan(700)
      }
    })
  })

  it("nothing of the future shows: an answer is the same whatever comes after", () => {
    fc.assert(
      fc.property(looks, looks, configs, (past, future, config) => {
        const lastMs = past.at(-1)?.nowMs ?? 0
        const later = future.map((input) => ({ ...input, nowMs: input.nowMs + lastMs }))
        expect(play([...past, ...later], config).slice(0, past.length)).toEqual(play(past, config))
      }),
      options
    )
  })

  it("stopping after any update and going on from the stored state changes nothing, to the last bit", () => {
    always((inputs, config) => {
      const half = Math.floor(inputs.length / 2)
      const whole = play(inputs, config)
      const stored = decodeState<RebalancerState>(encodeState(whole[half]?.before ?? initialState))
      const resumed = play(inputs.slice(half), config, stored)
      expect(resumed.map(({ state }) => encodeState(state))).toEqual(
        whole.slice(half).map(({ state }) => encodeState(state))
      )
    })
  })

  it("a price and an idle share that never move leave the skew where their distance wants it", () => {
    fc.assert(
      fc.property(ratio(0, 1), (idleRatio) => {
        const config = { ...DEFAULTS, errorSmoothingSec: 60 }
        const still = Array.from({ length: 60 }, (_, index): RebalancerInput => ({
          nowMs: 1_770_000_000_000 + index * 300_000,
          price: 0.1,
          samples: index + 1,
          idleRatio,
          capacityBand: "normal",
          bias: null
        }))
        const error = idleRatio - config.baseIdleTarget
        const wanted = Math.abs(error) < config.neutralBand ? 0 : Math.max(-0.3, Math.min(0.3, 0.6 * error))
        expect(play(still, config).at(-1)?.state.skew).toBeCloseTo(wanted, 9)
      }),
      options
    )
  })
})
