/** Runs the reference cases of the indicators: whole series of real candles, and the last values of tiny series. */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { columnOf, Differences, matrixOf, numbersOf } from "../format/numbers.ts"
import { directionalMovement } from "../../shared/core/indicators/directional.ts"
import { macdFromAverage, macdFromFirst } from "../../shared/core/indicators/macd.ts"
import { emaFromAverage, emaFromFirst } from "../../shared/core/indicators/movingAverage.ts"
import { averageTrueRange, type PriceBars, rsi } from "../../shared/core/indicators/wilder.ts"
import { EXACT_ENOUGH } from "./conformanceFit.ts"
import { FEATURES, featureTable } from "../../services/hmm-advisor/core/features.ts"

/** Candles in rows, and series or last values to expect of them. */
export const isIndicatorCase = (input: unknown): boolean => {
  if (typeof input !== "object" || input === null || !("candles" in input) || !Array.isArray(input.candles))
    return false
  if ("expectedLast" in input) return true
  const expected = "expected" in input ? input.expected : null
  return typeof expected === "object" && expected !== null && GROUPS.some((group) => group in expected)
}

const GROUPS = ["smaSeeded", "firstValueSeeded", "hmmFeatures"] as const

/** What is looked at of such a case; every series and last value that it names is. */
export const INDICATOR_FIELDS = { expected: GROUPS }
type Seed = "smaSeeded" | "firstValueSeeded"

/** Every series, or every last value, that the case names. An `expectedLast` of `null` has nothing to compare. */
export const runIndicatorCase = (input: unknown): Array<string> => {
  const root = new CaseObject(input, "case")
  const rows = matrixOf(root, "candles")
  const column = (index: number) => columnOf(rows, index, "case.candles")
  const bars: PriceBars = { highs: column(2), lows: column(3), closes: column(4) }
  const features = featureTable({ closes: bars.closes, volumes: column(5) })
  const differences = new Differences()
  const expected = root.optionalObject("expected")
  for (const seed of ["smaSeeded", "firstValueSeeded"] as const) {
    const group = expected?.optionalObject(seed) ?? null
    for (const name of Object.keys(group?.fields ?? {})) compareSeries(group!, name, bars, seed, differences)
  }
  const table = expected?.optionalObject("hmmFeatures") ?? null
  if (table !== null) {
    const wanted = matrixOf(table, "rows", true).flatMap((row) => Array.from(row))
    differences.allClose("hmmFeatures.rows", wanted, features, EXACT_ENOUGH)
  }
  const last = root.optionalObject("expectedLast")
  for (const [name, value] of Object.entries(last?.fields ?? {})) {
    if (name === "volumeRatio") {
      differences.close(name, value, features[features.length - FEATURES.length + 3], EXACT_ENOUGH)
    } else if (name === "macd") compareLastMacd(last!, bars, differences)
    else differences.close(name, value, seriesOf(name, bars, "smaSeeded").at(-1), EXACT_ENOUGH)
  }
  return differences.lines
}

const MACD_SERIES = ["line", "signal", "histogram"] as const

const compareSeries = (
  group: CaseObject,
  name: string,
  bars: PriceBars,
  seed: Seed,
  differences: Differences
): void => {
  if (name !== "macd") {
    differences.allClose(`${seed}.${name}`, numbersOf(group, name, true), seriesOf(name, bars, seed), EXACT_ENOUGH)
    return
  }
  const macd = seed === "smaSeeded" ? macdFromAverage(bars.closes) : macdFromFirst(bars.closes)
  for (const series of MACD_SERIES) {
    const wanted = numbersOf(group.object("macd"), series, true)
    differences.allClose(`${seed}.macd.${series}`, wanted, macd[series], EXACT_ENOUGH)
  }
}

const compareLastMacd = (last: CaseObject, { closes }: PriceBars, differences: Differences): void => {
  const wanted = last.optionalObject("macd")
  const macd = macdFromAverage(closes)
  for (const series of MACD_SERIES) {
    differences.close(`macd.${series}`, wanted?.fields[series], macd[series].at(-1), EXACT_ENOUGH)
  }
}

/** A series by its reference name, such as `ema9` or `plusDi14`. */
const seriesOf = (name: string, bars: PriceBars, seed: Seed): Float64Array => {
  const [, kind, digits] = /^([a-zA-Z]+)(\d+)$/.exec(name) ?? []
  const length = Number(digits)
  switch (kind) {
    case "ema":
      return seed === "smaSeeded" ? emaFromAverage(bars.closes, length) : emaFromFirst(bars.closes, length)
    case "rsi":
      return rsi(bars.closes, length)
    case "atr":
      return averageTrueRange(bars, length)
    case "adx":
    case "plusDi":
    case "minusDi":
      return directionalMovement(bars, length)[kind]
    default:
      throw new CaseError(`"${name}" is no indicator that is known here`)
  }
}
