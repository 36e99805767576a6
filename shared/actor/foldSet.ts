/**
 * The folds of one host over one reading of the journal. Records are taken some at a time: each is decoded once, and each fold
 * then takes those that its actor hears, one fold after the other. Folds do not see each other, so this gives what record after
 * record gives; but a fold that works through many records at once is at hand while it does, and of many slots' records nearly
 * all concern one slot.
 */
import type { SlotNumber } from "../core/ids/kinds.ts"
import { decodeRecord, type StoredRecord } from "../events/envelope.ts"
import type { MarketEvent } from "../events/event.ts"
import type { JournalRecord } from "../journal/port.ts"
import { putsInForce, slotOf } from "./core/actor.ts"
import { type ControlView, EVERY_ACTOR, skipKey } from "./control/control.ts"
import { judge, lineAfter, type TimeLine, type Untimely } from "./core/timeLine.ts"
import { type ActorFold, Passing } from "./fold.ts"

/** Takes one record to one fold. */
export type TakeOne<State> = (fold: ActorFold<State>, record: StoredRecord, data: Uint8Array, passing: Passing) => void

const takeOne = <State>(fold: ActorFold<State>, record: StoredRecord, data: Uint8Array, passing: Passing): void =>
  fold.apply(record, data, passing)

/** Records taken at a time: they stay at hand while one fold after the other works through them. */
const BATCH = 256

/** A record, and whom it concerns. */
class Taken extends Passing {
  readonly data: Uint8Array
  /** 1 at the index of a fold that it concerns. */
  readonly touches: Uint8Array
  /** What is known of the exchange's clock after it. */
  readonly times: TimeLine | null

  constructor(
    record: StoredRecord,
    data: Uint8Array,
    untimely: Untimely | null,
    touches: Uint8Array,
    times: TimeLine | null
  ) {
    super(record, untimely)
    this.data = data
    this.touches = touches
    this.times = times
  }
}

/** Who hears events of one tag that are about one slot. */
interface Heard {
  readonly tag: MarketEvent["_tag"] | null
  readonly slot: SlotNumber | null
  readonly hearers: Uint8Array
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
  /** Who hears an event, by its tag and its slot: as many entries as there are tags, times slots for those of a slot. */
  private readonly hearers = new Map<MarketEvent["_tag"], Map<SlotNumber | null, Uint8Array>>()
  /** The newest of them: most events of a market are prices behind prices. */
  private last: Heard = { tag: null, slot: null, hearers: new Uint8Array(0) }

  /** `skipped`: the records that an operator has excluded (`ControlView`). */
  constructor(folds: ReadonlyArray<ActorFold<State>>, skipped: ControlView["skipped"]) {
    this.folds = folds
    this.skipped = skipped
    this.skippedSeqs = new Set([...skipped].map((key) => Number(key.slice(key.lastIndexOf(" ") + 1))))
    this.owners = new Map(folds.map((fold, index) => [fold.outputSubject, index]))
    const behind = folds.reduce<ActorFold<State> | null>(
      (least, fold) => (least === null || fold.seq < least.seq ? fold : least),
      null
    )
    this.times = behind?.times ?? null
    this.timesSeq = behind?.seq ?? 0
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
            this.folds[this.owners.get(record.subject) ?? -1]?.skipOutput(record.seq)
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

  private work(batch: ReadonlyArray<Taken>, upTo: number, how: TakeOne<State>): void {
    for (let index = 0; index < this.folds.length; index++) {
      const fold = this.folds[index]
      if (fold === undefined) continue
      for (const taken of batch) {
        const { record } = taken
        if (taken.touches[index] === 1 && record.seq > fold.seq) how(fold, record, taken.data, taken)
      }
      if (fold.seq > upTo) continue
      fold.skip(upTo)
      fold.times = batch.at(-1)?.times ?? fold.times
    }
  }

  private isSkipped(actor: string, seq: number): boolean {
    return this.skippedSeqs.size > 0 && this.skippedSeqs.has(seq) && this.skipped.has(skipKey(actor, seq))
  }

  private taken(record: StoredRecord, data: Uint8Array): Taken {
    const untimely = this.judged(record)
    return new Taken(record, data, untimely, this.touchedBy(record), this.times)
  }

  /** Those that hear one of the record's events and the one whose output it is, as far as they may take the record. */
  private touchedBy(record: StoredRecord): Uint8Array {
    const { events, subject, seq } = record
    const owner = this.owners.get(subject)
    const shared = this.hearersOf(events[0], record)
    const excluded = this.skippedSeqs.size > 0 && this.skippedSeqs.has(seq)
    if (events.length === 1 && owner === undefined && !excluded) return shared
    const touches = shared.slice()
    for (const event of events) {
      const hearers = this.hearersOf(event, record)
      for (let index = 0; index < touches.length; index++) if (hearers[index] === 1) touches[index] = 1
    }
    if (owner !== undefined) touches[owner] = 1
    if (excluded) {
      for (const [index, { actor }] of this.folds.entries()) if (this.isSkipped(actor.name, seq)) touches[index] = 0
    }
    return touches
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

  private hearersOf(event: MarketEvent, record: StoredRecord): Uint8Array {
    const tag = event._tag
    const slot = slotOf(event, record)
    const { last } = this
    if (last.tag === tag && last.slot === slot) return last.hearers
    const hearers = this.hearersBy(tag, slot)
    this.last = { tag, slot, hearers }
    return hearers
  }

  private hearersBy(tag: MarketEvent["_tag"], slot: SlotNumber | null): Uint8Array {
    const ofTag = this.hearers.get(tag) ?? new Map<SlotNumber | null, Uint8Array>()
    const known = ofTag.get(slot)
    if (known !== undefined) return known
    const found = Uint8Array.from(this.folds, ({ actor: { hears } }) =>
      putsInForce(tag) || hears === undefined || hears(tag, slot) ? 1 : 0
    )
    this.hearers.set(tag, ofTag.set(slot, found))
    return found
  }
}
