/**
 * Kraken's public trades as the market of the exchange: paper trading on live prices. Reconnects by itself. A quiet or
 * broken connection leaves the last price standing, as a quiet market would.
 */
import { Duration, Effect, Schedule, Schema, type Scope } from "effect"
import { WebSocket } from "ws"
import { DecimalError, Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { LiveMarket } from "../core/market/live.ts"
import type { ExchangeSimOptions } from "../options.ts"

/** Kraken sends a heartbeat every second: so long without a word is a dead connection. */
const SILENCE_MS = 10_000

class UpstreamLost extends Schema.TaggedError<UpstreamLost>()("UpstreamLost", { detail: Schema.String }) {}

const Frame = Schema.fromJsonString(
  Schema.Struct({
    channel: Schema.Literal("trade"),
    data: Schema.Array(
      Schema.Struct({
        symbol: Schema.String,
        side: Schema.Literals(["buy", "sell"]),
        price: Schema.Finite,
        qty: Schema.Finite,
        timestamp: Schema.String
      })
    )
  })
)
const decodeFrame = Schema.decodeUnknownResult(Frame)

/** One second at first, at most half a minute: far below the number of connections Kraken allows. */
const backoff = Schedule.exponential("1 second").pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(30))))
)

/** Follows the pair's trades for as long as the scope stands. */
export const followUpstream = (
  options: ExchangeSimOptions,
  live: LiveMarket
): Effect.Effect<void, never, Scope.Scope> =>
  connection(options, live).pipe(
    Effect.tapError((error) => Effect.logWarning(`exchange-sim: upstream market lost: ${error.detail}`)),
    Effect.retry(backoff),
    Effect.ignore,
    Effect.forkScoped,
    Effect.asVoid
  )

const connection = (options: ExchangeSimOptions, live: LiveMarket): Effect.Effect<never, UpstreamLost> =>
  Effect.callback((resume) => {
    const socket = new WebSocket(options.upstreamUrl)
    const lost = (detail: string) => resume(Effect.fail(new UpstreamLost({ detail })))
    let silence = setTimeout(() => lost("silent"), SILENCE_MS)
    socket.on("open", () => {
      const params = { channel: "trade", symbol: [options.pair.symbol], snapshot: true }
      socket.send(JSON.stringify({ method: "subscribe", params }))
    })
    socket.on("message", (data) => {
      clearTimeout(silence)
      silence = setTimeout(() => lost("silent"), SILENCE_MS)
      takeFrame(options, live, (data as Buffer).toString("utf8"))
    })
    socket.on("error", (error) => lost(error.message))
    socket.on("close", (code) => lost(`closed with ${code}`))
    return Effect.sync(() => {
      clearTimeout(silence)
      socket.removeAllListeners()
      // Closing a socket that is still connecting reports an error, and nobody is left to hear it.
      socket.on("error", () => undefined)
      socket.terminate()
    })
  })

/** Other frames than trades are signs of life and no more. */
const takeFrame = (options: ExchangeSimOptions, live: LiveMarket, text: string): void => {
  const frame = decodeFrame(text)
  if (frame._tag === "Failure") return
  for (const { symbol, side, price, qty, timestamp } of frame.success.data) {
    const timeMs = Date.parse(timestamp)
    if (symbol !== options.pair.symbol || Number.isNaN(timeMs)) continue
    try {
      live.push({
        timeMs,
        price: Price.fromNumber(price, options.priceDecimals),
        volume: Volume.fromNumber(qty, options.volumeDecimals),
        takerSide: side
      })
    } catch (error) {
      if (!(error instanceof DecimalError)) throw error
    }
  }
}
