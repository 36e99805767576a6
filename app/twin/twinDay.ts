/**
 * One day of the paper twin: a fork that changes nothing, begun in the market's own states and held beside what the market does, record
 * by record. It has the market's journal to hear from and the simulated exchange's engine to trade on, and nothing else.
 */
import { governorActor } from "../../services/governor/core/actor.ts"
import type { GovernorState } from "../../services/governor/core/state.ts"
import type { Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import type { ActorFold } from "../../shared/actor/fold.ts"
import type { ControlView } from "../../shared/actor/control/control.ts"
import { Refold } from "../../shared/actor/refold.ts"
import { utcDayOf, utcDayText } from "../../shared/core/time/utcDay.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { apartBy, figuresOf, pairsOf } from "../fork/compare.ts"
import { onTheWay } from "../fork/fork.ts"
import { ForkedMarket } from "../fork/forkedMarket.ts"
import { Tally } from "../fork/tally.ts"

/** Whose day. */
export interface TwinDayOptions {
  readonly pair: string
  readonly tier: Tier
  readonly slots: ReadonlyArray<number>
  /** Every deciding actor of these slots, each where its snapshot left it. */
  readonly folds: ReadonlyArray<ActorFold<unknown>>
  readonly control: ControlView
  /** It begins after this record at the earliest. */
  readonly beginAt: number
}

/** The market and its twin side by side, as they run. */
interface Beside {
  readonly seq: number
  readonly fromMs: number
  readonly market: Tally
  readonly paper: ForkedMarket
}

/** What came of a day. */
export interface TwinReport {
  /** `2026-11-21`, UTC. */
  readonly day: string
  /** Record and exchange's time after which the twin began, Unix milliseconds; and of the last record of the day. */
  readonly from: number
  readonly fromMs: number
  readonly to: number
  readonly toMs: number
  readonly market: ReturnType<typeof figuresOf>
  readonly paper: ReturnType<typeof figuresOf>
  /** How far apart they are; `orders`: each that filled in one of the two. `recorded` is the market, `simulated` the twin. */
  readonly apart: ReturnType<typeof apartBy> & { readonly orders: ReturnType<typeof pairsOf> }
}

/** Changed in place; records are given in order, from the one after the fold that is farthest behind. */
export class TwinDay {
  private readonly options: TwinDayOptions
  private readonly folds: ReadonlyMap<string, ActorFold<unknown>>
  private readonly hosted: Refold
  private readonly configured: Map<string, MarketEvent>
  private beside: Beside | null = null
  private last = { seq: 0, timeMs: 0 }

  constructor(options: TwinDayOptions) {
    this.options = options
    this.folds = new Map(options.folds.map((fold) => [fold.actor.name, fold]))
    // What does not follow is told by whoever decides, and by `kennel journal verify`.
    this.hosted = new Refold(options.folds, options.control.skipped, () => {})
    this.configured = new Map(options.control.configurations)
  }

  /** Whether the twin runs. */
  get begun(): boolean {
    return this.beside !== null
  }

  /** The next record; gives the day's report with the first record of the next day, and takes no more then. Throws `BuildTooOld`. */
  take(record: JournalRecord): TwinReport | null {
    const seen: Array<StoredRecord> = []
    this.hosted.take([record], (stored) => seen.push(stored))
    const [stored] = seen
    if (stored === undefined) return null
    const { beside } = this
    if (beside !== null && utcDayOf(stored.timeMs) > utcDayOf(beside.fromMs)) return this.report(beside)
    for (const event of stored.events) if (event._tag.endsWith("Configured")) this.configured.set(event._tag, event)
    this.last = { seq: record.seq, timeMs: Math.max(this.last.timeMs, stored.timeMs) }
    if (beside === null) this.begin()
    else {
      beside.market.take(stored)
      beside.paper.take(stored)
    }
    return null
  }

  private begin(): void {
    const { seq, timeMs: nowMs } = this.last
    const { slots, beginAt, pair, tier } = this.options
    if (seq < beginAt || nowMs === 0 || onTheWay(this.folds, slots) !== null) return
    const states = Object.fromEntries([...this.folds].map(([name, fold]) => [name, fold.encode()]))
    const governor = this.folds.get(governorActor.name)?.state as GovernorState
    const configured = [...this.configured.values()]
    const paper = new ForkedMarket({ pair, tier, slots, seq, nowMs, states, governor, configured })
    this.beside = { seq, fromMs: nowMs, market: new Tally(governor, nowMs), paper }
  }

  private report({ seq, fromMs, market, paper }: Beside): TwinReport {
    const orders = pairsOf(market, paper.tally)
    return {
      day: utcDayText(utcDayOf(fromMs)),
      from: seq,
      fromMs,
      to: this.last.seq,
      toMs: this.last.timeMs,
      market: figuresOf(market),
      paper: figuresOf(paper.tally),
      apart: { ...apartBy(orders), orders }
    }
  }
}
