/**
 * The same refusal again and again, over all slots: then nothing can be placed, and going on asking mends nothing. The market pauses
 * with the exchange's own words, and tries once more every quarter of an hour, or when an operator resumes.
 */
import type { EventOf } from "../../../../shared/events/event.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, notice } from "../draft.ts"
import type { TrackedOrder } from "../state.ts"
import { clearCause, raiseCause } from "./mode.ts"

/** As long as the longest pause of an exit that is refused: four requests an hour. Exchange time. */
export const TRY_AGAIN_AFTER_MS = 900_000

/** Words without the figures in them: a time or an id differs from one refusal to the next. */
const wordsOf = (cause: string): string => cause.replaceAll(/\d+/g, "#")

/** An order that was sent and is refused. One that was withdrawn before says nothing of the exchange. */
export const noteRefusal = (draft: Draft, order: TrackedOrder, { cause }: EventOf<"OrderRejected">): void => {
  if (order.clientId === null) return
  const { state, rules } = draft
  const words = wordsOf(cause)
  const before = state.refusals
  const count = before?.words === words ? before.count + 1 : 1
  const retryAtMs = state.nowMs + TRY_AGAIN_AFTER_MS
  state.refusals = { words, count, retryAtMs }
  if (count < rules.maxConsecutiveErrors || state.mode.causes.orders_refused !== undefined) return
  const numbers = { count, words: cause, retryAtMs }
  raiseCause(draft, "orders_refused", reason("orders_refused", numbers))
  notice(draft, "alert", "orders_refused", numbers)
}

/** The exchange takes orders, or its terms are others: what it refused before says nothing any more. */
export const noteTaken = (draft: Draft): void => {
  if (draft.state.refusals === undefined) return
  delete draft.state.refusals
  clearCause(draft, "orders_refused")
}

/** It is time to try once more; the next refusal of the same words pauses again. */
export const watchRefusals = (draft: Draft): void => {
  const { refusals, nowMs } = draft.state
  if (refusals !== undefined && nowMs >= refusals.retryAtMs) clearCause(draft, "orders_refused")
}
