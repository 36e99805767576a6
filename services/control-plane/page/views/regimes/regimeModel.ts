/** The way from probabilities to the skew, in words; and what of it is drawn over time. Pure. */
import type { Status } from "../../../core/brief.ts"
import { age, share, signal, UNKNOWN, words } from "../../kit/format.ts"
import type { JournalLine } from "../../kit/payloads.ts"

/** What the advisor says. */
export type Regime = NonNullable<Status["hmm_regime"]>
/** What one of its detectors says. */
export type Reading = NonNullable<Regime["fast"]>

/** How the two detectors got along. */
export const agreementInWords = ({ agreement, fast, slow }: Regime): string => {
  const [short, long] = [fast?.timeframe ?? "fast", slow?.timeframe ?? "slow"]
  const sentences: Readonly<Record<string, string>> = {
    full: "both timeframes agree",
    slow_neutral: `${long} is neutral`,
    fast_cooling: `${short} is cooling down`,
    conflict: "the timeframes contradict each other",
    fast_only: `${short} alone speaks`,
    slow_only: `${long} alone speaks`
  }
  return sentences[agreement] ?? agreement
}

/** Whether a model speaks at all. */
export const hasSpoken = ({ available, agreement, regime }: Regime): boolean =>
  available && agreement !== "none" && regime !== null

/** Which orders a skew enlarges. */
export const favoured = (skew: number, inEffect: boolean): string => {
  if (skew === 0) return "neither side is favoured"
  const side = skew > 0 ? "buys" : "sells"
  return inEffect ? `new ${side} are enlarged` : `${side} would be enlarged; nothing is entered now`
}

/** A number of the chain; what is none (`unknown`, `none`) is said as it is. */
const figure = (value: number | string | undefined, shown: (value: number) => string): string =>
  value === undefined ? UNKNOWN : typeof value === "number" ? shown(value) : value

/** The chain of numbers from the trend to the skew. */
export const chainOf = ({
  rebalancer,
  trend,
  hmm_regime: advisor
}: Status): ReadonlyArray<readonly [string, string]> => {
  const numbers = rebalancer?.reason?.numbers ?? {}
  const held = trend?.hysteresis_active === true ? `${age(trend.hysteresis_expires_in_sec)} more` : "none"
  const rule = words(String(numbers["targetRule"] ?? ""))
  const blend = advisor?.enabled === true ? ` (trend ${advisor.blend_factor.toFixed(2)})` : ""
  return [
    ["Trend score", figure(numbers["trendScore"], signal)],
    ["Bias of the regime", figure(numbers["bias"], signal)],
    [`Blended signal${blend}`, figure(numbers["signal"], signal)],
    [`Idle target${rule === "" ? "" : `, ${rule}`}`, figure(numbers["target"], (value) => share(100 * value))],
    ["Idle ratio", figure(numbers["idleRatio"], (value) => share(100 * value))],
    ["Smoothed error", figure(numbers["smoothedError"], signal)],
    ["Velocity, per hour", figure(numbers["smoothedVelocity"], (perSec) => signal(perSec * 3_600))],
    ["Room for orders", [rebalancer?.capacity_band ?? UNKNOWN, ...(rebalancer?.capacity_hints ?? [])].join(": ")],
    ["Target held", held]
  ]
}

/** A line over time; null where nothing was known. */
export interface Series {
  readonly name: string
  readonly ink: "buy" | "sell" | "quiet" | "accent" | "text"
  readonly points: ReadonlyArray<{ readonly time: number; readonly value: number }>
}

const seriesOf = (
  records: ReadonlyArray<JournalLine>,
  name: string,
  ink: Series["ink"],
  value: (event: Readonly<Record<string, unknown>>) => unknown
): Series => ({
  name,
  ink,
  points: records
    .flatMap(({ at, events }) =>
      events.flatMap((event) => {
        const found = value(event)
        return at === null || typeof found !== "number" ? [] : [{ time: at, value: found }]
      })
    )
    .toSorted((a, b) => a.time - b.time)
})

interface Observed {
  readonly consensus?: { readonly biasSignal?: number }
  readonly fast?: Spoken
  readonly slow?: Spoken
}

interface Spoken {
  readonly trained?: boolean
  readonly probabilities?: Readonly<Record<string, number>>
}

/** Where regimes lean over time: what both detectors together say. */
export const biasSeries = (records: ReadonlyArray<JournalLine>): ReadonlyArray<Series> => [
  seriesOf(records, "bias of both", "text", (event) => (event as Observed).consensus?.biasSignal)
]

