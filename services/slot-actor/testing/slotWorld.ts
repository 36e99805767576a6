/** A slot on an exchange for property tests: what may happen to it, drawn at random, and what it must have booked. */
import * as fc from "fast-check"
import { cost, divideHalfEven, Price } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { ExchangeModel, type LiveOrder } from "./exchangeModel.ts"
import type { SlotDriver } from "./slotDriver.ts"
import type { SlotState } from "../core/state.ts"

/** What an exchange, a market and a clock may do. */
export const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("price" as const), permille: fc.integer({ min: -45, max: 45 }) })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("clock" as const), sec: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), pick: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("fill" as const), pick: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("partial" as const),
      pick: fc.nat(9),
      permille: fc.integer({ min: 1, max: 999 })
    })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reject" as const), pick: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      pick: fc.nat(9),
      filled: fc.constantFrom("nothing" as const, "part" as const, "whole" as const),
      permille: fc.integer({ min: 1, max: 999 })
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("funds" as const), doge: fc.nat(60), usd: fc.nat(8) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("unknown" as const), localId: fc.integer({ min: 900_000, max: 900_009 }) })
  }
)
export type Command = typeof command extends fc.Arbitrary<infer A> ? A : never

/** Short waits, so that every timer runs out within a run; fine steps, so that rounding shows. */
export const RULES = {
  s1OrphanAfterSec: 300,
  s2OrphanAfterSec: 400,
  priceDecimals: 7,
  volumeDecimals: 8
} as const

/** A booking at the market of something that did not happen there. */
interface Phantom {
  readonly side: "buy" | "sell"
  readonly volume: bigint
  readonly cost: bigint
  readonly fee: bigint
}

/** A slot on an exchange, and the evicted recoveries it booked as if they were closed. */
export class World<Slot extends SlotDriver = SlotDriver> {
  readonly slot: Slot
  readonly exchange = new ExchangeModel()
  readonly phantoms = new Map<number, Phantom>()
  readonly said: Array<MarketEvent> = []
  private market = 1_000_000

  constructor(slot: Slot) {
    this.slot = slot
  }

  run(list: ReadonlyArray<Command>, check: () => void): this {
    this.tick(0)
    for (const next of list) {
      this.do(next)
      check()
    }
    return this
  }

  do(next: Command): void {
    const { exchange } = this
    switch (next.do) {
      case "price":
        return this.tick(next.permille)
      case "clock":
        return this.after(() => this.slot.clock(next.sec, 0))
      case "accept":
        return this.fact(exchange.nth(next.pick), (order) => (order.accepted ? null : exchange.accept(order)))
      case "fill":
        return this.fact(exchange.nth(next.pick), (order) => exchange.fill(order))
      case "partial":
        return this.fact(exchange.nth(next.pick), (order) => exchange.partial(order, next.permille))
      case "cancel":
        return this.fact(exchange.nth(next.pick), (order) => exchange.cancel(order))
      case "reject":
        return this.fact(exchange.nth(next.pick), (order) =>
          order.accepted || order.filled > 0n ? null : exchange.reject(order)
        )
      case "answer": {
        const asked = exchange.nth(next.pick, (order) => order.cancelAsked)
        if (next.filled === "part") this.fact(asked, (order) => exchange.partial(order, next.permille))
        return this.fact(asked, (order) => (next.filled === "whole" ? exchange.fill(order) : exchange.cancel(order)))
      }
      case "funds":
        return this.after(() => this.slot.balances(String(next.doge), String(next.usd)))
      case "unknown":
        return this.after(() => this.slot.fill(next.localId, { price: "0.1", volume: "10" }))
    }
  }

  protected tick(permille: number): void {
    this.market = Math.min(4_000_000, Math.max(300_000, Math.round(this.market * (1 + permille / 1000))))
    this.after(() => this.slot.price(Price.format((BigInt(this.market) * 1000n) as Price), 5))
  }

  protected fact(order: LiveOrder | undefined, act: (order: LiveOrder) => MarketEvent | null): void {
    const fact = order === undefined ? null : act(order)
    if (fact === null) return
    if (fact._tag === "OrderFilled" || fact._tag === "OrderCancelled") this.takeBack(fact.localId, fact.volume)
    this.after(() => this.slot.send(fact))
  }

  protected after(act: () => unknown): void {
    const before = this.slot.state
    act()
    const outputs = this.slot.take()
    this.said.push(...outputs)
    for (const output of outputs) {
      if (output._tag === "CycleBooked" && output.kind === "evicted") {
        this.writeOff(before, Number(output.reason.numbers["recoveryId"]))
      }
    }
    this.hear(outputs)
  }

  /** What the slot asks for reaches the exchange. */
  protected hear(outputs: ReadonlyArray<MarketEvent>): void {
    this.exchange.hear(outputs)
  }

  private writeOff({ book }: SlotState, recoveryId: number): void {
    const gone = book.recoveries.find((recovery) => recovery.recoveryId === recoveryId)
    if (gone === undefined) throw new Error(`recovery ${recoveryId} was evicted and never stood`)
    const { localId, side, volume } = gone.order
    const paid = cost(Price.fromNumber(this.slot.state.marketPrice), volume)
    this.phantoms.set(localId, { side, volume, cost: paid, fee: divideHalfEven(paid * 25n, 10_000n) })
  }

  /** The order was filled after all: that share of the booking at the market is undone. */
  private takeBack(localId: number, volume: bigint): void {
    const phantom = this.phantoms.get(localId)
    if (phantom === undefined) return
    const less = (amount: bigint) => amount - divideHalfEven(amount * volume, phantom.volume)
    this.phantoms.set(localId, { ...phantom, cost: less(phantom.cost), fee: less(phantom.fee) })
  }

  /** Cash and fees: what the exchange has paid out and charged, with the phantom bookings. */
  booked(): { cash: bigint; fees: bigint } {
    let { cash, fees } = this.exchange
    for (const phantom of this.phantoms.values()) {
      cash += (phantom.side === "sell" ? phantom.cost : -phantom.cost) - phantom.fee
      fees += phantom.fee
    }
    return { cash, fees }
  }
}

/** Cash that opened what is not closed yet: what its entries brought or took, less what exits have settled so far. */
export const openCash = ({ book }: SlotState): bigint => {
  let cash = 0n
  for (const tradeId of ["A", "B"] as const) {
    const { cost: amount, fee } = book.residual[tradeId]
    cash += (tradeId === "A" ? amount : -amount) - fee
  }
  for (const { tradeId, position } of [...book.orders, ...book.recoveries.map((recovery) => recovery.order)]) {
    if (position === null) continue
    const open = position.cost - position.closedCost
    cash += (tradeId === "A" ? open : -open) - position.fee - position.closedFee
  }
  return cash
}
