/** A governor told event by event, so that a test reads as a trader would tell it. Every event checks the governor's invariants. */
import { placeAt, type EventPlace } from "../../../shared/actor/core/actor.ts"
import { GOVERNOR_RULES } from "../../../shared/config/rules/governor.ts"
import { DEFAULT_SLOT_RULES } from "../../../shared/config/rules/slot.ts"
import { defaultsOf } from "../../../shared/config/table.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import type { GovernorRules, SlotRules } from "../../../shared/events/families/control.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { marketSubjects, slotActor } from "../../../shared/core/ids/subjects.ts"
import { governorActor } from "../core/actor.ts"
import { governorViolations } from "../core/invariants.ts"
import type { GovernorState } from "../core/state.ts"
import { NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import type { Rule } from "../../../shared/core/rules/rules.ts"

const subjects = marketSubjects("XDGUSD")

/** Two days and an hour after 1970 began: no rule depends on the year. */
export const START_MS = 2 * 86_400_000 + 3_600_000

export const testSlotRules: SlotRules = DEFAULT_SLOT_RULES

/** Rules with a limit of 80 open orders, so that the safe cap is 60; the rest at the defaults. */
export const testRules = (change: Partial<GovernorRules> = {}): GovernorRules => ({
  ...defaultsOf(GOVERNOR_RULES),
  openOrderLimit: 80,
  ...change
})

export class GovernorStory {
  /** In force from the next event on. */
  rulesVersion: number
  readonly subjects = subjects
  state: GovernorState = governorActor.initial
  nowMs = START_MS
  private seq = 0
  private commands = 0
  /** The outputs of the last event told. */
  said: ReadonlyArray<MarketEvent> = []
  /** Every event told since the beginning, and where it stood. */
  readonly told: Array<{ readonly event: MarketEvent; readonly place: EventPlace }> = []
  /** Every output since the beginning. */
  readonly everything: Array<MarketEvent> = []

  /** Governed by this version of the rules. */
  constructor(rulesVersion: number = NEWEST_RULES) {
    this.rulesVersion = rulesVersion
  }

  /** Tells one event on a subject; several told after each other stand in records of their own. */
  tell(subject: string, event: MarketEvent): this {
    const { rulesVersion, nowMs: timeMs } = this
    const place = placeAt({ seq: ++this.seq, index: 0, subject, epoch: 1, rulesVersion, timeMs })
    this.told.push({ event, place })
    const step = governorActor.reduce(this.state, event, place)
    this.state = step.state
    this.said = step.outputs
    this.everything.push(...step.outputs)
    const violations = [...governorViolations(this.state), ...this.state.mode.violations]
    if (violations.length > 0) throw new Error(`after ${event._tag}: ${violations.join("; ")}`)
    return this
  }

  configure(
    rules: Partial<GovernorRules> = {},
    slots: ReadonlyArray<number> = [1, 2, 3],
    fittedIntervals: ReadonlyArray<number> = []
  ): this {
    this.tell(subjects.control("test"), {
      _tag: "EpochRaised",
      epoch: 1,
      service: "kennel up",
      reason: "start",
      watchesOrders: true,
      fitsModels: true
    })
    this.tell(subjects.control("test"), { _tag: "GovernorConfigured", rules: testRules(rules), fittedIntervals })
    return this.tell(subjects.control("test"), { _tag: "MarketConfigured", slots, rules: testSlotRules })
  }

  /** The exchange's terms; the defaults have a maker fee of 0.25 %. */
  terms(makerPct = 0.25): this {
    this.tell(subjects.account, {
      _tag: "ConstraintsObserved",
      priceDecimals: 6,
      volumeDecimals: 8,
      minVolume: Volume.parse("13"),
      minCost: Quote.parse("0.5"),
      status: "online"
    })
    return this.tell(subjects.account, { _tag: "FeesObserved", makerPct, takerPct: 0.4 })
  }

  balances(doge: string, usd: string, hold: { readonly doge?: string; readonly usd?: string } = {}): this {
    return this.tell(subjects.account, {
      _tag: "BalancesObserved",
      base: { total: Volume.parse(doge), hold: Volume.parse(hold.doge ?? "0") },
      quote: { total: Quote.parse(usd), hold: Quote.parse(hold.usd ?? "0") }
    })
  }

  reconciled(missed = 0): this {
    const numbers = { openOrders: 0, missed, foreignOrders: 0, windowStartMs: 0 }
    return this.tell(subjects.account, { _tag: "AccountReconciled", ...numbers })
  }

  price(text: string): this {
    const last = Price.parse(text)
    return this.tell(subjects.price, { _tag: "PriceObserved", last, bid: last, ask: last })
  }

  clock(priceAgeSec: number | null = 1): this {
    return this.tell(subjects.clock, { _tag: "ClockTicked", priceAgeSec })
  }

  /** Time passes; a tick of the clock says so, with a price as fresh as told. */
  after(seconds: number, priceAgeSec: number | null = 1): this {
    this.nowMs += seconds * 1_000
    return this.clock(priceAgeSec)
  }

  /** To the beginning of the next loop. */
  nextLoop(): this {
    const loopMs = 30_000
    return this.after((loopMs - (this.nowMs % loopMs)) / 1_000)
  }

  /** A market that runs: everything known, every slot answered. */
  running(
    rules: Partial<GovernorRules> = {},
    slots: ReadonlyArray<number> = [1, 2, 3],
    fittedIntervals: ReadonlyArray<number> = []
  ): this {
    this.configure(rules, slots, fittedIntervals).terms().balances("100000", "100000").price("0.1").reconciled()
    // A first training is waited for a minute at most.
    if (fittedIntervals.length > 0) this.after(61).price("0.1")
    for (const slot of slots) this.slot(slot, refusal("entry_A", "cooldown"))
    return this.after(31)
  }

  /** What a slot decides. */
  slot(slot: number, event: MarketEvent): this {
    return this.tell(subjects.out(slotActor(slot)), event)
  }

  /** What the exchange said of a slot's order. */
  order(slot: number, event: MarketEvent): this {
    return this.tell(subjects.order(slot), event)
  }

  account(event: MarketEvent): this {
    return this.tell(subjects.account, event)
  }

  control(event: MarketEvent): this {
    return this.tell(subjects.control("test"), event)
  }

  command(command: Command): this {
    const commandId = `c${++this.commands}`
    return this.tell(subjects.command(commandId), {
      _tag: "CommandIssued",
      commandId,
      author: "test",
      command,
      preview: []
    })
  }

  /** Opens `count` orders at the exchange: exits of slot 9, which ask for no grant. */
  openOrders(count: number, firstId = 1_000): this {
    for (let n = 0; n < count; n++) {
      this.slot(9, request(firstId + n, { role: "exit", volume: "20", price: "0.2" }))
      this.order(9, accepted(firstId + n))
    }
    return this
  }

  /** The events of one kind that the last event led to. */
  heard<Tag extends MarketEvent["_tag"]>(tag: Tag): ReadonlyArray<EventOf<Tag>> {
    return this.said.filter((event): event is EventOf<Tag> => event._tag === tag)
  }

  /** All events of one kind since the beginning. */
  ever<Tag extends MarketEvent["_tag"]>(tag: Tag): ReadonlyArray<EventOf<Tag>> {
    return this.everything.filter((event): event is EventOf<Tag> => event._tag === tag)
  }

  get mode(): string {
    const { mode, reason } = this.state.mode
    return `${mode} ${reason?.rule ?? ""}`.trim()
  }

  /** What became of the last entry asked for: `granted`, `deferred loop_cap`, `refused paused`. */
  get verdict(): string {
    const last = this.said.find(
      ({ _tag }) => _tag === "EntryGranted" || _tag === "EntryDeferred" || _tag === "EntryRefused"
    )
    if (last?._tag === "EntryGranted") return "granted"
    if (last?._tag === "EntryDeferred") return `deferred ${last.reason.rule}`
    return last?._tag === "EntryRefused" ? `refused ${last.reason.rule}` : "nothing"
  }
}

/** A request of 20 DOGE: a buy a little below 0.1, unless told otherwise. */
export const request = (
  localId: number,
  {
    side = "buy",
    role = "entry",
    price = side === "buy" ? "0.0998" : "0.1002",
    volume = "20"
  }: {
    readonly side?: "buy" | "sell"
    readonly role?: "entry" | "exit"
    readonly price?: string
    readonly volume?: string
  } = {}
): EventOf<"OrderRequested"> => ({
  _tag: "OrderRequested",
  localId,
  side,
  role,
  tradeId: (side === "buy") === (role === "entry") ? "B" : "A",
  cycle: 1,
  price: Price.parse(price),
  volume: Volume.parse(volume),
  postOnly: true,
  layers: 0,
  reason: { rule: side === "buy" ? "bootstrap_B" : "bootstrap_A", numbers: {} }
})

export const refusal = (
  what: EventOf<"DecisionRefused">["what"],
  rule: Rule,
  numbers: EventOf<"DecisionRefused">["reason"]["numbers"] = {}
): EventOf<"DecisionRefused"> => ({
  _tag: "DecisionRefused",
  what,
  unfunded: rule === "insufficient_funds",
  reason: { rule, numbers }
})

export const wanted = (what: "bootstrap" | "repair"): EventOf<"FundsWanted"> => ({
  _tag: "FundsWanted",
  what,
  reason: { rule: "no_orders", numbers: {} }
})

const identity = (localId: number) => ({ clientId: `k${localId}`, localId, txid: `T${localId}` })

export const accepted = (localId: number): EventOf<"OrderAccepted"> => ({ _tag: "OrderAccepted", ...identity(localId) })

/** The order's end with this much of it filled at 0.1. */
export const ended = (
  tag: "OrderFilled" | "OrderCancelled",
  localId: number,
  volume: string,
  fee = "0.005"
): EventOf<"OrderFilled" | "OrderCancelled"> => {
  const filled = Volume.parse(volume)
  const totals = {
    price: Price.parse("0.1"),
    volume: filled,
    cost: Quote.parse(String(Number(volume) / 10)),
    fee: Quote.parse(filled === 0n ? "0" : fee)
  }
  return tag === "OrderFilled"
    ? { _tag: tag, ...identity(localId), ...totals }
    : { _tag: tag, ...identity(localId), ...totals, cause: "User requested" }
}

/** A fill of this much at 0.1, taken as a maker; the order itself goes on. */
export const fill = (localId: number, volume: string, fee = "0.005"): EventOf<"FillRecorded"> => ({
  ...ended("OrderFilled", localId, volume, fee),
  _tag: "FillRecorded",
  execId: `E${localId}-${volume}`,
  liquidity: "maker"
})

/** The slot asks an order back. */
export const takenBack = (localId: number): EventOf<"CancelRequested"> => ({
  _tag: "CancelRequested",
  localId,
  recoveryId: null,
  reason: { rule: "stale_entry", numbers: {} }
})

export const orphaned = (localId: number, recoveryId: number): EventOf<"ExitOrphaned"> => ({
  _tag: "ExitOrphaned",
  localId,
  recoveryId,
  tradeId: "B",
  cycle: 1,
  reason: { rule: "s1_timeout", numbers: {} }
})

/** A cycle that earned `net`, booked now. */
export const cycle = (net: string, exitMs: number): EventOf<"CycleBooked"> => ({
  _tag: "CycleBooked",
  kind: "closed",
  tradeId: "B",
  cycle: 1,
  entryPrice: Price.parse("0.1"),
  exitPrice: Price.parse("0.101"),
  volume: Volume.parse("20"),
  gross: Quote.parse(net),
  fees: Quote.zero,
  net: Quote.parse(net),
  entryMs: exitMs - 60_000,
  exitMs,
  fromRecovery: false,
  standIn: null,
  reason: { rule: "exit_filled", numbers: {} }
})
