/** Price, account, terms, reconciliation and faults. */
import type { Handlers } from "../../../../shared/actor/core/handlers.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { accountHandlers } from "../../../../shared/market/core/account.ts"
import { dayWith } from "../money/day.ts"
import { utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import { counted, type StatusState } from "./state.ts"

/** Faults kept. A fault stops its actor, so each actor has one at a time; the first ones matter most, later ones are dropped. */
export const MAX_FAULTS = 100

/** An operator has answered a fault: the record is passed over, or it stands. */
const answered = (state: StatusState, { actor, seq }: EventOf<"RecordSkipped" | "FaultDismissed">): StatusState => ({
  ...state,
  faults: state.faults.filter((fault) => fault.actor !== actor || fault.seq !== seq)
})

/** What the facts of the market leave behind. */
export const marketHandlers = {
  ...accountHandlers<StatusState>(),
  PriceObserved: (state, event, { timeMs, seq }) => ({
    ...state,
    price: event,
    priceAge: { sec: 0, atMs: timeMs, seq }
  }),
  ClockTicked: (state, { priceAgeSec }, { timeMs, seq }) => ({
    ...state,
    clockSeq: seq,
    priceAge: priceAgeSec === null ? state.priceAge : { sec: priceAgeSec, atMs: timeMs, seq }
  }),
  RulesAdopted: (state, { to }) => ({ ...state, rulesVersion: to }),
  MarketConfigured: (state, event) => ({ ...state, configured: event }),
  FaultRaised: (state, fault) => {
    const known = state.faults.some(({ actor, seq }) => actor === fault.actor && seq === fault.seq)
    return known || state.faults.length >= MAX_FAULTS ? state : { ...state, faults: [...state.faults, fault] }
  },
  RecordSkipped: answered,
  FaultDismissed: answered,
  FrameQuarantined: (state, { frames }) => counted(state, "quarantined", frames),
  CycleBooked: (state, { net, kind, exitMs }) => ({
    ...state,
    day: dayWith(state.day, utcDayOf(exitMs), { net, evicted: kind === "evicted" })
  }),
  HaltExplained: (state, event) => ({ ...state, explained: event })
} satisfies Handlers<StatusState, StatusState>
