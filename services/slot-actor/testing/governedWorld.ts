/** A slot between an exchange and a governor, both drawn at random, for property tests: what each may do, and what it then has. */
import * as fc from "fast-check"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
import { RULES, World } from "./slotWorld.ts"
import { GovernedSlot } from "./governedSlot.ts"

/** A market that stands still and a slot that goes trade little: most of the time neither happens. */
const RUNNING_MOSTLY: ReadonlyArray<Mode> = [...Array<Mode>(9).fill("RUNNING"), "STARTING", "PAUSED", "HALTED"]
const ACTIVE_MOSTLY = [...Array<"active">(9).fill("active"), "retiring"] as const

/** What a governor may say, and what the gateway may answer to an amendment. */
export const governorCommand = fc.oneof(
  { weight: 16, arbitrary: fc.record({ do: fc.constant("grant" as const), pick: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("refuse" as const),
      pick: fc.nat(3),
      askAgain: fc.constantFrom("now" as const, "later" as const)
    })
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant("allot" as const), doge: fc.nat(400), usd: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("mode" as const),
      mode: fc.constantFrom<Mode>(...RUNNING_MOSTLY)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("softClose" as const), pick: fc.nat(3) })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("amendAnswer" as const), accepted: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("life" as const),
      life: fc.constantFrom(...ACTIVE_MOSTLY)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("sizing" as const),
      effectiveLayers: fc.nat(20),
      skew: fc.constantFrom(-0.2, 0, 0.2),
      favouredMultiplier: fc.constantFrom(1, 1.4)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("targets" as const), runtimeProfitPct: fc.constantFrom(null, 1, 4) })
  }
)
export type GovernorCommand = typeof governorCommand extends fc.Arbitrary<infer A> ? A : never

/** Entries reach the exchange only when they are granted; those that were withdrawn meanwhile never do. */
export class GovernedWorld extends World<GovernedSlot> {
  /** Entries without a grant, and whether the slot still wants them. */
  readonly held = new Map<number, { readonly request: EventOf<"OrderRequested">; wanted: boolean }>()
  private readonly amendments: Array<EventOf<"AmendRequested">> = []
  /** The slot has asked for funds at least once since it was last told. */
  asked = false

  constructor(reentryBaseCooldownSec: number) {
    super(new GovernedSlot().running({ ...RULES, reentryBaseCooldownSec, maxRecoverySlots: 1 }))
  }

  govern(next: GovernorCommand): void {
    const { slot } = this
    switch (next.do) {
      case "grant":
        return this.grant(this.nth(next.pick))
      case "refuse":
        return this.refuse(this.nth(next.pick), next.askAgain)
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
      for (const localId of this.held.keys()) this.refuse(localId, "later")
    }
  }

  protected override hear(outputs: ReadonlyArray<MarketEvent>): void {
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

  private refuse(localId: number | undefined, askAgain: "now" | "later"): void {
    const entry = localId === undefined ? undefined : this.held.get(localId)
    if (localId === undefined || entry === undefined) return
    this.held.delete(localId)
    this.after(() => this.slot.refuseEntry(localId, entry.wanted ? "starting" : "withdrawn", askAgain))
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
}
