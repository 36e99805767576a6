/**
 * A private, mutable copy of the governor's state while one event is applied: each rule replaces the slices that are its own
 * and adds outputs; the state it was opened from is never touched.
 */
import type { Step } from "../../../shared/actor/core/actor.ts"
import type { GovernorRules } from "../../../shared/events/families/control.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import { rulesOf } from "./rules.ts"
import type { GovernorState } from "./state.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

export interface Draft {
  readonly state: Mutable<GovernorState>
  readonly rules: GovernorRules
  readonly outputs: Array<MarketEvent>
}

export const openDraft = (state: GovernorState): Draft => ({
  state: { ...state },
  rules: rulesOf(state),
  outputs: []
})

export const closeDraft = (draft: Draft): Step<GovernorState> => ({ state: draft.state, outputs: draft.outputs })

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
