/**
 * Comparing the journal's live orders with the exchange's: at start for what happened while nobody listened, and now and
 * then for what the private stream may have lost. Corrections are ordinary order facts.
 */
import { Effect } from "effect"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { type OrderReport, Trading } from "../../shared/exchange/port.ts"
import { CLOCK_SLACK_MS, VenueClock } from "../../shared/exchange/venueClock.ts"
import { orderKey } from "../../shared/market/core/orderLife.ts"
import { fillFacts, hasEnded, inCurrencyOf, missingFills, reportFacts, restatedFacts } from "./core/facts.ts"
import { lateFillFacts } from "./core/lateFills.ts"
import { openListOf } from "./core/openList.ts"
import { amendWaits, findLive, type GatewayState, liveOrders } from "./core/state.ts"
import type { Asking, OrderFacts } from "./factWriter.ts"
import { retryCall, writeEnd } from "./lookup.ts"

/** What one comparison found. */
export interface Reconciliation {
  /** Ours and open at the exchange. */
  readonly openOrders: number
  /** Orders for which something was missing in the journal. */
  readonly missed: number
  /** Open at the exchange, and not live in the journal. */
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
  const askedMs = yield* clock.nowMs
  const before = facts.state()
  const open = yield* retryCall(trading.openOrders)
  // Told before the corrections: an order that they end was ours, as one was that ended while the list was read.
  const known = facts.state()
  const { ours: listed, foreign } = openListOf(open, { before, after: known, askedMs })
  const standing = liveOrders(known).flatMap(({ slot, order }) =>
    order.txid === null ? [] : [{ slot, localId: order.localId, txid: order.txid }]
  )
  const changed = yield* writeRestated(facts, before, open, askedMs)
  const openTxids = new Set(open.map((report) => report.txid))
  const ended = standing.filter(({ txid }) => !openTxids.has(txid))
  const over = known.ended
  // A fill must not be too new to be seen.
  const untilMs = (yield* clock.nowMs) + CLOCK_SLACK_MS
  const ours = new Set([...standing, ...over].map(({ txid }) => txid))
  const fills = ours.size === 0 ? [] : yield* retryCall(trading.fills(windowStartMs, untilMs, ours))
  const reports = ended.length === 0 ? [] : yield* retryCall(trading.orders(ended.map(({ txid }) => txid)))

  const missed = new Set(changed)
  const behind: Array<(typeof standing)[number]> = []
  for (const { slot, localId, txid } of standing) {
    const key = orderKey(slot, localId)
    const order = facts.order(slot, localId)
    const report = reports.find((candidate) => candidate.txid === txid)
    const told = report ?? open.find((candidate) => candidate.txid === txid) ?? null
    for (const fill of order === null ? [] : missingFills(order, fills, told)) {
      if (yield* facts.write(slot, localId, (live) => fillFacts(live, fill))) missed.add(key)
    }
    if (report === undefined || !hasEnded(report)) continue
    const amending = amendWaits(facts.lane(slot), localId)
    if (yield* facts.write(slot, localId, (live) => reportFacts(live, report, { amending }))) missed.add(key)
    else if (facts.order(slot, localId) !== null) behind.push({ slot, localId, txid })
  }
  for (const { slot, localId } of over) {
    if (yield* facts.writeLate(slot, localId, (order) => lateFillFacts(order, inCurrencyOf([order.sums], fills))))
      missed.add(orderKey(slot, localId))
  }
  // At once: each may take a minute, and there are no more of them than live orders.
  yield* Effect.forEach(behind, ({ slot, localId, txid }) => writeEnd(facts, slot, localId, txid), {
    concurrency: "unbounded",
    discard: true
  })
  for (const { slot, localId } of behind) if (facts.order(slot, localId) === null) missed.add(orderKey(slot, localId))

  const epochs = open.map((report) => (report.clientId === null ? 0 : (originOf(report.clientId)?.epoch ?? 0)))
  return {
    openOrders: listed.length,
    missed: missed.size,
    foreign,
    highestEpoch: Math.max(0, ...epochs)
  }
})

/** Writes which of our open orders somebody else has changed; returns them by `orderKey`. `before`: as known when the list was asked for. */
const writeRestated = Effect.fnUntraced(function* (
  facts: OrderFacts,
  before: GatewayState,
  open: ReadonlyArray<OrderReport>,
  askedMs: number
): Asking<ReadonlyArray<string>> {
  const written: Array<string> = []
  for (const report of open) {
    const live = findLive(before, report.clientId, report.txid)
    if (live === null) continue
    const { slot, order } = live
    const { localId } = order
    const wrote = yield* facts.write(slot, localId, (now) =>
      // Whatever has moved since the list was asked for is older in it.
      now.changedMs !== order.changedMs
        ? []
        : restatedFacts(now, report, { askedMs, amending: amendWaits(facts.lane(slot), localId) })
    )
    if (wrote) written.push(orderKey(slot, localId))
  }
  return written
})
