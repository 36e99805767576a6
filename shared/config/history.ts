/** Whether and how long the past is fetched, whatever of it: candles, trades. */
import { SettingGroup } from "./setting.ts"

const backfill = new SettingGroup("History backfill")

export const HISTORY_SETTINGS = {
  backfillEnabled: backfill.flag("CONTEXT_BACKFILL_ENABLED", {
    default: "true",
    reason:
      "Fetch the past: fill the training windows and work on queued history jobs, and fetch the trades of the day so far. False: only what is new is collected."
  }),
  backfillTimeoutSec: backfill.number("BACKFILL_TIMEOUT_SECONDS", {
    unit: "s",
    default: "180",
    within: [1, 86_400],
    reason: "Most wall time of one backfill or one history job at a stretch; it goes on later where it was."
  })
} as const
