/**
 * RUNNING, PAUSED, HALTED, and why. Causes come and go with facts; the mode follows from them. A pause for a passing cause ends
 * by itself; one that an operator, the loss lock or a breach began ends by an operator's command, and never while a cause
 * stands.
 */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Mode } from "../../../../shared/events/families/governor.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft, GovernorVariants } from "../draft.ts"
import { type Cause, CAUSES, ENDS_BY_ITSELF, HALTING, NEEDS_OPERATOR } from "./causes.ts"
import type { GovernorState, ModeSlice } from "../state.ts"

/** A fault stops its actor, so there is about one per actor; more than these add nothing to the halt. */
const MAX_FAULTS = 20

/** Something stands against running. A cause that stands already keeps its first reason. */
export const raiseCause = (draft: Draft, cause: Cause, why: Reason): void => {
  const { mode } = draft.state
  if (mode.causes[cause] !== undefined) return
  const waits = draft.rules.autoResumeAfterSec === 0 && !ENDS_BY_ITSELF.has(cause)
  const operatorNeeded = NEEDS_OPERATOR.has(cause) || waits
  draft.state.mode = {
    ...mode,
    causes: { ...mode.causes, [cause]: why },
    operatorNeeded: mode.operatorNeeded ?? (operatorNeeded ? { by: cause, reason: why } : null)
  }
}

/** The cause is gone. */
export const clearCause = (draft: Draft, cause: Cause): void => {
  const { mode, nowMs } = draft.state
  if (mode.causes[cause] === undefined) return
  const { [cause]: _gone, ...causes } = mode.causes
  draft.state.mode = { ...mode, causes, clearSinceMs: nowMs }
}

/** Raises or clears, as `stands` says. */
export const setCause = (draft: Draft, cause: Cause, stands: boolean, why: () => Reason): void => {
  if (!stands) clearCause(draft, cause)
  else if (draft.state.mode.causes[cause] === undefined) raiseCause(draft, cause, why())
}

/** The causes that were last found to be none: they are replaced and never changed, and looked at several times an event. */
let lastNone: ModeSlice["causes"] | null = null

/** The most severe cause that stands, or null. */
export const leadingCause = ({ causes }: Pick<ModeSlice, "causes">): Cause | null => {
  if (causes === lastNone) return null
  for (const cause of CAUSES) if (causes[cause] !== undefined) return cause
  lastNone = causes
  return null
}

/** What only an operator could have ended, because of this cause, ends by itself. */
export const endOperatorsPause = (draft: Draft, cause: Cause): void => {
  const { mode } = draft.state
  if (mode.operatorNeeded?.by === cause && mode.causes[cause] === undefined) {
    draft.state.mode = { ...mode, operatorNeeded: null }
  }
}

/** An operator pauses; the note is what they gave as their reason. */
export const pauseByOperator = (draft: Draft, note: string): void => {
  const why = reason("operator", note === "" ? {} : { note })
  draft.state.mode = { ...draft.state.mode, operatorNeeded: { by: "operator", reason: why } }
}

/** An operator resumes: null when that is granted, else the cause that stands against it. */
export const resume = (draft: Draft): Reason | null => {
  // Whoever resumes has perhaps mended what was refused: it is tried at once, and pauses again where it was not.
  clearCause(draft, "orders_refused")
  const { mode } = draft.state
  const cause = leadingCause(mode)
  if (cause !== null) return mode.causes[cause] ?? null
  draft.state.mode = { ...mode, operatorNeeded: null, clearSinceMs: 0 }
  return null
}

/** Something broke: a halt lasts until an operator resumes, also when its cause is gone. */
export const isHalted = (mode: ModeSlice): boolean => {
  const cause = leadingCause(mode)
  return (cause !== null && HALTING.has(cause)) || (mode.mode === "HALTED" && mode.operatorNeeded !== null)
}

/** True while the market neither runs nor starts. */
export const standsStill = ({ mode }: GovernorState): boolean => mode.mode === "PAUSED" || mode.mode === "HALTED"

