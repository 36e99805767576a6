/** Which flags of a backtest mean nothing as they stand: each would be passed over, and the run taken for another one. */
import { closest } from "fastest-levenshtein"
import { SETTING_ROWS } from "../../../app/settings.ts"

/** Flags that not every kind of run knows. */
export interface GivenFlags {
  readonly walkForward: boolean
  readonly results: boolean
  readonly csv: boolean
  readonly rangeOfTrades: boolean
}

interface Flags extends GivenFlags {
  readonly set: ReadonlyArray<string>
  readonly sweep: ReadonlyArray<string>
  readonly slots: boolean
}

const NAMES: ReadonlyArray<string> = SETTING_ROWS.flatMap(({ name, alsoCalled }) => [name, ...alsoCalled])
const KNOWN = new Set(NAMES)

const nameOf = (pair: string): string => pair.slice(0, pair.indexOf("="))

const unknown = (flag: string, pairs: ReadonlyArray<string>): string | null => {
  const name = pairs.map(nameOf).find((one) => !KNOWN.has(one))
  return name === undefined ? null : `${flag} ${name} is no setting: did you mean ${closest(name, NAMES)}?`
}

const twice = (names: ReadonlyArray<string>): string | undefined => names.find((name, at) => names.indexOf(name) !== at)

/** Why the flags cannot be followed; null: they can. */
export const problemOfFlags = ({
  set,
  sweep,
  slots,
  walkForward,
  results,
  csv,
  rangeOfTrades
}: Flags): string | null => {
  const wrong = set.find((pair) => !/^[A-Z][A-Z0-9_]*=/.test(pair))
  if (wrong !== undefined) return `--set ${wrong} is not NAME=value`
  // What is no NAME=values is refused where the axes are read, with their form.
  const axes = sweep.filter((axis) => axis.includes("="))
  const notKnown = unknown("--set", set) ?? unknown("--sweep", axes)
  if (notKnown !== null) return notKnown
  const fixed = [...set.map(nameOf), ...(slots ? ["SLOTS"] : [])]
  const again = twice(fixed)
  if (again !== undefined) return `${again} is set twice: name it once`
  const swept = axes.map(nameOf).find((name) => fixed.includes(name))
  if (swept !== undefined) return `${swept} is swept and set: name it once`
  if (walkForward && sweep.length === 0)
    return "--walk-forward chooses among the points of a sweep: name at least one --sweep"
  if (results && sweep.length === 0) return "--results keeps the rows of a sweep: name at least one --sweep"
  if (walkForward && csv) return "--csv writes no windows: --walk-forward has them with --json"
  return rangeOfTrades ? "--range is over the ways through a candle: trades have one" : null
}
