/** What the governor's words on the market leave a slot to do. */
import type { SlotFacts } from "./state.ts"

/** Why a slot may ask for no entry. */
export type EntryStop = "slot_inactive" | "starting" | "paused" | "halted"

/**
 * Why no entry may be asked for now, or null. During a start only those that answer an allotment may: the governor allots once
 * the steps before are done.
 */
export const entryStop = ({ life, mode }: SlotFacts, answersAllotment: boolean): EntryStop | null => {
  if (life !== "active") return "slot_inactive"
  switch (mode) {
    case "RUNNING":
      return null
    case "STARTING":
      return answersAllotment ? null : "starting"
    case "PAUSED":
      return "paused"
    case "HALTED":
      return "halted"
  }
}
