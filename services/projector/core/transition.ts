/** What an event did to a slot: the phase before it and after it. */
import type { SlotNumber } from "../../../shared/core/ids/kinds.ts"
import type { Reason } from "../../../shared/events/reason.ts"

/** One event that a slot heard. `from` and `to` are equal where it changed no phase. */
export interface Transition {
  /** The event's place in the journal. */
  readonly seq: number
  readonly index: number
  readonly slot: SlotNumber
  readonly from: string
  readonly to: string
  /** What the slot decided on it, each with its rule and the numbers compared. */
  readonly because: ReadonlyArray<Reason & { readonly event: string }>
}
