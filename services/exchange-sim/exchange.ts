/**
 * The exchange itself: one thing at a time. Every request, and a steady tick, does the same five steps: let the market
 * run up to now, let it trade with resting orders, do what was asked, write down what happened, tell it.
 *
 * Nothing is told before it is written: an answer, a fill or a time that a client has seen is still true after a crash.
 */
import { Clock, Effect, Semaphore } from "effect"
import type { AppendError } from "../../shared/journal/port.ts"
import { timeWaits } from "../../shared/pace/errands.ts"
import { keepPace, makeSimClock, type SimClock } from "./clock.ts"
import { emptyBooks } from "./core/engine/books.ts"
import { passTime } from "./core/engine/change.ts"
import { type Desk, emit, makeDesk, type MarketView, type Rules } from "./core/engine/desk.ts"
import type { ExchangeEvent, Created } from "./records.ts"
import { TIERS } from "./core/engine/limits.ts"
import { matchTrade } from "./core/engine/match.ts"
import { feeParts } from "./core/engine/money.ts"
import { openMarket } from "./source/marketSource.ts"
import type { LiveMarket } from "./core/market/live.ts"
import { type Quotes, quotesAfter, seenByOrders } from "./core/market/quote.ts"
import { type NumberedTrade, Tape } from "./core/market/tape.ts"
import { checkSame, createExchange, readOpening } from "./opening.ts"
import type { Faults } from "./faults/faults.ts"
import type { ExchangeSimOptions } from "./options.ts"
import { makeRecordWriter, type RecordWriter } from "./recordWriter.ts"

/** Everything a request may look at and work with, at one instant. */
export interface Moment {
  readonly nowMs: number
  readonly desk: Desk
  readonly tape: Tape
  /** Null before the market's first trade, and once it has closed. */
  readonly quotes: Quotes | null
  /** Why the market has closed for good; null: it is open. */
  readonly closed: string | null
}

/** What happened since the last time: told to sockets after it is written down. */
export interface News extends Moment {
  readonly trades: ReadonlyArray<NumberedTrade>
  readonly events: ReadonlyArray<ExchangeEvent>
}

