/**
 * Where climbs begin. Climbing finds the nearest optimum only, so many starts of different kinds are tried; they are the same
 * every time for the same rows.
 */
import { randomNumbers } from "../../../../shared/core/random.ts"
import type { CovarianceType, HmmModel } from "../hmm/model.ts"
import type { Rows } from "../hmm/linear/rows.ts"
import { type CutName, cutGroups } from "./cuts.ts"
import { spreadMoments, stretchMoments } from "./draws.ts"
import { type Moments, momentsOfGroups, startModel } from "./startModel.ts"

/** Names a start in a model's record. `previous`: the model in use before this training; `regrouped`: made of the best that the others led to. */
export type StartName = "previous" | CutName | `spread-${number}` | `stretch-${number}` | `regrouped-${number}`

/** A model to climb from. */
export interface Start {
  readonly name: StartName
  readonly model: HmmModel
}

/** Of either kind that is drawn. With 45 of each one window in a hundred is missed, with 60 one in a hundred and fifty. */
const DRAWS = 60
const SEED = 1

/** The starts that the rows allow, in order; none where there are fewer different rows than states. `rows` hold standardised features. */
export const startsOf = (rows: Rows, states: number, covarianceType: CovarianceType): ReadonlyArray<Start> => {
  const random = randomNumbers(SEED)
  const start = (name: StartName, moments: Moments | null): ReadonlyArray<Start> =>
    moments === null ? [] : [{ name, model: startModel(moments, states, rows.features, covarianceType) }]
  const numbers = Array.from({ length: DRAWS }, (_, n) => n + 1)
  const spread = numbers.flatMap((n) => start(`spread-${n}`, spreadMoments(rows, states, random)))
  if (spread.length === 0) return []
  return [
    ...cutGroups(rows, states).flatMap(({ name, groups }) => start(name, momentsOfGroups(rows, groups, states))),
    ...spread,
    ...numbers.flatMap((n) => start(`stretch-${n}`, stretchMoments(rows, states, random)))
  ]
}
