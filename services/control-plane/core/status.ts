/**
 * What the market's journal says apart from the slots: price, clock, account, terms, reconciliation, faults, and the
 * orders as the exchange answered them. A pure fold that decides nothing.
 */
import type { Actor, EventPlace } from "../../../shared/actor/core/actor.ts"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import { slotOfSubject } from "../../../shared/core/ids/subjects.ts"

/**
 * Orders followed at once. Kraken's highest tier allows 225 open orders per pair; four times that leaves room for those
 * on their way. Beyond it the oldest is dropped and counted in `untracked`.
 */
export const MAX_LIVE_ORDERS = 900
/** Faults kept. A fault stops its actor, so each actor has one at a time; the first ones matter most, later ones are dropped. */
export const MAX_FAULTS = 100
/** Notices kept, the newest: a page of them. The journal keeps all. */
export const MAX_NOTICES = 50
/** Commands kept with their answers, the newest. The journal keeps all. */
export const MAX_COMMANDS = 20

/** An order between its claim and its end. */
export interface LiveOrder {
  readonly clientId: string
  /** Null when the record stood on no slot's subject. */
  readonly slot: number | null
  readonly localId: number
  /** `claimed`: being sent. `open`: the exchange has it. `unknown`: sent, outcome unknown. */
  readonly outcome: "claimed" | "open" | "unknown"
  readonly sinceMs: number
}

/** Something a person should know of, and when it was said. */
export interface Notice {
  readonly severity: EventOf<"NoticeRaised">["severity"]
  readonly reason: Reason
  readonly atMs: number
}

/** What somebody asked for, and the governor's answer; null while there is none. */
export interface AskedCommand {
  readonly commandId: string
  readonly author: string
  readonly command: Command
  readonly atMs: number
  readonly answer: { readonly applied: boolean; readonly reason: Reason } | null
}

export interface StatusState {
  /** The largest time seen, Unix milliseconds of the exchange's clock; 0 before the first. */
  readonly nowMs: number
  readonly epoch: number
  readonly price: EventOf<"PriceObserved"> | null
  /** How old the price was, and when and in which record that was said; null until a feed has heard one. */
  readonly priceAge: { readonly sec: number; readonly atMs: number; readonly seq: number } | null
  readonly balances: EventOf<"BalancesObserved"> | null
  readonly constraints: EventOf<"ConstraintsObserved"> | null
  readonly fees: EventOf<"FeesObserved"> | null
  /** Null from the start of an order gateway until it has compared its orders with the exchange's. */
  readonly reconciled: EventOf<"AccountReconciled"> | null
  readonly configured: EventOf<"MarketConfigured"> | null
  /** Faults no operator has answered, in the order in which they were raised. */
  readonly faults: ReadonlyArray<EventOf<"FaultRaised">>
  /** In the order of their claims. */
  readonly live: ReadonlyArray<LiveOrder>
  readonly untracked: number
  /** Oldest first, at most `MAX_NOTICES`. */
  readonly notices: ReadonlyArray<Notice>
  /** Oldest first, at most `MAX_COMMANDS`. */
  readonly commands: ReadonlyArray<AskedCommand>
  /** The last slot that stopped itself, and the shortest list of events that makes it stop; null when none ever did. */
  readonly explained: EventOf<"HaltExplained"> | null
  readonly counts: {
    readonly sent: number
    readonly rejected: number
    readonly filled: number
    readonly cancelled: number
    readonly fills: number
    readonly quarantined: number
  }
}

export const initialStatus: StatusState = {
  nowMs: 0,
  epoch: 0,
  price: null,
  priceAge: null,
  balances: null,
  constraints: null,
  fees: null,
  reconciled: null,
  configured: null,
  faults: [],
  live: [],
  untracked: 0,
  notices: [],
  commands: [],
  explained: null,
  counts: { sent: 0, rejected: 0, filled: 0, cancelled: 0, fills: 0, quarantined: 0 }
}

const count = (state: StatusState, what: keyof StatusState["counts"]): StatusState => ({
  ...state,
  counts: { ...state.counts, [what]: state.counts[what] + 1 }
})

const withLive = (
  state: StatusState,
  order: { readonly clientId: string; readonly localId: number },
  outcome: LiveOrder["outcome"],
  place: EventPlace
): StatusState => {
  const { clientId, localId } = order
  const entry: LiveOrder = { clientId, slot: slotOfSubject(place.subject), localId, outcome, sinceMs: place.timeMs }
  const index = state.live.findIndex((known) => known.clientId === clientId)
  if (index >= 0) return { ...state, live: state.live.with(index, entry) }
  const live = [...state.live, entry]
  if (live.length <= MAX_LIVE_ORDERS) return { ...state, live }
  return { ...state, live: live.slice(1), untracked: state.untracked + 1 }
}

const withoutLive = (state: StatusState, clientId: string): StatusState => ({
  ...state,
  live: state.live.filter((known) => known.clientId !== clientId)
})

