/**
 * A market for sweeps: the reducers that trade and the exchange's own engine, and nothing of what only proves. No record is written or
 * encoded, nothing is hashed on the way, and prices and clock facts that cannot change anything are passed over: those within the
 * quiet time of every actor that touch no open order. The market that folds and proves everything gives the same result.
 */
import { type MarketOptions, venueOptions, writeOpening } from "../../inProcess/market.ts"
import { Venue } from "../../inProcess/venue.ts"
import type { MarketPrint, MarketTrade } from "../../../services/exchange-sim/core/market/process.ts"
import {
  boundsOf,
  type Path,
  printAt,
  priceNumberAt,
  timeAt,
  tradeAt
} from "../../../services/exchange-sim/core/market/recorded.ts"
import { gatewayFold } from "../../../services/order-gateway/core/fold.ts"
import type { GatewayState } from "../../../services/order-gateway/core/state.ts"
import { NOTHING_DEFERRED, type Quiet } from "../../../shared/actor/core/quiet.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import { marketSubjects, standingOf } from "../../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { RecordedAdvisor } from "../recordedAdvisor.ts"
import { LaneGovernor, LaneRebalancer, LaneSlot } from "./actors.ts"
import { Bus, hearing, type LaneRecord, type Listener } from "./bus.ts"
import { Deferred } from "./deferred.ts"
import { type Heard, Passed, priceFact } from "./passed.ts"

/** How a lane is driven. */
export interface LaneOptions extends MarketOptions {
  /** Speaks right after a clock fact; null: none does. */
  readonly advisor: RecordedAdvisor | null
  /** Simulated time between two clock facts. */
  readonly clockMs: number
  /** Told of each event but prices and clock facts. */
  readonly seen: (event: MarketEvent, record: LaneRecord) => void
  /** Told at each of these times: the first clock fact at or after it. */
  readonly everyMs: number
  readonly look: (nowMs: number) => void
}

/** The gateway's fold, of which only the state is asked. */
class LaneGateway implements Listener {
  readonly outputSubject = ""
  readonly hears = hearing(gatewayFold)
  readonly defers = NOTHING_DEFERRED
  state: GatewayState = gatewayFold.initial

  take(event: MarketEvent, place: Parameters<typeof gatewayFold.reduce>[2]): ReadonlyArray<MarketEvent> {
    this.state = gatewayFold.reduce(this.state, event, place).state
    return NONE
  }
}

/** One market, driven by trades in order of time. */
export class Lane {
  readonly venue: Venue
  private readonly passed = new Passed()
  private readonly bus: Bus
  private readonly slots: ReadonlyArray<LaneSlot>
  private readonly governor: LaneGovernor
  private readonly rebalancer: LaneRebalancer
  private readonly gateway = new LaneGateway()
  private readonly options: LaneOptions
  /** The gateway's fold when there was nothing left to work. */
  private worked: GatewayState | null = null
  private nextTickMs: number
  private nextLookMs: number
  /** A price older than this pauses the market. */
  private readonly maxAgeMs: number
  /** What everyone's quiet came to, and the best prices of our orders, as doubles; and at how many stirs that was. */
  private quietSince = -1
  private quietUntilMs = Number.NEGATIVE_INFINITY
  private quietLow = 0
  private quietHigh = 0
  private bid = 0
  private ask = 0

  constructor(options: LaneOptions) {
    this.options = options
    const subjects = marketSubjects(options.pair ?? "XDGUSD")
    const deferred = new Deferred()
    const market = { subjects, passed: this.passed, deferred }
    this.slots = Array.from({ length: options.slots }, (_, n) => new LaneSlot(n + 1, market))
    this.governor = new LaneGovernor(market)
    this.rebalancer = new LaneRebalancer(market)
    const listeners = [...this.slots, this.governor, this.rebalancer, this.gateway]
    this.bus = new Bus(subjects, listeners, deferred, options.seen)
    this.venue = new Venue(this.bus, () => this.gateway.state, venueOptions(options))
    this.nextTickMs = options.startMs
    this.nextLookMs = options.startMs
    this.maxAgeMs = options.governorRules.stalePriceMaxAgeSec * 1_000
    writeOpening(options, this.bus, this.venue)
  }

  /** The way through a candle, as far as it lies within [fromMs, untilMs). Returns how many trades that was. */
  candle(through: Path, fromMs: number, untilMs: number): number {
    const { row, length, intervalMs } = through
    if (row.timeMs < fromMs || row.timeMs + intervalMs > untilMs) return this.part(through, fromMs, untilMs)
    for (let at = this.passOver(through, 0); at < length; at = this.passOver(through, at + 1))
      this.trade(tradeAt(through, at))
    return length
  }

