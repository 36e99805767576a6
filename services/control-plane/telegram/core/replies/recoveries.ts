/** The recoveries that may be picked for a soft close. Pure, from the status report. */
import type { StatusReport } from "../../../core/report.ts"
import { slotName } from "./status.ts"

/** A button each: more are no list to pick from on a phone. */
export const MAX_PICKED = 24

/** A recovery as a button says it. */
export interface PickedRecovery {
  readonly text: string
  readonly slot: number
  readonly recovery: number
}

/** Farthest from the market first: these are what one wants to be rid of. */
export const firstRecoveries = ({ slots }: StatusReport): ReadonlyArray<PickedRecovery> =>
  slots
    .flatMap((slot) => slot.recovery_orders.map((order) => ({ slot, order, far: Math.abs(order.distance_pct ?? 0) })))
    .toSorted((a, b) => b.far - a.far)
    .slice(0, MAX_PICKED)
    .map(({ slot, order }) => {
      const far = order.distance_pct === null ? "" : `, ${order.distance_pct} %`
      return {
        text: `${slotName(slot)} #${order.recovery_id}: ${order.side} ${order.volume} at ${order.price}${far}`,
        slot: slot.slot_id,
        recovery: order.recovery_id
      }
    })
