/**
 * What lies between a process and the exchange: requests and replies take their time, get lost on the way, come late; streams break,
 * repeat themselves, skip and mix up; the lists of the exchange are behind its engine. Both ports, on the exchange of the world.
 */
import { Effect, Stream } from "effect"
import { isRefusal } from "../../../services/exchange-sim/core/engine/desk.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import { type CallKind, classify } from "../../../shared/exchange/kraken/core/errors.ts"
import {
  ExchangeError,
  type ExecutionEvent,
  MarketData,
  type MarketDataEvent,
  type Ticker,
  Trading
} from "../../../shared/exchange/port.ts"
import type { VenueClock } from "../../../shared/exchange/venueClock.ts"
import type { SimulatedExchange } from "./exchange.ts"
import type { ChangingRequest } from "./moments.ts"
import type { SimulatedProcess } from "./process.ts"

/** The way to the exchange and back. Changed in place; shares are chances of each request or message. */
export interface WireWeather {
  /** Nothing comes through, and streams are cut. */
  partitioned: boolean
  lostRequest: number
  lostReply: number
  /** The request comes late, by up to `lateMs`; its answer is given up by then. */
  late: number
  lateMs: number
  /** What one way takes more, at the most. */
  slowMs: number
  /** Of what the private stream says. */
  dropped: number
  repeated: number
  delayed: number
  delayMs: number
  /** By how much lists of fills, and those of orders and balances, are behind, exchange time. */
  fillsLagMs: number
  listsLagMs: number
  /** By how much the sums of an order are behind its status in every list, exchange time: a list that contradicts itself. */
  sumsLagMs: number
  /** The public stream says nothing. */
  silent: boolean
  /** Nor is a question for the price answered. */
  mute: boolean
  /** Every call of an account is answered by these words, and nothing is done; null: each has its own answer. */
  outOfOrder: string | null
  /** What it says of the last price is so many times the truth. */
  factor: number
  /** By how much the exchange's own clock is told wrong, exchange time. */
  clockLieMs: number
}

/** What becomes of one request, whatever the weather. */
export interface RequestFate {
  readonly of: ChangingRequest
  /** It arrives so much later than usual. */
  readonly lateMs?: number
  /** The exchange does not do it, and says so in these words. */
  readonly refused?: string
  /** What comes back: what the exchange says; or, though it is done, nothing, at once a broken connection, or these words. */
  readonly answer?: "given" | "none" | "reset" | { readonly words: string }
}

/** Nothing is wrong. */
export const fairWeather = (): WireWeather => ({
  partitioned: false,
  lostRequest: 0,
  lostReply: 0,
  late: 0,
  lateMs: 0,
  slowMs: 0,
  dropped: 0,
  repeated: 0,
  delayed: 0,
  delayMs: 0,
  fillsLagMs: 0,
  listsLagMs: 0,
  sumsLagMs: 0,
  silent: false,
  mute: false,
  outOfOrder: null,
  factor: 1,
  clockLieMs: 0
})

/** Calls that need no key: the market's. */
const PUBLIC: ReadonlySet<string> = new Set(["Time", "Ticker", "AssetPairs"])

/** What one way takes, at least and at most. */
const WAY_MS = { least: 4, most: 40 }
/** A stream that was cut comes back after so long at the least, wall time. */
const RECONNECT_MS = 800

/** What one way takes in this weather. */
export const wayMs = (random: () => number, { slowMs }: Pick<WireWeather, "slowMs">): number =>
  WAY_MS.least + random() * (WAY_MS.most - WAY_MS.least + slowMs)

/** One connection to a stream: what was said and not taken yet, and who waits for more. */
export class Connection<A> {
  private readonly said: Array<A> = []
  private waiting: (() => void) | null = null
  private readonly process: SimulatedProcess

  constructor(process: SimulatedProcess) {
    this.process = process
  }

  get open(): boolean {
    return this.process.running
  }

  say(event: A, afterMs: number): void {
    this.process.after(afterMs, () => {
      this.said.push(event)
      const wake = this.waiting
      this.waiting = null
      wake?.()
    })
  }

  get stream(): Stream.Stream<A> {
    const pull = Effect.gen({ self: this }, function* () {
      while (this.said.length === 0) {
        yield* Effect.callback<void>((resume) => {
          this.waiting = () => resume(Effect.void)
          return Effect.sync(() => (this.waiting = null))
        })
      }
      return this.said.splice(0) as unknown as readonly [A, ...ReadonlyArray<A>]
    })
    return Stream.fromPull(Effect.succeed(pull))
  }
}

