/** What is noted of a backtest on its way. */
import type { MarketEvent } from "../../shared/events/event.ts"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Venue } from "../inProcess/venue.ts"
import type { BacktestFill, BacktestResult, CurvePoint, Cycle } from "./result.ts"
import { resultHash } from "./resultHash.ts"

const valueOf = (base: bigint, quote: bigint, price: number): number =>
  Volume.toNumber(base as Volume) * price + Quote.toNumber(quote as Quote)

/** Cycles, modes and the account's curve. */
export class Notes {
  private readonly curve: Array<CurvePoint> = []
  private readonly cycles: Array<Cycle> = []
  private readonly modes: Record<string, number> = {}
  private recoveries = 0
  private mode = "STARTING"
  private modeMs: number
  /** Of the last trade; null before the first. */
  price: Price | null = null

  constructor({ fromMs }: { readonly fromMs: number }) {
    this.modeMs = fromMs
  }

  /** An event of the market, on a slot's subject or not. */
  event(event: MarketEvent, slot: number | null, timeMs: number): void {
    if (event._tag === "CycleBooked") this.cycles.push({ ...event, slot: slot ?? 0 })
    else if (event._tag === "ModeChanged") this.changeMode(event.mode, timeMs)
    else if (event._tag === "ExitOrphaned") this.recoveries++
  }

  /** The account as it is at that time. */
  point(timeMs: number, { books: { base, quote } }: Venue): void {
    if (this.price === null) return
    const price = Price.toNumber(this.price)
    const equity = valueOf(base, quote, price)
    const exposure = equity === 0 ? 0 : (Volume.toNumber(base) * price) / equity
    this.curve.push({ timeMs, price, equity, exposure })
  }

  /** All of it, once it is over. */
  end(
    nowMs: number,
    venue: Venue
  ): Omit<BacktestResult, "assumed" | "fromMs" | "untilMs" | "candles" | "trades" | "plainGrid"> {
    this.changeMode(this.mode, nowMs)
    const { orders, base, quote, fills: made } = venue.books
    const fills = made.map(({ txid, timeMs, side, price, volume, cost, fee, liquidity }): BacktestFill => {
      const slot = originOf(orders.get(txid)?.clientId ?? "")?.slot ?? 0
      return { timeMs, slot, side, price, volume, cost, fee, liquidity }
    })
    const { curve, cycles, modes, recoveries } = this
    const told = { fills, cycles, modes, base, quote }
    return { curve, recoveries, openOrders: venue.openOrders, ...told, hash: resultHash(told) }
  }

  private changeMode(mode: string, nowMs: number): void {
    this.modes[this.mode] = (this.modes[this.mode] ?? 0) + Math.max(0, nowMs - this.modeMs)
    this.mode = mode
    this.modeMs = Math.max(this.modeMs, nowMs)
  }
}
