/**
 * What lies between a process and the exchange's candles: pages over HTTP that take their time, get lost, are behind or cannot be read,
 * and streams of bars that break. What happens on the way to the exchange is the wire's weather; some of it is that of candles alone.
 */
import { Effect, Stream } from "effect"
import type { MarketTrade } from "../../../../services/exchange-sim/core/market/process.ts"
import { makeCallBudget } from "../../../../shared/callBudget.ts"
import { KRAKEN } from "../../../../shared/exchange/kraken/core/candleSource.ts"
import { PING_EVERY_MS } from "../../../../shared/exchange/kraken/feed.ts"
import { MarketTrades } from "../../../../shared/exchange/marketTrades.ts"
import { type BarEvent, MalformedFrame } from "../../../../shared/exchange/port.ts"
import { type HttpReply, NoReply, type Transport } from "../../../../shared/http/request.ts"
import { refusalText, type SimulatedCandles } from "./candles.ts"
import type { SimulatedProcess } from "../process.ts"
import { Connection, wayMs, type WireWeather } from "../wire.ts"

/** What goes wrong with candles alone. Changed in place; shares are chances of each page or message. */
export interface CandleWeather {
  /** Pages that a machine before the exchange answers, with HTTP 502. */
  broken: number
  /** Pages that break off, and bars of a stream that cannot be read. */
  garbled: number
  /** Every page is refused in these words of the exchange; null: none is. */
  refused: string | null
}

/** Nothing is wrong. */
export const fairCandles = (): CandleWeather => ({ broken: 0, garbled: 0, refused: null })

/** The exchange whose candles are asked for. */
export interface CandleExchange {
  readonly candles: SimulatedCandles
  /** Where it answers; nobody answers anywhere else. */
  readonly url: string
  /** Its clock, Unix milliseconds. */
  readonly nowMs: () => number
}

/** Bars that a stream begins with, about as many as Kraken's. */
const SNAPSHOT_BARS = 10
/** What is said later on a stream arrives later: by so many milliseconds at the least. */
const APART_MS = 0.01

/** One stream of bars. */
interface Listener {
  readonly process: SimulatedProcess
  readonly intervalMin: number
  readonly connection: Connection<BarEvent>
  /** It is connected; what it missed before then a snapshot has told. */
  standing: boolean
  /** When the last that was said arrives. */
  dueMs: number
  ended: boolean
}

/** The ways of all processes to the candles of one exchange. */
export class CandleWire {
  readonly weather = fairCandles()
  private readonly exchange: CandleExchange
  private readonly wire: Readonly<WireWeather>
  private readonly random: () => number
  private listeners: ReadonlyArray<Listener> = []

  constructor(exchange: CandleExchange, wire: Readonly<WireWeather>, random: () => number) {
    this.exchange = exchange
    this.wire = wire
    this.random = random
  }

  /** The exchange has traded: its candles have one trade more, and every stream says so. */
  trade(trade: MarketTrade): void {
    const { candles } = this.exchange
    candles.take(trade)
    this.listeners = this.listeners.filter(({ ended, process }) => !ended && process.running)
    for (const listener of this.listeners)
      for (const bar of candles.newest(listener.intervalMin, trade.timeMs, 1)) this.hear(listener, this.readable(bar))
  }

  /** What a process asks and hears of candles by. */
  portsFor(process: SimulatedProcess) {
    const bars = (intervalMin: number): Stream.Stream<BarEvent> =>
      Stream.suspend(() => this.follow(process, intervalMin))
    return { transport: this.transportFor(process), bars, trades: MARKET_TRADES }
  }