/** A price older than allowed pauses; before the first price since a start the start waits instead. */
export const watchPriceAge = (draft: Draft): void => {
  const { state, rules } = draft
  const { priceSeq, gatewayStartSeq, heard } = state.market
  const { noPrice } = heard
  const ageSec = priceSeq > gatewayStartSeq ? draft.variants.priceAge.sec(state) : 0
  const stands = state.mode.causes.stale_price
  // The exchange is asked only once its price is old: its answer may come after the pause.
  if (stands !== undefined && noPrice !== undefined && stands.numbers["noPrice"] === undefined) {
    const causes = { ...state.mode.causes, stale_price: { ...stands, numbers: { ...stands.numbers, noPrice } } }
    state.mode = { ...state.mode, causes }
  }
  setCause(draft, "stale_price", ageSec > rules.stalePriceMaxAgeSec, () =>
    reason("stale_price", {
      priceAgeSec: ageSec,
      maxAgeSec: rules.stalePriceMaxAgeSec,
      ...(noPrice === undefined ? {} : { noPrice })
    })
  )
}

/** A streak of failed calls pauses the market. */
export const watchErrors = (draft: Draft, event: EventOf<"ExchangeErrorsObserved">): void => {
  const { consecutive, operation, detail, help, retryAtMs } = event
  if (draft.variants.watchesLife) {
    const { lastError: _before, ...market } = draft.state.market
    const lastError = { operation, detail, ...(retryAtMs === undefined ? {} : { retryAtMs }) }
    draft.state.market = operation === "" ? market : { ...market, lastError }
  }
  const refused = help !== undefined && consecutive > 0
  if (refused && draft.variants.accessRefused(draft, { operation, detail, help })) return
  const { maxConsecutiveErrors } = draft.rules
  // In between, an error streak that began keeps its cause until a call succeeds.
  if (consecutive > 0 && consecutive < maxConsecutiveErrors) return
  setCause(draft, "api_errors", consecutive >= maxConsecutiveErrors, () =>
    reason("api_errors", { consecutive, maxConsecutiveErrors, operation, detail })
  )
}

/** A key, name or address that worked is refused: the market pauses at once, in the exchange's words, and people are told. */
export const pausesAtOnce: GovernorVariants["accessRefused"] = (draft, refused) => {
  if (draft.state.mode.causes.api_errors?.rule === "access_refused") return true
  // What the exchange says of our access is more than that calls fail.
  const { api_errors: _count, ...causes } = draft.state.mode.causes
  draft.state.mode = { ...draft.state.mode, causes }
  const why = reason("access_refused", refused)
  raiseCause(draft, "api_errors", why)
  draft.outputs.push({ _tag: "NoticeRaised", severity: "alert", reason: why })
  return true
}

/** A slot broke its own rules: the market halts until that slot is gone and an operator resumes. */
export const slotBroke = (draft: Draft, slot: SlotNumber, violations: ReadonlyArray<string>): void => {
  const { mode } = draft.state
  if (mode.brokenSlots.includes(slot)) return
  draft.state.mode = { ...mode, brokenSlots: [...mode.brokenSlots, slot].sort((a, b) => a - b) }
  raiseCause(draft, "invariant_broken", reason("invariant_broken", { slot, violation: violations[0] ?? "" }))
}

/** A slot has no order and no money for one; the first such slot stands for all. `numbers` are those it compared. */
export const slotCannotStart = (draft: Draft, slot: SlotNumber, numbers: Reason["numbers"]): void => {
  if (draft.state.mode.causes.cannot_bootstrap !== undefined) return
  draft.state.mode = { ...draft.state.mode, unfundedSlot: slot }
  raiseCause(draft, "cannot_bootstrap", reason("cannot_bootstrap", { slot, ...numbers }))
}

/** The slot that could not start trades, or is gone. */
export const slotStarted = (draft: Draft, slot: SlotNumber): void => {
  if (draft.state.mode.unfundedSlot !== slot) return
  draft.state.mode = { ...draft.state.mode, unfundedSlot: null }
  clearCause(draft, "cannot_bootstrap")
}

/** The slot is no longer of the market, and neither is what it broke. */
export const slotGone = (draft: Draft, slot: SlotNumber): void => {
  slotStarted(draft, slot)
  const { mode } = draft.state
  if (!mode.brokenSlots.includes(slot)) return
  draft.state.mode = { ...mode, brokenSlots: mode.brokenSlots.filter((broken) => broken !== slot) }
  clearBroken(draft)
}