/** The wires of all processes to one exchange. */
export class Wire {
  readonly weather = fairWeather()
  private readonly exchange: () => SimulatedExchange
  private readonly random: () => number
  private readonly timeoutMs: number
  private privates: ReadonlyArray<Connection<ExecutionEvent>> = []
  private publics: ReadonlyArray<Connection<MarketDataEvent>> = []
  private fates: ReadonlyArray<RequestFate> = []
  private readonly sends: (operation: string) => void

  /** `timeoutMs`: how long a request is waited for, wall time. `sends`: told of each request before anything becomes of it. */
  constructor(
    exchange: () => SimulatedExchange,
    random: () => number,
    timeoutMs: number,
    sends: (operation: string) => void
  ) {
    this.sends = sends
    this.exchange = exchange
    this.random = random
    this.timeoutMs = timeoutMs
  }

  /** What the exchange's private stream says, to everyone who listens. */
  tellPrivate(event: ExecutionEvent): void {
    const { dropped, repeated, delayed, delayMs, partitioned } = this.weather
    if (partitioned) return
    for (const connection of this.listening()) {
      if (this.random() < dropped) continue
      connection.say(event, this.wayMs() + (this.random() < delayed ? this.random() * delayMs : 0))
      if (this.random() < repeated) connection.say(event, this.wayMs() + this.random() * delayMs)
    }
  }

  /** What its public stream says of a trade. */
  tellPublic(): void {
    const { silent, factor, partitioned } = this.weather
    if (silent || partitioned) return
    const { ticker, nowMs } = this.exchange()
    const said = factor === 1 ? ticker : { ...ticker, last: times(ticker.last, factor) }
    this.publics = this.publics.filter(({ open }) => open)
    for (const connection of this.publics) {
      const arrivedMs = nowMs
      connection.say({ _tag: "Ticker", ticker: said, arrivedMs }, this.wayMs())
    }
  }

  /** Every stream breaks, and nothing comes through until `heal`. */
  partition(): void {
    if (this.weather.partitioned) return
    this.weather.partitioned = true
    const lost = { _tag: "Disconnected", detail: "simulated: cut" } as const
    for (const connection of [...this.listening(), ...this.publics]) connection.say(lost, this.wayMs())
  }

  /** Decides what becomes of the next such request. */
  decide(fate: RequestFate): void {
    this.fates = [...this.fates, fate]
  }

  /** No request's fate is decided. */
  undecide(): void {
    this.fates = []
  }

  heal(): void {
    if (!this.weather.partitioned) return
    this.weather.partitioned = false
    for (const connection of this.listening()) connection.say(this.snapshot(), RECONNECT_MS + this.wayMs())
  }

  /** The private stream breaks, and stands anew. */
  reconnect(): void {
    for (const connection of this.listening()) {
      connection.say({ _tag: "Disconnected", detail: "simulated: cut" }, this.wayMs())
      connection.say(this.snapshot(), RECONNECT_MS + this.wayMs())
    }
  }

  /** The exchange as a process reaches it. */
  portsFor(process: SimulatedProcess, clock: VenueClock["Service"]) {
    const ask = this.asker(process, clock)
    const { weather } = this
    const at = () => this.exchange()
    const trading = Trading.of({
      constraints: ask("AssetPairs", "read", () => at().constraints),
      fees: ask("TradeVolume", "read", () => at().fees),
      balances: ask("BalanceEx", "read", () => at().balances(weather.listsLagMs)),
      place: (order) =>
        Effect.map(
          ask("AddOrder", "place", () => at().place(order)),
          ({ txid }) => ({ txid: txid ?? "" })
        ),
      cancel: (txid) => Effect.asVoid(ask("CancelOrder", "cancel", () => at().cancel(txid))),
      amend: (txid, price) => Effect.asVoid(ask("AmendOrder", "amend", () => at().amend(txid, price))),
      openOrders: ask("OpenOrders", "read", () => at().openOrders(weather)),
      findByClientId: (clientId) => ask("ClosedOrders", "read", () => at().byClientId(clientId, weather)),
      orders: (txids) => ask("QueryOrders", "read", () => at().orders(txids, weather)),
      fills: (fromMs, toMs) => ask("TradesHistory", "read", () => at().fills(fromMs, toMs, weather.fillsLagMs)),
      executions: Stream.unwrap(
        Effect.sync(() => {
          const connection = new Connection<ExecutionEvent>(process)
          this.privates = [...this.listening(), connection]
          if (!weather.partitioned) connection.say(this.snapshot(), this.wayMs())
          return connection.stream
        })
      )
    })
    const time = Effect.suspend(() => {
      const sentMs = process.time.nowMs
      return ask("Time", "read", () => at().nowMs + weather.clockLieMs).pipe(
        Effect.tap((venueMs) => clock.observe(venueMs, process.time.nowMs - sentMs))
      )
    })
    const data = MarketData.of({
      events: Stream.unwrap(
        Effect.sync(() => {
          const connection = new Connection<MarketDataEvent>(process)
          this.publics = [...this.publics.filter(({ open }) => open), connection]
          return connection.stream
        })
      ),
      bars: () => Stream.never,
      ticker: ask("Ticker", "read", (): Ticker => at().ticker),
      time
    })
    return { trading, data }
  }

