/** Drives one slot actor by hand, for tests and benchmarks: events in, outputs out, time moved explicitly. */
import { cost as costOf, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { DEFAULT_SLOT_RULES, type SlotRules } from "../../../shared/config/rules/slot.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { slotActor } from "../core/actor.ts"
import type { SlotState } from "../core/state.ts"

/** Rules with round numbers: entries 1 % away, 2 % profit, 5 USD orders; the rest at the defaults, with Kraken's limits for DOGE. */
export const testRules: SlotRules = {
  ...DEFAULT_SLOT_RULES,
  entryPct: 1,
  profitPct: 2,
  refreshPct: 3,
  orderSize: Quote.parse("5"),
  s1OrphanAfterSec: 600,
  s2OrphanAfterSec: 900,
  lossBackoffStart: 2,
  lossBackoffFactor: 0.5,
  lossBackoffMax: 3,
  lossCooldownStart: 3,
  reentryBaseCooldownSec: 0
}

const SLOT = 1
const START_MS = 1_770_000_000_000

/** Totals of an order's executions, as text where a test writes them. */
export interface FillText {
  readonly price: string
  readonly volume: string
  readonly cost?: string
  readonly fee?: string
}

export class SlotDriver {
  readonly actor = slotActor(SLOT)
  state: SlotState = this.actor.initial
  nowMs = START_MS
  /** Everything the slot has said since it was last asked by `take`. */
  outputs: Array<MarketEvent> = []
  private seq = 0

  /** Folds one event; order facts go to the slot's own subject unless `subject` says otherwise. */
  send(event: MarketEvent, subject = "market.XDGUSD.order.slot-1"): ReadonlyArray<MarketEvent> {
    this.seq += 1
    const step = this.actor.reduce(this.state, event, {
      seq: this.seq,
      index: 0,
      subject,
      epoch: 1,
      timeMs: this.nowMs
    })
    this.state = step.state
    this.outputs.push(...step.outputs)
    return step.outputs
  }

  take(): Array<MarketEvent> {
    const taken = this.outputs
    this.outputs = []
    return taken
  }

  configure(rules: Partial<SlotRules> = {}, slots: ReadonlyArray<number> = [SLOT]) {
    return this.send({ _tag: "MarketConfigured", slots, rules: { ...testRules, ...rules } })
  }

  /** Free funds: nothing is held. */
  balances(doge: string, usd: string) {
    return this.send({
      _tag: "BalancesObserved",
      base: { total: Volume.parse(doge), hold: Volume.zero },
      quote: { total: Quote.parse(usd), hold: Quote.zero }
    })
  }

  constraints(change: Partial<EventOf<"ConstraintsObserved">> = {}) {
    const { priceDecimals, volumeDecimals, minVolume, minCost } = this.state.facts.rules ?? testRules
    return this.send({
      _tag: "ConstraintsObserved",
      priceDecimals,
      volumeDecimals,
      minVolume,
      minCost,
      status: "online",
      ...change
    })
  }

  reconciled() {
    return this.send({ _tag: "AccountReconciled", openOrders: 0, missed: 0, foreignOrders: 0, windowStartMs: 0 })
  }

  /** Everything a slot needs before it may act, except a price. */
  ready(rules: Partial<SlotRules> = {}, doge = "1000", usd = "1000") {
    this.configure(rules)
    this.constraints()
    this.balances(doge, usd)
    this.reconciled()
    return this
  }

  price(last: string, afterSec = 0) {
    this.nowMs += afterSec * 1000
    const price = Price.parse(last)
    return this.send({ _tag: "PriceObserved", last: price, bid: price, ask: price })
  }

  /** The clock ticks, `afterSec` later, with a price of that age. */
  clock(afterSec = 0, priceAgeSec: number | null = 0) {
    this.nowMs += afterSec * 1000
    return this.send({ _tag: "ClockTicked", priceAgeSec })
  }

  accept(localId: number) {
    return this.send({ _tag: "OrderAccepted", clientId: `k${localId}`, localId, txid: `TX-${localId}` })
  }

  /** The order is filled whole, at its own price and volume unless the test says otherwise. */
  fill(localId: number, totals: Partial<FillText> = {}) {
    const order = this.order(localId)
    const price = totals.price === undefined ? order?.price : Price.parse(totals.price)
    const volume = totals.volume === undefined ? order?.volume : Volume.parse(totals.volume)
    if (price === undefined || volume === undefined) throw new Error(`order ${localId} is not the slot's: say its fill`)
    return this.send({ _tag: "OrderFilled", ...identity(localId), ...totalsOf(price, volume, totals) })
  }

  partialFill(localId: number, totals: FillText) {
    return this.send({
      _tag: "FillRecorded",
      ...identity(localId),
      ...totalsOf(Price.parse(totals.price), Volume.parse(totals.volume), totals),
      execId: "E",
      liquidity: "maker"
    })
  }

  cancelled(localId: number, totals: FillText = { price: "0", volume: "0" }, cause = "User requested") {
    return this.send({
      _tag: "OrderCancelled",
      ...identity(localId),
      ...totalsOf(Price.parse(totals.price), Volume.parse(totals.volume), totals),
      cause
    })
  }

  rejected(localId: number, cause = "EOrder:Insufficient funds") {
    return this.send({ _tag: "OrderRejected", clientId: `k${localId}`, localId, cause })
  }

  /** The active order, recovery or unanswered cancel of this number. */
  order(localId: number) {
    const { orders, recoveries, pendingCancels } = this.state.book
    const holders = [...recoveries, ...pendingCancels].map((holder) => holder.order)
    return [...orders, ...holders].find((order) => order.localId === localId)
  }

  /** The active order with this side and role. */
  find(side: "buy" | "sell", role: "entry" | "exit") {
    const found = this.state.book.orders.find((order) => order.side === side && order.role === role)
    if (found === undefined) throw new Error(`the slot has no ${side} ${role}`)
    return found
  }
}

const identity = (localId: number) => ({ clientId: `k${localId}`, localId, txid: `TX-${localId}` })

const totalsOf = (price: Price, volume: Volume, { cost, fee }: Partial<FillText>) => ({
  price,
  volume,
  cost: cost === undefined ? costOf(price, volume) : Quote.parse(cost),
  fee: fee === undefined ? Quote.zero : Quote.parse(fee)
})

/** Outputs as a trader would say them: `sell entry A 49@0.101 bootstrap_A`. */
export const said = (outputs: ReadonlyArray<MarketEvent>): Array<string> =>
  outputs.map((output) => {
    switch (output._tag) {
      case "OrderRequested": {
        const { side, role, tradeId, volume, price, reason } = output
        return `${side} ${role} ${tradeId} ${Volume.format(volume)}@${Price.format(price)} ${reason.rule}`
      }
      case "CancelRequested":
        return `cancel ${output.localId} ${output.reason.rule}`
      case "ExitOrphaned":
        return `orphan ${output.localId} as ${output.recoveryId} ${output.reason.rule}`
      case "CycleBooked":
        return `book ${output.tradeId}${output.cycle} net ${Quote.format(output.net)} ${output.reason.rule}`
      case "DecisionRefused":
        return `no ${output.what}: ${output.reason.rule}`
      default:
        return output._tag
    }
  })
