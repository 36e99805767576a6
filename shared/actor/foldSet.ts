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
import { type ActorFold, SharedPlace } from "./fold.ts"

/** Takes one record to one fold. */
export type TakeOne<State> = (
  fold: ActorFold<State>,
  record: StoredRecord,
  data: Uint8Array,
  place: SharedPlace
) => void

const takeOne = <State>(fold: ActorFold<State>, record: StoredRecord, data: Uint8Array, place: SharedPlace): void =>
  fold.apply(record, data, place)

/** Records taken at a time: they stay at hand while one fold after the other works through them. */
const BATCH = 256

/** A decoded record, and whom it concerns: 1 at the index of a fold. */
interface Taken {
  readonly record: StoredRecord
  readonly data: Uint8Array
  readonly touches: Uint8Array
  readonly place: SharedPlace
  /** What is known of the exchange's clock after it. */
  readonly times: TimeLine | null
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
      for (const record of records.slice(at, at + BATCH)) {
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
      for (const { record, data, touches, place } of batch) {
        if (touches[index] === 1 && record.seq > fold.seq) how(fold, record, data, place)
      }
      if (fold.seq > upTo) continue
      fold.skip(upTo)
      fold.times = batch.at(-1)?.times ?? fold.times
    }
  }

  private isSkipped(actor: string, seq: number): boolean {
    return this.skippedSeqs.has(seq) && this.skipped.has(skipKey(actor, seq))
  }

  /** Touched are those that hear one of the record's events and the one whose output it is, as far as they may take the record. */
  private taken(record: StoredRecord, data: Uint8Array): Taken {
    const [first, ...more] = record.events
    const owner = this.owners.get(record.subject)
    const shared = this.hearersOf(first, record)
    const excluded = this.skippedSeqs.has(record.seq)
    const place = new SharedPlace(this.judged(record))
    const { times } = this
    if (more.length === 0 && owner === undefined && !excluded) return { record, data, touches: shared, place, times }
    const touches = shared.slice()
    for (const event of more) {
      const hearers = this.hearersOf(event, record)
      for (let index = 0; index < touches.length; index++) if (hearers[index] === 1) touches[index] = 1
    }
    if (owner !== undefined) touches[owner] = 1
    if (excluded) {
      for (const [index, { actor }] of this.folds.entries())
        if (this.isSkipped(actor.name, record.seq)) touches[index] = 0
    }
    return { record, data, touches, place, times }
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
