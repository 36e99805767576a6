/** The progress line on a person's terminal: one line that changes. Elsewhere nothing; the summary comes at the end. */
import { Effect } from "effect"
import { progressLine, type RunProgress } from "./progress.ts"

const onTerminal = (): boolean => process.stderr.isTTY && (process.env["CI"] ?? "") === ""

/** Shows how far a run is, in place of what was shown before. */
export const showProgress = (progress: RunProgress): Effect.Effect<void> =>
  Effect.sync(() => {
    if (!onTerminal()) return
    const line = progressLine(progress).slice(0, (process.stderr.columns ?? 120) - 1)
    process.stderr.write(`\r\u001b[2K${line}`)
  })

/** Leaves the last line standing. */
export const endProgress: Effect.Effect<void> = Effect.sync(() => {
  if (onTerminal()) process.stderr.write("\n")
})