/** The governor's own rules that are broken now; none: they hold again. The market halts until an operator resumes. */
export const governorBroke = (draft: Draft, violations: ReadonlyArray<string>): void => {
  draft.state.mode = { ...draft.state.mode, violations }
  if (violations.length === 0) clearBroken(draft)
  else raiseCause(draft, "invariant_broken", reason("governor_broken", { violation: violations.join("; ") }))
}

const clearBroken = (draft: Draft): void => {
  const { brokenSlots, violations } = draft.state.mode
  if (brokenSlots.length === 0 && violations.length === 0) clearCause(draft, "invariant_broken")
}

/** An actor could not fold a record, or an operator has answered that. */
export const watchFaults = (draft: Draft, event: EventOf<"FaultRaised" | "RecordSkipped" | "FaultDismissed">): void => {
  const { mode } = draft.state
  const key = `${event.actor} ${event.seq}`
  if (event._tag !== "FaultRaised") {
    const faults = mode.faults.filter((fault) => fault !== key)
    draft.state.mode = { ...mode, faults }
    if (faults.length === 0) clearCause(draft, "fault")
    return
  }
  if (!mode.faults.includes(key)) draft.state.mode = { ...mode, faults: [...mode.faults, key].slice(-MAX_FAULTS) }
  raiseCause(draft, "fault", reason("fault", { actor: event.actor, seq: event.seq, problem: event.problem }))
}

/** The mode that follows from causes, operator and start, told when it, or its leading reason, has changed. */
export const settleMode = (draft: Draft): void => {
  const { state } = draft
  const { mode: before, nowMs } = state
  if (runsOn(state)) return
  const [mode, why] = wanted(state, draft.rules.autoResumeAfterSec * 1_000)
  const sameReason = saysTheSame(why, before.reason) || !standsStill(state)
  if (mode === before.mode && before.reason !== null && sameReason) return
  state.mode = { ...before, mode, reason: why, sinceMs: mode === before.mode ? before.sinceMs : nowMs }
  draft.outputs.push({ _tag: "ModeChanged", mode, reason: why })
}

/** The market runs and nothing speaks against it, as after most events: nothing is looked for or put into words. */
const runsOn = ({ mode, startup }: GovernorState): boolean =>
  mode.mode === "RUNNING" &&
  mode.reason !== null &&
  mode.operatorNeeded === null &&
  startup.steps.bootstrap === "done" &&
  leadingCause(mode) === null

/** Words of the exchange in a reason: another such word is another reason. */
const SAID_BY_THE_EXCHANGE = ["noPrice", "status"] as const

const saysTheSame = (why: Reason, before: Reason | null): boolean =>
  why.rule === before?.rule && SAID_BY_THE_EXCHANGE.every((name) => why.numbers[name] === before.numbers[name])

const wanted = (state: GovernorState, autoResumeAfterMs: number): readonly [Mode, Reason] => {
  const { mode, nowMs, startup } = state
  const cause = leadingCause(mode)
  const standing = cause === null ? null : (mode.causes[cause] ?? null)
  // What halted the market stays the reason when it is gone: it is what a person is to look at.
  const halting = cause !== null && HALTING.has(cause) ? standing : mode.reason
  if (isHalted(mode)) return ["HALTED", halting ?? reason("halted", {})]
  // An operator's word weighs more than what passes by itself.
  const passing = cause === null || !NEEDS_OPERATOR.has(cause)
  if (mode.operatorNeeded?.by === "operator" && passing) return ["PAUSED", mode.operatorNeeded.reason]
  if (standing !== null) return ["PAUSED", standing]
  if (mode.operatorNeeded !== null) return ["PAUSED", mode.operatorNeeded.reason]
  if (mode.mode === "PAUSED" && nowMs - mode.clearSinceMs < autoResumeAfterMs) {
    return ["PAUSED", mode.reason ?? reason("clearing", {})]
  }
  if (startup.steps.bootstrap !== "done") return ["STARTING", reason("startup", {})]
  return ["RUNNING", reason(mode.mode === "STARTING" ? "started" : "resumed", {})]
}
