/**
 * From many starts to the likeliest model for the cost of a few whole climbs: all climb a little, the likelier ones a little
 * further, the best to the end. Who leads early is seldom overtaken. Then the best is grouped anew, and what leads climbs to the end.
 */
import { fit, type Fit, type FitOptions } from "../hmm/fit.ts"
import type { Rows } from "../hmm/linear/rows.ts"
import { makeWorkspace, type Workspace } from "../hmm/workspace.ts"
import { isRefusal, type Refusal } from "./refusal.ts"
import { regrouped } from "./regroup.ts"
import type { Start, StartName } from "./starts.ts"

/** Iterations that each climb of a round makes, and how many of the climbs, the likeliest, go on. */
const FIRST = { iterations: 3, keep: 40 }
const SECOND = { iterations: 5, keep: 8 }
/** The same of the best one's other partings. */
const REGROUPED = { iterations: 8, keep: 4 }

/**
 * The ways from starts to a model that there have been. A model must follow from its rows for ever: a recorded training names the way
 * that it went, and is proved by that one.
 */
export const RECIPES = [1, 2] as const
/** 1: rounds of starts, and no more; also of trainings recorded before there were two ways. 2: then the best is grouped anew. */
export type Recipe = (typeof RECIPES)[number]

/** How a search goes. */
export interface SearchOptions extends FitOptions {
  readonly recipe: Recipe
}

/** The previous model wins where it comes this close, relatively, to the best: labels should not jump for nothing. */
const NEAR_TIE = 1e-4

/** One start, and how far the climb from it has come. */
export interface Climb<Reached extends Fit | Refusal = Fit | Refusal> {
  readonly start: StartName
  /** All of its iterations, as one fit; a refusal ends a climb. */
  readonly reached: Reached
}

/** Every climb, in the order of the starts, and the one that won: null where all were refused. */
export interface Search {
  readonly best: Climb<Fit> | null
  readonly climbs: ReadonlyArray<Climb>
}

/** Told after each climb how much of all the iterations that there may be is behind it, 0 to 1: for people who wait. */
export type TellShare = (share: number) => void

/** Adds up iterations as they are allowed, not as they are made: who converges early is done early. */
const shareOf = (starts: ReadonlyArray<Start>, { maxIterations, recipe }: SearchOptions, tell: TellShare) => {
  const [first] = starts
  const anew = recipe === 1 || first === undefined ? 0 : regrouped(first.model).length
  const rounds = [
    starts.length * FIRST.iterations,
    FIRST.keep * SECOND.iterations,
    SECOND.keep * maxIterations,
    anew * REGROUPED.iterations,
    Math.min(anew, REGROUPED.keep) * maxIterations
  ]
  const all = rounds.reduce((sum, round) => sum + round, 0)
  let done = 0
  return (iterations: number): void => {
    done += iterations
    tell(Math.min(1, done / all))
  }
}

/** Climbs from every start; deterministic to the last bit, whoever is told. `rows` hold standardised features. */
export const search = (
  starts: readonly [Start, ...ReadonlyArray<Start>],
  rows: Rows,
  options: SearchOptions,
  tell: TellShare = () => undefined
): Search => {
  const made = shareOf(starts, options, tell)
  const work = makeWorkspace(starts[0].model, rows.count)
  const upTo = (iterations: number) => ({ ...options, maxIterations: Math.min(iterations, options.maxIterations) })
  const begin = (from: ReadonlyArray<Start>, iterations: number) =>
    from.map(({ name, model }) => {
      const reached = fit(model, rows, upTo(iterations), work)
      made(iterations)
      return { start: name, reached }
    })
  const goOn = (to: FitOptions, iterations: number) => (before: Fit) => {
    const reached = continued(before, rows, to, work)
    made(iterations)
    return reached
  }
  const toTheEnd = goOn(options, options.maxIterations)
  const begun = begin(starts, FIRST.iterations)
  const furthered = further(begun, FIRST.keep, goOn(upTo(FIRST.iterations + SECOND.iterations), SECOND.iterations))
  const climbs = further(furthered, SECOND.keep, toTheEnd)
  const best = winner(climbs)
  if (options.recipe === 1 || best === null) return { best, climbs }
  const anew = regrouped(best.reached.model).map((model, n) => ({ name: `regrouped-${n + 1}`, model }) as const)
  const all = [...climbs, ...further(begin(anew, REGROUPED.iterations), REGROUPED.keep, toTheEnd)]
  return { best: winner(all), climbs: all }
}

/** Takes the likeliest climbs on. The model in use always goes on: a near tie is its to win. */
const further = (
  climbs: ReadonlyArray<Climb>,
  keep: number,
  goOn: (before: Fit) => Fit | Refusal
): ReadonlyArray<Climb> => {
  const byLikelihood = climbs.filter(isFitted).toSorted((a, b) => b.reached.logLikelihood - a.reached.logLikelihood)
  const going = new Set<Climb>(byLikelihood.slice(0, keep))
  return climbs.map((climb) =>
    isFitted(climb) && (going.has(climb) || climb.start === "previous")
      ? { start: climb.start, reached: goOn(climb.reached) }
      : climb
  )
}

/** A fit and its next iterations as one; as it was where it stands already, or has made all the iterations it may. */
const continued = (before: Fit, rows: Rows, options: FitOptions, work: Workspace): Fit | Refusal => {
  const left = options.maxIterations - before.logLikelihoods.length
  if (before.converged || left <= 0) return before
  const after = fit(before.model, rows, { ...options, maxIterations: left }, work)
  if (isRefusal(after)) return after
  return {
    ...after,
    starved: [...new Set([...before.starved, ...after.starved])].sort((a, b) => a - b),
    logLikelihoods: [...before.logLikelihoods, ...after.logLikelihoods]
  }
}

const isFitted = (climb: Climb): climb is Climb<Fit> => !isRefusal(climb.reached)

const winner = (climbs: ReadonlyArray<Climb>): Climb<Fit> | null => {
  let best: Climb<Fit> | null = null
  for (const climb of climbs.filter(isFitted)) {
    if (best === null || climb.reached.logLikelihood > best.reached.logLikelihood) best = climb
  }
  const previous = climbs.filter(isFitted).find(({ start }) => start === "previous")
  if (best === null || previous === undefined) return best
  const behind = best.reached.logLikelihood - previous.reached.logLikelihood
  return behind <= NEAR_TIE * Math.abs(best.reached.logLikelihood) ? previous : best
}
