import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isRefusal } from "../training/refusal.ts"
import { rowsOf, seeded, twoStates } from "../../testing/rows.ts"
import { prepareDensities } from "./density.ts"
import { expOfNegative } from "./linear/exp.ts"
import { expectation } from "./expectation.ts"
import { filterLast } from "./filter.ts"
import { DEFAULT_FIT, evaluate, fit } from "./fit.ts"
import { logPass } from "./logPass.ts"
import { COVARIANCE_TYPES, covarianceSize, type CovarianceType, type HmmModel } from "./model.ts"
import { viterbi } from "./viterbi.ts"
import { makeWorkspace } from "./workspace.ts"

const SEED = 20_261

const must = <A extends object>(result: A) => {
  if (isRefusal(result)) throw new Error(`${result.reason}: ${result.detail}`)
  return result as Exclude<A, { readonly _tag: "Refused" }>
}

/** States in a row along every axis, unit spread, of any size and covariance type. */
const modelOf = (states: number, features: number, covarianceType: CovarianceType): HmmModel => ({
  states,
  features,
  covarianceType,
  start: Array.from({ length: states }, () => 1 / states),
  transition: Array.from({ length: states * states }, (_, at) =>
    states === 1 ? 1 : at % (states + 1) === 0 ? 0.9 : 0.1 / (states - 1)
  ),
  means: Array.from({ length: states * features }, (_, at) => Math.floor(at / features)),
  covariances: Array.from({ length: covarianceSize(covarianceType, states, features) }, (_, at) =>
    covarianceType === "diag" ||
    covarianceType === "spherical" ||
    Math.floor(at / features) % features === at % features
      ? 1
      : 0
  )
})

const noisyRows = (count: number, features: number, states: number) => {
  const random = seeded(SEED)
  return rowsOf(
    Array.from({ length: count }, (_, t) =>
      Array.from({ length: features }, () => (Math.floor(t / 20) % states) + (random() + random() - 1) * 1.5)
    )
  )
}

const inLogSpace = (model: HmmModel, rows: ReturnType<typeof rowsOf>) => {
  const work = makeWorkspace(model, rows.count)
  prepareDensities(work)
  return { logLikelihood: logPass(work, rows), posteriors: work.posterior, moves: work.moves }
}

