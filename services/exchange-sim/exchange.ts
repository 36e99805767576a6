/**
 * The exchange itself: one thing at a time. Every request, and a steady tick, does the same five steps: let the market
 * run up to now, let it trade with resting orders, do what was asked, write down what happened, tell it.
 *
 * Nothing is told before it is written: an answer, a fill or a time that a client has seen is still true after a crash.
 */
import { Clock, Effect, Random, Schedule, Semaphore } from "effect"
import { type AppendError, Journal } from "../../shared/journal/port.ts"
import { makeSimClock } from "./clock.ts"
import { apply, emptyBooks } from "./core/engine/books.ts"
import { passTime } from "./core/engine/change.ts"
import { type Desk, makeDesk, type MarketView } from "./core/engine/desk.ts"
import type { ExchangeEvent, Founded } from "./core/engine/event.ts"
import { TIERS } from "./core/engine/limits.ts"
import { matchTrade } from "./core/engine/match.ts"
import { feeParts } from "./core/engine/money.ts"
import { openMarket } from "./source/marketSource.ts"
import type { LiveMarket } from "./core/market/live.ts"
import { levels, type Quotes, quotesAfter, restingAt } from "./core/market/quote.ts"
import { type NumberedTrade, Tape } from "./core/market/tape.ts"
import { booksSubject, checkSame, found, readOpening } from "./opening.ts"
import type { Faults } from "./faults.ts"
import type { ExchangeSimOptions } from "./options.ts"
import { encodeRecord } from "./records.ts"

/** Everything a request may look at and work with, at one instant. */
export interface Moment {
  readonly nowMs: number
  readonly desk: Desk
  readonly tape: Tape
  /** Null before the market's first trade. */
  readonly quotes: Quotes | null
}

/** What happened since the last time: told to sockets after it is written down. */
export interface News extends Moment {
  readonly trades: ReadonlyArray<NumberedTrade>
  readonly events: ReadonlyArray<ExchangeEvent>
}

export interface Exchange {
  readonly options: ExchangeSimOptions
  readonly founded: Founded
  readonly faults: Faults
  /** Simulated time that may be shown now, Unix milliseconds. */
  readonly nowMs: () => number
  /**
   * Does `work` in the exchange's order of things. `work` must not keep the moment. Fails when the journal refuses what
   * happened or is not reachable for longer than `JOURNAL_PATIENCE`: then the exchange has stopped, and says so ever after.
   */
  readonly perform: <A>(work: (moment: Moment) => A) => Effect.Effect<A, AppendError>
  /** Shows `work` the exchange after all that happened has been written and told. For snapshots: `work` must not trade. */
  readonly observe: <A>(work: (moment: Moment) => A) => Effect.Effect<A, AppendError>
  /** Told of all news, in order, synchronously; must not throw. Returns how to stop it. */
  readonly listen: (listener: (news: News) => void) => () => void
  /** Highest nonce of the one key; a higher one replaces it and is kept over restarts. */
  readonly takeNonce: (nonce: bigint) => boolean
  /** Lets time run; ends only by failure, when the journal does. */
  readonly run: Effect.Effect<never, AppendError>
  /** Waits no longer for a journal that does not answer: to be called before the scope closes. */
  readonly stop: () => void
  /** Where trades go in when the market is an upstream one. */
  readonly live: LiveMarket | null
}

/** Wall time between two ticks: fills reach sockets within it, and a price is at most so old. */
const TICK_MS = 25
/**
 * Simulated time that may be shown before the next record, as wall time. A crash loses up to so much time, never a fact:
 * the clock goes on where the record says, and the market between is matched then.
 */
const AHEAD_MS = 1_000
/** A record that says from where to run the market again, every so much simulated time: re-running it takes seconds. */
const TAPE_MARK_MS = 6 * 3_600_000
/** Longer than a restart of a journal's server. A stop cuts it short. */
const JOURNAL_PATIENCE = "30 seconds"
/** Far more than any order sweeps. */
const OFFERED_LEVELS = 1_000

const patience = Schedule.spaced("100 millis").pipe(Schedule.upTo({ duration: JOURNAL_PATIENCE }))

