/**
 * Whoever looks at every record that can no longer be lost, as it comes: folds of all actors of its own, so that every recorded
 * decision must follow from the recorded inputs; what must hold of slots and governor; the ledger; and the life of every order.
 */
import { Watch } from "../../../app/inProcess/watch.ts"
import { decidersOf } from "../../../app/registry.ts"
import { governorActor } from "../../../services/governor/core/actor.ts"
import { gatewayFold } from "../../../services/order-gateway/core/fold.ts"
import { ledgerActor } from "../../../services/control-plane/core/money/ledgerActor.ts"
import { slotActor } from "../../../services/slot-actor/core/actor.ts"
import { encodeState } from "../../../shared/actor/core/stateText.ts"
import { ActorFold } from "../../../shared/actor/fold.ts"
import { judge } from "../../../shared/actor/core/timeLine.ts"
import { FoldSet } from "../../../shared/actor/foldSet.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { decodeRecord, type StoredRecord } from "../../../shared/events/envelope.ts"
import type { JournalRecord, Snapshot } from "../../../shared/journal/port.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import type { SimulatedExchange } from "../world/exchange.ts"
import type { Actor } from "../../../shared/actor/core/actor.ts"
import type { SimulatedCandles } from "../world/candles/candles.ts"
import { Amendments } from "./amendments.ts"
import { Learnt } from "./beside/candles.ts"
import { Cancels } from "./contract/cancels.ts"
import { Doors } from "./contract/doors.ts"
import { Known } from "./contract/known.ts"
import { Orders } from "./contract/orders.ts"
import { Orphans } from "./contract/orphans.ts"
import { Skews } from "./contract/skews.ts"
import { Entries } from "./entries.ts"
import { Grants } from "./grants.ts"
import { Operators } from "./operators.ts"
import { OrderLives } from "./orderLives.ts"
import { LossDays } from "./lossDays.ts"
import { Prices } from "./prices.ts"
import { Saved } from "./saved.ts"
import { Seals } from "./beside/seals.ts"
import { Starts } from "./starts.ts"
import { Unread } from "./unread.ts"

/** What is looked at: the books alone, or also every rule of slots and governor after every record. */
export type Check = "all" | "books"
/** Both. */
export const CHECKS: ReadonlyArray<Check> = ["all", "books"]

/** The first ones explain the rest. */
const MAX_PROBLEMS = 10

/** The actor without what spares it work: who sleeps through a price, or does not hear of an event, decides otherwise than this one. */
const awake = <State>({ quiet: _quiet, hears: _hears, ...actor }: Actor<State>): Actor<State> => actor

/** Folds and judges over one journal. */
export class Auditor {
  readonly problems: Array<string> = []
  readonly lives: OrderLives
  readonly watch: Watch
  readonly gateway
  readonly governor
  readonly slots
  readonly ledger
  readonly rules: Record<string, number> = {}
  records = 0
  /** The last problem was found at this record. */
  brokenAt = 0
  private readonly check: Check
  private readonly folds: ReadonlyArray<ActorFold<unknown>>
  private readonly hosted: FoldSet<unknown>
  readonly days: LossDays
  readonly starts: Starts
  readonly learnt: Learnt
  readonly cancels = new Cancels()
  private readonly doors: Doors
  private readonly unread: Unread
  private readonly snapshots: Saved
  private readonly seals: Seals
  /** Whoever reads what stands in the journal and is believed: a fact whose time cannot be is written anew, and was never told. */
  private readonly believers: ReadonlyArray<{ readonly take: (record: StoredRecord) => void }>
  /** Whoever reads what stands in the journal and nothing else. */
  private readonly judges: ReadonlyArray<{ readonly take: (record: StoredRecord) => void }>
  private readonly passedOver = new Set<number>()
  private seen = 0

