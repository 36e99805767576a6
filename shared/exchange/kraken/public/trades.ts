/** The market's trades at Kraken: the `trade` channel, and pages of `Trades`. */
import { Effect, Stream } from "effect"
import { makeCallBudget } from "../../../callBudget.ts"
import { MarketTrades, type PageStart, type TradeEvent } from "../../marketTrades.ts"
import type { ExchangeError } from "../../port.ts"
import { VenueClock } from "../../venueClock.ts"
import { makeAccess } from "../access.ts"
import { KRAKEN } from "../core/candleSource.ts"
import type { PairNames } from "../core/wire/names.ts"
import { readTradePage, readTrades } from "../core/wire/trades.ts"
import { feed, type FeedFrame, type Heard } from "../feed.ts"
import type { Connection } from "../options.ts"
import { publicCall } from "../rest.ts"

export const makeMarketTrades = Effect.fnUntraced(function* (
  connection: Connection
): Effect.fn.Return<MarketTrades["Service"], never, VenueClock> {
  const venue = yield* VenueClock
  const { names, refusedExitAfterMs } = connection
  const [pair, address] = [yield* makeAccess(refusedExitAfterMs), yield* makeAccess(refusedExitAfterMs)]

  const live: Stream.Stream<TradeEvent, ExchangeError> = feed({
    name: "trade",
    url: connection.wsPublicUrl,
    access: address,
    timeoutMs: connection.requestTimeoutMs,
    // The newest fifty reach back over the moment of connecting.
    subscription: Effect.succeed({ channel: "trade", symbol: [names.symbol], snapshot: true }),
    reader: () => (frame) => readTradeFrame(frame, names)
  }).pipe(Stream.provideService(VenueClock, venue))

  const call = { method: "Trades", kind: "read", read: readTradePage } as const
  const page = (start: PageStart) =>
    pair.through(publicCall(connection, call, { pair: names.pair, since: sinceOf(start) })).pipe(
      Effect.map(({ value }) => value),
      Effect.provideService(VenueClock, venue)
    )

  return MarketTrades.of({ live, page, budget: yield* makeCallBudget(KRAKEN.rate) })
})

/** `since` is exclusive and takes seconds as well as a cursor's nanoseconds: a second earlier, no trade of the time itself is left out. */
const sinceOf = (start: PageStart): string =>
  "cursor" in start ? start.cursor : String(Math.max(0, Math.floor(start.fromMs / 1_000) - 1))

const readTradeFrame = (frame: FeedFrame, names: PairNames): Heard<TradeEvent> => {
  switch (frame.kind) {
    case "data":
      return frame.channel === "trade"
        ? { events: [{ _tag: "Trades", trades: readTrades(frame.body, names) }] }
        : NOTHING
    case "subscribed":
      return { events: [{ _tag: "Standing" }] }
    case "heartbeat":
      return { events: [{ _tag: "Alive" }] }
    case "time":
      return { events: [{ _tag: "VenueTime", venueMs: frame.venueMs, roundTripMs: frame.roundTripMs }] }
    case "status":
    case "refused":
    case "other":
      return NOTHING
  }
}

const NOTHING: Heard<never> = { events: [] }
