/** The slots' settings beside their rules. */
import { SettingGroup } from "../../shared/config/setting.ts"
import { MAX_FOLLOWED_SLOTS } from "../../shared/core/openOrders.ts"

const slotRules = new SettingGroup("Slot rules")

export const SLOT_SETTINGS = {
  slots: slotRules.integer("SLOTS", {
    default: "3",
    within: [1, MAX_FOLLOWED_SLOTS],
    reason:
      "How many slots trade. Each holds at most two orders and its recoveries, and 900 orders are followed at once; three show what slots are."
  })
} as const
