/** The yardstick of training: the best likelihood that many random starts lead to, each climbed to the end. */
import { DEFAULT_FIT, fit } from "../../services/hmm-advisor/core/hmm/fit.ts"
import type { Rows } from "../../services/hmm-advisor/core/hmm/linear/rows.ts"
import type { HmmModel } from "../../services/hmm-advisor/core/hmm/model.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { scalingOf, standardise } from "../../services/hmm-advisor/core/training/scaling.ts"

const STATES = 3

/** A training counts as having reached the best known likelihood when it comes this close, relatively. */
export const REACHED = 1e-4

/** Three different rows as means, variance 1, and a random inclination to stay. `rows` hold standardised features. */
const randomStart = ({ count, features, values }: Rows, random: () => number): HmmModel => {
  const chosen = new Set<number>()
  while (chosen.size < STATES) chosen.add(Math.floor(random() * count))
  const staying = 0.5 + 0.49 * random()
  const leaving = (1 - staying) / (STATES - 1)
  return {
    states: STATES,
    features,
    covarianceType: "diag",
    start: Array.from({ length: STATES }, () => 1 / STATES),
    transition: Array.from({ length: STATES * STATES }, (_, at) => (at % (STATES + 1) === 0 ? staying : leaving)),
    means: [...chosen].flatMap((row) => [...values.subarray(row * features, (row + 1) * features)]),
    covariances: Array.from({ length: STATES * features }, () => 1)
  }
}

/** Of raw feature rows; `random` gives numbers in [0, 1). Throws where the rows cannot be fitted. */
export const bestOfRandomStarts = (rows: Rows, starts: number, random: () => number): number => {
  const scaling = scalingOf(rows)
  if (isRefusal(scaling)) throw new Error(scaling.detail)
  const standard = standardise(rows, scaling)
  let best = Number.NEGATIVE_INFINITY
  for (let n = 0; n < starts; n++) {
    const climbed = fit(randomStart(standard, random), standard, DEFAULT_FIT)
    if (!isRefusal(climbed)) best = Math.max(best, climbed.logLikelihood)
  }
  return best
}
