/**
 * A line on a person's terminal that changes in place. Elsewhere nothing: what counts comes at the end. No colour, so that `NO_COLOR` has
 * nothing to take away.
 */
import { Effect } from "effect"

const onTerminal = (): boolean => process.stderr.isTTY && (process.env["CI"] ?? "") === ""

/** Nobody reads faster, and a terminal over a slow line is not flooded. */
const SHORTEST_PAUSE_MS = 200

let shownMs = Number.NEGATIVE_INFINITY
/** The newest line where it came too soon after the one that stands. */
let held: string | null = null

const write = (line: string): void => {
  process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 120) - 1)}`)
  held = null
}

/** Shows a line in place of the one before, at most five times a second; outside of Effect, for work that does not yield. */
export const showNow = (line: string): void => {
  if (!onTerminal()) return
  const nowMs = performance.now()
  if (nowMs - shownMs < SHORTEST_PAUSE_MS) {
    held = line
    return
  }
  shownMs = nowMs
  write(line)
}

/** Shows a line in place of the one before, at most five times a second. */
export const showLine = (line: string): Effect.Effect<void> => Effect.sync(() => showNow(line))

/** Leaves the newest line standing. */
export const endLine: Effect.Effect<void> = Effect.sync(() => {
  if (!onTerminal()) return
  if (held !== null) write(held)
  process.stderr.write("\n")
  shownMs = Number.NEGATIVE_INFINITY
})

/** Takes the line away: what comes next needs its place. */
export const clearLine: Effect.Effect<void> = Effect.sync(() => {
  if (!onTerminal()) return
  write("")
  shownMs = Number.NEGATIVE_INFINITY
})

const BAR = 24

/** `[######------------------]  25.0%`; `share` from 0 to 1. */
export const bar = (share: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR)
  return `[${"#".repeat(full)}${"-".repeat(BAR - full)}]  ${(share * 100).toFixed(1).padStart(5)}%`
}