  /** It is sent now: what was decided of it, once. */
  private fateOf(operation: string): Omit<RequestFate, "of"> {
    this.sends(operation)
    const fate = this.fates.find(({ of }) => of === operation)
    if (fate !== undefined) this.fates = this.fates.filter((other) => other !== fate)
    return fate ?? {}
  }

  private listening(): ReadonlyArray<Connection<ExecutionEvent>> {
    return (this.privates = this.privates.filter(({ open }) => open))
  }

  private snapshot(): ExecutionEvent {
    const openTxids = this.exchange()
      .openOrders({ listsLagMs: 0, sumsLagMs: 0 })
      .map(({ txid }) => txid)
    return { _tag: "Snapshot", openTxids }
  }

  private wayMs(): number {
    return wayMs(this.random, this.weather)
  }

  /** One request: on its way, at the exchange, and back; or lost on either. */
  private asker(process: SimulatedProcess, clock: VenueClock["Service"]) {
    return <A extends object | number>(operation: string, kind: CallKind, work: () => A | { readonly error: string }) =>
      Effect.callback<A, ExchangeError>((resume) => {
        const noAnswer = { operation, advice: "unknown", source: "link", retryAtMs: null } as const
        const giveUp = process.after(this.timeoutMs, () => {
          open = false
          resume(Effect.fail(new ExchangeError({ ...noAnswer, detail: "simulated: no answer in time" })))
        })
        let open = true
        const answer = (result: Effect.Effect<A, ExchangeError>): void => {
          if (!open) return
          giveUp()
          resume(result)
        }
        const fate = this.fateOf(operation)
        if (fate.answer === "reset")
          process.after(this.wayMs(), () =>
            answer(Effect.fail(new ExchangeError({ ...noAnswer, detail: "simulated: connection reset" })))
          )
        const { lostRequest, late, lateMs, mute } = this.weather
        if (this.random() < lostRequest || (mute && operation === "Ticker")) return
        const wayMs = this.wayMs() + (fate.lateMs ?? (this.random() < late ? this.random() * lateMs : 0))
        process.time.at(process.time.nowMs + wayMs, () => {
          if (this.weather.partitioned) return
          const refused = fate.refused ?? (PUBLIC.has(operation) ? null : this.weather.outOfOrder)
          const is = refused === null ? work() : { error: refused }
          if (fate.answer === "none" || this.random() < this.weather.lostReply || this.weather.partitioned) return
          const result = typeof fate.answer === "object" ? { error: fate.answer.words } : is
          process.after(this.wayMs(), () => answer(answerOf(operation, kind, result, clock.unsafeNowMs())))
        })
      })
  }
}

const answerOf = <A extends object | number>(
  operation: string,
  kind: CallKind,
  result: A | { readonly error: string },
  nowMs: number
): Effect.Effect<A, ExchangeError> => {
  if (typeof result !== "object" || !isRefusal(result)) return Effect.succeed(result)
  const { advice, source, retryAtMs, help } = classify(kind, [result.error], nowMs)
  const why = help === null ? {} : { help }
  return Effect.fail(new ExchangeError({ operation, advice, source, detail: result.error, retryAtMs, ...why }))
}

const times = (price: Price, factor: number): Price => Price.fromNumber(Price.toNumber(price) * factor)
