/** One slot's requests, carried out strictly one after the other. */
import type { SlotNumber } from "../../shared/core/ids/kinds.ts"
import { Effect, Result } from "effect"
import { Trading } from "../../shared/exchange/port.ts"
import { CLOCK_SLACK_MS, VenueClock } from "../../shared/exchange/venueClock.ts"
import { monotonicMs } from "../../shared/monotonic.ts"
import type { Price } from "../../shared/core/decimal/decimal.ts"
import {
  acceptedFacts,
  amendedFact,
  amendRefusedFact,
  claimFact,
  hasEnded,
  rejectedFact,
  reportFacts,
  unknownFact
} from "./core/facts.ts"
import type { LiveOrder } from "./core/state.ts"
import type { Asking, OrderFacts } from "./factWriter.ts"
import { RETRY_MS, retryCall, resolve, writeEnd } from "./lookup.ts"

/** How a lane sends orders. */
export interface LaneOptions {
  /** From the claim to the instant after which the exchange must not place the order. */
  readonly deadlineMs: number
  /** At least so much of the wall's time, whatever the rate of the exchange's clock is found to be. */
  readonly leastDeadlineWallMs: number
}

/** Kraken takes deadlines up to a minute ahead; by so much less our idea of its time may be off. */
const FARTHEST_DEADLINE_MS = 60_000 - CLOCK_SLACK_MS

/**
 * When an order that is claimed now must have been placed. Reckoned from the newest estimate of the exchange's time, and not from what
 * was shown already: after a simulated exchange has slowed down, that may be ahead for a while.
 */
const deadlineOf = Effect.fnUntraced(function* ({ deadlineMs, leastDeadlineWallMs }: LaneOptions) {
  const clock = yield* VenueClock
  const leastMs = Math.min(FARTHEST_DEADLINE_MS, leastDeadlineWallMs * (yield* clock.rate))
  return clock.unsafeAtMs(yield* monotonicMs) + Math.max(deadlineMs, leastMs)
})

/** Works the lane's tasks until none is left. An order of unknown outcome keeps this lane waiting, and no other. */
export const workLane = Effect.fn("workLane")(function* (
  facts: OrderFacts,
  slot: SlotNumber,
  options: LaneOptions
): Asking {
  while (true) {
    const task = facts.lane(slot).tasks[0]
    if (task === undefined) return
    const order = facts.order(slot, task.localId)
    if (order === null)
      return yield* Effect.die(new Error(`slot ${slot}: a task for order ${task.localId}, which has ended`))
    if (task._tag === "Place") yield* place(facts, slot, order, options)
    else if (task._tag === "Cancel") yield* cancel(facts, slot, order)
    else yield* amend(facts, slot, order, task.price)
  }
})

/**
 * Claim, then send, once. A claim that is not ours from this very call (an earlier run's, another gateway's) is looked
 * up instead: sending is only for whoever wrote the claim, right after it was read back.
 */
const place = Effect.fn("place")(function* (
  facts: OrderFacts,
  slot: SlotNumber,
  order: LiveOrder,
  options: LaneOptions
): Asking {
  if (order.stage !== "requested") return yield* resolve(facts, slot, order)
  if (facts.lane(slot).tasks.some((task) => task._tag === "Cancel" && task.localId === order.localId)) {
    yield* facts.write(slot, order.localId, (live) => [rejectedFact(live, "withdrawn before it was sent")])
    return
  }
  const trading = yield* Trading
  const deadlineMs = yield* deadlineOf(options)
  const claimed = yield* facts.write(slot, order.localId, (live) =>
    live.stage === "requested" ? [claimFact(live, deadlineMs)] : []
  )
  if (!claimed) return
  if (facts.mayHaveBeenSent(order.clientId)) return yield* resolve(facts, slot, order)
  const { clientId, side, price, volume, postOnly } = order
  const sent = yield* Effect.result(trading.place({ clientId, side, price, volume, postOnly, deadlineMs }))
  yield* facts.write(slot, order.localId, (live) => {
    if (live.stage === "open") return []
    if (Result.isSuccess(sent)) return acceptedFacts(live, sent.success.txid)
    if (sent.failure.advice === "unknown") return [unknownFact(live, sent.failure.detail)]
    return [rejectedFact(live, sent.failure.detail)]
  })
  if (Result.isFailure(sent) && sent.failure.advice === "stop") return yield* sent.failure
})

