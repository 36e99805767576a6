/** The twin beside a running market: it takes no trading with it. */
import { resolve } from "node:path"
import { Cause, Effect } from "effect"
import { messageOf } from "../../shared/core/messageOf.ts"
import { errand } from "../../shared/pace/errands.ts"
import { subjectsOf } from "../leaves/journal.ts"
import type { Settings } from "../settings.ts"
import { keepReport, reportLine } from "./report.ts"
import { runTwin } from "./twin.ts"
import type { TwinReport } from "./twinDay.ts"

/** After something of it failed. */
const TRY_AGAIN = "5 minutes"

/** Runs the twin for ever; what goes wrong is said, and tried again. */
export const twinBeside = ({ pair, tier, dataDir }: Pick<Settings, "pair" | "tier" | "dataDir">) => {
  const told = (report: TwinReport) =>
    Effect.try({ try: () => keepReport(resolve(dataDir, "twin"), report), catch: (error) => error }).pipe(
      errand("the paper twin's day"),
      Effect.matchEffect({
        onFailure: (error) => Effect.logWarning(`${reportLine(report)}; not kept: ${messageOf(error)}`),
        onSuccess: (file) => Effect.logInfo(`${reportLine(report)}: ${file}`)
      })
    )
  return runTwin({ pair, tier, subjects: subjectsOf({ pair }), told }).pipe(
    Effect.catchCause((cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      return Effect.logWarning(`paper twin: ${messageOf(Cause.squash(cause))}; begun anew later`)
    }),
    Effect.andThen(Effect.sleep(TRY_AGAIN)),
    Effect.forever
  )
}
