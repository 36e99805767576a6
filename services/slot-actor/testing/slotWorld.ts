/** A slot between an exchange and a governor for property tests: what is done to it, and what it must have booked. */
import { FIRST_RULES, NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import type { Rule } from "../../../shared/core/rules/rules.ts"
import { cost, divideHalfEven, Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { SlotRules } from "../../../shared/events/families/control.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
import type { SlotState } from "../core/state.ts"
import type { Command, ExchangeCommand, GovernorCommand } from "./commands.ts"
import { ExchangeModel, type LiveOrder } from "./exchangeModel.ts"
import { SlotDriver } from "./slotDriver.ts"

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

/**
 * A slot, an exchange with the evicted recoveries the slot booked as if they were closed, and a governor: entries reach the
 * exchange only when they are granted, and those that were withdrawn meanwhile never do.
 */
export class World {
  readonly slot: SlotDriver
  readonly exchange = new ExchangeModel()
  readonly phantoms = new Map<number, Phantom>()
  readonly said: Array<MarketEvent> = []
  /** Entries without a grant, and whether the slot still wants them. */
  readonly held = new Map<number, { readonly request: EventOf<"OrderRequested">; wanted: boolean }>()
  private readonly amendments: Array<EventOf<"AmendRequested">> = []
  /** The slot has asked for funds at least once since it was last told. */
  asked = false
  private market = 1_000_000
  private readonly adoptsAfter: number

  /** The newest rules are taken up after so many commands, the first are in force before; 0: the newest from the beginning. */
  constructor(rules: Partial<SlotRules> = {}, adoptsAfter = 0) {
    this.adoptsAfter = adoptsAfter
    const rulesVersion = adoptsAfter === 0 ? NEWEST_RULES : FIRST_RULES
    this.slot = new SlotDriver({ allots: "by hand", rulesVersion }).ready({ ...RULES, ...rules })
  }

  run(list: ReadonlyArray<Command>, check: () => void = () => undefined): this {
    this.tick(0)
    for (const [index, next] of list.entries()) {
      if (index === this.adoptsAfter) this.slot.rulesVersion = NEWEST_RULES
      this.do(next)
      check()
    }
    return this
  }

  do(next: Command): void {
    switch (next.do) {
      case "grant":
      case "refuse":
      case "allot":
      case "mode":
      case "softClose":
      case "amendAnswer":
      case "life":
      case "sizing":
      case "targets":
        return this.govern(next)
      default:
        return this.trade(next)
    }
  }

  private trade(next: ExchangeCommand): void {
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
      case "otherwise":
        return this.fact(this.changeable(next.pick), (order) => exchange.fillOtherwise(order, next.permille))
      case "behind":
        return this.fact(this.changeable(next.pick), (order) => exchange.cancelBehind(order))
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

  /** Under older rules slots believe what they are told: no gateway of theirs told them such. */
  private changeable(pick: number): LiveOrder | undefined {
    if (this.slot.rulesVersion < NEWEST_RULES) return undefined
    return this.exchange.nth(pick, (order) => order.accepted && !order.cancelAsked)
  }

  private govern(next: GovernorCommand): void {
    const { slot } = this
    switch (next.do) {
      case "grant":
        return this.grant(this.nth(next.pick))
      case "refuse":
        return this.refuse(this.nth(next.pick), next.rule)
      case "allot":
        return this.allot(String(next.doge), String(next.usd))
      case "mode":
        return this.mode(next.mode)
      case "softClose":
        return this.after(() => slot.softClose(slot.state.book.recoveries[next.pick]?.recoveryId ?? 999))
      case "amendAnswer":
        return this.answerAmendment(next.accepted)
      case "life":
        return this.after(() => slot.life(next.life))
      case "sizing": {
        const { effectiveLayers, skew, favouredMultiplier } = next
        return this.after(() => slot.sizing({ effectiveLayers, skew, favouredMultiplier }))
      }
      case "targets":
        return this.after(() => slot.targets({ runtimeProfitPct: next.runtimeProfitPct }))
    }
  }

  /** A governor and an exchange that grant whatever they are asked for, half a minute later. */
  serve(): void {
    this.tick(0)
    this.after(() => this.slot.clock(31, 0))
    this.allot("1000", "1000")
    for (const localId of this.held.keys()) this.grant(localId)
    while (this.amendments.length > 0) this.answerAmendment(true)
    for (const order of [...this.exchange.live.values()]) {
      if (order.cancelAsked) this.fact(order, () => this.exchange.cancel(order))
      else if (!order.accepted) this.fact(order, () => this.exchange.accept(order))
    }
  }

  mode(mode: Mode): void {
    this.after(() => this.slot.mode(mode))
    if (mode === "PAUSED" || mode === "HALTED") {
      for (const localId of this.held.keys()) this.refuse(localId, mode === "PAUSED" ? "paused" : "halted")
    }
  }

  private tick(permille: number): void {
    this.market = Math.min(4_000_000, Math.max(300_000, Math.round(this.market * (1 + permille / 1000))))
    this.after(() => this.slot.price(Price.format((BigInt(this.market) * 1000n) as Price), 5))
  }

  private fact(order: LiveOrder | undefined, act: (order: LiveOrder) => MarketEvent | null): void {
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

  private hear(outputs: ReadonlyArray<MarketEvent>): void {
    const orders: Array<MarketEvent> = []
    for (const output of outputs) {
      if (output._tag === "OrderRequested" && output.role === "entry") {
        this.held.set(output.localId, { request: output, wanted: true })
      } else if (output._tag === "CancelRequested" && this.held.has(output.localId)) {
        const entry = this.held.get(output.localId)
        if (entry !== undefined) entry.wanted = false
      } else if (output._tag === "AmendRequested") this.amendments.push(output)
      else if (output._tag === "FundsWanted") this.asked = true
      else orders.push(output)
    }
    this.exchange.hear(orders)
  }

  private nth(pick: number): number | undefined {
    return [...this.held.keys()][pick % Math.max(1, this.held.size)]
  }

  /** The grant of an entry that was withdrawn meanwhile is too late: the gateway does not send it. */
  private grant(localId: number | undefined): void {
    const entry = localId === undefined ? undefined : this.held.get(localId)
    if (localId === undefined || entry === undefined) return
    this.held.delete(localId)
    this.after(() =>
      this.slot.governor({ _tag: "EntryGranted", slot: 1, localId, reason: { rule: "within_limits", numbers: {} } })
    )
    if (entry.wanted) this.exchange.hear([entry.request])
    else this.after(() => this.slot.rejected(localId, "withdrawn before it was sent"))
  }

  private refuse(localId: number | undefined, rule: Rule): void {
    const entry = localId === undefined ? undefined : this.held.get(localId)
    if (localId === undefined || entry === undefined) return
    this.held.delete(localId)
    this.after(() => this.slot.refuseEntry(localId, entry.wanted ? rule : "withdrawn"))
  }

  private allot(doge: string, usd: string): void {
    if (!this.asked) return
    this.asked = false
    const before = this.said.length
    this.after(() => this.slot.allot(doge, usd))
    const answered = this.said.slice(before).some(({ _tag }) => _tag === "OrderRequested" || _tag === "DecisionRefused")
    if (!answered) throw new Error("an allotment was not answered")
  }

  private answerAmendment(accepted: boolean): void {
    const asked = this.amendments.shift()
    if (asked === undefined) return
    const order = this.exchange.live.get(asked.localId)
    if (accepted && order !== undefined) return this.fact(order, () => this.exchange.amend(order, asked.price))
    const { localId } = asked
    this.after(() => this.slot.send({ _tag: "AmendRefused", clientId: `k${localId}`, localId, cause: "any" }))
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