describe("the model's arithmetic", () => {
  it("weighs a single row with the start probabilities and no transition", () => {
    const { logLikelihood, posteriors } = must(evaluate(twoStates, rowsOf([[1]])))
    const near = Math.exp(0)
    const far = Math.exp(-2)
    expect(logLikelihood).toBeCloseTo(Math.log((0.5 * (near + far)) / Math.sqrt(2 * Math.PI)), 12)
    expect(posteriors[1]).toBeCloseTo(near / (near + far), 12)
  })

  it.each(
    COVARIANCE_TYPES.flatMap((type) => [
      [type, 3, 4] as const,
      [type, 5, 3] as const,
      [type, 2, 3] as const,
      [type, 1, 1] as const
    ])
  )("%s, %i states, %i features: scaled probabilities agree with log space", (type, states, features) => {
    const model = modelOf(states, features, type)
    const rows = noisyRows(200, features, states)
    const scaled = must(evaluate(model, rows))
    const exact = inLogSpace(model, rows)
    expect(scaled.logLikelihood).toBeCloseTo(exact.logLikelihood, 8)
    scaled.posteriors.forEach((value, at) => expect(Math.abs(value - exact.posteriors[at]!)).toBeLessThan(1e-10))
    const work = makeWorkspace(model, rows.count)
    expectation(work, rows)
    work.moves.forEach((value, at) => expect(Math.abs(value - exact.moves[at]!)).toBeLessThan(1e-9))
  })

  it("goes over to log space where a far-off row is forbidden to the state that explains it", () => {
    const forbidding = { ...twoStates, start: [1, 0], transition: [1, 0, 0.5, 0.5], covariances: [0.01, 0.01] }
    const rows = rowsOf([[-1], [40], [-1]])
    const { logLikelihood, posteriors } = must(evaluate(forbidding, rows))
    expect(logLikelihood).toBeCloseTo(inLogSpace(forbidding, rows).logLikelihood, 6)
    expect(Array.from(posteriors)).toEqual([1, 0, 1, 0, 1, 0])
  })

  it("has probabilities that add up to 1 in log space too, however unlikely the rows", () => {
    const forbidding = { ...twoStates, start: [1, 0], transition: [1, 0, 0.5, 0.5], covariances: [0.001, 0.003] }
    const random = seeded(SEED)
    const rows = rowsOf(Array.from({ length: 20 }, (_, t) => [t % 7 === 3 ? 1e6 * random() : random()]))
    const { posteriors } = must(evaluate(forbidding, rows))
    for (let row = 0; row < posteriors.length; row += 2)
      expect(posteriors[row]! + posteriors[row + 1]!).toBeCloseTo(1, 12)
    const { model } = must(fit(forbidding, rows, { ...DEFAULT_FIT, maxIterations: 1 }))
    expect(model.start[0]! + model.start[1]!).toBeCloseTo(1, 12)
  })

  it("remembers what underflowed where later rows make it likely after all", () => {
    const separate = { ...twoStates, transition: [1, 0, 0, 1], means: [0, 8] }
    const rows = rowsOf([...Array.from({ length: 60 }, () => [0]), ...Array.from({ length: 90 }, () => [8])])
    expect(must(evaluate(separate, rows)).posteriors[1]).toBeCloseTo(1, 9)
  })

  it("filters the last row to the posterior that the whole pass gives it", () => {
    const model = modelOf(3, 4, "diag")
    const rows = noisyRows(50, 4, 3)
    const last = must(evaluate(model, rows)).posteriors.slice(-3)
    must(filterLast(model, rows)).forEach((value, k) => expect(value).toBeCloseTo(last[k]!, 12))
  })

  it("finds the likeliest path, the lower state first among equals", () => {
    expect(Array.from(must(viterbi(twoStates, rowsOf([[-1], [-1], [2], [2], [2]]))).states)).toEqual([0, 0, 1, 1, 1])
    expect(Array.from(must(viterbi(twoStates, rowsOf([[0], [0]]))).states)).toEqual([0, 0])
  })

  it("has an exponential that agrees with the engine's", () => {
    for (let x = 0; x > -700; x -= 0.317) {
      expect(Math.abs(expOfNegative(x) / Math.exp(x) - 1)).toBeLessThan(1e-15)
    }
    expect([expOfNegative(0), expOfNegative(-800), expOfNegative(Number.NEGATIVE_INFINITY)]).toEqual([1, 0, 0])
  })
})

