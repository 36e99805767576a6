/** Whose the orders are that the exchange lists as open. */
import type { OrderReport } from "../../../shared/exchange/port.ts"
import { LISTS_LAG_MS } from "./facts.ts"
import { findLive, type GatewayState } from "./state.ts"

/** The exchange's open orders, told apart. */
export interface OpenList {
  /** Of slots, and live. */
  readonly ours: ReadonlyArray<OrderReport>
  /** Not live in the journal: by hand, of another program, or ours and believed to have ended long ago. */
  readonly foreign: ReadonlyArray<OrderReport>
}

/**
 * Tells a list of open orders apart that was asked for at `askedMs` (Unix milliseconds) and read between two states. What lived in either
 * is ours: it ended, or was placed, while the list was read. What ended less than `LISTS_LAG_MS` before is neither: the list is behind.
 */
export const openListOf = (
  open: ReadonlyArray<OrderReport>,
  { before, after, askedMs }: { readonly before: GatewayState; readonly after: GatewayState; readonly askedMs: number }
): OpenList => {
  const states = [before, after]
  const isLive = ({ clientId, txid }: OrderReport) => states.some((state) => findLive(state, clientId, txid) !== null)
  const justEnded = new Set(
    states.flatMap(({ ended }) =>
      ended.filter(({ endedMs }) => askedMs < endedMs + LISTS_LAG_MS).map(({ txid }) => txid)
    )
  )
  return {
    ours: open.filter(isLive),
    foreign: open.filter((report) => !isLive(report) && !justEnded.has(report.txid))
  }
}
