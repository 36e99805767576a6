/** The slots' settings beside their rules. */
import { MAX_SLOT } from "../../shared/core/ids/clientId.ts"
import { integer } from "../../shared/config/setting.ts"

export const SLOT_SETTINGS = {
  slots: integer("SLOTS", {
    group: "Slot rules",
    default: "3",
    min: 1,
    max: MAX_SLOT,
    reason: "How many slots trade. Each holds at most two orders and its recoveries; three show what slots are."
  })
} as const