/** A detector's probabilities over time, from the bottom of a stack to its top. A detector that was not trained says none. */
export const probabilitySeries = (
  records: ReadonlyArray<JournalLine>,
  detector: "fast" | "slow"
): ReadonlyArray<Series> => {
  const of = (name: string, ink: Series["ink"]): Series =>
    seriesOf(records, name, ink, (event) => {
      const spoken = (event as Observed)[detector]
      return spoken?.trained === true ? spoken.probabilities?.[name] : undefined
    })
  return [of("bearish", "sell"), of("ranging", "quiet"), of("bullish", "buy")]
}

/** The numbers of a `SkewDecided`, wherever its reason keeps them. */
const numberOf =
  (name: string) =>
  (event: Readonly<Record<string, unknown>>): unknown => {
    const { reason } = event as { readonly reason?: { readonly numbers?: Readonly<Record<string, unknown>> } }
    return event[name] ?? reason?.numbers?.[name]
  }

/** What the rebalancer decided over time, and what the trend was. */
export const skewSeries = (records: ReadonlyArray<JournalLine>): ReadonlyArray<Series> => [
  seriesOf(records, "skew", "accent", numberOf("skew")),
  seriesOf(records, "trend score", "quiet", numberOf("trendScore"))
]

/** How much of the account lay idle, and how much it was steered to: shares of 1. */
export const idleSeries = (records: ReadonlyArray<JournalLine>): ReadonlyArray<Series> => [
  seriesOf(records, "idle ratio", "text", numberOf("idleRatio")),
  seriesOf(records, "idle target", "accent", numberOf("target"))
]

/** Where a drawing begins and ends. */
interface Frame {
  /** Unix seconds. */
  readonly from: number
  readonly to: number
  /** Of the values. */
  readonly low: number
  readonly high: number
}

/** A series with its drawing. */
export type Drawn = Series & { readonly path: string }

const xIn =
  ({ from, to }: Frame, width: number) =>
  (time: number): string =>
    (to === from ? 0 : ((time - from) / (to - from)) * width).toFixed(1)

const timesOf = (points: Series["points"]): Pick<Frame, "from" | "to"> => ({
  from: points.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY),
  to: points.reduce((most, { time }) => Math.max(most, time), Number.NEGATIVE_INFINITY)
})

/** Series as lines of a drawing of this size; all share one scale, which has zero in it where `withZero`. Null: there is no line to draw. */
export const pathsOf = (
  all: ReadonlyArray<Series>,
  width: number,
  height: number,
  withZero = true
): (Frame & { readonly paths: ReadonlyArray<Drawn> }) | null => {
  const points = all.flatMap((series) => series.points)
  if (all.every((series) => series.points.length < 2)) return null
  const values = points.map(({ value }) => value)
  const ends = withZero ? [0, ...values] : values
  const frame = { ...timesOf(points), low: Math.min(...ends), high: Math.max(...ends) }
  const { low, high } = frame
  const x = xIn(frame, width)
  const y = (value: number): string => (high === low ? height / 2 : ((high - value) / (high - low)) * height).toFixed(1)
  const paths = all.map((series) => ({
    ...series,
    path: series.points.map(({ time, value }, index) => `${index === 0 ? "M" : "L"}${x(time)} ${y(value)}`).join("")
  }))
  return { ...frame, paths }
}

/** Shares of one whole as areas, one on the other from the bottom; each reading holds until the next. Null: fewer than two. */
export const stackOf = (
  all: ReadonlyArray<Series>,
  width: number,
  height: number
): (Frame & { readonly paths: ReadonlyArray<Drawn> }) | null => {
  const times = (all[0]?.points ?? []).map(({ time }) => time)
  if (times.length < 2) return null
  const frame = { ...timesOf(all[0]?.points ?? []), low: 0, high: 1 }
  const x = xIn(frame, width)
  const floor = times.map(() => 0)
  const paths = all.map((series) => {
    const edge = (at: ReadonlyArray<number>): ReadonlyArray<string> =>
      times.flatMap((time, index) => {
        const y = ((1 - (at[index] ?? 0)) * height).toFixed(1)
        const next = times[index + 1]
        return next === undefined ? [`${x(time)} ${y}`] : [`${x(time)} ${y}`, `${x(next)} ${y}`]
      })
    const below = edge(floor)
    for (const [index] of times.entries()) floor[index] = (floor[index] ?? 0) + (series.points[index]?.value ?? 0)
    return { ...series, path: `M${[...edge(floor), ...below.toReversed()].join("L")}Z` }
  })
  return { ...frame, paths }
}