  private part(through: Path, fromMs: number, untilMs: number): number {
    let traded = 0
    for (let at = 0; at < through.length; at++) {
      const timeMs = timeAt(through, at)
      if (timeMs < fromMs || timeMs >= untilMs) continue
      this.trade(tradeAt(through, at))
      traded++
    }
    return traded
  }

  /** Of the last trade; null before the first. */
  get lastPrice(): Price | null {
    return this.passed.priceAtMs === null ? null : this.passed.price
  }

  /** When that was. */
  get lastMs(): number {
    return this.passed.priceAtMs ?? this.options.startMs
  }

  /** The clock facts before a trade, and the trade. */
  trade(trade: MarketTrade): void {
    this.ticksBefore(trade.timeMs)
    const { price, timeMs } = trade
    if (this.reaches(price)) {
      this.venue.trade(trade)
      this.work()
    } else this.venue.pass(trade)
    const number = Price.toNumber(price)
    this.findQuiet()
    const news = this.governor.stale
    if (!news && this.isQuiet(timeMs, number)) this.passed.notePrice(price, timeMs, ++this.bus.seq)
    else this.hear(priceFact(price), this.bus.subjects.price, timeMs, news ? Number.NaN : number)
  }

  private ticksBefore(untilMs: number): void {
    const { clockMs } = this.options
    for (; this.nextTickMs < untilMs; this.nextTickMs += clockMs) {
      const nowMs = this.nextTickMs
      this.venue.clock = nowMs
      const { priceNumber, priceAtMs } = this.passed
      this.findQuiet()
      // That the price has grown old is news, and after it only that there is another.
      const news = priceAtMs === null || nowMs - priceAtMs > this.maxAgeMs !== this.governor.stale
      if (!news && this.isQuiet(nowMs, priceNumber)) this.passed.noteTick(nowMs)
      else {
        const fact = { _tag: "ClockTicked", priceAgeSec: this.passed.ageSec(nowMs) } as const
        this.hear(fact, this.bus.subjects.clock, nowMs, news ? Number.NaN : priceNumber)
      }
      this.advise(nowMs)
      if (nowMs < this.nextLookMs) continue
      this.nextLookMs += this.options.everyMs
      this.options.look(nowMs)
    }
  }

  private advise(nowMs: number): void {
    const { advisor } = this.options
    if (advisor === null || nowMs < advisor.dueMs()) return
    for (const fact of advisor.facts(nowMs)) {
      this.bus.append(this.bus.subjects.regime, nowMs, fact)
      this.work()
    }
  }

  /** Whether nobody has anything to say to this price, or to the clock at it; a loop that begins leaves its sample. */
  private isQuiet(timeMs: number, price: number): boolean {
    if (timeMs >= this.quietUntilMs || price < this.quietLow || price > this.quietHigh) return false
    return !this.governor.beginsLoop(timeMs) || this.governor.passLoop(timeMs, price)
  }

  /** Takes a fact to everyone who is not quiet at it; NaN: to everyone. */
  private hear(event: Heard, subject: string, timeMs: number, price: number): void {
    const { bus, governor } = this
    const standing = standingOf(subject)
    bus.seq++
    const place = bus.place(subject, standing, timeMs, 0)
    const quietAt = ({ untilMs, low, high }: Quiet): boolean => timeMs < untilMs && price >= low && price <= high
    for (const slot of this.slots)
      if (!quietAt(slot.quiet)) bus.answer(slot.outputSubject, timeMs, slot.hear(event, place))
    const governorPasses = quietAt(governor.quiet) && (!governor.beginsLoop(timeMs) || governor.passLoop(timeMs, price))
    if (!governorPasses) bus.answer(governor.outputSubject, timeMs, governor.hear(event, place))
    if (!quietAt(this.rebalancer.quiet))
      bus.answer(this.rebalancer.outputSubject, timeMs, this.rebalancer.hear(event, place))
    if (event._tag === "PriceObserved") this.passed.notePrice(event.last, timeMs, bus.seq)
    else this.passed.noteTick(timeMs)
    bus.drain()
    this.work()
  }

  /** What the gateway's lanes hold; nothing, when its fold is what it was after the last time. */
  private work(): void {
    if (this.gateway.state === this.worked) return
    this.venue.work()
    this.worked = this.gateway.state
  }

