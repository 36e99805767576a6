/** The market feed: what the exchange's public stream says becomes price and clock facts. This is where a tick enters. */
import { Effect, Ref, Stream } from "effect"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import { makeQuarantine } from "../../shared/actor/quarantine.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type ExchangeError, MarketData } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { rest, timeWaits } from "../../shared/pace/errands.ts"
import type { Journal, JournalRefused, JournalUnavailable } from "../../shared/journal/port.ts"
import { due, silent, stamped, THINNED } from "./core/conflate.ts"
import { hearing } from "./hearing.ts"

/** Where facts go and how often they are written. */
export interface MarketFeedOptions {
  readonly subjects: MarketSubjects
  /** The epoch this process has raised: part of its records' ids. */
  readonly epoch: number
  /** The most price facts a second of wall time. */
  readonly priceFactsPerSec: number
  /** Exchange time between two clock facts. */
  readonly clockIntervalMs: number
  /** A price older than this is stale for the slots; the feed asks for a new one at half of it. */
  readonly staleAfterMs: number
}

/** Less than the millisecond by which anything is stamped, and more than a simulated exchange takes from a trade to its price. */
const CLOCK_AFTER_PRICES_MS = 0.5

/** Why the feed ends: the exchange's advice `stop`, or a journal that does not take its facts. */
export type MarketFeedError = ExchangeError | JournalRefused | JournalUnavailable

/** Runs until interrupted, or until only a person can help. */
export const marketFeed = Effect.fn("marketFeed")(function* (
  options: MarketFeedOptions
): Effect.fn.Return<never, MarketFeedError, Journal | MarketData | VenueClock> {
  const { subjects } = options
  const data = yield* MarketData
  const clock = yield* VenueClock
  const state = yield* Ref.make(silent)

  const writeFact = yield* makeFactWriter("market-feed")
  const write = (subject: string, timeMs: number, event: MarketEvent) =>
    writeFact({ subject, epoch: options.epoch, timeMs }, event)

  const quarantine = makeQuarantine((event) =>
    Effect.flatMap(clock.nowMs, (nowMs) => write(subjects.quarantine, nowMs, event))
  )
  const { listen, asking, askWhenSilent, heard } = yield* hearing(state, quarantine, options.staleAfterMs)
  const waits = yield* timeWaits
  const waiting = waits ? { repeatAfterMs: 0, quoteAfterMs: 0 } : THINNED

  const writeDue = Effect.fnUntraced(function* (nowMs: number) {
    const known = yield* Ref.updateAndGet(state, (current) => stamped(current, nowMs))
    const next = due(known, nowMs, options.clockIntervalMs, waiting)
    const { written, writtenMs, clockMs } = next.state
    yield* Ref.update(state, (current) => ({ ...current, written, writtenMs, clockMs }))
    if (next.price !== null) {
      const { last, bid, ask } = next.price
      yield* write(subjects.price, writtenMs ?? nowMs, { _tag: "PriceObserved", last, bid, ask })
      yield* rest
    }
    if (next.clock !== undefined) yield* write(subjects.clock, nowMs, { _tag: "ClockTicked", ...next.clock })
  })

  /** So many times a second, whatever comes; before the exchange's clock is known there is no time to stamp a fact with. */
  const writing = Effect.flatMap(clock.synchronised, (known) =>
    known ? Effect.flatMap(clock.nowMs, writeDue) : Effect.void
  ).pipe(Effect.andThen(Effect.sleep(1_000 / options.priceFactsPerSec)), Effect.forever)

  /**
   * Where time waits for everyone: each price as it comes, and the clock at its own times, after the prices of that moment; so that
   * what is heard does not follow from how fast time passes. Asks at those times too, and begins when everybody has done what a
   * start has to do.
   */
  const writingAsItComes = Effect.gen(function* () {
    yield* rest
    yield* askWhenSilent
    while (!(yield* clock.synchronised)) yield* Effect.andThen(Effect.sleep("1 second"), askWhenSilent)
    let nowMs = yield* clock.nowMs
    while (true) {
      yield* writeDue(nowMs)
      const nextMs = ((yield* Ref.get(state)).clockMs ?? nowMs) + options.clockIntervalMs
      const leftMs = nextMs + CLOCK_AFTER_PRICES_MS - (yield* clock.nowMs)
      const tick = Effect.as(Effect.sleep(Math.max(0, leftMs) / (yield* clock.rate)), nextMs)
      nowMs = yield* Effect.raceFirst(Effect.andThen(heard, clock.nowMs), tick)
      yield* askWhenSilent
    }
  })

  return yield* Effect.raceAllFirst([
    Effect.andThen(Stream.runForEach(data.events, listen), Effect.never),
    ...(waits ? [writingAsItComes] : [writing, asking]),
    quarantine.writing
  ])
})
