/** The history as a follower of the journal; it decides nothing. */
import { defineActor } from "../../../../shared/actor/core/actor.ts"
import { dispatch } from "../../../../shared/actor/core/handlers.ts"
import { historyHandlers } from "./slots.ts"
import { type HistoryState, initialHistory } from "./state.ts"
import { historyText, type WrittenHistory } from "./text.ts"

const fold = dispatch<HistoryState, HistoryState>(historyHandlers, (state) => state)

/** The fold as an actor without outputs. */
export const historyActor = defineActor<HistoryState, WrittenHistory>({
  name: "history",
  version: "2",
  initial: initialHistory,
  hears: (tag) => tag in historyHandlers,
  text: historyText,
  reduce: (state, event, place) => ({ state: fold(state, event, place), outputs: [] })
})
