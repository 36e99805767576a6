/** The projector's own settings. */
import { number } from "../../shared/config/setting.ts"

export const PROJECTOR_SETTINGS = {
  priceHistorySec: number("PRICE_HISTORY_SEC", {
    group: "Store",
    unit: "s",
    default: "10",
    min: 0.1,
    max: 86_400,
    reason: "Of so many seconds of exchange time the table price_history gets one price; the journal has them all."
  })
} as const
