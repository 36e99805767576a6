/** The fallback flags follow from which orders a slot has. (docs/trading-contract.md §5.) */
import type { Draft } from "./draft.ts"
import type { SlotOrder } from "./state.ts"

/** A single entry says its own side; a single exit the opposite one; any pair neither. */
export const normaliseFlags = ({ book }: Draft): void => {
  const [only, second] = book.orders
  const long = only !== undefined && second === undefined && keepsLongSide(only)
  book.longOnly = long
  book.shortOnly = only !== undefined && second === undefined && !long
}

const keepsLongSide = (order: SlotOrder): boolean => (order.role === "entry") === (order.side === "buy")