/** The running exchange, as REST, sockets and the admin routes use it. */
export interface Exchange {
  readonly options: ExchangeSimOptions
  readonly created: Created
  readonly faults: Faults
  /** Simulated time that may be shown now, Unix milliseconds. */
  readonly nowMs: () => number
  /**
   * Does `work` in the exchange's order of things. `work` must not keep the moment. Fails when the journal refuses what
   * happened or is not reachable for long: then the exchange has stopped, and says so ever after.
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
 * Where time waits for everyone a trade's fills are told, and so much simulated time later its price: whoever has orders has answered
 * the fills by then, as on a tape that is read one trade at a time. Less than the millisecond by which anything is stamped.
 */
const PRICE_AFTER_FILLS_MS = 0.1
/**
 * Simulated time that may be shown before the next record, as wall time. A crash loses up to this much time, never a fact:
 * the clock goes on where the record says, and the market between is matched then.
 */
const AHEAD_MS = 1_000

/** Opens the exchange, or founds it when the journal has none. */
export const openExchange = Effect.fn("exchangeSim.openExchange")(function* (
  options: ExchangeSimOptions,
  faults: Faults
) {
  const clock = yield* Clock.Clock
  const source = yield* openMarket(options)
  const before = yield* readOpening(options)
  const created = before?.created ?? (yield* createExchange(options, source.recordingMs))
  const different = checkSame(created, options)
  if (different !== null) return yield* different

  const desk = makeDesk(before?.books ?? emptyBooks(), rulesOf(options))
  // A live market's past is not ours to run again.
  const tapeStart = source.live === null ? before?.tape : null
  const tape = new Tape(source.process(created.timeMs), tapeStart ?? undefined)
  const matchedMs = before?.matchedMs ?? created.timeMs
  tape.advance(matchedMs)

  const simClock = makeSimClock(clock, options.speed, before?.resumeMs ?? created.timeMs)
  const writer = yield* makeRecordWriter(created, before, desk, source.live === null ? tape : null)
  const waits = yield* timeWaits
  const turns = yield* makeTurns(
    { options, faults, desk, tape, simClock, writer, endMs: source.endMs, waits },
    matchedMs
  )

  if (before === null) {
    emit(desk, created)
    yield* writer.write(created.timeMs, created.timeMs + options.speed * AHEAD_MS)
  }
  // A clean stop takes back the time that was allowed and not used.
  yield* Effect.addFinalizer(() =>
    turns
      .perform((moment) => moment.nowMs)
      .pipe(
        Effect.flatMap((stopMs) => writer.write(stopMs, stopMs)),
        Effect.ignore
      )
  )

  const exchange: Exchange = {
    options,
    created,
    faults,
    ...turns,
    takeNonce: writer.takeNonce,
    run: waits
      ? byTheTrade(turns, tape, simClock)
      : Effect.forever(
          turns
            .perform(noWork)
            .pipe(
              Effect.tap(options.lowersSpeed ? keepPace(options.speed, desk.deadlines, simClock) : Effect.void),
              Effect.andThen(Effect.sleep(TICK_MS))
            )
        ),
    stop: writer.waitNoLonger,
    live: source.live
  }
  return exchange
})

/**
 * Where time waits for everyone each trade has a turn of its own, at its own time, however fast time passes: its fills are told, everybody
 * does what there is to do, and then its price is told.
 */
const byTheTrade = (turns: Turns, tape: Tape, simClock: SimClock): Effect.Effect<never, AppendError> => {
  const untilNext = Effect.suspend(() => {
    const { nextMs } = tape
    // Half of it is more than the clock's nanosecond: rounding must not wake it before the trade.
    const wallMs = nextMs === null ? TICK_MS : simClock.wallUntil(nextMs + PRICE_AFTER_FILLS_MS / 2)
    return Effect.sleep(Math.min(TICK_MS, wallMs))
  })
  return Effect.forever(Effect.andThen(turns.perform(noWork), Effect.andThen(turns.tellTrades, untilNext)))
}

/** The options, with the terms of now. */
export const termsNow = (options: ExchangeSimOptions, { terms }: Faults): ExchangeSimOptions => ({
  ...options,
  ...terms
})

const rulesOf = (options: ExchangeSimOptions): Rules => ({
  priceDecimals: options.priceDecimals,
  volumeDecimals: options.volumeDecimals,
  minVolume: options.orderMin,
  minCost: options.costMin,
  makerFee: feeParts(options.makerFeePct),
  takerFee: feeParts(options.takerFeePct),
  trading: TIERS[options.tier].trading,
  maxOpenOrders: TIERS[options.tier].openOrders
})

/** What a turn works with. */
interface TurnParts extends Pick<Exchange, "options" | "faults"> {
  readonly desk: Desk
  readonly tape: Tape
  readonly simClock: SimClock
  readonly writer: RecordWriter
  /** When the market ends, Unix milliseconds; null: it does not. */
  readonly endMs: number | null
  /** Time waits for everyone: trades are told when `tellTrades` says so. */
  readonly waits: boolean
}

interface Turns extends Pick<Exchange, "nowMs" | "perform" | "observe" | "listen"> {
  /** Tells the trades that are yet to be told, once their fills are answered. */
  readonly tellTrades: Effect.Effect<void, AppendError>
}

/** The five steps, one at a time. The market was matched with resting orders up to `startMs`. */
const makeTurns = Effect.fnUntraced(function* (
  { options, faults, desk, tape, simClock, writer, endMs, waits }: TurnParts,
  startMs: number
): Effect.fn.Return<Turns> {
  const aheadMs = options.speed * AHEAD_MS
  const oneAtATime = yield* Semaphore.make(1)
  const telling = makeTelling(waits)
  const tellEnd = yield* Effect.cached(sayEnded(endMs))
  let matchedMs = startMs
  let stopped: AppendError | null = null

  /** Time that is not allowed for in a record must not be shown. */
  const nowMs = () => Math.max(matchedMs, simClock.nowMs(writer.untilMs()))

  /** Lets the market run up to now, and trade with resting orders. In two states orders rest and nothing trades with them. */
  const advance = (momentMs: number): ReadonlyArray<NumberedTrade> => {
    const trades = tape.advance(momentMs)
    const trading = faults.system !== "maintenance" && faults.system !== "post_only"
    if (trading) for (const trade of trades) matchTrade(desk, trade)
    passTime(desk, momentMs)
    matchedMs = momentMs
    return trades
  }
  /** Work that is not done here but after the five steps sees only what is written. */
  const steps = <A>(work: (moment: Moment) => A) =>
    Effect.suspend(() => {
      if (stopped !== null) return Effect.fail(stopped)
      const momentMs = nowMs()
      desk.rules = rulesOf(termsNow(options, faults))
      desk.roundedFills = faults.roundedFills
      desk.feesIn = faults.feesIn
      const trades = advance(momentMs)
      const closed = endMs !== null && momentMs >= endMs ? RECORDING_ENDED : null
      const moment: Moment = {
        nowMs: momentMs,
        desk,
        tape,
        quotes: closed === null ? quotesOf(tape, options) : null,
        closed
      }
      const answer = work(moment)
      const untilMs = writer.untilMs()
      const due = desk.happened.length > 0 || momentMs + aheadMs / 2 > untilMs
      return (due ? writer.write(momentMs, Math.max(untilMs, momentMs + aheadMs)) : Effect.succeed([])).pipe(
        Effect.tapError((error) => Effect.sync(() => (stopped = error))),
        Effect.map((events) => telling.tell({ ...moment, trades, events })),
        Effect.tap(closed === null ? Effect.void : tellEnd),
        Effect.as({ answer, moment })
      )
    })
  const inTurn = <A>(work: Effect.Effect<A, AppendError>) => oneAtATime.withPermit(Effect.uninterruptible(work))

  return {
    nowMs,
    perform: (work) => inTurn(Effect.map(steps(work), ({ answer }) => answer)),
    observe: (work) => inTurn(Effect.map(steps(noWork), ({ moment }) => work(moment))),
    tellTrades: Effect.suspend(() => {
      if (!telling.untold()) return Effect.void
      const tell = Effect.map(steps(noWork), ({ moment }) => telling.tellTrades(moment))
      return Effect.andThen(Effect.sleep(simClock.wallOf(PRICE_AFTER_FILLS_MS)), inTurn(tell))
    }),
    listen: telling.listen
  }
})

/** Who is told the news, and when. `tradesLater`: what happened to orders at once, the trades when `tellTrades` says so. */
const makeTelling = (tradesLater: boolean) => {
  const listeners = new Set<(news: News) => void>()
  const later: Array<NumberedTrade> = []
  const say = (news: News): void => {
    if (news.trades.length === 0 && news.events.length === 0) return
    for (const listener of listeners) listener(news)
  }
  return {
    tell: (news: News): void => {
      if (tradesLater) later.push(...news.trades)
      say(tradesLater ? { ...news, trades: [] } : news)
    },
    untold: (): boolean => later.length > 0,
    tellTrades: (moment: Moment): void => say({ ...moment, trades: later.splice(0), events: [] }),
    listen: (listener: (news: News) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

/** Why a recorded market closes. */
const RECORDING_ENDED = "recording ended"

const sayEnded = (endMs: number | null): Effect.Effect<void> =>
  Effect.logWarning(
    `exchange-sim: ${RECORDING_ENDED} at ${new Date(endMs ?? 0).toISOString()}: the market is closed, no price is shown any more`
  )

/** Null before the market's first trade. */
const quotesOf = ({ last }: Tape, { priceDecimals, spreadPct }: ExchangeSimOptions): Quotes | null =>
  last === null ? null : quotesAfter(last, { priceDecimals, spreadPct })

const noWork = (): void => undefined

/** The market as an incoming order sees it; null before the market's first trade, and once it has closed. */
export const viewOf = ({ quotes }: Moment): MarketView | null => (quotes === null ? null : seenByOrders(quotes))
