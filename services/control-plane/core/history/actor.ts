/** The history as a follower of the journal; it decides nothing. */
import { defineActor } from "../../../../shared/actor/core/actor.ts"
import { dispatch } from "../../../../shared/actor/core/handlers.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { ledgerHears, postEvent } from "../../../../shared/ledger/core/ledger.ts"
import { daysAfter } from "./days.ts"
import { historyHandlers } from "./slots.ts"
import { type HistoryState, initialHistory } from "./state.ts"
import { historyText, type WrittenHistory } from "./text.ts"

const fold = dispatch<HistoryState, HistoryState>(historyHandlers, (state) => state)

const hears = (tag: MarketEvent["_tag"]): boolean => tag in historyHandlers || ledgerHears(tag)

/** The fold as an actor without outputs. */
export const historyActor = defineActor<HistoryState, WrittenHistory>({
  name: "history",
  version: "1",
  initial: initialHistory,
  hears,
  text: historyText,
  reduce: (state, event, place) => {
    if (!hears(event._tag)) return { state, outputs: [] }
    const { state: ledger } = postEvent(state.ledger, event, place)
    const days = daysAfter(state.days, event, place, { before: state.ledger, after: ledger })
    return { state: { ...fold(state, event, place), ledger, days }, outputs: [] }
  }
})
