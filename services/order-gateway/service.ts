/**
 * The order gateway: requests from the journal go to the exchange, once; what the exchange says comes back as facts.
 *
 * Start: fold the journal → read the exchange's clock, terms and balances → compare orders and fills
 * with the exchange's → work the lanes.
 * Nothing is sent before the comparison is done.
 */
import { Effect, FiberSet, Queue, Stream } from "effect"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import { type Followed, follow } from "../../shared/actor/follow.ts"
import type { HostError } from "../../shared/actor/runtime.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { keepTime } from "../../shared/exchange/keepTime.ts"
import { type ExchangeError, MarketData, type OrderReport, Trading } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import type { Journal, SnapshotStore } from "../../shared/journal/port.ts"
import { sparing } from "../../shared/pace/errands.ts"
import { observeBalances, observeTerms } from "./account.ts"
import { answerAsked } from "./asked.ts"
import { gatewayFold } from "./core/fold.ts"
import { type GatewayState, liveOrders } from "./core/state.ts"
import { countErrors } from "./errorCount.ts"
import { followExecutions } from "./executions.ts"
import { type LaneOptions, workLane } from "./lane.ts"
import { type OrderFacts, type OrderFactsError, makeOrderFacts } from "./factWriter.ts"
import { retryCall } from "./lookup.ts"
import { reconcile, type Reconciliation } from "./reconcile.ts"

/** The market's subjects, and how far and how often the exchange is looked at. */
export interface OrderGatewayOptions extends LaneOptions {
  readonly subjects: MarketSubjects
  /** Exchange time between two comparisons with the exchange's orders, fills, balances and terms. */
  readonly reconcileIntervalMs: number
  /** How far back fills are read. */
  readonly fillWindowMs: number
}

/** Why the gateway ends. */
export type OrderGatewayError = HostError | ExchangeError | OrderFactsError

/** Runs until interrupted, or until only a person can help. */
export const orderGateway = (
  options: OrderGatewayOptions
): Effect.Effect<never, OrderGatewayError, Journal | SnapshotStore | MarketData | Trading | VenueClock> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { subjects } = options
      const followed = yield* follow({ host: "order-gateway", subjects, actors: [gatewayFold] })
      const facts = yield* makeOrderFacts(subjects, followed)
      const told = () => facts.state().failedCalls
      const trading = countErrors(yield* Trading, told, (errors) =>
        facts.note(subjects.account, errors).pipe(
          Effect.flatMap(followed.awaitSeq),
          Effect.catch((error) => Effect.logWarning(`order-gateway: failed calls not written down: ${error.message}`))
        )
      )
      const signals: Signals = { restarted: yield* Queue.sliding<void>(1), moved: yield* Queue.sliding<void>(1) }

      const work = Effect.gen(function* () {
        // Facts carry the exchange's time: before it is known there is nothing to stamp them with.
        yield* retryCall((yield* MarketData).time)
        yield* observeTerms(facts, subjects)
        yield* observeBalances(facts, subjects)
        yield* compareAtStart(facts, options)
        yield* Effect.logInfo("order-gateway: compared with the exchange, taking requests")
        return yield* Effect.raceAllFirst([
          workLanes(facts, followed, options),
          Effect.andThen(
            followExecutions(facts, subjects, {
              restarted: Queue.offer(signals.restarted, undefined),
              moved: Queue.offer(signals.moved, undefined)
            }),
            Effect.never
          ),
          keepComparing(facts, options, signals),
          keepAnswering(facts, followed, subjects),
          keepTime
        ])
      })
      // Also while it starts: whoever waits for a record to be read back would wait for ever for a fold that has halted.
      return yield* Effect.raceFirst(followed.failure, Effect.provideService(work, Trading, trading))
    })
  )

const compareAtStart = Effect.fnUntraced(function* (facts: OrderFacts, options: OrderGatewayOptions) {
  const { subjects } = options
  const clock = yield* VenueClock
  const nowMs = yield* clock.nowMs
  const windowStartMs = nowMs - options.fillWindowMs
  const result = yield* reconcile(facts, windowStartMs)
  if (result.highestEpoch > 0 && result.highestEpoch >= facts.state().epoch) {
    // The exchange knows an epoch the journal does not: the journal has lost its tail.
    yield* Effect.logError(
      `order-gateway: the exchange holds orders of epoch ${result.highestEpoch}, the journal is at ` +
        `${facts.state().epoch}: the journal has lost its newest records. Raising the epoch.`
    )
    yield* raiseEpoch({
      subjects,
      service: "order-gateway",
      reason: "the exchange holds orders of a later epoch",
      watchesOrders: true,
      fitsModels: false,
      timeMs: nowMs,
      atLeast: result.highestEpoch + 1
    })
  }
  yield* warnOfForeign(result.foreign)
  yield* noteOpenOrders(facts, subjects, result)
  yield* noteReconciled(facts, subjects, result, windowStartMs)
})

/** The comparison that a start owes the market is done. */
const noteReconciled = (
  facts: OrderFacts,
  subjects: MarketSubjects,
  { openOrders, missed, foreign }: Reconciliation,
  windowStartMs: number
) =>
  facts.note(subjects.account, {
    _tag: "AccountReconciled",
    openOrders,
    missed,
    foreignOrders: foreign.length,
    windowStartMs
  })

