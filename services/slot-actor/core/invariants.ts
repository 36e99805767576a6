/** The rules a slot's book obeys after every event, and the gaps at start that are none. (docs/trading-contract.md §4.) */
import { withLayers } from "./money/orderSizes.ts"
import { phaseOf, type SlotBook, type SlotState } from "./state.ts"

/** Every broken rule, in words; empty when the book is sound. */
export const checkInvariants = (book: SlotBook): Array<string> => {
  const violations: Array<string> = []
  const count = countOrders(book)
  if (count.duplicates) violations.push("two orders have the same local id")
  if (book.trades.A.cycle < 1 || book.trades.B.cycle < 1) {
    violations.push(`cycles must be at least 1, are A ${book.trades.A.cycle} and B ${book.trades.B.cycle}`)
  }
  for (const order of book.orders) {
    if (order.role === "exit" && order.position.price <= 0n) {
      violations.push(`exit ${order.localId} has no entry price`)
    }
    if (order.volume <= 0n) violations.push(`order ${order.localId} has no volume`)
  }
  const phase = phaseOf(book.orders)
  if (phase !== "S2" && book.s2EnteredAtMs !== null) violations.push(`${phase} has a time of entering S2`)
  const wanted = structureWanted(phase, book, count)
  if (wanted !== null) {
    violations.push(
      `${phase} wants ${wanted}, has ${count.sellEntries} sell and ${count.buyEntries} buy entries, ` +
        `${count.sellExits} sell and ${count.buyExits} buy exits`
    )
  }
  return violations
}

interface Counts {
  sellEntries: number
  buyEntries: number
  sellExits: number
  buyExits: number
  duplicates: boolean
}

const countOrders = ({ orders }: SlotBook): Counts => {
  const count: Counts = { sellEntries: 0, buyEntries: 0, sellExits: 0, buyExits: 0, duplicates: false }
  for (let i = 0; i < orders.length; i++) {
    const order = orders[i]
    if (order === undefined) continue
    if (order.role === "entry") {
      if (order.side === "sell") count.sellEntries++
      else count.buyEntries++
    } else if (order.side === "sell") count.sellExits++
    else count.buyExits++
    for (let j = 0; j < i; j++) if (orders[j]?.localId === order.localId) count.duplicates = true
  }
  return count
}

/** What the phase demands of the orders, if they are otherwise. */
const structureWanted = (phase: ReturnType<typeof phaseOf>, { onlySide }: SlotBook, count: Counts): string | null => {
  const { sellEntries, buyEntries, sellExits, buyExits } = count
  const [long, short] = [onlySide === "long", onlySide === "short"]
  const is = (sellEntry: number, buyEntry: number, sellExit: number, buyExit: number): boolean =>
    sellEntries === sellEntry && buyEntries === buyEntry && sellExits === sellExit && buyExits === buyExit
  switch (phase) {
    case "S0":
      if (is(1, 1, 0, 0) || (long && is(0, 1, 0, 0)) || (short && is(1, 0, 0, 0))) return null
      return "one sell entry and one buy entry"
    case "S1a":
      return is(0, 1, 0, 1) || (short && is(0, 0, 0, 1)) ? null : "one buy exit and one buy entry"
    case "S1b":
      return is(1, 0, 1, 0) || (long && is(0, 0, 1, 0)) ? null : "one sell exit and one sell entry"
    case "S2":
      return is(0, 0, 1, 1) ? null : "one sell exit and one buy exit"
  }
}

/** The violations that stop the slot: none while it waits to start or for its size to reach the exchange's minimum. */
export const haltingViolations = (state: SlotState): Array<string> => {
  const violations = checkInvariants(state.book)
  if (violations.length === 0 || isBootstrapPending(state.book) || isMinSizeWait(state)) return []
  return violations
}

/** S0, no exits, at most one entry, and that one on the side the fallback flag allows. */
export const isBootstrapPending = (book: SlotBook): boolean => {
  const [first, second] = book.orders
  if (second !== undefined) return false
  if (first === undefined) return true
  if (first.role === "exit") return false
  return book.onlySide === null || first.side === (book.onlySide === "long" ? "buy" : "sell")
}

/** S0, no exits, and the size an order would have is below what the exchange takes. */
export const isMinSizeWait = (state: SlotState): boolean => {
  const { book, terms, marketPrice } = state
  if (terms === null || phaseOf(book.orders) !== "S0") return false
  return withLayers(state, terms) < Math.max(terms.minCostUsd, terms.minVolume * marketPrice)
}
