/**
 * A market for sweeps: the reducers that trade and the exchange's own engine, and nothing of what only proves. No record is written or
 * encoded, nothing is hashed on the way, and prices and clock facts that cannot change anything are passed over: those within the
 * quiet time of every actor that touch no open order. The market that folds and proves everything gives the same result.
 */
import { type MarketOptions, venueOptions, writeOpening } from "../../inProcess/market.ts"
import { Venue } from "../../inProcess/venue.ts"
import type { MarketTrade } from "../../../services/exchange-sim/core/market/process.ts"
import { type Path, priceAt, timeAt, tradeAt } from "../../../services/exchange-sim/core/market/recorded.ts"
import { gatewayFold } from "../../../services/order-gateway/core/fold.ts"
import type { GatewayState } from "../../../services/order-gateway/core/state.ts"
import type { Quiet } from "../../../shared/actor/core/quiet.ts"
import { Price, PRICE_DECIMALS } from "../../../shared/core/decimal/decimal.ts"
import { marketSubjects, standingOf } from "../../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { RecordedAdvisor } from "../recordedAdvisor.ts"
import { LaneGovernor, LaneRebalancer, LaneSlot } from "./actors.ts"
import { Bus, hearing, type LaneRecord, type Listener } from "./bus.ts"
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
  private nextTickMs: number
  private nextLookMs: number
  /** A price older than this pauses the market. */
  private readonly maxAgeMs: number
  private quietUntilMs = Number.NEGATIVE_INFINITY
  private quietLow = 0
  private quietHigh = 0

  constructor(options: LaneOptions) {
    this.options = options
    const subjects = marketSubjects(options.pair ?? "XDGUSD")
    const bus = (): Bus => this.bus
    this.slots = Array.from({ length: options.slots }, (_, n) => new LaneSlot(n + 1, subjects, this.passed, bus))
    this.governor = new LaneGovernor(subjects, this.passed, bus)
    this.rebalancer = new LaneRebalancer(subjects, this.passed, bus)
    this.bus = new Bus(subjects, [...this.slots, this.governor, this.rebalancer, this.gateway], options.seen)
    this.venue = new Venue(this.bus, () => this.gateway.state, venueOptions(options))
    this.nextTickMs = options.startMs
    this.nextLookMs = options.startMs
    this.maxAgeMs = options.governorRules.stalePriceMaxAgeSec * 1_000
    writeOpening(options, this.bus, this.venue)
  }

  /** The way through a candle, as far as it lies within [fromMs, untilMs). Returns how many trades that was. */
  candle(through: Path, fromMs: number, untilMs: number): number {
    const { row, length, intervalMs } = through
    const whole = row.timeMs >= fromMs && row.timeMs + intervalMs <= untilMs
    if (whole && this.passesOver(through)) return length
    let traded = 0
    for (let at = 0; at < length; at++) {
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
      this.venue.work()
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
      this.venue.work()
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
    this.venue.work()
  }

  /** What everyone's quiet comes to. */
  private findQuiet(): void {
    const { slots, governor, rebalancer } = this
    if (!governor.stirred && !rebalancer.stirred && !slots.some(({ stirred }) => stirred)) return
    this.quietUntilMs = Number.POSITIVE_INFINITY
    this.quietLow = 0
    this.quietHigh = Number.POSITIVE_INFINITY
    for (const { quiet } of [governor, rebalancer, ...slots]) {
      this.quietUntilMs = Math.min(this.quietUntilMs, quiet.untilMs)
      this.quietLow = Math.max(this.quietLow, quiet.low)
      this.quietHigh = Math.min(this.quietHigh, quiet.high)
    }
  }

  /** Whether an order of ours stands where the market trades now. */
  private reaches(price: Price): boolean {
    const { buy, sell } = this.venue.books.open
    const [bid, ask] = [buy[0], sell[0]]
    return (bid !== undefined && price <= bid.price) || (ask !== undefined && price >= ask.price)
  }

  /** Passes over a whole candle that touches nothing and at whose times nothing is due. */
  private passesOver(through: Path): boolean {
    const { row, length, priceDecimals } = through
    if (length === 0) return true
    this.findQuiet()
    const lastMs = timeAt(through, length - 1)
    const { priceAtMs } = this.passed
    if (this.governor.stale || lastMs >= this.quietUntilMs || this.nextLookMs <= lastMs || priceAtMs === null)
      return false
    if (lastMs >= (this.options.advisor?.dueMs() ?? Number.POSITIVE_INFINITY)) return false
    const firstMs = timeAt(through, 0)
    if (firstMs - priceAtMs > this.maxAgeMs || (lastMs - firstMs) / (length - 1) > this.maxAgeMs) return false
    // The way's prices are rounded: beyond its extremes by half a tick at most.
    const half = 10n ** BigInt(PRICE_DECIMALS - priceDecimals) / 2n
    const low = (row.low - half) as Price
    const high = (row.high + half) as Price
    if (this.reaches(low) || this.reaches(high)) return false
    if (Price.toNumber(low) < this.quietLow || Price.toNumber(high) > this.quietHigh) return false
    return this.loopsPass(through, lastMs) && this.noteCandle(through, lastMs)
  }

  /** The loops that begin within the candle; false where one is not quiet: those before it have passed. */
  private loopsPass(through: Path, lastMs: number): boolean {
    const { governor } = this
    const { clockMs } = this.options
    let trade = 0
    for (let beginMs = governor.nextLoopMs; beginMs <= lastMs; beginMs = governor.nextLoopMs) {
      while (timeAt(through, trade) < beginMs) trade++
      const tradeMs = timeAt(through, trade)
      const tickMs = this.nextTickMs + Math.max(0, Math.ceil((beginMs - this.nextTickMs) / clockMs)) * clockMs
      // Of both at one time the trade comes first.
      const price =
        tradeMs <= tickMs
          ? Price.toNumber(priceAt(through, trade))
          : trade === 0
            ? this.passed.priceNumber
            : Price.toNumber(priceAt(through, trade - 1))
      if (!governor.passLoop(Math.min(tradeMs, tickMs), price)) return false
    }
    return true
  }

  private noteCandle(through: Path, lastMs: number): boolean {
    const { clockMs } = this.options
    if (this.nextTickMs < lastMs) this.nextTickMs += Math.ceil((lastMs - this.nextTickMs) / clockMs) * clockMs
    const last = tradeAt(through, through.length - 1)
    this.venue.pass(last)
    this.passed.notePrice(last.price, lastMs, ++this.bus.seq)
    return true
  }
}

const NONE: ReadonlyArray<MarketEvent> = []
