/**
 * Drives one slot actor by hand, for tests and benchmarks: events in, outputs out, time moved explicitly. Beside the exchange it
 * plays the governor.
 */
import { placeAt } from "../../../shared/actor/core/actor.ts"
import { DEFAULT_SLOT_RULES, type SlotRules } from "../../../shared/config/rules/slot.ts"
import { cost as costOf, minus, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import type { Rule } from "../../../shared/core/rules/rules.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
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
const GOVERNOR = "market.XDGUSD.out.governor"
const START_MS = 1_770_000_000_000
const because = (rule: Rule) => ({ rule, numbers: {} })

/** Totals of an order's executions, as text where a test writes them. */
export interface FillText {
  readonly price: string
  readonly volume: string
  readonly cost?: string
  readonly fee?: string
}

/** Who answers when the slot asks for funds: the driver at once, with everything the account has free, or the test by `allot`. */
type Allots = "at once" | "by hand"

export class SlotDriver {
  readonly actor = slotActor(SLOT)
  private readonly allots: Allots
  /** In force from the next event on. */
  rulesVersion: number
  state: SlotState = this.actor.initial
  nowMs = START_MS
  /** Everything the slot has said since it was last asked by `take`, but for questions that the driver has answered itself. */
  outputs: Array<MarketEvent> = []
  private seq = 0

  /** A slot under this version of the rules. */
  constructor({
    allots = "at once",
    rulesVersion = NEWEST_RULES
  }: { readonly allots?: Allots; readonly rulesVersion?: number } = {}) {
    this.allots = allots
    this.rulesVersion = rulesVersion
  }

  /**
   * Folds one event, and the funds the slot asks for with it; order facts go to the slot's own subject unless `subject` says
   * otherwise.
   */
  send(event: MarketEvent, subject = "market.XDGUSD.order.slot-1"): ReadonlyArray<MarketEvent> {
    const said = this.fold(event, subject)
    const asks = this.allots === "at once" && said.some(({ _tag }) => _tag === "FundsWanted")
    const answer = asks ? this.everything() : null
    const heard =
      answer === null ? said : [...said.filter(({ _tag }) => _tag !== "FundsWanted"), ...this.fold(answer, GOVERNOR)]
    this.outputs.push(...heard)
    return heard
  }

  /** One event and nothing that follows from it. */
  protected fold(event: MarketEvent, subject: string): ReadonlyArray<MarketEvent> {
    this.seq += 1
    const { seq, rulesVersion, nowMs: timeMs } = this
    const place = placeAt({ seq, index: 0, subject, epoch: 1, rulesVersion, timeMs })
    const step = this.actor.reduce(this.state, event, place)
    this.state = step.state
    return step.outputs
  }

  /** What the account has free, as an allotment; null before the exchange has said. */
  private everything(): EventOf<"FundsAllotted"> | null {
    const { balances } = this.state.facts
    if (balances === null) return null
    const base = minus(balances.base.total, balances.base.hold)
    const quote = minus(balances.quote.total, balances.quote.hold)
    return { _tag: "FundsAllotted", slot: SLOT, base, quote, reason: because("free_and_unreserved") }
  }

  /** What the governor says. */
  governor(event: MarketEvent) {
    return this.send(event, GOVERNOR)
  }

  mode(mode: Mode) {
    return this.governor({ _tag: "ModeChanged", mode, reason: because("configured") })
  }

  /** The slot belongs to the market, is to go, or is gone. */
  life(state: "active" | "retiring" | "gone") {
    const slots = state === "gone" ? [] : [{ slot: SLOT, alias: "doge", state }]
    return this.governor({ _tag: "SlotsSet", slots, reason: because("configured") })
  }

  allot(doge: string, usd: string, slot = SLOT) {
    const funds = { base: Volume.parse(doge), quote: Quote.parse(usd) }
    return this.governor({ _tag: "FundsAllotted", slot, ...funds, reason: because("free_and_unreserved") })
  }

  refuseEntry(localId: number, rule: Rule, askAgain: "now" | "later" = "later") {
    return this.governor({ _tag: "EntryRefused", slot: SLOT, localId, askAgain, reason: because(rule) })
  }

  softClose(recoveryId: number) {
    return this.governor({ _tag: "SoftCloseAsked", slot: SLOT, recoveryId, reason: because("operator_moves_recovery") })
  }

  sizing(change: Partial<EventOf<"SizingSet">>) {
    return this.governor({
      _tag: "SizingSet",
      effectiveLayers: 0,
      dogePerOrder: 1,
      skew: 0,
      favouredMultiplier: 1,
      reason: because("configured"),
      ...change
    })
  }

  targets(change: Partial<EventOf<"TargetsSet">>) {
    const none = { entryPct: null, profitPct: null, runtimeProfitPct: null }
    return this.governor({ _tag: "TargetsSet", ...none, reason: because("configured"), ...change })
  }

  take(): Array<MarketEvent> {
    const taken = this.outputs
    this.outputs = []
    return taken
  }

  configure(rules: Partial<SlotRules> = {}) {
    return this.send({ _tag: "MarketConfigured", slots: [SLOT], rules: { ...testRules, ...rules } })
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

  /** Everything a slot needs before it may act, except a price, in a market that runs. */
  ready(rules: Partial<SlotRules> = {}, doge = "1000", usd = "1000"): this {
    this.configure(rules)
    this.constraints()
    this.balances(doge, usd)
    this.life("active")
    this.mode("RUNNING")
    return this
  }

  /** Two entries at the exchange around 0.1: a sell (1) and a buy (2). */
  trading(rules: Partial<SlotRules> = {}): this {
    this.ready(rules)
    this.price("0.1")
    if (this.allots === "by hand") this.allot("1000", "1000")
    this.accept(1)
    this.accept(2)
    this.take()
    return this
  }

  /** A recovery (1) of trade B at the exchange: its buy filled at 0.099, its sell exit (3) orphaned in a falling market. */
  withRecovery(rules: Partial<SlotRules> = {}): this {
    this.trading(rules)
    this.fill(2)
    this.accept(3)
    this.price("0.098", 1)
    this.clock(600)
    this.take()
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
