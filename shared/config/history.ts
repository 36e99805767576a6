/** Whether and how long the past is fetched, whatever of it: candles, trades. */
import { WATCHED_LEVELS } from "../core/marketContext.ts"
import { SettingGroup } from "./setting.ts"

const context = new SettingGroup("Market context")
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
  }),
  tradeAfterBackfill: context.flag("TRADE_AFTER_BACKFILL", {
    default: "false",
    reason:
      "No entry before the key levels have been `PRECISE` once since the start: the market pauses until then, and says so. Nothing here trades by levels; false: nothing waits for them."
  }),
  levelTouchNotices: context.words("LEVEL_TOUCH_NOTICES", {
    default: "",
    of: WATCHED_LEVELS,
    reason:
      "Levels whose first touch of a day raises a notice. Empty: every touch is a fact all the same, and none a notice."
  })
} as const
