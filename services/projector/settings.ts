/** The projector's own settings. */
import { SettingGroup } from "../../shared/config/setting.ts"

const store = new SettingGroup("Store")

export const PROJECTOR_SETTINGS = {
  priceHistorySec: store.number("PRICE_HISTORY_SEC", {
    unit: "s",
    default: "10",
    within: [0.1, 86_400],
    reason: "Of so many seconds of exchange time the table price_history gets one price; the journal has them all."
  })
} as const
