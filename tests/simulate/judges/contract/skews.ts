/** Skews, held to the rebalancer's rules (contract, §9): how large, how fast, how often, and from what they say was there. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Known } from "./known.ts"

const SLACK = 1e-9

/** Every skew, with the one before. */
export class Skews {
  private readonly problem: (text: string) => void
  private readonly known: Known
  private last: { readonly skew: number; readonly atMs: number } | null = null

  constructor(problem: (text: string) => void, known: Known) {
    this.problem = problem
    this.known = known
  }

  take({ seq, cause, events }: StoredRecord): void {
    if (cause === null) return
    for (const event of events) {
      if (event._tag === "SkewDecided")
        for (const text of this.problemsOf(event, cause))
          this.problem(`record ${seq}: a skew of ${event.skew}: ${text}`)
      else if (event._tag === "SizingSet") this.sizing(seq, cause, event)
    }
  }

  private problemsOf({ skew, reason: { numbers } }: EventOf<"SkewDecided">, cause: number): ReadonlyArray<string> {
    const { events, leastNowMs, mostNowMs, price } = this.known
    const rules = events.RebalancerConfigured.at(cause)?.rules
    const [before, balances, market] = [this.last, events.BalancesObserved.at(cause), price.at(cause)]
    this.last = { skew, atMs: leastNowMs.at(cause) ?? 0 }
    if (rules === undefined || balances === null || market === null)
      return ["nobody has rules, a price and an account for it"]
    const { maxSkew, maxSkewStep, intervalSec } = rules
    const sinceSec = before === null ? null : ((mostNowMs.at(cause) ?? 0) - before.atMs) / 1_000
    const worth = Quote.toNumber(balances.quote.total) + Volume.toNumber(balances.base.total) * market
    const idle = Quote.toNumber((balances.quote.total - balances.quote.hold) as Quote) / worth
    const step = Math.abs(skew - (before?.skew ?? 0))
    const band = events.CapacityBandChanged.at(cause)?.band ?? "normal"
    return [
      ...(Math.abs(skew) <= maxSkew + SLACK ? [] : [`${maxSkew} is the most`]),
      // What is silenced, or has no room, is none at once.
      ...(skew === 0 || step <= maxSkewStep + SLACK
        ? []
        : [`it was ${before?.skew ?? 0}, and ${maxSkewStep} is the largest step`]),
      ...(sinceSec === null || sinceSec >= intervalSec
        ? []
        : [`${sinceSec} s after the one before, and ${intervalSec} s are meant`]),
      ...(band === "normal" || skew === 0 ? [] : [`the room for orders is in the band ${band}`]),
      ...(worth <= 0 || Math.abs(Number(numbers["idleRatio"]) - idle) <= SLACK
        ? []
        : [`it says that ${numbers["idleRatio"]} lie idle, and ${idle} do`])
    ]
  }

  /** What the sizes follow is the last skew that was decided. */
  private sizing(seq: number, cause: number, { skew, favouredMultiplier }: EventOf<"SizingSet">): void {
    const { events } = this.known
    const decided = events.SkewDecided.at(cause)?.skew ?? 0
    if (skew !== decided) this.problem(`record ${seq}: sizes by a skew of ${skew}, and ${decided} was decided`)
    const rules = events.GovernorConfigured.at(cause)?.rules
    if (rules === undefined) return
    const meant = skew === 0 ? 1 : Math.min(rules.maxSizeMultiplier, 1 + Math.abs(skew) * rules.skewSensitivity)
    if (Math.abs(favouredMultiplier - meant) > SLACK)
      this.problem(`record ${seq}: the favoured side is ${favouredMultiplier} times as large, and ${meant} is meant`)
  }
}
