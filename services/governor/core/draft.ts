/**
 * A private, mutable copy of the governor's state while one event is applied: each rule replaces the slices that are its own
 * and adds outputs; the state it was opened from is never touched.
 */
import type { Step } from "../../../shared/actor/core/actor.ts"
import type { GovernorRules } from "../../../shared/events/families/control.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { type NumbersOf, reason, type Rule } from "../../../shared/core/rules/rules.ts"
import { rulesOf } from "./rules.ts"
import type { GovernorState } from "./state.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** The governor's state while one event is applied. */
export interface Draft {
  readonly state: Mutable<GovernorState>
  readonly rules: GovernorRules
  readonly outputs: Array<MarketEvent>
}

/** A draft of a state made for it: its slices are replaced, and nobody else may hold it. */
export const openDraft = (state: GovernorState): Draft => ({
  state,
  rules: rulesOf(state),
  outputs: []
})

/** The step that the draft amounts to. */
export const closeDraft = (draft: Draft): Step<GovernorState> => ({ state: draft.state, outputs: draft.outputs })

/** Tells people; changes nothing else. */
export const notice = <R extends Rule>(
  draft: Draft,
  severity: "info" | "warning" | "alert",
  rule: R,
  numbers: NumbersOf<R>
): void => {
  draft.outputs.push({ _tag: "NoticeRaised", severity, reason: reason(rule, numbers) })
}
