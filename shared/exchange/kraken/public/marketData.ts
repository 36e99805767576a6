/** The public side: the best prices, bars, and the exchange's clock. */
import { Effect, Stream } from "effect"
import { type BarEvent, type ExchangeError, MarketData, type MarketDataEvent } from "../../port.ts"
import { VenueClock } from "../../venueClock.ts"
import { makeAccess } from "../access.ts"
import { feed, type FeedFrame, type Heard } from "../feed.ts"
import type { Connection } from "../options.ts"
import { publicCall } from "../rest.ts"
import { readTime } from "../core/wire/account.ts"
import type { PairNames } from "../core/wire/names.ts"
import { readBars } from "../core/wire/ohlc.ts"
import { readRestTicker, readTickers } from "../core/wire/ticker.ts"

/** `Time` counts whole seconds of the exchange. */
const TIME_RESOLUTION_MS = 1_000

export const makeMarketData = Effect.fnUntraced(function* (
  connection: Connection
): Effect.fn.Return<MarketData["Service"], never, VenueClock> {
  const venue = yield* VenueClock
  const { names, speed, refusedExitAfterMs } = connection
  const [pair, address] = [yield* makeAccess(refusedExitAfterMs), yield* makeAccess(refusedExitAfterMs)]

  const events: Stream.Stream<MarketDataEvent, ExchangeError> = feed({
    name: "ticker",
    url: connection.wsPublicUrl,
    access: address,
    timeoutMs: connection.requestTimeoutMs,
    // With the default trigger a quiet pair says nothing for minutes; `bbo` follows the best prices.
    subscription: Effect.succeed({ channel: "ticker", symbol: [names.symbol], event_trigger: "bbo" }),
    reader: () => (frame, arrivedMs) => readMarketFrame(frame, names, arrivedMs)
  }).pipe(Stream.provideService(VenueClock, venue))

  const bars = (intervalMin: number): Stream.Stream<BarEvent, ExchangeError> =>
    feed({
      name: `ohlc ${intervalMin}`,
      url: connection.wsPublicUrl,
      access: address,
      timeoutMs: connection.requestTimeoutMs,
      subscription: Effect.succeed({ channel: "ohlc", symbol: [names.symbol], interval: intervalMin, snapshot: true }),
      reader: () => (frame) => readBarFrame(frame, names, intervalMin)
    }).pipe(Stream.provideService(VenueClock, venue))

  const time = Effect.gen(function* () {
    const call = { method: "Time", kind: "read", read: readTime } as const
    const { value, roundTripMs } = yield* pair.through(publicCall(connection, call, {}))
    // The true time lies up to a second after the answer: to the clock, that is a reply slower by as much.
    yield* venue.observe(value, roundTripMs + TIME_RESOLUTION_MS / speed)
    return value
  }).pipe(Effect.provideService(VenueClock, venue))

  const ticker = pair
    .through(publicCall(connection, { method: "Ticker", kind: "read", read: readRestTicker }, { pair: names.pair }))
    .pipe(
      Effect.map(({ value }) => value),
      Effect.provideService(VenueClock, venue)
    )

  return MarketData.of({ events, bars, ticker, time })
})

const readMarketFrame = (frame: FeedFrame, names: PairNames, arrivedMs: number): Heard<MarketDataEvent> => {
  switch (frame.kind) {
    case "data":
      return frame.channel === "ticker"
        ? { events: readTickers(frame.body, names).map((ticker) => ({ _tag: "Ticker", ticker, arrivedMs })) }
        : NOTHING
    case "heartbeat":
      return { events: [{ _tag: "Alive" }] }
    case "time":
      return { events: [{ _tag: "VenueTime", venueMs: frame.venueMs, roundTripMs: frame.roundTripMs }] }
    case "status":
      return { events: [{ _tag: "Status", system: frame.system }] }
    // No event of the market: the feed itself acts on the first two, and the third is for nobody here.
    case "subscribed":
    case "refused":
    case "other":
      return NOTHING
  }
}

const readBarFrame = (frame: FeedFrame, names: PairNames, intervalMin: number): Heard<BarEvent> => {
  if (frame.kind === "heartbeat" || frame.kind === "subscribed") return { events: [{ _tag: "Alive" }] }
  if (frame.kind === "time") {
    return { events: [{ _tag: "VenueTime", venueMs: frame.venueMs, roundTripMs: frame.roundTripMs }] }
  }
  return frame.kind === "data" && frame.channel === "ohlc"
    ? { events: readBars(frame.body, names, intervalMin).map((bar) => ({ _tag: "Bar", bar })) }
    : NOTHING
}

const NOTHING: Heard<never> = { events: [] }
