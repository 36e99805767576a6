/**
 * A private, mutable copy of the governor's state while one event is applied: each rule replaces the slices that are its own
 * and adds outputs; the state it was opened from is never touched.
 */
import type { Step } from "../../../shared/actor/core/actor.ts"
import type { GovernorRules } from "../../../shared/events/families/control.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { GovernorState } from "./state.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** The governor's state while one event is applied. */
export interface Draft {
  readonly state: Mutable<GovernorState>
  readonly rules: GovernorRules
  readonly outputs: Array<MarketEvent>
}

/** The part of a draft that rules use which only keep facts. */
export type Books = Pick<Draft, "state">

const NO_OUTPUTS: ReadonlyArray<MarketEvent> = []

/** The step that only moves the clock or the facts. */
export const unchanged = (state: GovernorState): Step<GovernorState> => ({ state, outputs: NO_OUTPUTS })

/** A draft whose changes leave `state` as it is. */
export const openDraft = (state: GovernorState, rules: GovernorRules): Draft => ({
  state: { ...state },
  rules,
  outputs: []
})

/** The step that the draft amounts to. */
export const closeDraft = (draft: Draft): Step<GovernorState> => ({ state: { ...draft.state }, outputs: draft.outputs })

/** The rule that decided, and the numbers it compared. */
export const reason = (rule: string, numbers: Reason["numbers"]): Reason => ({ rule, numbers })

/** Tells people; changes nothing else. */
export const notice = (
  draft: Draft,
  severity: "info" | "warning" | "alert",
  rule: string,
  numbers: Reason["numbers"]
): void => {
  draft.outputs.push({ _tag: "NoticeRaised", severity, reason: reason(rule, numbers) })
}