describe("a fit", () => {
  it.each(COVARIANCE_TYPES)("never loses likelihood without a prior (%s)", (type) => {
    const options = { ...DEFAULT_FIT, covariancePrior: 0, tolerance: 1e-6 }
    const { logLikelihoods, logLikelihood } = must(fit(modelOf(3, 4, type), noisyRows(240, 4, 3), options))
    const climb = [...logLikelihoods, logLikelihood]
    climb.slice(1).forEach((value, i) => expect(value - climb[i]!).toBeGreaterThan(-1e-7))
  })

  it("keeps a starved state's parameters and goes on", () => {
    const start = { ...twoStates, means: [0, 1e6] }
    const { model, starved } = must(fit(start, rowsOf([[0], [0.5], [-0.5], [0.2]]), DEFAULT_FIT))
    expect(starved).toEqual([1])
    expect([model.means[1], model.covariances[1], ...model.transition.slice(2)]).toEqual([1e6, 1, 0.1, 0.9])
  })

  it("starts, after an update, from what the first row says", () => {
    const { model } = must(fit(twoStates, rowsOf([[-1], [-1], [1]]), { ...DEFAULT_FIT, maxIterations: 1 }))
    const [first] = must(evaluate(twoStates, rowsOf([[-1], [-1], [1]]))).posteriors
    expect(model.start[0]).toBeCloseTo(first!, 12)
    expect(first).toBeGreaterThan(0.6)
  })

  it("names the overflow of a single state's variance, whose model would have passed for a sound one", () => {
    const wide = { ...twoStates, means: [0, 0], covariances: [1e4, 1e308] }
    const rows = rowsOf(Array.from({ length: 40 }, (_, t) => [t < 20 ? 0 : t % 2 === 0 ? 1.2e154 : -1.2e154]))
    expect(fit(wide, rows, { ...DEFAULT_FIT, maxIterations: 1, covariancePrior: 1e10 })).toMatchObject({
      reason: "overflow"
    })
  })

  it("holds a constant feature up by the floor, and names the collapse without one", () => {
    const rows = rowsOf([[1], [1], [1], [1]])
    const none = { ...DEFAULT_FIT, covariancePrior: 0, varianceFloor: 0 }
    expect(must(fit(twoStates, rows, { ...none, varianceFloor: 1e-6 })).model.covariances).toEqual([1e-6, 1e-6])
    expect(fit(twoStates, rows, none)).toMatchObject({ reason: "collapsed-variance" })
    const round = { ...modelOf(1, 1, "spherical"), means: [1] }
    expect(must(fit(round, rows, { ...none, varianceFloor: 1e-6 })).model.covariances).toEqual([1e-6])
    const flat = rowsOf([
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5]
    ])
    expect(fit(modelOf(1, 2, "full"), flat, none)).toMatchObject({ reason: "collapsed-variance" })
    expect(must(fit(modelOf(1, 2, "full"), flat, { ...none, varianceFloor: 1e-6 })).model.covariances[3]).toBe(1e-6)
  })

  it.each([
    ["no row", twoStates, [], "too-few-rows"],
    ["a row that is not finite", twoStates, [[0], [Number.NaN]], "bad-input"],
    ["numbers whose squares overflow", twoStates, [[1e200], [-1e200]], "overflow"],
    ["probabilities that do not add up", { ...twoStates, start: [0.5, 0.6] }, [[0]], "bad-setting"],
    ["a variance of 0", { ...twoStates, covariances: [1, 0] }, [[0]], "bad-setting"]
  ] as const)("refuses %s by name", (_name, model, lists, reason) => {
    expect(fit(model, rowsOf(lists), DEFAULT_FIT)).toMatchObject({ _tag: "Refused", reason })
  })

  it("gives a finite model or a named refusal for any rows, twice the same", () => {
    const value = fc.oneof(fc.double({ noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true }), fc.constant(0))
    const size = fc.record({
      states: fc.integer({ min: 1, max: 4 }),
      features: fc.integer({ min: 1, max: 4 }),
      type: fc.constantFrom(...COVARIANCE_TYPES),
      values: fc.array(value, { maxLength: 48 })
    })
    fc.assert(
      fc.property(size, ({ states, features, type, values }) => {
        const count = Math.floor(values.length / features)
        const rows = { count, features, values: Float64Array.from(values.slice(0, count * features)) }
        const model = modelOf(states, features, type)
        const result = fit(model, rows, { ...DEFAULT_FIT, maxIterations: 10 })
        expect(JSON.stringify(fit(model, rows, { ...DEFAULT_FIT, maxIterations: 10 }))).toBe(JSON.stringify(result))
        if (isRefusal(result)) return
        const { start, transition, means, covariances } = result.model
        for (const number of [...start, ...transition, ...means, ...covariances, result.logLikelihood]) {
          expect(Number.isFinite(number)).toBe(true)
        }
      }),
      { seed: SEED, numRuns: 300 }
    )
  })
})
