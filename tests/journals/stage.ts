/** A made-up market that is driven by hand, minute by minute, and recorded as it goes. */
import { type InThreadMarket, openMarket, rulesOf } from "../../app/inProcess/market.ts"
import type { Settings } from "../../app/settings.ts"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { type LiveOrder, orderOf, type Task } from "../../services/order-gateway/core/state.ts"
import type { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { type KnownRules, NEWEST_RULES, THIS_BUILD } from "../../shared/core/rules/versions.ts"
import type { Command } from "../../shared/events/families/command.ts"
import type { GovernorRules, SlotRules } from "../../shared/events/families/control.ts"
import { Recorder } from "./recorder.ts"

/** Half past nine on a day in May 2025, UTC: where every such market begins, Unix milliseconds. */
export const START_MS = 1_747_733_400_000
/** Between two clock facts. */
export const TICK_MS = 30_000
/** One of so many trades is heard of. */
const THINNED = 3

/** The market's rules, its prices, and what the account owns. */
export interface StageOptions {
  readonly settings: Settings
  readonly seed: number
  readonly base: Volume
  readonly quote: Quote
  /** The version of the rules that the market begins with; the newest when left out. */
  readonly rulesVersion?: number
  /** The rules that the build knows; this build's when left out. */
  readonly known?: KnownRules
}

/** A market that is driven by hand, and recorded. */
export class Stage {
  readonly recorder = new Recorder()
  readonly market: InThreadMarket
  readonly slotRules: SlotRules
  readonly governorRules: GovernorRules
  nowMs = START_MS
  private readonly gateway
  private readonly prices
  private place
  private lastCommand = ""

  constructor({ settings, seed, base, quote, rulesVersion = NEWEST_RULES, known = THIS_BUILD }: StageOptions) {
    const rules = rulesOf(settings)
    this.slotRules = rules.slotRules
    this.governorRules = rules.governorRules
    this.prices = syntheticMarket({ seed, fromMs: START_MS, priceDecimals: 6, volumeDecimals: 8 })
    this.place = this.prices.initial
    this.market = openMarket({
      startMs: START_MS,
      ...rules,
      base,
      quote,
      rulesVersion,
      known
    })
    const { journal } = this.market
    this.gateway = journal.add(gatewayFold)
    journal.watch((record) => {
      this.recorder.take(record)
      for (const event of record.events) if (event._tag === "CommandIssued") this.lastCommand = event.commandId
    })
  }

  /** Writes what every market begins with. */
  begin(): void {
    this.market.begin()
  }

  /** The market trades for so many minutes. */
  trade(minutes: number): void {
    for (let minute = 0; minute < minutes; minute++) {
      const step = this.prices.step(this.place)
      if (step === null) throw new Error("a made-up market has no end")
      this.place = step.next
      for (const [index, trade] of step.trades.entries()) {
        if (trade.timeMs >= this.nowMs + TICK_MS) this.tick()
        this.market.trade(trade, index % THINNED === 0)
      }
      while (this.nowMs + TICK_MS <= step.untilMs) this.tick()
    }
  }

  /** Time passes, up to the next clock fact. */
  tick(): void {
    this.nowMs += TICK_MS
    this.market.passTime(this.nowMs)
    this.market.tick(this.nowMs)
  }

  /** Asks for something; returns the command's id. */
  ask(command: Command): string {
    this.market.command(this.nowMs, command)
    return this.lastCommand
  }

  /** What the gateway's lanes are to do next, and have not done: nobody works them while the journal is written by hand. */
  task(kind: Task["_tag"]): { readonly slot: number; readonly order: LiveOrder } {
    for (const lane of Object.values(this.gateway.state.lanes)) {
      const task = lane.tasks.find(({ _tag }) => _tag === kind)
      const order = task === undefined ? undefined : orderOf(lane, task.localId)
      if (order !== undefined) return { slot: lane.slot, order }
    }
    throw new Error(`no lane has a ${kind} to do`)
  }

  /** An order that stands at the exchange. */
  open(slot: number): LiveOrder {
    const order = this.gateway.state.lanes[slot]?.orders.find(({ stage }) => stage === "open")
    if (order === undefined) throw new Error(`slot ${slot} has no open order`)
    return order
  }
}
