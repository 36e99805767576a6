/** What people are told, what they asked for, and what they were answered. */
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { Handlers } from "../../../../shared/actor/core/handlers.ts"
import { Quote } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { findOrder } from "../../../../shared/market/core/liveOrders.ts"
import type { Notice, StatusState } from "./state.ts"

/** Notices kept, the newest: a page of them. The journal keeps all. */
export const MAX_NOTICES = 50
/** Commands kept with their answers, the newest. The journal keeps all. */
export const MAX_COMMANDS = 20

/** What comes again within this time of its first is told in one line. Exchange time. */
const TOLD_TOGETHER_MS = 3_600_000

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

/** Tells once more what is told already: in the same line, which comes to the end. */
const tellAgain = (
  state: StatusState,
  told: Omit<Notice, "again" | "atMs">,
  key: string,
  atMs: number
): StatusState => {
  const before = state.notices.findLast(({ again }) => again?.key === key && atMs - again.sinceMs < TOLD_TOGETHER_MS)
  const again = { key, sinceMs: before?.again?.sinceMs ?? atMs, times: (before?.again?.times ?? 0) + 1 }
  const others = state.notices.filter((notice) => notice !== before)
  return { ...state, notices: appended(others, { ...told, atMs, again }, MAX_NOTICES) }
}

const MODE_SEVERITY = { STARTING: "info", RUNNING: "info", PAUSED: "warning", HALTED: "alert" } as const
const BAND_SEVERITY = { normal: "info", caution: "info", stop: "warning" } as const

/** Words without the figures in them: a time or an id differs from one refusal to the next. */
const wordsOf = (cause: string): string => cause.replaceAll(/\d+/g, "#")

/** What an exchange refuses is told; again and again, it is a warning. What was never sent it has not refused. */
const tellRefusal = (
  state: StatusState,
  { localId, cause }: EventOf<"OrderRejected">,
  place: EventPlace
): StatusState => {
  const { slot } = place
  if (slot === null || findOrder(state.live, slot, localId)?.stage === "requested") return state
  const key = `refused ${wordsOf(cause)}`
  const reason = { rule: "order_refused", numbers: { slot, localId, words: cause } } as const
  const nowMs = nowOf(state, place)
  const repeated = state.notices.some(({ again }) => again?.key === key && nowMs - again.sinceMs < TOLD_TOGETHER_MS)
  return tellAgain(state, { severity: repeated ? "warning" : "info", reason }, key, nowMs)
}

/** A recovery taken off the book: money is booked for which nothing was traded. */
const tellEviction = (
  state: StatusState,
  { kind, net, reason }: EventOf<"CycleBooked">,
  place: EventPlace
): StatusState => {
  if (kind !== "evicted" || place.slot === null) return state
  const about = `slot ${place.slot}, ${Quote.format(net)} booked`
  return tellAgain(state, { severity: "info", reason, about }, `evicted ${place.slot}`, nowOf(state, place))
}

/** What people are told of events that say no notice themselves; folded before the event is. */
export const tellingHandlers = {
  ModeChanged: (state, { mode, reason }, place) => {
    const told = { severity: MODE_SEVERITY[mode], reason, about: mode, atMs: nowOf(state, place) }
    return { ...state, notices: appended(state.notices, told, MAX_NOTICES) }
  },
  CapacityBandChanged: (state, { band, reason }, place) => {
    const told = { severity: BAND_SEVERITY[band], reason, about: `room for orders: ${band}` }
    return { ...state, notices: appended(state.notices, { ...told, atMs: nowOf(state, place) }, MAX_NOTICES) }
  },
  OrderRejected: tellRefusal,
  CycleBooked: tellEviction
} satisfies Handlers<StatusState, StatusState>

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
