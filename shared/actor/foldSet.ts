/**
 * The folds of one host over one reading of the journal. Records are taken some at a time: each is decoded once, and each fold
 * then takes those that its actor hears, one fold after the other. Folds do not see each other, so this gives what record after
 * record gives; but a fold that works through many records at once is at hand while it does, and of many slots' records nearly
 * all concern one slot.
 */
import { decodeRecord, type StoredRecord } from "../events/envelope.ts"
import { NEWEST_RULES } from "../core/rules/versions.ts"
import type { JournalRecord } from "../journal/port.ts"
import { unbelievable } from "./core/believable.ts"
import { type Passed, withPassed } from "./core/quiet.ts"
import { type ControlView, EVERY_ACTOR, skipKey } from "./control/control.ts"
import { judge, lineAfter, type TimeLine, type Untimely } from "./core/timeLine.ts"
import type { ActorFold } from "./fold.ts"
import { Hearers, type Places, union } from "./set/hearers.ts"
import { Passing, Reading } from "./set/passing.ts"
import { QuietFolds } from "./set/quietFolds.ts"

/** Takes one record to one fold. */
export type TakeOne<State> = (fold: ActorFold<State>, record: StoredRecord, data: Uint8Array, passing: Passing) => void

const takeOne = <State>(fold: ActorFold<State>, record: StoredRecord, data: Uint8Array, passing: Passing): void =>
  fold.apply(record, data, passing)

/** Records taken at a time: they stay at hand while one fold after the other works through them. */
const BATCH = 256

/** A record, and whom it concerns. */
class Taken extends Passing {
  readonly data: Uint8Array
  /** The folds that it concerns. */
  readonly places: Places
  /** Of a price or a clock fact that those need not take who are quiet at it: what has passed with it. */
  readonly passed: Passed | null

  constructor(
    record: StoredRecord,
    data: Uint8Array,
    untimely: Untimely | null,
    places: Places,
    passed: Passed | null
  ) {
    super(record, untimely)
    this.data = data
    this.places = places
    this.passed = passed
  }
}

/** Folds that move together. They may begin at different records; nobody else drives them. */
export class FoldSet<State> {
  readonly folds: ReadonlyArray<ActorFold<State>>
  private readonly skipped: ControlView["skipped"]
  private readonly skippedSeqs: ReadonlySet<number>
  private readonly owners: ReadonlyMap<string, number>
  /** What is known of the exchange's clock, and after which record: as the fold that is farthest behind knows it, and on from there. */
  private times: TimeLine | null
  private timesSeq: number
  private readonly hearers: Hearers
  private readonly quiet: QuietFolds
  /** Where all folds stand, and the newest of what has passed among the records decoded so far. */
  private readonly reading = new Reading()
  private passed: Passed | null = null
  /** Those that have taken something since it was last asked. */
  private readonly moved: Set<number>
  /** For each fold, the records of a batch that concern it alone or with others. */
  private readonly queues: ReadonlyArray<Array<Taken>>

  /** `skipped`: the records that an operator has excluded (`ControlView`). */
  constructor(folds: ReadonlyArray<ActorFold<State>>, skipped: ControlView["skipped"]) {
    this.folds = folds
    this.skipped = skipped
    this.skippedSeqs = new Set([...skipped].map((key) => Number(key.slice(key.lastIndexOf(" ") + 1))))
    this.owners = new Map(folds.map((fold, index) => [fold.outputSubject, index]))
    // Neither looks into a state.
    const ofAnyKind = folds as unknown as ReadonlyArray<ActorFold<unknown>>
    this.hearers = new Hearers(ofAnyKind.map(({ actor }) => actor))
    this.quiet = new QuietFolds(ofAnyKind)
    this.moved = new Set(folds.keys())
    this.queues = folds.map(() => [])
    const behind = folds.reduce<ActorFold<State> | null>(
      (least, fold) => (least === null || fold.seq < least.seq ? fold : least),
      null
    )
    this.times = behind?.times ?? null
    this.timesSeq = behind?.seq ?? 0
    for (const fold of folds) fold.join(this.reading)
  }

  /**
   * The next records, each taken to every fold that hears it, has not folded it yet and may. Throws what a fold throws, and what
   * decoding does: every fold then stands before the record that does not decode. `seen`: told of each record that is not excluded
   * for everyone, before anyone folds it.
   */
  take(
    records: ReadonlyArray<JournalRecord>,
    how: TakeOne<State> = takeOne,
    seen?: (record: StoredRecord) => void
  ): void {
    for (let at = 0; at < records.length; at += BATCH) {
      let batch: Array<Taken> = []
      let upTo = 0
      let broken: { readonly error: unknown } | null = null
      const workOff = (): void => {
        if (seen !== undefined) for (const { record } of batch) seen(record)
        this.work(batch, upTo, how)
        batch = []
      }
      const end = Math.min(at + BATCH, records.length)
      for (let index = at; index < end; index++) {
        const record = records[index] as JournalRecord
        try {
          if (!this.isSkipped(EVERY_ACTOR, record.seq)) batch.push(this.taken(decodeRecord(record), record.data))
          else if (this.owners.has(record.subject)) {
            workOff()
            const place = this.owners.get(record.subject) ?? -1
            this.folds[place]?.skipOutput(record.seq)
            this.moved.add(place)
          }
          upTo = record.seq
        } catch (error) {
          broken = { error }
          break
        }
      }
      workOff()
      if (broken !== null) throw broken.error
    }
  }

