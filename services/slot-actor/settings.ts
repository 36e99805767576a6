/** The slots' settings beside their rules. */
import { MAX_SLOT } from "../../shared/core/ids/clientId.ts"
import { SettingGroup } from "../../shared/config/setting.ts"

const slotRules = new SettingGroup("Slot rules")

export const SLOT_SETTINGS = {
  slots: slotRules.integer("SLOTS", {
    default: "3",
    within: [1, MAX_SLOT],
    reason: "How many slots trade. Each holds at most two orders and its recoveries; three show what slots are."
  })
} as const