/** Opens the exchange, or founds it when the journal has none. */
export const openExchange = Effect.fn("exchangeSim.openExchange")(function* (
  options: ExchangeSimOptions,
  faults: Faults
) {
  const journal = yield* Journal
  const clock = yield* Clock.Clock
  const source = yield* openMarket(options)
  const before = yield* readOpening(options)
  const founded = before?.founded ?? (yield* found(options, source.recordingMs))
  const different = checkSame(founded, options)
  if (different !== null) return yield* different

  const books = before?.books ?? emptyBooks()
  const desk = makeDesk(books, {
    priceDecimals: options.priceDecimals,
    volumeDecimals: options.volumeDecimals,
    minVolume: options.orderMin,
    minCost: options.costMin,
    makerFee: feeParts(options.makerFeePct),
    takerFee: feeParts(options.takerFeePct),
    trading: TIERS[options.tier].trading,
    maxOpenOrders: TIERS[options.tier].openOrders
  })
  // A live market's past is not ours to run again.
  const tapeStart = source.live === null ? before?.tape : null
  const tape = new Tape(source.process(founded.timeMs), tapeStart ?? undefined)
  let matchedMs = before?.matchedMs ?? founded.timeMs
  tape.advance(matchedMs)

  const simClock = makeSimClock(clock, options.speed, before?.resumeMs ?? founded.timeMs)
  /** Part of record ids: two processes on one journal must never take each other's records for their own. */
  const run = (yield* Random.nextIntBetween(0, 2 ** 48)).toString(36)
  const subject = booksSubject(options.pair.rest)
  let nonce = before?.nonce ?? 0n
  let lastSeq = before?.lastSeq ?? 0
  let recordCount = before?.records ?? 0
  let untilMs = before?.resumeMs ?? founded.timeMs
  let tapeMarkedMs = Number.NEGATIVE_INFINITY
  const aheadMs = options.speed * AHEAD_MS
  const listeners = new Set<(news: News) => void>()
  const oneAtATime = yield* Semaphore.make(1)

  const bookOptions = { priceDecimals: options.priceDecimals, spreadPct: options.spreadPct }
  const quotes = () => (tape.last === null ? null : quotesAfter(tape.last, bookOptions))

  /** In these two states orders rest and nothing trades with them. */
  const trading = () => faults.system !== "maintenance" && faults.system !== "post_only"

  /** Writes what happened, and allows time up to `nextUntilMs` to be shown. */
  const write = Effect.fnUntraced(function* (nowMs: number, nextUntilMs: number) {
    const marksTape = source.live === null && nowMs - tapeMarkedMs >= TAPE_MARK_MS
    const data = encodeRecord({
      v: 1,
      timeMs: nowMs,
      untilMs: nextUntilMs,
      nonce: nonce.toString(),
      ...(marksTape ? { tape: tape.start } : {}),
      events: desk.happened
    })
    const id = `${founded.salt}.${recordCount}.${run}`
    const { seq } = yield* Effect.retry(journal.append({ subject, id, data, expectedLastSeq: lastSeq }), {
      schedule: patience,
      while: (error) => error._tag === "JournalUnavailable" && !stopping
    })
    lastSeq = seq
    recordCount++
    untilMs = nextUntilMs
    if (marksTape) tapeMarkedMs = nowMs
    return desk.happened.splice(0)
  })

  /** Time that is not allowed for in a record must not be shown. */
  const nowMs = () => Math.max(matchedMs, simClock.nowMs(untilMs))

  let stopped: AppendError | null = null
  /** Set when the exchange is asked to stop: then a journal that does not answer is not waited for. */
  let stopping = false
  /** The five steps. Work that is not done here but after them sees only what is written. */
  const steps = <A>(work: (moment: Moment) => A) =>
    Effect.suspend(() => {
      if (stopped !== null) return Effect.fail(stopped)
      const momentMs = nowMs()
      const trades = tape.advance(momentMs)
      if (trading()) for (const trade of trades) matchTrade(desk, trade)
      passTime(desk, momentMs)
      matchedMs = momentMs
      const moment: Moment = { nowMs: momentMs, desk, tape, quotes: quotes() }
      const answer = work(moment)
      const due = desk.happened.length > 0 || momentMs + aheadMs / 2 > untilMs
      const tell = (events: ReadonlyArray<ExchangeEvent>) =>
        Effect.sync(() => {
          if (trades.length === 0 && events.length === 0) return
          const news: News = { ...moment, trades, events }
          for (const listener of listeners) listener(news)
        })
      return (due ? write(momentMs, Math.max(untilMs, momentMs + aheadMs)) : Effect.succeed([])).pipe(
        Effect.tapError((error) => Effect.sync(() => (stopped = error))),
        Effect.flatMap(tell),
        Effect.as({ answer, moment })
      )
    })
  const perform = <A>(work: (moment: Moment) => A): Effect.Effect<A, AppendError> =>
    steps(work).pipe(
      Effect.map(({ answer }) => answer),
      Effect.uninterruptible,
      oneAtATime.withPermit
    )
  const observe = <A>(work: (moment: Moment) => A): Effect.Effect<A, AppendError> =>
    steps(noWork).pipe(
      Effect.map(({ moment }) => work(moment)),
      Effect.uninterruptible,
      oneAtATime.withPermit
    )

  if (before === null) {
    apply(books, founded)
    desk.happened.push(founded)
    yield* write(founded.timeMs, founded.timeMs + aheadMs)
  }
  // A clean stop takes back the time that was allowed and not used.
  yield* Effect.addFinalizer(() =>
    perform((moment) => moment.nowMs).pipe(
      Effect.flatMap((stopMs) => write(stopMs, stopMs)),
      Effect.ignore
    )
  )

  const exchange: Exchange = {
    options,
    founded,
    faults,
    nowMs,
    perform,
    observe,
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    takeNonce: (next) => {
      if (next <= nonce) return false
      nonce = next
      return true
    },
    run: Effect.forever(Effect.andThen(perform(noWork), Effect.sleep(TICK_MS))),
    stop: () => {
      stopping = true
    },
    live: source.live
  }
  return exchange
})

const noWork = (): void => undefined

/** The market as an incoming order sees it; null before the market's first trade. */
export const viewOf = ({ quotes }: Moment): MarketView | null =>
  quotes === null
    ? null
    : {
        bid: quotes.bid,
        ask: quotes.ask,
        offers: (side) => levels(quotes, side === "buy" ? "ask" : "bid", OFFERED_LEVELS),
        restingAt: (side, price) => restingAt(quotes, side === "buy" ? "bid" : "ask", price)
      }