  /** `take` for one record that is decoded already. */
  takeDecoded(record: StoredRecord, data: Uint8Array): void {
    this.work([this.taken(record, data)], record.seq, takeOne)
  }

  /** Those that have taken a record since this was last asked, in their order; the first time all. */
  takeMoved(): ReadonlyArray<ActorFold<State>> {
    const moved = this.foldsAt([...this.moved].sort((a, b) => a - b))
    this.moved.clear()
    return moved
  }

  private foldsAt(places: Places): ReadonlyArray<ActorFold<State>> {
    return places.flatMap((place) => this.folds[place] ?? [])
  }

  private work(batch: ReadonlyArray<Taken>, upTo: number, how: TakeOne<State>): void {
    const { reading, queues } = this
    const facts = batch.filter(({ passed }) => passed !== null)
    for (const place of union(this.queue(batch), this.quiet.awake(facts.flatMap(({ passed }) => passed ?? [])))) {
      const queue = queues[place]
      if (queue === undefined) continue
      if (this.quiet.has(place)) this.workQuietly(place, queue, facts, how)
      else for (const taken of queue) this.takeTo(place, taken, null, how)
      queue.length = 0
    }
    if (upTo <= reading.seq) return
    reading.seq = upTo
    if (batch.length > 0) reading.times = this.times
    reading.passed = facts.at(-1)?.passed ?? reading.passed
  }

  /** Puts each record into the queues of those that it concerns, whom it returns. */
  private queue(batch: ReadonlyArray<Taken>): Places {
    const { queues } = this
    for (const taken of batch) for (const place of taken.places) queues[place]?.push(taken)
    const [only, more] = batch
    if (only !== undefined && more === undefined) return only.places
    return [...queues.keys()].filter((place) => queues[place]?.length !== 0)
  }

  /** A fold with quiet times takes the records that concern it, and of the facts before and behind each those at which it is not quiet. */
  private workQuietly(
    place: number,
    queue: ReadonlyArray<Taken>,
    facts: ReadonlyArray<Taken>,
    how: TakeOne<State>
  ): void {
    let { passed } = this.reading
    let at = 0
    const takeFacts = (before: number): void => {
      for (let fact = facts[at]; fact?.passed != null && fact.record.seq < before; fact = facts[++at]) {
        if (!this.quiet.staysQuiet(place, fact.passed)) this.takeTo(place, fact, passed, how)
        passed = fact.passed
      }
    }
    for (const taken of queue) {
      takeFacts(taken.record.seq)
      this.takeTo(place, taken, passed, how)
    }
    takeFacts(Number.POSITIVE_INFINITY)
  }

  private takeTo(place: number, taken: Taken, passed: Passed | null, how: TakeOne<State>): void {
    const fold = this.folds[place]
    if (fold === undefined || taken.record.seq <= fold.seq) return
    fold.catchUp(passed)
    this.moved.add(place)
    this.quiet.move(place)
    how(fold, taken.record, taken.data, taken)
  }

  private isSkipped(actor: string, seq: number): boolean {
    return this.skippedSeqs.size > 0 && this.skippedSeqs.has(seq) && this.skipped.has(skipKey(actor, seq))
  }

  private taken(record: StoredRecord, data: Uint8Array): Taken {
    const untimely = this.judged(record)
    const places = this.concernedBy(record)
    const passes = untimely === null && this.mayPass(record)
    return new Taken(record, data, untimely, passes ? this.quiet.without(places) : places, passes ? this.passed : null)
  }

  /** Whether it is a price or a clock fact that can be, and nothing else; what has passed is then told of it. */
  private mayPass(record: StoredRecord): boolean {
    const [event, more] = record.events
    if (more !== undefined || (event._tag !== "PriceObserved" && event._tag !== "ClockTicked")) return false
    if (this.owners.has(record.subject) || this.skippedSeqs.has(record.seq)) return false
    if (unbelievable(event, { epoch: 0, rulesVersion: NEWEST_RULES }) !== null) return false
    this.passed = withPassed(this.passed, event, record)
    return true
  }

  /** Those that hear one of the record's events and the one whose output it is, as far as they may take the record. */
  private concernedBy(record: StoredRecord): Places {
    const { events, subject, seq } = record
    const owner = this.owners.get(subject)
    let places = this.hearers.of(events[0], record)
    for (let index = 1; index < events.length; index++) {
      const event = events[index]
      if (event !== undefined) places = union(places, this.hearers.of(event, record))
    }
    if (owner !== undefined) places = union(places, [owner])
    if (!this.skippedSeqs.has(seq)) return places
    return places.filter((place) => !this.isSkipped(this.folds[place]?.actor.name ?? EVERY_ACTOR, seq))
  }

  /** What is wrong with the record's time; what it tells of the exchange's clock is known from here on. */
  private judged(record: StoredRecord): Untimely | null {
    if (record.seq <= this.timesSeq) return null
    this.timesSeq = record.seq
    const before = this.times
    const { line, untimely } = before === null ? { line: null, untimely: null } : judge(before, record)
    this.times = record.family === "control" ? record.events.reduce(lineAfter, line) : line
    return untimely
  }
}
