/** What a client may ask of the engine, over REST or a socket alike, as far as the system status lets it. */
import {
  amendOrder,
  type Amendment,
  cancelAll,
  cancelAllAfter,
  cancelBatch,
  type Target
} from "./core/engine/change.ts"
import { refuse, type Refusal } from "./core/engine/desk.ts"
import type { OrderTerms } from "./core/engine/order.ts"
import { placeBatch, placeOrder, type PlaceOptions } from "./core/engine/place.ts"
import { type Moment, viewOf } from "./exchange.ts"
import type { Faults, SystemStatus } from "./faults/faults.ts"

/** Placing and amending: everything in the open; only orders that cannot trade in post-only mode. */
const placingClosed = (system: SystemStatus, postOnly: boolean): Refusal | null => {
  if (system === "online") return null
  if (system === "maintenance") return refuse("EService:Unavailable")
  if (system === "post_only") return postOnly ? null : refuse("EService:Market in post_only mode")
  return refuse("EService:Market in cancel_only mode")
}

const cancelingClosed = (system: SystemStatus): Refusal | null =>
  system === "maintenance" ? refuse("EService:Unavailable") : null

/** Of the pair's own states, those in which the whole system's of that name says what is taken. */
export const stateOf = ({ system, terms }: Faults): SystemStatus => {
  if (system !== "online") return system
  switch (terms.pairStatus) {
    case "maintenance":
    case "cancel_only":
    case "post_only":
      return terms.pairStatus
    case "reduce_only":
      return "cancel_only"
    default:
      return "online"
  }
}

/** The order desk of one moment. Every method returns a result, or a refusal with the exchange's text. */
export const orderDesk = (moment: Moment, system: SystemStatus) => {
  const { desk, nowMs, closed } = moment
  const view = viewOf(moment)
  const noMarket = refuse(closed === null ? "EService:Unavailable" : `EService:Market in cancel_only mode: ${closed}`)
  return {
    add: (terms: OrderTerms, options: Omit<PlaceOptions, "nowMs">) =>
      placingClosed(system, terms.postOnly) ??
      (view === null ? noMarket : placeOrder(desk, view, terms, { ...options, nowMs })),
    addBatch: (batch: ReadonlyArray<OrderTerms>, options: Omit<PlaceOptions, "nowMs">) =>
      placingClosed(
        system,
        batch.every((terms) => terms.postOnly)
      ) ?? (view === null ? noMarket : placeBatch(desk, view, batch, { ...options, nowMs })),
    amend: (amendment: Amendment) =>
      placingClosed(system, true) ?? (view === null ? noMarket : amendOrder(desk, view, amendment, nowMs)),
    cancel: (targets: ReadonlyArray<Target>) => cancelingClosed(system) ?? cancelBatch(desk, targets, nowMs),
    cancelAll: () => cancelingClosed(system) ?? cancelAll(desk, nowMs),
    cancelAllAfter: (timeoutSec: number) => cancelAllAfter(desk, timeoutSec, nowMs)
  }
}
