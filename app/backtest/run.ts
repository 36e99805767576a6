/**
 * A backtest: the reducers that trade (slots, governor, rebalancer) on the simulated exchange's own engine, driven by a recording. No
 * bus, no wire, no clock but the recording's. The same input gives the same result, and the same hash, on every machine.
 *
 * What is assumed. *Way through a candle*: `likely` goes to the nearer extreme first (a rising candle open, low, high, close), in ten
 * trades of equal volume a minute; `low-first` and `high-first` are the two bounds. *Queue*: a resting order trades when the market
 * trades beyond its price, or at it by a taker of the other side after the volume that was visible there when it came; the volume of
 * that trade is all there is. *Latency*: none; an order rests before the next trade. *Fees*: those of the settings, for the whole time.
 */
import { type Way } from "../../services/exchange-sim/core/market/recorded.ts"
import type { MarketProcess } from "../../services/exchange-sim/core/market/process.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { type InThreadMarket, type MarketOptions, openMarket } from "../inProcess/market.ts"
import { PlainGrid } from "./plainGrid.ts"
import type { BacktestFill, BacktestResult, CurvePoint, Cycle } from "./result.ts"
import { resultHash } from "./resultHash.ts"

/** What is tested, on what. */
export interface BacktestOptions extends Omit<MarketOptions, "startMs"> {
  readonly market: MarketProcess
  readonly fromMs: number
  readonly untilMs: number
  /** Simulated time between two clock facts. */
  readonly clockMs: number
  /** Told the simulated time reached, at each hour of it. */
  readonly onHour?: (nowMs: number) => void
}

/** The ways that a range is over. */
export const WAYS: ReadonlyArray<Way> = ["likely", "low-first", "high-first"]

const HOUR_MS = 3_600_000
const valueOf = (base: bigint, quote: bigint, price: number): number =>
  Volume.toNumber(base as Volume) * price + Quote.toNumber(quote as Quote)

/** Runs to `untilMs` or the end of the recording. Throws an Error when nothing trades in that time. */
export const backtest = (options: BacktestOptions): BacktestResult => {
  const market = openMarket({ ...options, startMs: options.fromMs })
  const notes = new Notes(options)
  market.journal.watch((record) => notes.record(record))
  market.begin()
  const { lastMs, candles, trades } = play(options, market, notes)
  if (trades === 0) throw new Error("nothing trades in the time asked for")
  notes.end(lastMs)
  const { venue, journal } = market
  const { orders, base, quote } = venue.books
  const fills = venue.books.fills.map(({ txid, timeMs, side, price, volume, cost, fee, liquidity }): BacktestFill => {
    const slot = originOf(orders.get(txid)?.clientId ?? "")?.slot ?? 0
    return { timeMs, slot, side, price, volume, cost, fee, liquidity }
  })
  const told = { fills, cycles: notes.cycles, modes: notes.modes, base, quote }
  return {
    fromMs: options.fromMs,
    untilMs: lastMs,
    candles,
    trades,
    records: journal.seq,
    curve: notes.curve,
    events: notes.events,
    openOrders: venue.openOrders,
    ...told,
    hash: resultHash(told)
  }
}

/** Trades and clock facts in order of time. */
const play = ({ market: process, fromMs, untilMs, clockMs }: BacktestOptions, market: InThreadMarket, notes: Notes) => {
  let nextTickMs = fromMs
  let [candles, trades, lastMs] = [0, 0, fromMs]
  for (let step = process.step(process.initial); step !== null; step = process.step(step.next)) {
    if (step.untilMs <= fromMs) continue
    if (step.fromMs >= untilMs) break
    candles++
    for (const trade of step.trades) {
      if (trade.timeMs < fromMs || trade.timeMs >= untilMs) continue
      for (; nextTickMs < trade.timeMs; nextTickMs += clockMs) {
        market.passTime(nextTickMs)
        market.tick(nextTickMs)
        notes.tick(nextTickMs, market)
      }
      market.trade(trade, true)
      notes.trade(trade.price)
      trades++
      lastMs = trade.timeMs
    }
  }
  notes.point(lastMs, market)
  return { lastMs, candles, trades }
}

/** What is noted on the way. */
class Notes {
  readonly curve: Array<CurvePoint> = []
  readonly cycles: Array<Cycle> = []
  readonly modes: Record<string, number> = {}
  readonly events: Record<string, number> = {}
  private readonly options: BacktestOptions
  private mode = "STARTING"
  private modeMs: number
  private nextMs: number
  private price: Price | null = null
  private first = 0
  private grid: PlainGrid | null = null

  constructor(options: BacktestOptions) {
    this.options = options
    this.modeMs = options.fromMs
    this.nextMs = options.fromMs
  }

  record({ slot, timeMs, events }: StoredRecord): void {
    for (const event of events) {
      this.events[event._tag] = (this.events[event._tag] ?? 0) + 1
      if (event._tag === "CycleBooked") this.cycles.push({ ...event, slot: slot ?? 0 })
      else if (event._tag === "ModeChanged") this.changeMode(event.mode, timeMs)
    }
  }

  trade(price: Price): void {
    this.price = price
    const number = Price.toNumber(price)
    if (this.grid === null) {
      this.first = number
      const { base, quote, slots, slotRules } = this.options
      this.grid = new PlainGrid({
        slots,
        orderSize: Quote.toNumber(slotRules.orderSize),
        entryPct: slotRules.entryPct,
        profitPct: slotRules.profitPct,
        feePct: slotRules.makerFeePct,
        base: Volume.toNumber(base),
        quote: Quote.toNumber(quote)
      })
    }
    this.grid.trade(number)
  }

  tick(nowMs: number, market: InThreadMarket): void {
    if (nowMs < this.nextMs) return
    this.nextMs += HOUR_MS
    this.point(nowMs, market)
    this.options.onHour?.(nowMs)
  }

  point(timeMs: number, { venue }: InThreadMarket): void {
    if (this.price === null || this.grid === null) return
    const price = Price.toNumber(this.price)
    const { base, quote } = venue.books
    const equity = valueOf(base, quote, price)
    const opening = valueOf(this.options.base, this.options.quote, this.first)
    const taken = 1 - (this.options.takerFeePct ?? 0.4) / 100
    this.curve.push({
      timeMs,
      price,
      equity,
      exposure: equity === 0 ? 0 : (Volume.toNumber(base) * price) / equity,
      hold: valueOf(this.options.base, this.options.quote, price),
      buyAndHold: (opening / this.first) * taken * price,
      plainGrid: this.grid.value(price)
    })
  }

  end(nowMs: number): void {
    this.changeMode(this.mode, nowMs)
  }

  private changeMode(mode: string, nowMs: number): void {
    this.modes[this.mode] = (this.modes[this.mode] ?? 0) + Math.max(0, nowMs - this.modeMs)
    this.mode = mode
    this.modeMs = Math.max(this.modeMs, nowMs)
  }
}
