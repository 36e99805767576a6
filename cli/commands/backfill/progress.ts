/** One line that tells how far a run is. Pure; the command decides when and where to show it. */

import { bar } from "../../shared/terminal.ts"

/** A run, as far as it is. */
export interface RunProgress {
  readonly jobsDone: number
  readonly jobsTotal: number
  /** Share of the work that is done, 0 to 1; parts of jobs count. */
  readonly share: number
  readonly elapsedMs: number
  /** Candles the store did not have. */
  readonly fresh: number
  /** The job at work. */
  readonly label: string
}

/** `[######------------------]  25.0%  3/12 jobs  +2,160 candles  about 1 min 5 s  XDGUSD 1h` */
export const progressLine = ({ jobsDone, jobsTotal, share, elapsedMs, fresh, label }: RunProgress): string => {
  const leftMs = share <= 0 ? null : (elapsedMs / share) * (1 - share)
  return [
    bar(share),
    `${jobsDone}/${jobsTotal} jobs`,
    `+${fresh.toLocaleString("en")} candles`,
    leftMs === null ? "" : `about ${duration(leftMs)}`,
    label
  ]
    .filter((part) => part !== "")
    .join("  ")
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
