/** How far a backfill is and how the stream stands, in the words the status pages have for it. Pure. */

import type { BackfillPhase } from "../../../shared/core/backfillPhase.ts"

/** One backfill, as far as it is. */
export interface BackfillStatus {
  readonly phase: BackfillPhase
  /** Pages fetched, and how many it will be as far as one can tell. */
  readonly chunksDone: number
  readonly chunksTotal: number
  /** When it began, wall Unix milliseconds; null before. */
  readonly startedMs: number | null
  /** What it said last. */
  readonly message: string
}

/** Before the first backfill. */
export const idle: BackfillStatus = { phase: "idle", chunksDone: 0, chunksTotal: 0, startedMs: null, message: "" }

/** Percent with one digit; 0 while nothing is known of the total. */
export const percentOf = ({ phase, chunksDone, chunksTotal }: BackfillStatus): number =>
  isOver(phase)
    ? 100
    : chunksTotal === 0
      ? 0
      : Math.round((Math.min(chunksDone, chunksTotal) / chunksTotal) * 1_000) / 10

/** Seconds to go at the speed so far; null while it cannot be told, 0 when it is over. */
export const etaSec = (status: BackfillStatus, nowMs: number): number | null => {
  if (isOver(status.phase)) return 0
  const { startedMs, chunksDone, chunksTotal } = status
  if (status.phase !== "in_progress" || startedMs === null || chunksDone === 0 || chunksTotal === 0) return null
  const perChunkMs = Math.max(0, nowMs - startedMs) / chunksDone
  return Math.ceil((perChunkMs * Math.max(0, chunksTotal - chunksDone)) / 1_000)
}

/** Whether what needs history may be believed: no backfill stands between it and the data. */
export const isOver = (phase: BackfillPhase): boolean =>
  phase === "complete" || phase === "skipped" || phase === "disabled"

/** `PRECISE`, or `IMPRECISE` with the reason. */
export const precisionOf = (status: BackfillStatus): string => {
  switch (status.phase) {
    case "complete":
    case "skipped":
    case "disabled":
      return "PRECISE"
    case "in_progress":
      return `IMPRECISE (backfill ${percentOf(status).toFixed(1)}%)`
    case "idle":
    case "pending":
      return "IMPRECISE (backfill pending)"
    case "error":
    case "cancelled":
      return `IMPRECISE (backfill ${status.phase})`
  }
}

/** Several backfills as one: the least finished phase decides, chunks add up. */
export const combined = (statuses: ReadonlyArray<BackfillStatus>): BackfillStatus => {
  const [first] = statuses
  if (first === undefined) return idle
  const phase = ORDER.find((candidate) => statuses.some((status) => status.phase === candidate)) ?? "idle"
  const started = statuses.flatMap(({ startedMs }) => (startedMs === null ? [] : [startedMs]))
  return {
    phase,
    chunksDone: statuses.reduce((sum, { chunksDone }) => sum + chunksDone, 0),
    chunksTotal: statuses.reduce((sum, { chunksTotal }) => sum + chunksTotal, 0),
    startedMs: started.length === 0 ? null : Math.min(...started),
    message: statuses.find((status) => status.phase === phase)?.message ?? ""
  }
}

/** What needs attention first. */
const ORDER: ReadonlyArray<BackfillPhase> = [
  "error",
  "in_progress",
  "pending",
  "idle",
  "cancelled",
  "complete",
  "skipped",
  "disabled"
]

/**
 * How the exchange's stream of bars stands: `off` there is none; `connecting` nothing has come yet; `open`; `lost` it
 * reconnects by itself; `refused` a person has to help.
 */
export interface StreamStatus {
  readonly phase: "off" | "connecting" | "open" | "lost" | "refused"
  /** Of the last loss or refusal, or the last frame that could not be read; empty: nothing went wrong. */
  readonly detail: string
  /** Connections lost in this process. */
  readonly losses: number
  /** Messages not believed in this process. */
  readonly refused: number
  /** Start of the newest candle stored from it, Unix seconds; null: none in this process. */
  readonly newestSec: number | null
}

/** Before, and without, a stream. */
export const NO_STREAM: StreamStatus = { phase: "off", detail: "", losses: 0, refused: 0, newestSec: null }
