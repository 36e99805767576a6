/** A line on a person's terminal that changes in place. Elsewhere nothing: what counts comes at the end. */
import { Effect } from "effect"

const onTerminal = (): boolean => process.stderr.isTTY && (process.env["CI"] ?? "") === ""

/** Shows a line in place of the one before. */
export const showLine = (line: string): Effect.Effect<void> =>
  Effect.sync(() => {
    if (!onTerminal()) return
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 120) - 1)}`)
  })

/** Leaves the last line standing. */
export const endLine: Effect.Effect<void> = Effect.sync(() => {
  if (onTerminal()) process.stderr.write("\n")
})

const BAR = 24

/** `[######------------------]  25.0%`; `share` from 0 to 1. */
export const bar = (share: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR)
  return `[${"#".repeat(full)}${"-".repeat(BAR - full)}]  ${(share * 100).toFixed(1).padStart(5)}%`
}
