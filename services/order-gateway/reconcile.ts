/**
 * Comparing the journal's live orders with the exchange's: at start for what happened while nobody listened, and now and
 * then for what the private stream may have lost. Corrections are ordinary order facts.
 */
import { Effect } from "effect"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { type OrderReport, Trading } from "../../shared/exchange/port.ts"
import { CLOCK_SLACK_MS, VenueClock } from "../../shared/exchange/venueClock.ts"
import { fillFacts, hasEnded, missingFills, reportFacts } from "./core/facts.ts"
import { findLive, liveOrders } from "./core/state.ts"
import type { Asking, OrderFacts } from "./factWriter.ts"
import { retryCall } from "./lookup.ts"

/** What one comparison found. */
export interface Reconciliation {
  /** Ours and open at the exchange. */
  readonly openOrders: number
  /** Orders for which something was missing in the journal. */
  readonly missed: number
  /** Open at the exchange, not in the journal. */
  readonly foreign: ReadonlyArray<OrderReport>
  /** The highest epoch in the ids of ours that stand open there; 0: none. */
  readonly highestEpoch: number
}

/**
 * One comparison over the fills since `windowStartMs`. Orders claimed or unknown are not touched: their lane is looking
 * them up.
 */
export const reconcile = Effect.fn("reconcile")(function* (
  facts: OrderFacts,
  windowStartMs: number
): Asking<Reconciliation> {
  const trading = yield* Trading
  const clock = yield* VenueClock
  const before = facts.state()
  const open = yield* retryCall(trading.openOrders)
  // Told before the corrections: an order that they end was ours, as one was that ended while the list was read.
  const known = facts.state()
  const foreign = open.filter(({ clientId, txid }) =>
    [before, known].every((state) => findLive(state, clientId, txid) === null)
  )
  const standing = liveOrders(known).flatMap(({ slot, order }) =>
    order.txid === null ? [] : [{ slot, localId: order.localId, txid: order.txid }]
  )
  const openTxids = new Set(open.map((report) => report.txid))
  const ended = standing.filter(({ txid }) => !openTxids.has(txid))
  // A fill must not be too new to be seen.
  const untilMs = (yield* clock.nowMs) + CLOCK_SLACK_MS
  const fills =
    standing.length === 0
      ? []
      : yield* retryCall(trading.fills(windowStartMs, untilMs, new Set(standing.map(({ txid }) => txid))))
  const reports = ended.length === 0 ? [] : yield* retryCall(trading.orders(ended.map(({ txid }) => txid)))

  let missed = 0
  for (const { slot, localId, txid } of standing) {
    let wrote = false
    const order = facts.order(slot, localId)
    for (const fill of order === null ? [] : missingFills(order, fills)) {
      wrote = (yield* facts.write(slot, localId, (live) => fillFacts(live, fill))) || wrote
    }
    const report = reports.find((candidate) => candidate.txid === txid)
    if (report !== undefined && hasEnded(report)) {
      wrote = (yield* facts.write(slot, localId, (live) => reportFacts(live, report))) || wrote
    }
    if (wrote) missed++
  }

  const epochs = open.map((report) => (report.clientId === null ? 0 : (originOf(report.clientId)?.epoch ?? 0)))
  return { openOrders: open.length - foreign.length, missed, foreign, highestEpoch: Math.max(0, ...epochs) }
})
