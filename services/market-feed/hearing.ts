/** Hearing prices: from the stream as they come, and over REST when it is silent or what it says is doubted. */
import { Effect, Queue, Ref } from "effect"
import type { Quarantine } from "../../shared/actor/quarantine.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { type ExchangeError, MarketData, type MarketDataEvent, type Ticker } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { type FeedState, hear, hearNone, wantsAsking } from "./core/conflate.ts"
import type { Witness } from "./core/witness.ts"

/** Wall time between two askings for a silent price: far below Kraken's limit for public calls, about one a second. */
const ASK_PAUSE_MS = 2_000
/** And for a doubted price, which keeps the market waiting. */
const DOUBT_PAUSE_MS = 1_000
/**
 * A simulated exchange may run so fast that a price is stale before the wall has come to the next asking: there it is asked so many
 * times within the age that makes a price stale, and its limits are reckoned in its own time.
 */
const ASKINGS_BEFORE_STALE = 4

/** Keeps `state` as the exchange says. What is doubted or cannot be read is put aside. */
export const hearing = Effect.fnUntraced(function* (
  state: Ref.Ref<FeedState>,
  quarantine: Pick<Quarantine<never, never>, "put">,
  staleAfterMs: number
) {
  const data = yield* MarketData
  const clock = yield* VenueClock
  const doubts = yield* Queue.sliding<void>(1)
  const news = yield* Queue.sliding<void>(1)

  const takeIn = Effect.fnUntraced(function* (ticker: Ticker, arrivedMs: number, by: Witness) {
    const { doubted } = yield* Ref.updateAndGet(state, (current) => hear(current, ticker, arrivedMs, by))
    if (doubted?.ticker !== ticker) return
    yield* quarantine.put({ source: `ticker (${by})`, problem: doubted.why, raw: shown(ticker) })
    if (by === "stream") yield* Queue.offer(doubts, undefined)
  })

  /** Takes in one event of the public stream. */
  const listen = Effect.fnUntraced(function* (event: MarketDataEvent) {
    switch (event._tag) {
      case "Ticker":
        yield* takeIn(event.ticker, event.arrivedMs, "stream")
        return yield* Queue.offer(news, undefined)
      case "Malformed":
        return yield* quarantine.put(event.error)
      case "Disconnected":
        return yield* event.refused === undefined
          ? Effect.logInfo(`market-feed: public stream lost: ${event.detail}`)
          : Effect.logWarning(`market-feed: public stream refused: ${event.refused.message}`)
      case "Status":
        return yield* Effect.logInfo(`market-feed: exchange is ${event.system}`)
      case "Alive":
      case "VenueTime":
        return
    }
  })

  /** Asks for a price where the stream gives none, or a doubted one; first of all for the exchange's time. */
  const askWhenSilent = Effect.gen(function* (): Effect.fn.Return<void, ExchangeError> {
    if (!(yield* clock.synchronised)) yield* Effect.ignore(data.time)
    const nowMs = yield* clock.nowMs
    if (!wantsAsking(yield* Ref.get(state), nowMs, staleAfterMs)) return
    const answer = yield* Effect.result(data.ticker)
    if (answer._tag === "Success") return yield* takeIn(answer.success, yield* clock.nowMs, "answer")
    if (answer.failure.advice === "stop") return yield* answer.failure
    const { detail, help } = answer.failure
    yield* Ref.update(state, (current) => hearNone(current, help === undefined ? detail : `${detail} → ${help}`))
    yield* Effect.logDebug(`market-feed: no price: ${answer.failure.message}`)
  })

  const pause = Effect.fnUntraced(function* () {
    const rate = yield* clock.rate
    const longestMs = rate > 1 ? staleAfterMs / rate / ASKINGS_BEFORE_STALE : Number.POSITIVE_INFINITY
    const doubtMs = Math.min(DOUBT_PAUSE_MS, longestMs)
    yield* Effect.sleep(doubtMs)
    yield* Effect.raceFirst(Effect.sleep(Math.min(ASK_PAUSE_MS, longestMs) - doubtMs), Queue.take(doubts))
  })

  /** Asks for ever, each time it is wanted. */
  const asking = Effect.forever(Effect.andThen(askWhenSilent, pause()))
  /** Until the stream has said something about the price. */
  const heard = Queue.take(news)
  return { listen, asking, askWhenSilent, heard }
})

/** A ticker as people read it. */
const shown = ({ last, bid, ask }: Ticker): string =>
  JSON.stringify({ last: Price.format(last), bid: Price.format(bid), ask: Price.format(ask) })
