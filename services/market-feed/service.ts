/** The market feed: what the exchange's public stream says becomes price and clock facts. This is where a tick enters. */
import { Effect, Ref, Stream } from "effect"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import { makeQuarantine } from "../../shared/actor/quarantine.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type ExchangeError, MarketData } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import type { Journal, JournalRefused, JournalUnavailable } from "../../shared/journal/port.ts"
import { due, silent, stamped } from "./core/conflate.ts"
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
  const { listen, asking } = yield* hearing(state, quarantine, options.staleAfterMs)

  const writeDue = Effect.fnUntraced(function* () {
    // Before the exchange's clock is known there is no time to stamp a fact with.
    if (!(yield* clock.synchronised)) return
    const nowMs = yield* clock.nowMs
    const { heardMs, ...heard } = yield* Ref.updateAndGet(state, (current) => stamped(current, nowMs))
    const next = due({ heardMs, ...heard }, nowMs, options.clockIntervalMs)
    const { written, writtenMs, clockMs } = next.state
    yield* Ref.update(state, (current) => ({ ...current, written, writtenMs, clockMs }))
    if (next.price !== null) {
      const { last, bid, ask } = next.price
      // The record's time is when the price arrived, however late it is written.
      yield* write(subjects.price, Math.min(heardMs ?? nowMs, nowMs), { _tag: "PriceObserved", last, bid, ask })
    }
    if (next.clock !== undefined) yield* write(subjects.clock, nowMs, { _tag: "ClockTicked", ...next.clock })
  })

  return yield* Effect.raceAllFirst([
    Effect.andThen(Stream.runForEach(data.events, listen), Effect.never),
    Effect.forever(Effect.andThen(writeDue(), Effect.sleep(1_000 / options.priceFactsPerSec))),
    asking,
    quarantine.writing
  ])
})
