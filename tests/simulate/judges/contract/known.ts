/**
 * What whoever decides had heard by a record. A decision names the record that it answers (`cause`) and knows nothing of what stands behind
 * that: a judge that takes the newest would find faults where only the answer was long on its way.
 */
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"

/** Facts kept of each kind: an answer is behind its cause by seconds, or by as long as its service was down. */
const KEPT = 10_000

/** Facts of one kind, each from its record on until the next. */
export class Since<A> {
  private readonly facts: Array<{ readonly from: number; readonly is: A }> = []

  /** From this record on it is so. */
  set(from: number, is: A): void {
    this.facts.push({ from, is })
    if (this.facts.length > KEPT) this.facts.splice(0, KEPT / 2)
  }

  /** How it was after this record; null: nothing was known. */
  at(seq: number): A | null {
    return this.facts.findLast(({ from }) => from <= seq)?.is ?? null
  }
}

/** The newest of every fact that a rule of the contract asks for. */
export class Known {
  /** USD per DOGE. */
  readonly price = new Since<number>()
  /** The largest time that the feed has told: nobody's now is before it. */
  readonly leastNowMs = new Since<number>()
  /** The largest time of any record: nobody's now is behind it. */
  readonly mostNowMs = new Since<number>()
  readonly rulesVersion = new Since<number>()
  readonly events: { readonly [T in Kept]: Since<EventOf<T>> } = {
    MarketConfigured: new Since(),
    GovernorConfigured: new Since(),
    RebalancerConfigured: new Since(),
    ConstraintsObserved: new Since(),
    BalancesObserved: new Since(),
    TargetsSet: new Since(),
    SizingSet: new Since(),
    CapacityBandChanged: new Since(),
    SkewDecided: new Since(),
    ModeChanged: new Since()
  }

  take({ seq, timeMs, family, events }: StoredRecord): void {
    if ((family === "price" || family === "clock") && timeMs > (this.leastNowMs.at(seq) ?? 0))
      this.leastNowMs.set(seq, timeMs)
    if (timeMs > (this.mostNowMs.at(seq) ?? 0)) this.mostNowMs.set(seq, timeMs)
    for (const event of events) {
      if (event._tag === "PriceObserved") this.price.set(seq, Price.toNumber(event.last))
      else if (event._tag === "RulesAdopted")
        this.rulesVersion.set(seq, Math.max(event.to, this.rulesVersion.at(seq) ?? 0))
      else if (isKept(event)) (this.events[event._tag] as Since<MarketEvent>).set(seq, event)
    }
  }
}

type Kept =
  | "MarketConfigured"
  | "GovernorConfigured"
  | "RebalancerConfigured"
  | "ConstraintsObserved"
  | "BalancesObserved"
  | "TargetsSet"
  | "SizingSet"
  | "CapacityBandChanged"
  | "SkewDecided"
  | "ModeChanged"

const KINDS: ReadonlySet<string> = new Set([
  ...(["MarketConfigured", "GovernorConfigured", "RebalancerConfigured", "ConstraintsObserved"] as const),
  ...(["BalancesObserved", "TargetsSet", "SizingSet", "CapacityBandChanged", "SkewDecided", "ModeChanged"] as const)
])
const isKept = (event: MarketEvent): event is EventOf<Kept> => KINDS.has(event._tag)