  private follow(process: SimulatedProcess, intervalMin: number): Stream.Stream<BarEvent> {
    const connection = new Connection<BarEvent>(process)
    const listener: Listener = { process, intervalMin, connection, standing: false, dueMs: 0, ended: false }
    this.listeners = [...this.listeners, listener]
    this.hear(listener, { _tag: "Alive" })
    const ping = (): void => {
      if (listener.ended) return
      const roundTripMs = 2 * this.wayMs()
      this.hear(listener, { _tag: "VenueTime", venueMs: this.exchange.nowMs() + this.wire.clockLieMs, roundTripMs })
      process.after(PING_EVERY_MS, ping)
    }
    process.after(PING_EVERY_MS, ping)
    return connection.stream.pipe(Stream.ensuring(Effect.sync(() => (listener.ended = true))))
  }

  /** The exchange says this on a stream. One that misses something is cut, and begins with a snapshot once it stands again. */
  private hear(listener: Listener, event: BarEvent): void {
    const stood = listener.standing
    listener.standing = !this.wire.partitioned && !this.wire.silent
    if (listener.standing) {
      if (stood) return this.say(listener, event)
      for (const bar of this.exchange.candles.newest(listener.intervalMin, this.exchange.nowMs(), SNAPSHOT_BARS))
        this.say(listener, { _tag: "Bar", bar })
    } else if (stood) this.say(listener, { _tag: "Disconnected", detail: "simulated: cut" })
  }

  /** In order, as a socket does. */
  private say(listener: Listener, event: BarEvent): void {
    const { nowMs } = listener.process.time
    listener.dueMs = Math.max(listener.dueMs + APART_MS, nowMs + this.wayMs())
    listener.connection.say(event, listener.dueMs - nowMs)
  }

  private readable(bar: Extract<BarEvent, { _tag: "Bar" }>["bar"]): BarEvent {
    if (this.random() >= this.weather.garbled) return { _tag: "Bar", bar }
    return { _tag: "Malformed", error: new MalformedFrame({ source: "ohlc", problem: "simulated: garbled", raw: "" }) }
  }

  private wayMs(): number {
    return wayMs(this.random, this.wire)
  }

  /** Requests travel as the wire's do; whoever asks knows how long to wait. */
  private transportFor(process: SimulatedProcess): Transport {
    return (url) => {
      const { origin, pathname, searchParams } = new URL(url)
      if (origin !== new URL(this.exchange.url).origin)
        return Effect.fail(new NoReply({ detail: "connection failed (ENOTFOUND)" }))
      return Effect.callback<HttpReply, NoReply>((resume) => {
        const { lostRequest, late, lateMs, mute } = this.wire
        if (this.random() < lostRequest || mute) return
        const thereMs = this.wayMs() + (this.random() < late ? this.random() * lateMs : 0)
        process.time.at(process.time.nowMs + thereMs, () => {
          if (this.wire.partitioned) return
          const reply = this.replyTo(pathname, searchParams)
          if (this.random() < this.wire.lostReply) return
          process.after(this.wayMs(), () => resume(Effect.succeed(reply)))
        })
      })
    }
  }

  private replyTo(path: string, query: URLSearchParams): HttpReply {
    const reply = { status: 200, retryAfter: null }
    const { broken, garbled, refused } = this.weather
    if (this.random() < broken) return { ...reply, status: 502, body: "<html>Bad Gateway</html>" }
    const words = refused ?? this.wire.outOfOrder ?? (path === "/0/public/OHLC" ? null : "EGeneral:Unknown method")
    if (words !== null) return { ...reply, body: JSON.stringify(refusalText(words)) }
    const body = this.exchange.candles.page(query, this.exchange.nowMs() - this.wire.listsLagMs)
    return { ...reply, body: this.random() < garbled ? body.slice(0, Math.floor(this.random() * body.length)) : body }
  }
}

/** Public trades for those who ask for candles alone: the budget of the address they share. */
const MARKET_TRADES: Effect.Effect<MarketTrades["Service"]> = Effect.map(makeCallBudget(KRAKEN.rate), (budget) =>
  MarketTrades.of({
    live: Stream.never,
    page: () => Effect.die(new Error("nobody in a simulated world reads trades")),
    budget
  })
)