  /** What everyone's quiet comes to. */
  private findQuiet(): void {
    const { slots, governor, rebalancer, passed } = this
    if (this.quietSince === passed.stirs) return
    this.quietSince = passed.stirs
    this.quietUntilMs = Number.POSITIVE_INFINITY
    this.quietLow = 0
    this.quietHigh = Number.POSITIVE_INFINITY
    this.narrow(governor.quiet)
    this.narrow(rebalancer.quiet)
    for (const slot of slots) this.narrow(slot.quiet)
    // Our orders come, move and go with facts that their slot hears.
    const { buy, sell } = this.venue.books.open
    this.bid = buy[0] === undefined ? 0 : Price.toNumber(buy[0].price)
    this.ask = sell[0] === undefined ? Number.POSITIVE_INFINITY : Price.toNumber(sell[0].price)
  }

  private narrow({ untilMs, low, high }: Quiet): void {
    if (untilMs < this.quietUntilMs) this.quietUntilMs = untilMs
    if (low > this.quietLow) this.quietLow = low
    if (high < this.quietHigh) this.quietHigh = high
  }

  /** Whether an order of ours stands where the market trades now. */
  private reaches(price: Price): boolean {
    const { buy, sell } = this.venue.books.open
    const [bid, ask] = [buy[0], sell[0]]
    return (bid !== undefined && price <= bid.price) || (ask !== undefined && price >= ask.price)
  }

  /** Passes over the trades from `at` on that touch nothing and at which nothing is due. Returns the first that may. */
  private passOver(through: Path, at: number): number {
    const { length } = through
    const { governor, passed, options } = this
    this.findQuiet()
    if (at >= length || governor.stale || passed.priceAtMs === null) return at
    const dueMs = Math.min(this.quietUntilMs, this.nextLookMs, options.advisor?.dueMs() ?? Number.POSITIVE_INFINITY)
    let beforeMs = passed.priceAtMs
    let timeMs = timeAt(through, at)
    if (timeMs >= dueMs) return at
    const anyPrice = this.staysWithin(through)
    let next = at
    for (; next < length; next++, beforeMs = timeMs) {
      timeMs = timeAt(through, next)
      if (timeMs >= dueMs || timeMs - beforeMs > this.maxAgeMs) break
      if (!anyPrice && !this.passesAt(priceNumberAt(through, next))) break
      if (timeMs >= governor.nextLoopMs && !this.loopsPass(through, next, timeMs)) break
    }
    if (next > at) this.notePassed(printAt(through, next - 1))
    return next
  }

  /** Whether no price of the candle touches anything. */
  private staysWithin(through: Path): boolean {
    const bounds = boundsOf(through)
    return bounds !== null && this.passesAt(bounds.low) && this.passesAt(bounds.high)
  }

  /** Whether a price touches nothing. One that is the nearest double to an order's may be another: it is played. */
  private passesAt(price: number): boolean {
    return price >= this.quietLow && price <= this.quietHigh && price > this.bid && price < this.ask
  }

  /** The loops that begin up to trade `at`, and after the one before; false where one is not quiet: those before it have passed. */
  private loopsPass(through: Path, at: number, tradeMs: number): boolean {
    const { governor } = this
    const { clockMs } = this.options
    for (let beginMs = governor.nextLoopMs; beginMs <= tradeMs; beginMs = governor.nextLoopMs) {
      const tickMs = this.nextTickMs + Math.max(0, Math.ceil((beginMs - this.nextTickMs) / clockMs)) * clockMs
      // Of both at one time the trade comes first.
      const byTrade = tradeMs <= tickMs
      const price = byTrade ? priceNumberAt(through, at) : this.priceBefore(through, at)
      if (!governor.passLoop(byTrade ? tradeMs : tickMs, price)) return false
    }
    return true
  }

  /** The price at which the clock speaks before trade `at`. */
  private priceBefore(through: Path, at: number): number {
    return at === 0 ? this.passed.priceNumber : priceNumberAt(through, at - 1)
  }

  private notePassed(last: MarketPrint): void {
    const { clockMs } = this.options
    if (this.nextTickMs < last.timeMs) this.nextTickMs += Math.ceil((last.timeMs - this.nextTickMs) / clockMs) * clockMs
    this.venue.pass(last)
    this.passed.notePrice(last.price, last.timeMs, ++this.bus.seq)
  }
}

const NONE: ReadonlyArray<MarketEvent> = []