  constructor(
    subjects: MarketSubjects,
    options: {
      readonly check: Check
      readonly slots: number
      readonly openOrderLimit: number
      readonly staleMs: number
      /** No clock of the world is ever wrong. */
      readonly timesAreTrue: boolean
    },
    exchange: () => SimulatedExchange,
    candles: () => SimulatedCandles
  ) {
    this.check = options.check
    const foldOf = <State>(actor: ConstructorParameters<typeof ActorFold<State>>[0]) => new ActorFold(actor, subjects)
    this.slots = Array.from({ length: options.slots }, (_, n) => foldOf(awake(slotActor(n + 1))))
    this.governor = foldOf(governorActor)
    this.gateway = foldOf(gatewayFold)
    const others = decidersOf([]).filter(({ name }) => name !== governorActor.name)
    this.ledger = foldOf(ledgerActor)
    const folds = [...this.slots, this.governor, this.gateway, this.ledger, ...others.map((actor) => foldOf(actor))]
    this.folds = folds as unknown as ReadonlyArray<ActorFold<unknown>>
    this.hosted = new FoldSet(this.folds, new Set())
    const problem = (text: string): void => this.problem(text)
    const { staleMs, timesAreTrue } = options
    const known = new Known()
    this.doors = new Doors(problem, known)
    this.lives = new OrderLives(problem)
    this.days = new LossDays(problem)
    this.starts = new Starts(problem)
    this.unread = new Unread(problem)
    this.snapshots = new Saved(problem, this.folds)
    this.believers = [
      this.lives,
      this.days,
      new Amendments(problem),
      new Grants(problem),
      new Prices(problem, () => exchange().last.price, { staleMs, timesAreTrue }),
      new Entries(problem, timesAreTrue),
      new Operators(problem),
      known,
      new Orders(problem, known),
      new Orphans(problem, known),
      new Skews(problem, known),
      this.doors,
      this.cancels
    ]
    this.seals = new Seals(problem)
    this.learnt = new Learnt(problem, candles, { nowMs: () => exchange().nowMs, timesAreTrue: options.timesAreTrue })
    this.judges = [this.unread, this.snapshots, this.starts, this.seals, this.learnt]
    const venue = {
      get openOrders() {
        return exchange().openCount
      },
      get elsewhere() {
        return exchange().elsewhere
      },
      // Between a fill and the journal's word of it lie messages: the account is compared once all have come.
      told: false
    }
    const { slots, governor } = this
    this.watch = new Watch({ slots, governor, venue, openOrderLimit: options.openOrderLimit, keptBack: true })
  }

  /** Passes over a record that an operator will exclude for everyone. */
  passOver(seq: number, what: string): void {
    this.passedOver.add(seq)
    this.unread.stands(seq, what)
  }

  /** A service has saved a snapshot. */
  saved(snapshot: Snapshot): void {
    if (this.problems.length > 0) return
    this.unread.saved(snapshot)
    this.snapshots.saved(snapshot)
  }

  /** The next record. */
  take(record: JournalRecord): void {
    this.seals.stands(record)
    if (this.problems.length > 0) return
    if (this.passedOver.has(record.seq)) {
      this.noteRest(record.seq)
      return
    }
    this.records++
    this.seen = record.seq
    try {
      const stored = decodeRecord(record)
      if (this.isTimely(stored)) for (const each of this.believers) each.take(stored)
      this.hosted.takeDecoded(stored, record.data)
      this.look(stored)
    } catch (error) {
      this.problem(messageOf(error))
    }
  }

  /** Whether nobody owes an answer after this record. */
  private noteRest(seq: number): boolean {
    const rests = this.folds.every(({ pending }) => pending.length === 0)
    if (rests) this.seals.rested(seq)
    return rests
  }

  private isTimely(stored: StoredRecord): boolean {
    const times = this.folds[0]?.times ?? null
    return times === null || judge(times, stored).untimely === null
  }

  /** Who owes the journal a decision. */
  get owing(): ReadonlyArray<string> {
    return this.folds.filter(({ pending }) => pending.length > 0).map(({ actor }) => actor.name)
  }

  /** Something does not hold. */
  problem(text: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return
    this.brokenAt = this.seen
    this.problems.push(text)
  }

  /** Each actor's state, for a digest of all. */
  get states(): string {
    return encodeState(this.folds.map((fold) => fold.encode()))
  }

  private look(stored: StoredRecord): void {
    for (const event of stored.events) {
      if (event._tag === "NoticeRaised" || event._tag === "ModeChanged") {
        const { rule } = event.reason
        this.rules[rule] = (this.rules[rule] ?? 0) + 1
      }
    }
    for (const each of this.judges) each.take(stored)
    const { watch } = this
    if (this.check === "all") watch.afterRecord(stored)
    else watch.postOnly(stored)
    if (this.noteRest(stored.seq)) {
      watch.atRest(stored.seq, this.ledger.state.ledger)
      this.doors.atRest(stored.seq, this.governor.state.mode.mode)
    }
    for (const text of watch.problems.splice(0)) this.problem(text)
  }
}
