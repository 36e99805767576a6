/** A slot under a governor that a test plays by hand. */
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { SlotRules } from "../../../shared/events/families/control.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
import { SlotDriver, testRules } from "./slotDriver.ts"
import type { Rule } from "../../../shared/core/rules/rules.ts"

const GOVERNOR = "market.XDGUSD.out.governor"
const because = (rule: Rule) => ({ rule, numbers: {} })

export class GovernedSlot extends SlotDriver {
  /** What the governor says. */
  governor(event: MarketEvent) {
    return this.send(event, GOVERNOR)
  }

  mode(mode: Mode) {
    return this.governor({ _tag: "ModeChanged", mode, reason: because("configured") })
  }

  /** The slot is one of the market's, is to go, or is gone. */
  life(state: "active" | "retiring" | "gone") {
    const slots = state === "gone" ? [] : [{ slot: 1, alias: "doge", state }]
    return this.governor({ _tag: "SlotsSet", slots, reason: because("configured") })
  }

  allot(doge: string, usd: string, slot = 1) {
    const funds = { base: Volume.parse(doge), quote: Quote.parse(usd) }
    return this.governor({ _tag: "FundsAllotted", slot, ...funds, reason: because("free_and_unreserved") })
  }

  refuseEntry(localId: number, rule: Rule, askAgain: "now" | "later" = "later") {
    return this.governor({ _tag: "EntryRefused", slot: 1, localId, askAgain, reason: because(rule) })
  }

  softClose(recoveryId: number) {
    return this.governor({ _tag: "SoftCloseAsked", slot: 1, recoveryId, reason: because("operator_moves_recovery") })
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

  /** Everything but a price, in a market that runs. */
  running(rules: Partial<SlotRules> = {}, doge = "1000", usd = "1000"): this {
    this.send({ _tag: "MarketConfigured", slots: [1], rules: { ...testRules, ...rules }, governed: true })
    this.constraints()
    this.balances(doge, usd)
    this.life("active")
    this.mode("RUNNING")
    return this
  }

  /** Two entries at the exchange around 0.1: a sell (1) and a buy (2). */
  trading(rules: Partial<SlotRules> = {}): this {
    this.running(rules)
    this.price("0.1")
    this.allot("1000", "1000")
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
}
