/** What is owed to exits for which no order stands: as the governor keeps it back, and as the slots' own books have it. */
import type { GovernorState } from "../../services/governor/core/state.ts"
import type { ExitOrder, SlotState } from "../../services/slot-actor/core/state.ts"
import { Volume } from "../../shared/core/decimal/decimal.ts"
import { TRADE_IDS, type TradeId } from "../../shared/core/trading.ts"
import { findOrder } from "../../shared/market/core/liveOrders.ts"

/** Every slot and trade of which both differ, where nobody has anything left to answer. `slots`: the states of slots 1, 2, 3, … */
export const owedDifferences = (
  governor: GovernorState,
  slots: ReadonlyArray<SlotState | undefined>
): ReadonlyArray<string> =>
  governor.slots.slots.flatMap(({ slot }) => {
    const state = slots[slot - 1]
    // A halted slot hears of its orders no more.
    if (state === undefined || state.book.halted !== null) return []
    return TRADE_IDS.flatMap((tradeId) => {
      const [kept, owed] = [keptBack(governor, slot, tradeId), owedBy(state, tradeId)]
      if (kept === owed) return []
      return [
        `slot ${slot}, trade ${tradeId}: ${Volume.format(owed as Volume)} wait for an exit, ${Volume.format(kept as Volume)} are kept back`
      ]
    })
  })

const sum = (volumes: ReadonlyArray<Volume>): bigint => volumes.reduce((total, volume) => total + volume, 0n)

/** Without what somebody else has taken from an order that stands: its slot asks for that once it has ended. */
const keptBack = ({ owed = [], orders }: GovernorState, slot: number, tradeId: TradeId): bigint =>
  sum(
    owed
      .filter((part) => part.slot === slot && part.tradeId === tradeId)
      .filter(({ exit }) => exit === null || findOrder(orders, slot, exit.localId) === undefined)
      .map(({ volume }) => volume)
  )

const owedBy = ({ book }: SlotState, tradeId: TradeId): bigint => {
  const { orders, recoveries, pendingCancels, residual } = book
  const exits = [...orders, ...recoveries.map(({ order }) => order)].filter(
    (order): order is ExitOrder => order.role === "exit" && order.stage === "waiting"
  )
  const entries = [...orders, ...pendingCancels.map(({ order }) => order)].filter(({ role }) => role === "entry")
  return sum([
    residual[tradeId].volume,
    ...exits.filter((exit) => exit.tradeId === tradeId).map(({ volume }) => volume),
    ...entries.filter((entry) => entry.tradeId === tradeId).map(({ filled }) => filled)
  ])
}
