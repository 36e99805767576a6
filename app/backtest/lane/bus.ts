/**
 * The records of a lane: nothing is written, encoded or kept. What one actor answers is handed to those who hear it, in the order in
 * which a journal would have it.
 */
import {
  type Actor,
  type EventPlace,
  type InForce,
  inForceAfter,
  NOTHING_IN_FORCE,
  putsInForce,
  slotOf
} from "../../../shared/actor/core/actor.ts"
import type { Deferrable } from "../../../shared/actor/core/quiet.ts"
import { type MarketSubjects, type Standing, standingOf } from "../../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Deferred } from "./deferred.ts"

/** More records than this from one input is a loop between actors, not an answer. */
const MAX_PER_INPUT = 10_000

/** One record on its way to those who hear it. */
export interface LaneRecord {
  readonly subject: string
  readonly standing: Standing
  readonly timeMs: number
  readonly events: ReadonlyArray<MarketEvent>
}

/** Whoever folds the lane's records. */
export interface Listener {
  /** Takes the event in; answers go to `bus.answer` in one record for the whole of the event's record. */
  readonly take: (event: MarketEvent, place: EventPlace) => ReadonlyArray<MarketEvent>
  /** Whether it hears events of this tag about this slot; null: about none. Always the same answer. */
  readonly hears: (tag: MarketEvent["_tag"], slot: number | null) => boolean
  /** Of these it takes the newest when it takes something else next, so that it need not be asked at once. */
  readonly defers: Deferrable
  readonly outputSubject: string
}

/** Who hears a fact at once, and whether somebody takes it in later. */
interface Hearers {
  readonly atOnce: ReadonlyArray<Listener>
  readonly later: boolean
}

/** Hands records on. */
export class Bus {
  readonly subjects: MarketSubjects
  seq = 0
  inForce: InForce = NOTHING_IN_FORCE
  private readonly listeners: ReadonlyArray<Listener>
  private readonly deferred: Deferred
  private readonly seen: (event: MarketEvent, record: LaneRecord) => void
  private readonly waiting: Array<LaneRecord> = []
  private readonly hearers = new Map<MarketEvent["_tag"], Map<number | null, Hearers>>()

  /** `seen`: told of each event once everyone has folded its record. */
  constructor(
    subjects: MarketSubjects,
    listeners: ReadonlyArray<Listener>,
    deferred: Deferred,
    seen: (event: MarketEvent, record: LaneRecord) => void
  ) {
    const orders: Array<string> = []
    // Asked for every order fact: made once for each slot.
    this.subjects = { ...subjects, order: (slot) => (orders[slot] ??= subjects.order(slot)) }
    this.listeners = listeners
    this.deferred = deferred
    this.seen = seen
  }

  readonly append = (
    subject: string,
    timeMs: number,
    first: MarketEvent,
    ...more: ReadonlyArray<MarketEvent>
  ): void => {
    this.hand({ subject, standing: standingOf(subject), timeMs, events: [first, ...more] })
    this.drain()
  }

  /** Works off what is waiting, and what is answered to that. */
  drain(): void {
    const { waiting } = this
    for (let answers = 0; answers < waiting.length; answers++) {
      if (answers > MAX_PER_INPUT) throw new Error("the actors answer each other without end")
      const next = waiting[answers]
      if (next !== undefined) this.hand(next)
    }
    waiting.length = 0
  }

  /** What a listener answers to a fact of `timeMs`; handed on by the next `drain`. */
  answer(subject: string, timeMs: number, events: ReadonlyArray<MarketEvent>): void {
    if (events.length > 0) this.waiting.push({ subject, standing: standingOf(subject), timeMs, events })
  }

  /** The place of event `index` of the next record. */
  place(subject: string, { family, slot }: Standing, timeMs: number, index: number): EventPlace {
    const { epoch, rulesVersion } = this.inForce
    return { seq: this.seq, index, subject, family, slot, epoch, rulesVersion, timeMs }
  }

  private hand(record: LaneRecord): void {
    const { subject, standing, timeMs, events } = record
    this.seq++
    const [first] = events
    if (events.length === 1 && first !== undefined && !putsInForce(first._tag)) this.handOne(record, first)
    else {
      const before = this.inForce
      // Of several events in one record each listener takes all before the next one takes any.
      for (const listener of this.listeners) {
        // Its own output: it has folded what led to it.
        if (listener.outputSubject === subject) continue
        this.inForce = before
        let answers: ReadonlyArray<MarketEvent> = NONE
        for (const [index, event] of events.entries()) {
          if (putsInForce(event._tag)) this.inForce = inForceAfter(this.inForce, event)
          if (!listener.hears(event._tag, slotOf(event, standing))) continue
          const told = listener.take(event, this.place(subject, standing, timeMs, index))
          if (told.length > 0) answers = answers.length === 0 ? told : [...answers, ...told]
        }
        this.answer(listener.outputSubject, timeMs, answers)
      }
    }
    for (const event of events) this.seen(event, record)
  }

  /** The same of a record with one event, as nearly all are: only those who hear it are asked. */
  private handOne({ subject, standing, timeMs }: LaneRecord, event: MarketEvent): void {
    const place = this.place(subject, standing, timeMs, 0)
    const { atOnce, later } = this.hearersOf(event, standing)
    if (later) this.deferred.note(event, place)
    for (const listener of atOnce)
      if (listener.outputSubject !== subject) this.answer(listener.outputSubject, timeMs, listener.take(event, place))
  }

  /** Those who hear the event, found once for each tag and slot: what a record costs does not grow with those who do not. */
  private hearersOf(event: MarketEvent, standing: Standing): Hearers {
    const tag = event._tag
    const slot = slotOf(event, standing)
    const ofTag = this.hearers.get(tag) ?? new Map<number | null, Hearers>()
    const known = ofTag.get(slot)
    if (known !== undefined) return known
    const hearing = this.listeners.filter((listener) => listener.hears(tag, slot))
    const atOnce = hearing.filter(({ defers }) => !defers.has(tag))
    const found = { atOnce, later: atOnce.length < hearing.length }
    this.hearers.set(tag, ofTag.set(slot, found))
    return found
  }
}

const NONE: ReadonlyArray<MarketEvent> = []

/** What an actor hears; one that does not say hears everything. */
export const hearing = ({ hears }: Pick<Actor<unknown>, "hears">): Listener["hears"] => hears ?? (() => true)
