/** Rows put into groups by the quantiles of one feature: what a person would try first. */
import { quantileSorted } from "simple-statistics"
import type { Rows } from "../hmm/linear/rows.ts"

/** One feature cut by its quantiles into as many groups as there are states. */
interface Cut {
  readonly name: CutName
  readonly column: number
  /** Cut by the distance from 0. */
  readonly absolute?: true
  /** Share of the rows in each outer group; equal groups where it is left out. */
  readonly tail?: number
}

/** Names a cut in a model's record. */
export type CutName =
  | "emaSpreadThirds"
  | "rsiZoneThirds"
  | "emaSpreadTails"
  | "macdSlopeSizeThirds"
  | "volumeRatioThirds"

const CUTS: ReadonlyArray<Cut> = [
  { name: "emaSpreadThirds", column: 1 },
  { name: "rsiZoneThirds", column: 2 },
  { name: "emaSpreadTails", column: 1, tail: 0.15 },
  { name: "macdSlopeSizeThirds", column: 0, absolute: true },
  { name: "volumeRatioThirds", column: 3 }
]

/** The group of each row by each of the cuts, in order; a flat feature leaves groups empty. */
export const cutGroups = (
  rows: Rows,
  states: number
): ReadonlyArray<{ readonly name: CutName; readonly groups: Uint8Array }> =>
  CUTS.map((cut) => ({ name: cut.name, groups: groupsOf(rows, states, cut) }))

/** The group of each row. */
const groupsOf = ({ count, features, values }: Rows, states: number, cut: Cut): Uint8Array => {
  const column = new Float64Array(count)
  for (let t = 0; t < count; t++) {
    const value = values[t * features + cut.column]!
    column[t] = cut.absolute === true ? Math.abs(value) : value
  }
  const sorted = Array.from(column.toSorted())
  const cuts = Array.from({ length: states - 1 }, (_, i) => quantileSorted(sorted, cutShare(i + 1, states, cut.tail)))
  return Uint8Array.from(column, (value) => cuts.filter((edge) => value > edge).length)
}

/** Share of the rows below the `index`th of the cuts that make `states` groups. */
const cutShare = (index: number, states: number, tail: number | undefined): number =>
  tail === undefined || states < 3 ? index / states : tail + ((index - 1) * (1 - 2 * tail)) / (states - 2)
