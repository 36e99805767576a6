/** A slot in the present tense: what it does now, and which of its refusals still hold. Pure; decides nothing. */
import type { TradeId } from "../../../../shared/core/trading.ts"
import type { Wanted } from "../../../../shared/events/families/slot.ts"
import { entryStop } from "../gate.ts"
import { MAX_PENDING_CANCELS, phaseOf, type Refusal, type SlotState } from "../state.ts"

/** A trade sells first (`A`) or buys first (`B`). */
const tradeOf = (what: Wanted): TradeId => (what.endsWith("_A") ? "A" : "B")

/** Until when the refusal itself says that it holds; 0: it does not say. */
const untilMs = ({ reason: { numbers } }: Refusal): number => {
  const until = numbers["cooldownUntilMs"] ?? numbers["retryAtMs"]
  return typeof until === "number" ? until : 0
}

const waits = ({ book }: SlotState, tradeId: TradeId): boolean =>
  [...book.orders, ...book.recoveries.map(({ order }) => order)].some(
    (order) => order.tradeId === tradeId && order.stage === "waiting"
  )

/** What forbids an entry may be over although nobody has asked again. */
const causeStands = ({ facts, terms, priceAgeSec, marketPrice }: SlotState, { reason: { rule } }: Refusal): boolean => {
  switch (rule) {
    case "starting":
    case "paused":
    case "halted":
    case "slot_inactive":
      return entryStop(facts, false) === rule
    case "stale_price":
      return terms === null || priceAgeSec === null || priceAgeSec > terms.stalePriceMaxAgeSec
    case "no_price":
      return marketPrice <= 0 || priceAgeSec === null
    default:
      return true
  }
}

/** Whether what was refused is still wanted, and the cause has not passed. */
export const stillHolds = (state: SlotState, what: Wanted, refusal: Refusal): boolean => {
  const { book, nowMs } = state
  const until = untilMs(refusal)
  if (until > 0 && nowMs >= until) return false
  const { rule, numbers } = refusal.reason
  switch (what) {
    case "entry_A":
    case "entry_B":
      // An entry is wanted while its trade has no order.
      return !book.orders.some((order) => order.tradeId === tradeOf(what)) && causeStands(state, refusal)
    case "exit_A":
    case "exit_B":
      if (rule === "exit_lost") return waits(state, tradeOf(what))
      if (rule === "residual_below_minimum") return book.residual[tradeOf(what)].volume > 0n
      return rule !== "cancels_unanswered" || book.pendingCancels.length >= MAX_PENDING_CANCELS
    case "refresh_A":
    case "refresh_B":
      return book.orders.some((order) => order.role === "entry" && order.tradeId === tradeOf(what))
    case "bootstrap":
      return book.orders.length === 0 && causeStands(state, refusal)
    case "soft_close":
      return book.recoveries.some(
        ({ recoveryId, softClose }) => recoveryId === numbers["recoveryId"] && softClose !== "no"
      )
    case "fill":
      // Not a wish that may come true later: the notice of it is what lasts.
      return false
  }
}

/** What a phase means now: in S0 by the orders that really stand. */
export const phaseInWords = (state: SlotState): string => {
  const { orders, halted } = state.book
  switch (phaseOf(orders)) {
    case "S0": {
      const sides = (["sell", "buy"] as const).filter((side) => orders.some((order) => order.side === side))
      if (sides.length === 2) return "both entries out"
      return sides.length === 1 ? `${sides[0]} entry out` : halted === null ? "no order" : "stopped, no order"
    }
    case "S1a":
      return "A sold, to buy back"
    case "S1b":
      return "B bought, to sell"
    case "S2":
      return "both to close"
  }
}
