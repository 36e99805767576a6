/** The fallback flag of a one-sided slot follows from which orders it has. (docs/trading-contract.md §5.) */
import type { Draft } from "./draft.ts"
import type { SlotBook, SlotOrder, TradeId } from "./state.ts"

/** A single entry says its own side; a single exit the opposite one; any pair neither. */
export const normaliseFlags = ({ book }: Draft): void => {
  const [only, second] = book.orders
  book.onlySide = only === undefined || second !== undefined ? null : sideKept(only)
}

const sideKept = (order: SlotOrder): SlotBook["onlySide"] =>
  (order.role === "entry") === (order.side === "buy") ? "long" : "short"

/** The trade that a one-sided slot lacks; null for any other. */
export const missingTrade = ({ onlySide }: Pick<SlotBook, "onlySide">): TradeId | null =>
  onlySide === null ? null : onlySide === "long" ? "A" : "B"
