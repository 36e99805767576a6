/** The history as a follower of the journal; it decides nothing. */
import { defineActor } from "../../../../shared/actor/core/actor.ts"
import { dispatch } from "../../../../shared/actor/core/handlers.ts"
import { postEvent } from "../../../../shared/ledger/core/ledger.ts"
import { daysAfter } from "./days.ts"
import { historyHandlers } from "./slots.ts"
import { type HistoryState, initialHistory } from "./state.ts"
import { historyText, type WrittenHistory } from "./text.ts"

const fold = dispatch<HistoryState, HistoryState>(historyHandlers, (state) => state)

/** The fold as an actor without outputs. */
export const historyActor = defineActor<HistoryState, WrittenHistory>({
  name: "history",
  version: "1",
  initial: initialHistory,
  hears: (tag) => tag in historyHandlers,
  text: historyText,
  reduce: (state, event, place) => {
    const { state: ledger } = postEvent(state.ledger, event, place)
    const days = daysAfter(state.days, event, place, { before: state.ledger, after: ledger })
    return { state: { ...fold(state, event, place), ledger, days }, outputs: [] }
  }
})
