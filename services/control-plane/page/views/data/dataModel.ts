/** Candles and levels: what there is, what is missing, and how exact that makes what stands on it. Pure. */
import type { Status } from "../../../core/brief.ts"
import { integer, words } from "../../kit/format.ts"

/** A training window of candles. */
export type Pipeline = NonNullable<Status["hmm_data_pipeline"]>

const isHole = (gap: string): boolean => gap.startsWith("missing_candles:")

/** `insufficient_samples:3/500` → `insufficient samples 3/500`. */
export const gapInWords = (gap: string): string => {
  const colon = gap.indexOf(":")
  if (colon < 0) return words(gap)
  return `${words(gap.slice(0, colon))} ${gap.slice(colon + 1).replace(/(\d)%$/, "$1 %")}`
}

/** One window as a row. */
export interface Window {
  readonly timeframe: string
  /** Those that count; more may be kept. */
  readonly filled: string
  /** 0 to 1. */
  readonly share: number
  readonly kept: string
  readonly state: string
  readonly tone: "good" | "warn" | "quiet"
  readonly lacks: ReadonlyArray<string>
  readonly holes: ReadonlyArray<string>
  readonly stalls: number
  readonly pipeline: Pipeline
}

const stateOf = ({ samples, ready_for_min_train: enough, ready_for_target_window: full }: Pipeline) => {
  if (samples === 0) return { tone: "quiet", state: "no candles yet" } as const
  if (full) return { tone: "good", state: "ready" } as const
  return enough
    ? ({ tone: "good", state: "ready, window not full" } as const)
    : ({ tone: "warn", state: "not ready" } as const)
}

const windowOf = (pipeline: Pipeline): Window => {
  const { interval_min: interval, samples, training_target: target, gaps, backfill_stalls: stalls } = pipeline
  return {
    timeframe: `${interval}m`,
    filled: `${integer(Math.min(samples, target))} / ${integer(target)}`,
    share: target === 0 ? 0 : Math.min(1, samples / target),
    kept: samples > target ? `${integer(samples)} kept` : "",
    ...stateOf(pipeline),
    lacks: gaps.filter((gap) => !isHole(gap)).map(gapInWords),
    holes: gaps.filter(isHole).map(gapInWords),
    stalls,
    pipeline
  }
}

/** Both windows, as far as they are collected. */
export const windowsOf = ({
  hmm_data_pipeline: primary,
  hmm_data_pipeline_secondary: secondary
}: Status): ReadonlyArray<Window> =>
  [primary, secondary]
    .filter((pipeline) => pipeline != null && pipeline.enabled)
    .map((pipeline) => windowOf(pipeline as Pipeline))

/** How the exchange's stream stands: what went wrong once is not said as if it still did. */
export const streamText = ({ status, detail, losses, refused }: NonNullable<Pipeline["stream"]>): string => {
  const now = status === "open" || detail === "" ? `stream ${status}` : `stream ${status}: ${detail}`
  const unread =
    refused === 0
      ? ""
      : `, ${integer(refused)} messages not believed${status === "open" ? `, the last: ${detail}` : ""}`
  return `${now}, lost ${integer(losses)} times${unread}`
}

/** Why no window is collected, for a person. */
export const noWindows = ({ hmm_data_pipeline: primary }: Status): string =>
  primary == null
    ? "Nothing has been heard of candles yet: the store is being opened, or service ohlcv-ingestor does not run."
    : "No candles are collected: HMM_OHLCV_ENABLED=false."

/** A key level with how exact it is. */
export interface Level {
  readonly group: string
  readonly name: string
  readonly price: string | null
  readonly precision: string
  readonly missing: string
}

/** Key levels; empty where none are known. */
export const levelsOf = ({ levels }: Status): ReadonlyArray<Level> => {
  if (levels === undefined || !("today" in levels)) return []
  const { today, previous_day: previous, opening_range: range } = levels
  const rows = (
    group: string,
    of: { readonly precision: string; readonly missing?: ReadonlyArray<string> } | null | undefined,
    prices: ReadonlyArray<readonly [string, string | null | undefined]>
  ): ReadonlyArray<Level> =>
    of === null || of === undefined
      ? []
      : prices.map(([name, price]) => ({
          group,
          name,
          price: price ?? null,
          precision: of.precision,
          missing: (of.missing ?? []).join(", ")
        }))
  return [
    ...rows("today", today, [
      ["VWAP", today?.vwap],
      ["POC", today?.poc],
      ["VAH", today?.vah],
      ["VAL", today?.val],
      ["high", today?.high],
      ["low", today?.low]
    ]),
    ...rows("opening range", range, [
      ["OR High", range?.high],
      ["OR Low", range?.low]
    ]),
    ...rows("previous day", previous, [
      ["VWAPprev", previous?.vwap],
      ["POCprev", previous?.poc],
      ["VAHprev", previous?.vah],
      ["VALprev", previous?.val],
      ["PDH", previous?.high],
      ["PDL", previous?.low]
    ])
  ]
}

/** Why no levels are known, for a person. */
export const noLevels = ({ levels }: Status): string => {
  if (levels === undefined) return "the exchange's clock has not been heard yet, or service market-context does not run"
  if ("trouble" in levels) return levels.trouble
  return "CONTEXT_ENABLED=false"
}

/** Where candles of a page came from, most first. */
export const provenanceOf = (
  candles: ReadonlyArray<{ readonly provenance: string }>
): ReadonlyArray<readonly [string, number]> => {
  const counts = new Map<string, number>()
  for (const { provenance } of candles) counts.set(provenance, (counts.get(provenance) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])
}