const withFault = (state: StatusState, fault: EventOf<"FaultRaised">): StatusState => {
  const known = state.faults.some((other) => other.actor === fault.actor && other.seq === fault.seq)
  if (known || state.faults.length >= MAX_FAULTS) return state
  return { ...state, faults: [...state.faults, fault] }
}

/** When it happened: a record of a writer that has not heard the exchange's clock says 0. */
const nowOf = (state: StatusState, place: EventPlace): number => Math.max(state.nowMs, place.timeMs)

/** `list` with one more, of which only the newest `most` stay. */
const appended = <Item>(list: ReadonlyArray<Item>, item: Item, most: number): ReadonlyArray<Item> =>
  [...list, item].slice(-most)

const withAnswer = (
  state: StatusState,
  { _tag, commandId, reason }: EventOf<"CommandApplied" | "CommandRefused">
): StatusState => {
  const answer = { applied: _tag === "CommandApplied", reason }
  return {
    ...state,
    commands: state.commands.map((asked) => (asked.commandId === commandId ? { ...asked, answer } : asked))
  }
}

const fold = (state: StatusState, event: MarketEvent, place: EventPlace): StatusState => {
  switch (event._tag) {
    case "PriceObserved":
      return { ...state, price: event, priceAge: { sec: 0, atMs: place.timeMs, seq: place.seq } }
    case "ClockTicked":
      return event.priceAgeSec === null
        ? state
        : { ...state, priceAge: { sec: event.priceAgeSec, atMs: place.timeMs, seq: place.seq } }
    case "BalancesObserved":
      return { ...state, balances: event }
    case "ConstraintsObserved":
      return { ...state, constraints: event }
    case "FeesObserved":
      return { ...state, fees: event }
    case "AccountReconciled":
      return { ...state, reconciled: event }
    case "MarketConfigured":
      return { ...state, configured: event }
    case "EpochRaised":
      return event.watchesOrders ? { ...state, epoch: event.epoch, reconciled: null } : { ...state, epoch: event.epoch }
    case "FaultRaised":
      return withFault(state, event)
    case "RecordSkipped":
      return {
        ...state,
        faults: state.faults.filter((fault) => fault.actor !== event.actor || fault.seq !== event.seq)
      }
    case "FrameQuarantined":
      return count(state, "quarantined")
    case "OrderClaimed":
      return count(withLive(state, event, "claimed", place), "sent")
    case "OrderAccepted":
      return withLive(state, event, "open", place)
    case "OrderUnknown":
      return withLive(state, event, "unknown", place)
    case "OrderRejected":
      return count(withoutLive(state, event.clientId), "rejected")
    case "FillRecorded":
      return count(state, "fills")
    case "OrderFilled":
      return count(withoutLive(state, event.clientId), "filled")
    case "OrderCancelled":
      return count(withoutLive(state, event.clientId), "cancelled")
    case "NoticeRaised": {
      const { severity, reason } = event
      return {
        ...state,
        notices: appended(state.notices, { severity, reason, atMs: nowOf(state, place) }, MAX_NOTICES)
      }
    }
    case "CommandIssued": {
      const { commandId, author, command } = event
      const asked = { commandId, author, command, atMs: nowOf(state, place), answer: null }
      return { ...state, commands: appended(state.commands, asked, MAX_COMMANDS) }
    }
    case "CommandApplied":
    case "CommandRefused":
      return withAnswer(state, event)
    case "HaltExplained":
      return { ...state, explained: event }
    // What else slots and governor decide is shown from their own views.
    case "AmendRequested":
    case "FundsWanted":
    case "PositionReleased":
    case "SlotSettled":
    case "OrderAmended":
    case "AmendRefused":
    case "OpenOrdersObserved":
    case "ExchangeErrorsObserved":
    case "DriftReconciled":
    case "TradeHistoryObserved":
    case "GovernorConfigured":
    case "ModeChanged":
    case "StartupAdvanced":
    case "EntryGranted":
    case "EntryDeferred":
    case "EntryRefused":
    case "FundsAllotted":
    case "SizingSet":
    case "TargetsSet":
    case "SlotsSet":
    case "SoftCloseAsked":
    case "LossLockChanged":
    case "DriftReconcileAsked":
    case "AuditAsked":
    case "RetrainAsked":
    case "SkewDecided":
    case "CapacityBandChanged":
    case "RebalancerConfigured":
    case "RegimeObserved":
    case "RegimeModelTrained":
    case "RegimeTrainingRefused":
    case "RetrainAnswered":
    case "OrderRequested":
    case "CancelRequested":
    case "ExitOrphaned":
    case "CycleBooked":
    case "DecisionRefused":
    case "InvariantBroken":
      return state
  }
}

/** The fold as an actor without outputs: whoever follows the journal runs it beside the others. */
export const statusActor: Actor<StatusState> = {
  name: "status",
  version: "2",
  initial: initialStatus,
  reduce: (state, event, place) => {
    const next = fold(state, event, place)
    return { state: place.timeMs > next.nowMs ? { ...next, nowMs: place.timeMs } : next, outputs: [] }
  },
  encode: encodeState,
  decode: decodeState<StatusState>
}
