/** What the governor's words on the market leave a slot to do. */
import type { SlotFacts, SlotLife } from "./state.ts"

/** The slot's part in the market: the governor says it where there is one, else the configuration. */
export const lifeOf = ({ governed, life, listed }: SlotFacts): SlotLife => {
  if (governed) return life
  return listed ? "active" : "none"
}

/** Why no entry may even be planned, or null: the mode, as far as there is a governor. Without a word from it the start waits. */
export const standstill = ({ governed, mode }: SlotFacts): "starting" | "paused" | "halted" | null => {
  if (!governed || mode === "RUNNING" || mode === "STARTING") return null
  return mode === "PAUSED" ? "paused" : mode === "HALTED" ? "halted" : "starting"
}

/**
 * Why no entry may be asked for, or null. During a start only those that answer an allotment may: the governor allots once the
 * steps before are done.
 */
export const entriesClosed = (facts: SlotFacts, answersAllotment: boolean): ReturnType<typeof standstill> =>
  facts.governed && facts.mode === "STARTING" && !answersAllotment ? "starting" : standstill(facts)
