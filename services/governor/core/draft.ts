/**
 * A private, mutable copy of the governor's state while one event is applied: each rule replaces the slices that are its own
 * and adds outputs; the state it was opened from is never touched.
 */
import type { Step } from "../../../shared/actor/core/actor.ts"
import type { GovernorRules } from "../../../shared/events/families/control.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { type NumbersOf, reason, type Rule } from "../../../shared/core/rules/rules.ts"
import type { GovernorState } from "./state.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

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

export const openDraft = (state: GovernorState, rules: GovernorRules): Draft => ({
  state: { ...state },
  rules,
  outputs: []
})

export const closeDraft = (draft: Draft): Step<GovernorState> => ({ state: { ...draft.state }, outputs: draft.outputs })

/** Tells people; changes nothing else. */
export const notice = <R extends Rule>(
  draft: Draft,
  severity: "info" | "warning" | "alert",
  rule: R,
  numbers: NumbersOf<R>
): void => {
  draft.outputs.push({ _tag: "NoticeRaised", severity, reason: reason(rule, numbers) })
}
