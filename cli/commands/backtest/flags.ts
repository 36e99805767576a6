/** Which flags of a backtest mean nothing as they stand: each would be passed over, and the run taken for another one. */
import { closest } from "fastest-levenshtein"
import { FINDS_STORED, HEEDED, SAID_BY_EXCHANGE } from "../../../app/backtest/heeded.ts"
import { SETTING_ROWS } from "../../../app/settings.ts"

/** Flags that not every kind of run knows. */
export interface GivenFlags {
  readonly walkForward: boolean
  readonly results: boolean
  readonly csv: boolean
  readonly stored: boolean
  readonly rangeOfTrades: boolean
}

interface Flags extends GivenFlags {
  readonly set: ReadonlyArray<string>
  readonly sweep: ReadonlyArray<string>
  readonly slots: boolean
}

const NAMES: ReadonlyArray<string> = SETTING_ROWS.flatMap(({ name, alsoCalled }) => [name, ...alsoCalled])
/** Each row under its name and whatever else it is called. */
const ROWS = new Map(SETTING_ROWS.flatMap((row) => [row.name, ...row.alsoCalled].map((name) => [name, row] as const)))

const writtenName = (pair: string): string => pair.slice(0, pair.indexOf("="))
/** What `NAME=value` is of, as the settings call it: another name would stand behind the environment's. */
export const nameOf = (pair: string): string => ROWS.get(writtenName(pair))?.name ?? writtenName(pair)

/** Settings that are given, by the environment's own names. */
export const givenBy = (set: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(set.map((pair) => [nameOf(pair), pair.slice(pair.indexOf("=") + 1)]))

/** The names that axes of a sweep are of, by the environment's own. */
export const sweptBy = (sweep: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(sweep.filter((axis) => axis.includes("=")).map(nameOf))

const unknown = (flag: string, pairs: ReadonlyArray<string>): string | null => {
  const name = pairs.map(writtenName).find((one) => !ROWS.has(one))
  return name === undefined ? null : `${flag} ${name} is no setting: did you mean ${closest(name, NAMES)}?`
}

/** What does what was meant, where there is such a thing. */
const INSTEAD: Readonly<Record<string, string>> = {
  MIN_VOLUME: "set SIM_ORDER_MIN",
  MAKER_FEE_PCT: "set SIM_MAKER_FEE_PCT",
  MARKET: "name the recording with --candles, --trades or --stored",
  PAIR: "the recording is the pair's; --set PAIR chooses among those of --stored",
  SIM_START: "name the first day with --from",
  DATA_DIR: "name the directory with --data",
  LIVE: "leave it out, money and terms are paper's; DAILY_LOSS_LOCK_ENDS=operator is what it does to the loss lock"
}

/** A setting that would be taken without effect, why, and what to do. */
const idle = (flag: string, names: ReadonlyArray<string>, others: ReadonlySet<string>): string | null => {
  const name = names.find((one) => ROWS.has(one) && !HEEDED.has(one) && !others.has(one))
  if (name === undefined) return null
  const instead = INSTEAD[name] ?? "leave it out"
  if (SAID_BY_EXCHANGE.has(name))
    return `${flag} ${name} counts until the exchange has said its own, and a backtest's says it at once: ${instead}`
  return `${flag} ${name} (${ROWS.get(name)?.group}) changes nothing of a backtest, which goes by the rules of slots, governor, rebalancer and advisor and by the simulated exchange's account and terms: ${instead}`
}

const NONE: ReadonlySet<string> = new Set()

const twice = (names: ReadonlyArray<string>): string | undefined => names.find((name, at) => names.indexOf(name) !== at)

/** Why the flags cannot be followed; null: they can. */
export const problemOfFlags = ({
  set,
  sweep,
  slots,
  walkForward,
  results,
  csv,
  stored,
  rangeOfTrades
}: Flags): string | null => {
  const wrong = set.find((pair) => !/^[A-Z][A-Z0-9_]*=/.test(pair))
  if (wrong !== undefined) return `--set ${wrong} is not NAME=value`
  // What is no NAME=values is refused where the axes are read, with their form.
  const axes = sweep.filter((axis) => axis.includes("="))
  const notKnown = unknown("--set", set) ?? unknown("--sweep", axes)
  if (notKnown !== null) return notKnown
  const useless =
    idle("--set", set.map(nameOf), stored ? FINDS_STORED : NONE) ?? idle("--sweep", axes.map(nameOf), NONE)
  if (useless !== null) return useless
  const empty = set.find((pair) => pair.slice(pair.indexOf("=") + 1).trim() === "")
  if (empty !== undefined) return `--set ${empty} names no value`
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
