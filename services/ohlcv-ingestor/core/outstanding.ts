/** How far everything is that is being fetched: the training windows by their pages, the history by its jobs. Pure. */
import type { JobCounts } from "../../../shared/store/port.ts"
import { type BackfillStatus, etaSec, percentOf } from "./status.ts"

/** Where a round of history jobs began. */
export interface JobRound {
  /** Wall Unix milliseconds. */
  readonly startedMs: number
  /** Jobs that were over then. */
  readonly over: number
}

/** Before jobs have been counted once. */
export const NO_ROUND: JobRound = { startedMs: 0, over: 0 }

const waitingOf = ({ pending, in_progress: running }: JobCounts): number => pending + running
const overOf = ({ complete, skipped, error, cancelled }: JobCounts): number => complete + skipped + error + cancelled

/** The round that a new count belongs to: another one begins when jobs wait after none did. */
export const roundOf = (round: JobRound, before: JobCounts, now: JobCounts, nowMs: number): JobRound =>
  round.startedMs === 0 || waitingOf(before) === 0 ? { startedMs: nowMs, over: overOf(now) } : round

/** Seconds that the jobs will take at the round's speed so far; null while none of it is over. */
const jobsEtaSec = (waiting: number, done: number, { startedMs }: JobRound, nowMs: number): number | null => {
  if (waiting === 0) return 0
  return done === 0 ? null : Math.ceil(((waiting / done) * Math.max(0, nowMs - startedMs)) / 1_000)
}

/**
 * Chunks, `percent` (0 to 100, one digit after the point) and `eta_seconds` (null while it cannot be told, 0 when everything is
 * over) of windows and history together. They are fetched side by side: the longer one decides.
 */
export const outstanding = (status: BackfillStatus, jobs: JobCounts, round: JobRound, nowMs: number) => {
  const waiting = waitingOf(jobs)
  const done = Math.max(0, overOf(jobs) - round.over)
  const both = { ...status, chunksDone: status.chunksDone + done, chunksTotal: status.chunksTotal + done + waiting }
  const times = [etaSec(status, nowMs), jobsEtaSec(waiting, done, round, nowMs)]
  return {
    chunks_done: both.chunksDone,
    chunks_total: both.chunksTotal,
    // Windows that are full are no whole while jobs wait.
    percent: percentOf(waiting === 0 ? status : { ...both, phase: "in_progress" }),
    eta_seconds: times.some((sec) => sec === null) ? null : Math.max(...times.map((sec) => sec ?? 0))
  }
}
