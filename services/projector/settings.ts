/** The projector's own settings. */
import { SettingGroup } from "../../shared/config/setting.ts"

const store = new SettingGroup("Store")

export const PROJECTOR_SETTINGS = {
  priceHistorySec: store.number("PRICE_HISTORY_SEC", {
    unit: "s",
    default: "10",
    within: [0.1, 86_400],
    reason: "Of so many seconds of exchange time the table price_history gets one price; the journal has them all."
  }),
  priceHistoryDays: store.number("PRICE_HISTORY_DAYS", {
    unit: "days",
    default: "90",
    within: [0, 36_500],
    reason: "How long rows of price_history are kept; 0 is for ever. 90 days at the default are 780,000 rows."
  }),
  botEventsDays: store.number("BOT_EVENTS_DAYS", {
    unit: "days",
    default: "90",
    within: [0, 36_500],
    reason: "How long rows of bot_events are kept; 0 is for ever. The journal has every event."
  }),
  fillsDays: store.number("FILLS_DAYS", {
    unit: "days",
    default: "0",
    within: [0, 36_500],
    reason: "How long rows of fills are kept; 0 is for ever: they are few, and tax offices ask for years."
  })
} as const
