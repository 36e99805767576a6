/** What people are told, what they asked for, and what they were answered. */
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { Handlers } from "../../../../shared/actor/core/handlers.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { StatusState } from "./state.ts"

/** Notices kept, the newest: a page of them. The journal keeps all. */
export const MAX_NOTICES = 50
/** Commands kept with their answers, the newest. The journal keeps all. */
export const MAX_COMMANDS = 20

/** `list` with one more, of which only the newest `max` stay. */
const appended = <Item>(list: ReadonlyArray<Item>, item: Item, max: number): ReadonlyArray<Item> =>
  [...list, item].slice(-max)

/** When it happened: a record of a writer that has not heard the exchange's clock says 0. */
const nowOf = (state: StatusState, { timeMs }: EventPlace): number => Math.max(state.nowMs, timeMs)

const answered = (
  state: StatusState,
  { _tag, commandId, reason }: EventOf<"CommandApplied" | "CommandRefused">
): StatusState => {
  const answer = { applied: _tag === "CommandApplied", reason }
  return {
    ...state,
    commands: state.commands.map((asked) => (asked.commandId === commandId ? { ...asked, answer } : asked))
  }
}

/** Notices, commands and their answers. */
export const askedHandlers = {
  NoticeRaised: (state, { severity, reason }, place) => ({
    ...state,
    notices: appended(state.notices, { severity, reason, atMs: nowOf(state, place) }, MAX_NOTICES)
  }),
  CommandIssued: (state, { commandId, author, command }, place) => {
    const asked = { commandId, author, command, atMs: nowOf(state, place), answer: null }
    return { ...state, commands: appended(state.commands, asked, MAX_COMMANDS) }
  },
  CommandApplied: answered,
  CommandRefused: answered
} satisfies Handlers<StatusState, StatusState>
