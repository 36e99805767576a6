/**
 * A journal that is a piece of another: it begins after a record whose states, and what the control records said by then, came along
 * with it. To whoever folds, that is what a seal is.
 */
import { Context, Schema } from "effect"
import { EraSealed } from "../../events/families/seal.ts"

const { to, rulesVersion, actors, control, slots } = EraSealed.fields

/** As much of a seal as a fold needs to begin after it. `era`: the last that was sealed by then; 0: none. */
export const SealedStates = Schema.Struct({
  era: Schema.Int,
  to,
  rulesVersion,
  actors,
  control,
  slots
})
/** As much of a seal as a fold needs to begin after it. */
export type SealedStates = typeof SealedStates.Type

/** Where the journal at hand begins, if it is a piece of another; null: it is whole, or begins where an archive ends. */
export const SliceStart = Context.Reference<SealedStates | null>("kennel/actor/SliceStart", {
  defaultValue: () => null
})
