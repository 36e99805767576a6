/** Whether figures may be believed, in words (docs/trading-contract.md §12). Pure. */
import type { BackfillPhase } from "../../../../shared/core/backfillPhase.ts"
import { DAY_MS } from "../../../../shared/core/time/utcDay.ts"
import type { Stretch } from "./stretches.ts"

/** The history's progress, as far as a figure depends on it. */
export interface BackfillProgress {
  readonly phase: BackfillPhase
  /** Share of the time to be fetched that was, 0 to 100. */
  readonly percent: number
  /** Another source than the pair's own exchange, named in the words: `binance`. Left out: the exchange. */
  readonly of?: string
}

/** Holes named one by one. */
const MAX_NAMED = 3

/** `08:02:11–08:05:40`, of one day; its end is 24:00:00. */
export const clockSpan = ({ from, to }: Stretch): string =>
  `${clock(from)}–${to % DAY_MS === 0 ? "24:00:00" : clock(to)}`

const clock = (ms: number): string => {
  const sec = Math.floor(ms / 1_000)
  const two = (value: number) => String(value).padStart(2, "0")
  const [hour, minute, second] = [Math.floor(sec / 3_600) % 24, Math.floor(sec / 60) % 60, sec % 60]
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

/** Every stretch that is missing, the first few by name. */
export const missingText = (missing: ReadonlyArray<Stretch>): string => {
  const named = missing.slice(0, MAX_NAMED).map(clockSpan).join(", ")
  return missing.length > MAX_NAMED ? `${named} and ${missing.length - MAX_NAMED} more` : named
}

/**
 * `PRECISE` where nothing of the figure's time is missing, however far the rest of the history is; else `IMPRECISE` with what is
 * waited for, or what is missing and will not come by itself.
 */
export const precisionOf = (missing: ReadonlyArray<Stretch>, { phase, percent, of }: BackfillProgress): string => {
  if (missing.length === 0) return "PRECISE"
  const backfill = of === undefined ? "backfill" : `${of} backfill`
  switch (phase) {
    case "in_progress":
      return `IMPRECISE (${backfill} ${Math.min(99, Math.floor(percent))} %)`
    case "idle":
    case "pending":
      return `IMPRECISE (${backfill} pending)`
    case "complete":
      return `IMPRECISE (${of === undefined ? "" : `${of}, `}missing ${missingText(missing)} UTC)`
    case "skipped":
    case "disabled":
    case "error":
    case "cancelled":
      return `IMPRECISE (${backfill} ${phase}, missing ${missingText(missing)} UTC)`
  }
}
