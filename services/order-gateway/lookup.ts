/** Asking the exchange what became of an order, until it says. Never sends one. */
import type { LocalId, SlotNumber, Txid } from "../../shared/core/ids/kinds.ts"
import { Effect } from "effect"
import { type ExchangeError, Trading } from "../../shared/exchange/port.ts"
import { CLOCK_SLACK_MS, VenueClock } from "../../shared/exchange/venueClock.ts"
import { sparing } from "../../shared/pace/errands.ts"
import { hasEnded, rejectedFact, reportFacts } from "./core/facts.ts"
import { amendWaits, type LiveOrder } from "./core/state.ts"
import type { Asking, OrderFacts } from "./factWriter.ts"

/** Between two questions about one order: the exchange's list may lag its engine by a moment. */
export const RETRY_MS = 2_000
/** Absence in one answer is no proof: the lists lag. Two answers, both after the deadline, are. */
const ABSENT_ANSWERS = 2

/** Makes a read certain to answer, or to fail for good: `unknown` and `wait` are tried again, the pause growing to a minute. */
export const retryCall = Effect.fnUntraced(function* <A>(
  read: Effect.Effect<A, ExchangeError>
): Effect.fn.Return<A, ExchangeError, VenueClock> {
  const clock = yield* VenueClock
  for (let pauseMs = 1_000; ; pauseMs = Math.min(60_000, pauseMs * 2)) {
    const result = yield* Effect.result(read)
    if (result._tag === "Success") return result.success
    const error = result.failure
    if (error.advice !== "unknown" && error.advice !== "wait") return yield* error
    yield* Effect.logDebug(`order-gateway: asking again: ${error.message}`)
    yield* error.retryAtMs === null ? clock.sleep(pauseMs) : clock.sleepUntil(error.retryAtMs)
    yield* sparing("50 millis")
  }
})

/**
 * Resolves an order that was claimed and of which nobody here knows the outcome: found at the exchange it is adopted,
 * absent after its deadline it never came to be. Ends early when the private stream has brought the answer.
 */
export const resolve = Effect.fn("resolve")(function* (facts: OrderFacts, slot: SlotNumber, order: LiveOrder): Asking {
  const trading = yield* Trading
  const clock = yield* VenueClock
  let absent = 0
  let found = 0
  while (true) {
    const current = facts.order(slot, order.localId)
    if (current === null || current.stage === "open") return
    const askedMs = yield* clock.nowMs
    const [report] = yield* retryCall(trading.findByClientId(order.clientId))
    if (report !== undefined) {
      const final = ++found >= END_QUESTIONS
      if (yield* facts.write(slot, order.localId, (live) => reportFacts(live, report, { final, amending: false })))
        return
    }
    // After its deadline the exchange does not place an order any more.
    else if (askedMs > current.deadlineMs + CLOCK_SLACK_MS) absent++
    if (absent >= ABSENT_ANSWERS) {
      yield* facts.write(slot, order.localId, (live) => [
        rejectedFact(live, "not at the exchange after its deadline: it was never placed")
      ])
      return
    }
    yield* clock.sleep(RETRY_MS)
  }
})

/**
 * Questions about an ending that the exchange has announced but its list does not show yet, or shows without fills that are recorded:
 * a minute of the exchange's time. After them the larger sums count.
 */
export const END_QUESTIONS = 30

/**
 * Writes how an order ended, once the exchange's list says so. False: after the last question it is still open, or its list is still
 * behind the fills recorded and was not asked often enough to be overruled.
 */
export const writeEnd = Effect.fn("writeEnd")(function* (
  facts: OrderFacts,
  slot: SlotNumber,
  localId: LocalId,
  txid: Txid,
  questions = END_QUESTIONS
): Asking<boolean> {
  const trading = yield* Trading
  const clock = yield* VenueClock
  for (let asked = 1; asked <= questions; asked++) {
    if (facts.order(slot, localId) === null) return true
    const [report] = yield* retryCall(trading.orders([txid]))
    if (report !== undefined && hasEnded(report)) {
      const use = { final: asked >= END_QUESTIONS, amending: amendWaits(facts.lane(slot), localId) }
      if (yield* facts.write(slot, localId, (live) => reportFacts(live, report, use))) return true
      // The private stream was faster: there is nothing to wait for.
      if (facts.order(slot, localId) === null) return true
    }
    yield* clock.sleep(RETRY_MS)
  }
  return facts.order(slot, localId) === null
})
