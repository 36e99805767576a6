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
  readonly ink: "buy" | "sell" | "quiet" | "accent"
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
  readonly slow?: { readonly probabilities?: Readonly<Record<string, number>> }
}

/** What the records of the advisor say over time. */
export const regimeSeries = (records: ReadonlyArray<JournalLine>): ReadonlyArray<Series> => [
  seriesOf(records, "bias of both", "accent", (event) => (event as Observed).consensus?.biasSignal),
  seriesOf(records, "bullish, slow", "buy", (event) => (event as Observed).slow?.probabilities?.["bullish"]),
  seriesOf(records, "bearish, slow", "sell", (event) => (event as Observed).slow?.probabilities?.["bearish"])
]

/** The numbers of a `SkewDecided`, wherever its reason keeps them. */
const numberOf =
  (name: string) =>
  (event: Readonly<Record<string, unknown>>): unknown => {
    const { reason } = event as { readonly reason?: { readonly numbers?: Readonly<Record<string, unknown>> } }
    return event[name] ?? reason?.numbers?.[name]
  }

/** What the rebalancer decided over time. */
export const skewSeries = (records: ReadonlyArray<JournalLine>): ReadonlyArray<Series> => [
  seriesOf(records, "skew", "accent", numberOf("skew")),
  seriesOf(records, "trend score", "quiet", numberOf("trendScore")),
  seriesOf(records, "idle target", "buy", numberOf("target")),
  seriesOf(records, "idle ratio", "sell", numberOf("idleRatio"))
]

/** Series as paths of a drawing of this size; all share one scale, which is said. */
export const pathsOf = (
  all: ReadonlyArray<Series>,
  width: number,
  height: number
): {
  readonly low: number
  readonly high: number
  readonly paths: ReadonlyArray<Series & { readonly path: string }>
} | null => {
  const points = all.flatMap((series) => series.points)
  if (points.length < 2) return null
  const times = points.map(({ time }) => time)
  const values = points.map(({ value }) => value)
  const [from, to] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const x = (time: number): number => (to === from ? 0 : ((time - from) / (to - from)) * width)
  const y = (value: number): number => (high === low ? height / 2 : ((high - value) / (high - low)) * height)
  const paths = all.map((series) => ({
    ...series,
    path: series.points
      .map(({ time, value }, index) => `${index === 0 ? "M" : "L"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`)
      .join("")
  }))
  return { low, high, paths }
}
