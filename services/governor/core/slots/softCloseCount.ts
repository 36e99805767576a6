/** How many soft closes there have been (`soft_closed_total`): as version 1 of the rules counted them, and as they are done. */
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import type { Draft, GovernorVariants, PositionOf } from "../draft.ts"

type SoftCloseCount = GovernorVariants["softCloses"]

const countOne = ({ state }: Draft): void => {
  state.capacity = { ...state.capacity, softClosedTotal: state.capacity.softClosedTotal + 1 }
}

const nothing = (): void => undefined

/** Each time pressure asks, whether or not anything comes of it. */
export const countsAsked: SoftCloseCount = {
  asked: (draft, _position, by) => {
    if (by === "pressure") countOne(draft)
  },
  moved: nothing,
  over: nothing
}

/** `2/A7`: slot 2, trade A, cycle 7. */
const keyOf = ({ slot, tradeId, cycle }: PositionOf): string => `${slot}/${tradeId}${cycle}`

/** Whether a move of it has been asked for that is neither done nor over. */
export const waitsFor = ({ state }: Pick<Draft, "state">, position: PositionOf): boolean =>
  state.capacity.softClosesAsked?.includes(keyOf(position)) === true

const forget = ({ state }: Draft, position: PositionOf): void => {
  const softClosesAsked = state.capacity.softClosesAsked?.filter((key) => key !== keyOf(position)) ?? []
  state.capacity = { ...state.capacity, softClosesAsked }
}

/**
 * Each once it is done, whoever asked: the exchange has amended the order, or the slot has asked for it anew, next to the market.
 * One that is asked for again before is the same; one whose position ends otherwise was none.
 */
export const countsDone: SoftCloseCount = {
  asked: (draft, position) => {
    if (waitsFor(draft, position)) return
    const { capacity } = draft.state
    // A slot that has halted leaves its own behind: no more than there are live orders.
    const softClosesAsked = [...(capacity.softClosesAsked ?? []), keyOf(position)].slice(-MAX_FOLLOWED_ORDERS)
    draft.state.capacity = { ...capacity, softClosesAsked }
  },
  moved: (draft, position) => {
    if (!waitsFor(draft, position)) return
    forget(draft, position)
    countOne(draft)
  },
  over: (draft, position) => {
    if (waitsFor(draft, position)) forget(draft, position)
  }
}
