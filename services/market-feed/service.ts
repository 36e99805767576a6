/** The market feed: what the exchange's public stream says becomes price and clock facts. This is where a tick enters. */
import { Effect, Ref, Stream } from "effect"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import { quarantined } from "../../shared/events/families/control.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type ExchangeError, MarketData, type MarketDataEvent } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import type { Journal, JournalRefused, JournalUnavailable } from "../../shared/journal/port.ts"
import { due, hear, hearNone, silent, wantsAsking } from "./core/conflate.ts"

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

/** Wall time between two askings for a silent price: far below Kraken's limit for public calls, about one a second. */
const ASK_PAUSE_MS = 2_000

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

  const listen = Effect.fnUntraced(function* (event: MarketDataEvent) {
    switch (event._tag) {
      case "Ticker": {
        const nowMs = yield* clock.nowMs
        return yield* Ref.update(state, (current) => hear(current, event.ticker, nowMs))
      }
      case "Malformed": {
        return yield* write(subjects.quarantine, yield* clock.nowMs, quarantined(event.error))
      }
      case "Disconnected":
        return yield* Effect.logInfo(`market-feed: public stream lost: ${event.detail}`)
      case "Status":
        return yield* Effect.logInfo(`market-feed: exchange is ${event.system}`)
      case "Alive":
      case "VenueTime":
        return
    }
  })

  const writeDue = Effect.fnUntraced(function* () {
    // Before the exchange's clock is known there is no time to stamp a fact with.
    if (!(yield* clock.synchronised)) return
    const nowMs = yield* clock.nowMs
    const next = due(yield* Ref.get(state), nowMs, options.clockIntervalMs)
    yield* Ref.update(state, (current) => ({
      ...next.state,
      heard: current.heard,
      heardMs: current.heardMs,
      noPrice: current.noPrice
    }))
    if (next.price !== null) {
      const { last, bid, ask } = next.price
      yield* write(subjects.price, nowMs, { _tag: "PriceObserved", last, bid, ask })
    }
    if (next.clock !== undefined) yield* write(subjects.clock, nowMs, { _tag: "ClockTicked", ...next.clock })
  })

  const askWhenSilent = Effect.fnUntraced(function* () {
    if (!(yield* clock.synchronised)) yield* Effect.ignore(data.time)
    const nowMs = yield* clock.nowMs
    if (!wantsAsking(yield* Ref.get(state), nowMs, options.staleAfterMs)) return
    const answer = yield* Effect.result(data.ticker)
    if (answer._tag === "Success") {
      const heardMs = yield* clock.nowMs
      return yield* Ref.update(state, (current) => hear(current, answer.success, heardMs))
    }
    if (answer.failure.advice === "stop") return yield* answer.failure
    yield* Ref.update(state, (current) => hearNone(current, answer.failure.detail))
    yield* Effect.logDebug(`market-feed: no price: ${answer.failure.message}`)
  })

  return yield* Effect.raceAllFirst([
    Effect.andThen(Stream.runForEach(data.events, listen), Effect.never),
    Effect.forever(Effect.andThen(writeDue(), Effect.sleep(1_000 / options.priceFactsPerSec))),
    Effect.forever(Effect.andThen(askWhenSilent(), Effect.sleep(ASK_PAUSE_MS)))
  ])
})