/**
 * Asks for the cancel and waits for the order's end, whichever it is: cancelled, or filled before the cancel arrived.
 * Cancelling is repeatable, so an unanswered request is sent again after a look at the order.
 */
const cancel = Effect.fn("cancel")(function* (facts: OrderFacts, slot: SlotNumber, order: LiveOrder): Asking {
  const trading = yield* Trading
  const clock = yield* VenueClock
  if (order.txid === null) return yield* resolve(facts, slot, order)
  const asked = yield* Effect.result(trading.cancel(order.txid))
  if (Result.isFailure(asked)) {
    const error = asked.failure
    if (error.advice === "stop") return yield* error
    if (error.advice === "wait") yield* clock.sleepUntil(error.retryAtMs ?? (yield* clock.nowMs) + 1_000)
    if (error.advice === "rejected") yield* Effect.logWarning(`order-gateway: cancel refused: ${error.message}`)
  }
  // When nothing says that the exchange has taken it: one look, and it is asked for again.
  const untaken = Result.isFailure(asked) && (asked.failure.advice === "unknown" || asked.failure.advice === "wait")
  yield* writeEnd(facts, slot, order.localId, order.txid, untaken ? 1 : undefined)
})

/**
 * Moves the order to its new price. The price is absolute, so the order is looked at first, each time: what an earlier request
 * without an answer has done shows there, and only an order that stands at another price is asked to move. An order that has
 * ended meanwhile needs no answer but its end.
 */
const amend = Effect.fn("amend")(function* (
  facts: OrderFacts,
  slot: SlotNumber,
  order: LiveOrder,
  price: Price
): Asking {
  const trading = yield* Trading
  const clock = yield* VenueClock
  const { txid, localId } = order
  if (txid === null) return yield* resolve(facts, slot, order)
  const [report] = yield* retryCall(trading.orders([txid]))
  if (report === undefined) return yield* clock.sleep(RETRY_MS)
  if (hasEnded(report)) {
    // Nothing to write: the list is behind what is known of the order. Whoever compares settles that in time.
    const written = yield* facts.write(slot, localId, (live) => reportFacts(live, report))
    return written ? undefined : yield* clock.sleep(RETRY_MS)
  }
  // Another gateway may have answered it meanwhile: a second answer would be taken for that of the next one.
  const tasks = () => facts.lane(slot).tasks.filter((task) => task.localId === localId)
  const waits = (): boolean => tasks().some((task) => task._tag === "Amend" && task.price === price)
  if (!tasks().some((task) => task._tag === "Amend")) return
  const asked =
    report.price === price ? Result.succeed<void>(undefined) : yield* Effect.result(trading.amend(txid, price))
  if (Result.isSuccess(asked)) {
    // A cancel may have taken its place; where the order stands is a fact all the same.
    const cancelled = () => tasks().some((task) => task._tag === "Cancel")
    yield* facts.write(slot, localId, (live) =>
      waits() || (cancelled() && live.price !== price) ? [amendedFact(live, price)] : []
    )
    return
  }
  const error = asked.failure
  switch (error.advice) {
    case "stop":
      return yield* error
    case "wait":
      return yield* clock.sleepUntil(error.retryAtMs ?? (yield* clock.nowMs) + 1_000)
    case "rejected":
      yield* facts.write(slot, localId, (live) => (waits() ? [amendRefusedFact(live, error.detail)] : []))
      return
    case "gone":
    case "unknown":
      return yield* clock.sleep(RETRY_MS)
  }
})
