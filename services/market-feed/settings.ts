/** The feed's own settings. */
import { SettingGroup } from "../../shared/config/setting.ts"
import type { SharedSettings } from "../../shared/config/shared.ts"
import type { ValuesOf } from "../../shared/config/table.ts"

const edges = new SettingGroup("Edges")

/** How often prices and the time become facts. */
export const FEED_SETTINGS = {
  priceFactsPerSec: edges.number("PRICE_FACTS_PER_SEC", {
    unit: "1/s",
    default: "8",
    within: [0.1, 100],
    reason:
      "Prices are conflated to so many facts a second of wall time: more would only grow the journal. Paper in one process writes each " +
      "trade's price, at any speed."
  })
} as const

/** What must hold between them and the shared ones. */
export const brokenFeedRelations = ({
  priceFactsPerSec,
  slot
}: SharedSettings & ValuesOf<typeof FEED_SETTINGS>): ReadonlyArray<string> =>
  priceFactsPerSec * slot.stalePriceMaxAgeSec >= 1
    ? []
    : [
        `STALE_PRICE_MAX_AGE_SEC=${slot.stalePriceMaxAgeSec}: shorter than the time between two price facts ` +
          `(PRICE_FACTS_PER_SEC=${priceFactsPerSec}); every price would be stale`
      ]
