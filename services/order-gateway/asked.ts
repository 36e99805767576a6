/**
 * What the governor asks the gateway to find out or to clean up, on an operator's command. Each is answered by one fact; what
 * was not answered before a stop is done again after it, which is safe: reading is, and so is cancelling.
 */
import type { ClientId, Txid } from "../../shared/core/ids/kinds.ts"
import { Effect } from "effect"
import type { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import type { EventOf } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type ExchangeError, type Fill, Trading } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import type { Journal, ReadError, RecordsArchived } from "../../shared/journal/port.ts"
import { hasEnded } from "./core/facts.ts"
import { openListOf } from "./core/openList.ts"
import { readTradeHistory } from "./history.ts"
import type { OrderFacts, OrderFactsError } from "./factWriter.ts"
import { END_QUESTIONS, RETRY_MS, retryCall } from "./lookup.ts"
import { provablyOurs } from "./provenance.ts"

type AskedError = ExchangeError | OrderFactsError | ReadError | DecodeError

/**
 * Answers everything that is asked now, oldest first. `answered` holds the commands this process has answered: an answer takes a
 * moment to come round.
 */
export const answerAsked = Effect.fn("answerAsked")(function* (
  facts: OrderFacts,
  subjects: MarketSubjects,
  answered: Set<string>
): Effect.fn.Return<void, AskedError, Trading | VenueClock | Journal> {
  const { asked } = facts.state()
  for (const commandId of answered) if (!asked.some((ask) => ask.commandId === commandId)) answered.delete(commandId)
  for (const { what, commandId } of asked) {
    if (answered.has(commandId)) continue
    answered.add(commandId)
    yield* (what === "drift" ? reconcileDrift : sumHistory)(facts, subjects, commandId).pipe(
      // It stays asked, and the next start tries again, perhaps where the archive is at hand: no reason to stop trading.
      Effect.catchIf(
        (error): error is ExchangeError | RecordsArchived =>
          error._tag === "RecordsArchived" || (error._tag === "ExchangeError" && error.advice === "rejected"),
        (error) => Effect.logError(`order-gateway: command ${commandId} stays unanswered: ${error.message}`)
      )
    )
  }
})

/** Cancels the open orders that are provably ours and that no slot has; every other foreign order is left alone. */
const reconcileDrift = Effect.fn("reconcileDrift")(function* (
  facts: OrderFacts,
  subjects: MarketSubjects,
  commandId: string
): Effect.fn.Return<void, AskedError, Trading | VenueClock | Journal> {
  const trading = yield* Trading
  const clock = yield* VenueClock
  const askedMs = yield* clock.nowMs
  const before = facts.state()
  const open = yield* retryCall(trading.openOrders)
  const { foreign } = openListOf(open, { before, after: facts.state(), askedMs })
  const cancelled: Array<{ readonly txid: Txid; readonly clientId: ClientId }> = []
  const leftAlone: Array<string> = []
  for (const report of foreign) {
    const { txid, clientId } = report
    if (clientId === null || !(yield* provablyOurs(subjects, report))) {
      leftAlone.push(txid)
      continue
    }
    // Refused or gone: how it stands is what counts, and that is asked for in any case.
    yield* retryCall(trading.cancel(txid)).pipe(
      Effect.catchIf(
        ({ advice }) => advice === "gone" || advice === "rejected",
        () => Effect.void
      )
    )
    const end = yield* endOf(txid)
    if (end === null) leftAlone.push(txid)
    else if (end.status !== "closed") cancelled.push({ txid, clientId })
  }
  yield* facts.note(subjects.account, { _tag: "DriftReconciled", commandId, cancelled, leftAlone })
})

/** How the order ended; null: it is still open after `END_QUESTIONS`. */
const endOf = Effect.fnUntraced(function* (txid: Txid) {
  const trading = yield* Trading
  const clock = yield* VenueClock
  for (let question = 0; question < END_QUESTIONS; question++) {
    const [report] = yield* retryCall(trading.orders([txid]))
    if (report !== undefined && hasEnded(report)) return report
    yield* clock.sleep(RETRY_MS)
  }
  return null
})

/** Adds up every fill of the pair since the journal began: those of orders the journal knows, and all others. */
const sumHistory = Effect.fn("sumHistory")(function* (
  facts: OrderFacts,
  subjects: MarketSubjects,
  commandId: string
): Effect.fn.Return<void, AskedError, Trading | VenueClock | Journal> {
  const nowMs = yield* (yield* VenueClock).nowMs
  const since = { beganMs: facts.state().beganMs, nowMs }
  const { fromMs, ours, foreign } = yield* readTradeHistory(subjects, since, retryCall)
  yield* facts.note(subjects.account, {
    _tag: "TradeHistoryObserved",
    commandId,
    fromMs,
    toMs: nowMs,
    ours: sumsOf(ours),
    foreign: sumsOf(foreign)
  })
})

const sumsOf = (fills: ReadonlyArray<Fill>): EventOf<"TradeHistoryObserved">["ours"] => {
  const sums = { bought: 0n, sold: 0n, paid: 0n, received: 0n, fees: 0n }
  for (const { side, volume, cost, fee } of fills) {
    if (side === "buy") {
      sums.bought += volume
      sums.paid += cost
    } else {
      sums.sold += volume
      sums.received += cost
    }
    sums.fees += fee
  }
  return {
    trades: fills.length,
    bought: sums.bought as Volume,
    sold: sums.sold as Volume,
    paid: sums.paid as Quote,
    received: sums.received as Quote,
    fees: sums.fees as Quote
  }
}