/** Answers what the governor asks, as it comes and what was left unanswered before. */
const keepAnswering = Effect.fnUntraced(function* (
  facts: OrderFacts,
  followed: Followed<GatewayState>,
  subjects: MarketSubjects
) {
  const answered = new Set<string>()
  yield* Stream.runForEach(followed.changes, () =>
    facts.state().asked.length === 0 && answered.size === 0 ? Effect.void : answerAsked(facts, subjects, answered)
  )
  return yield* Effect.never
})

/** Writes how many orders stand open, when that is news, or as long as the journal counts others: a drift is never silent. */
const noteOpenOrders = Effect.fnUntraced(function* (
  facts: OrderFacts,
  subjects: MarketSubjects,
  { openOrders, foreign }: Reconciliation
) {
  const known = facts.state().openOrders
  const ownCount = liveOrders(facts.state()).filter(({ order }) => order.txid !== null).length
  if (known?.ours === openOrders && known.foreign === foreign.length && ownCount === openOrders) return
  yield* facts.note(subjects.account, { _tag: "OpenOrdersObserved", ours: openOrders, foreign: foreign.length })
})

const warnOfForeign = (foreign: ReadonlyArray<OrderReport>) =>
  Effect.forEach(
    foreign,
    ({ txid }) =>
      Effect.logWarning(`order-gateway: foreign order ${txid} is open at the exchange, and no slot has it: left alone`),
    { discard: true }
  )

/** One fiber per lane that has tasks; a lane that fails takes the gateway down. */
const workLanes = Effect.fnUntraced(function* (
  facts: OrderFacts,
  followed: Followed<GatewayState>,
  options: OrderGatewayOptions
) {
  const workers = yield* FiberSet.make<void, ExchangeError | OrderFactsError>()
  const busy = new Set<number>()
  // A lane is looked at once more when its worker has ended: a task may have come while it was leaving.
  const wake: Effect.Effect<void, never, Trading | VenueClock> = Effect.suspend(() => {
    const idle = Object.values(facts.state().lanes).filter((lane) => lane.tasks.length > 0 && !busy.has(lane.slot))
    for (const { slot } of idle) busy.add(slot)
    return Effect.forEach(
      idle,
      ({ slot }) =>
        FiberSet.run(
          workers,
          workLane(facts, slot, options).pipe(
            Effect.andThen(Effect.sync(() => busy.delete(slot))),
            Effect.andThen(wake)
          )
        ),
      { discard: true }
    )
  })
  return yield* Effect.raceFirst(
    Effect.andThen(
      Stream.runForEach(followed.changes, () => wake),
      Effect.never
    ),
    Effect.andThen(FiberSet.join(workers), Effect.never)
  )
})

/** Wall time between two readings of the balances, however fast the exchange's clock runs: it spares the counter of calls. */
const BALANCES_PAUSE = "250 millis"

/** A fill may show up in the exchange's lists a minute late: each comparison reads so far back behind the last one. */
export const FILL_OVERLAP_MS = 600_000

/** What the private stream asks for. Two signals, so that fills cannot drown a restart; each says at most "again". */
interface Signals {
  readonly restarted: Queue.Queue<void>
  readonly moved: Queue.Queue<void>
}

/**
 * Reads balances after money has moved, and everything when the stream was away or the interval has passed, however
 * often money moves meanwhile.
 */
const keepComparing = Effect.fnUntraced(function* (facts: OrderFacts, options: OrderGatewayOptions, signals: Signals) {
  const { subjects, reconcileIntervalMs, fillWindowMs } = options
  const clock = yield* VenueClock
  let comparedMs = yield* clock.nowMs
  let known: ReadonlySet<string> = new Set()
  let dueMs = (yield* clock.nowMs) + reconcileIntervalMs
  while (true) {
    yield* Effect.raceAllFirst([Queue.peek(signals.restarted), Queue.peek(signals.moved), clock.sleepUntil(dueMs)])
    // Emptied before the reading: what comes during it is read again.
    const restarted = (yield* Queue.clear(signals.restarted)).length > 0
    yield* Queue.clear(signals.moved)
    if (restarted || (yield* clock.nowMs) >= dueMs) {
      const startedMs = yield* clock.nowMs
      // Another gateway has started, and may be gone before it has compared: the market waits for whoever does.
      const owed = facts.state().reconciled === null
      const farthestMs = startedMs - fillWindowMs
      const windowStartMs = owed ? farthestMs : Math.max(comparedMs - FILL_OVERLAP_MS, farthestMs)
      const result = yield* reconcile(facts, windowStartMs)
      const { foreign } = result
      yield* noteOpenOrders(facts, subjects, result)
      if (owed) yield* noteReconciled(facts, subjects, result, windowStartMs)
      yield* warnOfForeign(foreign.filter(({ txid }) => !known.has(txid)))
      known = new Set(foreign.map(({ txid }) => txid))
      comparedMs = startedMs
      yield* observeTerms(facts, subjects)
      dueMs = (yield* clock.nowMs) + reconcileIntervalMs
    }
    yield* observeBalances(facts, subjects)
    yield* sparing(BALANCES_PAUSE)
  }
})
