/** The last second of a process: the reason on standard error at once, and an end that waits for no closing. */
import { Effect } from "effect"
import type { Leaving } from "../../shared/service/leaving.ts"

/**
 * From the reason to the exit code, wall time. Everything acknowledged is on disk before it is acknowledged, so an end in the middle
 * of closing loses nothing (as `kill -9` does not).
 */
const GONE_WITHIN_MS = 700

/** Says why the process goes, and sees to it that it has gone within a second. */
export const leave: Leaving = (reason) =>
  Effect.andThen(
    Effect.logError(`stopping: ${reason}`),
    Effect.sync(() => {
      process.exitCode = 1
      setTimeout(() => process.exit(1), GONE_WITHIN_MS).unref()
    })
  )
