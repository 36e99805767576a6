/** A recovery is moved next to the market: amended in place, or, where the exchange refuses that, taken off and asked for again. */
import type { LocalId } from "../../../../shared/core/ids/kinds.ts"
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, grant, refuse } from "../draft.ts"
import { nearestPrice } from "../money/pricing.ts"
import { evolved } from "../orders.ts"
import type { Recovery } from "../state.ts"

const replaceRecovery = ({ book }: Draft, next: Recovery): void => {
  book.recoveries = book.recoveries.map((recovery) => (recovery.recoveryId === next.recoveryId ? next : recovery))
}

const recoveryOf = ({ book }: Draft, localId: LocalId): Recovery | undefined =>
  book.recoveries.find(({ order }) => order.localId === localId)

/** The governor asks for it: now if the exchange has the order, else as soon as it does. One move at a time. */
export const softClose = (draft: Draft, { recoveryId, reason: why }: EventOf<"SoftCloseAsked">): void => {
  const { book, marketPrice } = draft
  const recovery = book.recoveries.find((known) => known.recoveryId === recoveryId)
  const no = (rule: "no_such_recovery" | "move_pending" | "no_price") =>
    refuse(draft, "soft_close", rule, () => ({ recoveryId }), `${rule}:${recoveryId}`)
  if (recovery === undefined) return no("no_such_recovery")
  if (recovery.softClose !== "no") return no("move_pending")
  if (marketPrice <= 0) return no("no_price")
  grant(draft, "soft_close")
  if (recovery.order.stage === "open") requestAmend(draft, recovery, why.rule)
  else replaceRecovery(draft, { ...recovery, softClose: "wanted" })
}

/** Asks for an entry's distance from the market of now, on the order's own side. */
const requestAmend = (draft: Draft, recovery: Recovery, wantedBy: string): void => {
  const { recoveryId, order } = recovery
  const { marketPrice, terms } = draft
  replaceRecovery(draft, { ...recovery, softClose: "asked" })
  draft.outputs.push({
    _tag: "AmendRequested",
    localId: order.localId,
    recoveryId,
    price: draft.variants.sendable(nearestPrice(order.side, marketPrice, terms), terms),
    reason: reason("recovery_moves", { wantedBy, oldPrice: Price.format(order.price), marketPrice })
  })
}

/** The exchange has taken the order of a recovery that was to be moved meanwhile. */
export const amendOnceAccepted = (draft: Draft, localId: LocalId): void => {
  const recovery = recoveryOf(draft, localId)
  if (recovery?.softClose === "wanted") requestAmend(draft, recovery, "accepted")
}

/** The order stands at its new price. */
export const amended = (draft: Draft, fact: EventOf<"OrderAmended">): void => {
  const recovery = recoveryOf(draft, fact.localId)
  if (recovery !== undefined) {
    replaceRecovery(draft, { ...recovery, order: evolved(recovery.order, fact), softClose: "no" })
  }
}

/** The exchange does not amend it: it is taken off, and its end brings it back next to the market. */
export const amendRefused = (draft: Draft, { localId, cause }: EventOf<"AmendRefused">): void => {
  const recovery = recoveryOf(draft, localId)
  if (recovery?.softClose !== "asked") return
  draft.outputs.push({
    _tag: "CancelRequested",
    localId,
    recoveryId: recovery.recoveryId,
    reason: reason("amend_refused", { amendRefused: cause })
  })
}
