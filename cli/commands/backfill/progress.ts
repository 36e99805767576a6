/** One line that tells how far a run is. Pure; the command decides when and where to show it. */

import { duration } from "../../shared/progress.ts"
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
