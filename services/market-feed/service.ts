/** The market feed: what the exchange's public stream says becomes price and clock facts. This is where a tick enters. */
import { Effect, Ref, Stream } from "effect"
import { untilAnswered } from "../../shared/actor/publish.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/events/subjects.ts"
import { type ExchangeError, MarketData, type MarketDataEvent } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { Journal, type JournalRefused, type JournalUnavailable } from "../../shared/journal/port.ts"
import { due, hear, silent, wantsAsking } from "./conflate.ts"

export interface MarketFeedOptions {
  readonly subjects: MarketSubjects
  /** The epoch this process has raised: part of its records' ids. */
  readonly epoch: number
  /** At most so many price facts a second of wall time. */
  readonly priceFactsPerSec: number
  /** Exchange time between two clock facts. */
  readonly clockIntervalMs: number
  /** A price older than this is stale for the slots; the feed asks for a new one at half of it. */
  readonly staleAfterMs: number
}

export type MarketFeedError = ExchangeError | JournalRefused | JournalUnavailable

/** Wall time between two askings for a silent price: far below Kraken's limit for public calls, about one a second. */
const ASK_PAUSE_MS = 2_000
/** A malformed frame is kept up to this length. */
const RAW_KEPT = 4_000

/** Runs until interrupted, or until only a person can help. */
export const marketFeed = Effect.fn("marketFeed")(function* (
  options: MarketFeedOptions
): Effect.fn.Return<never, MarketFeedError, Journal | MarketData | VenueClock> {
  const { subjects } = options
  const journal = yield* Journal
  const data = yield* MarketData
  const clock = yield* VenueClock
  const state = yield* Ref.make(silent)
  let written = 0

  const write = Effect.fnUntraced(function* (subject: string, timeMs: number, event: MarketEvent) {
    const id = `${options.epoch}.market-feed.${timeMs}.${++written}`
    const envelope = {
      v: 1,
      epoch: options.epoch,
      timeMs,
      writer: "market-feed",
      cause: null,
      events: [event]
    } as const
    yield* untilAnswered(journal.append(encodeEntry(subject, id, envelope))).pipe(
      Effect.catchTag("JournalConflict", (conflict) => Effect.die(conflict))
    )
  })

  const listen = Effect.fnUntraced(function* (event: MarketDataEvent) {
    switch (event._tag) {
      case "Ticker": {
        const nowMs = yield* clock.nowMs
        return yield* Ref.update(state, (current) => hear(current, event.ticker, nowMs))
      }
      case "Malformed": {
        const { source, problem, raw } = event.error
        const quarantined = { _tag: "FrameQuarantined", source, problem, raw: raw.slice(0, RAW_KEPT) } as const
        return yield* write(subjects.quarantine, yield* clock.nowMs, quarantined)
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
    yield* Ref.update(state, (current) => ({ ...next.state, heard: current.heard, heardMs: current.heardMs }))
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
    yield* Effect.logDebug(`market-feed: no price: ${answer.failure.message}`)
  })

  return yield* Effect.raceAllFirst([
    Effect.andThen(Stream.runForEach(data.events, listen), Effect.never),
    Effect.forever(Effect.andThen(writeDue(), Effect.sleep(1_000 / options.priceFactsPerSec))),
    Effect.forever(Effect.andThen(askWhenSilent(), Effect.sleep(ASK_PAUSE_MS)))
  ])
})
