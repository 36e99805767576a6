/** State numbers mean nothing from one fit to the next; labels do. */
import type { HmmModel } from "./hmm/model.ts"

/** The regimes in the order of their ids, 0 to 2. */
export const REGIMES = ["BEARISH", "RANGING", "BULLISH"] as const
/** The label of a state: where the market is heading. */
export type Regime = (typeof REGIMES)[number]

/** State numbers from the lowest to the highest mean of a feature; equal means keep their order. */
export const stateOrder = ({ states, features, means }: HmmModel, feature: number): ReadonlyArray<number> =>
  Array.from({ length: states }, (_, k) => k).sort(
    (a, b) => means[a * features + feature]! - means[b * features + feature]!
  )

/**
 * Labels of states in that order: the lowest is bearish, the highest bullish, all between them ranging. A single state
 * ranges.
 */
export const labelsInOrder = (states: number): ReadonlyArray<Regime> =>
  Array.from({ length: states }, (_, rank) =>
    states > 1 && rank === 0 ? "BEARISH" : states > 1 && rank === states - 1 ? "BULLISH" : "RANGING"
  )

/** A model with its states renumbered: new state i is old state `order[i]`. */
export const reordered = (model: HmmModel, order: ReadonlyArray<number>): HmmModel => {
  const { states, covarianceType: type } = model
  const blocks = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
    const size = values.length / states
    return order.flatMap((state) => values.slice(state * size, (state + 1) * size))
  }
  return {
    ...model,
    start: blocks(model.start),
    transition: order.flatMap((from) => order.map((to) => model.transition[from * states + to]!)),
    means: blocks(model.means),
    covariances: type === "tied" ? model.covariances : blocks(model.covariances)
  }
}
