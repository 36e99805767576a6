/** What actors decide at each record of a journal, whatever is recorded of their decisions: for comparing two builds, or two settings. */
import { messageOf } from "../core/messageOf.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { encodeText, type StoredRecord } from "../events/envelope.ts"
import type { MarketEvent } from "../events/event.ts"
import { ActorFold } from "./fold.ts"
import { type Actor, type InForce, inForceAfter, NOTHING_IN_FORCE, placeIn, slotOf } from "./core/actor.ts"

/** The states after record `seq`, by actor, as `ActorFold.encode` gives them. */
export interface DeciderStart {
  readonly seq: number
  readonly states: Readonly<Record<string, string>>
}

/** The decisions of one build under one set of settings. Mutable: driven record by record. */
export class Decider {
  private readonly folds: Array<{ readonly actor: Actor<unknown>; readonly own: string; state: unknown }>
  private inForce: InForce = NOTHING_IN_FORCE
  private readonly seen: (event: MarketEvent) => MarketEvent

  /**
   * `seen`: an event as these actors are to see it; the recorded one when left out. `start`: what a piece of a journal begins with; null:
   * it begins with the first record of all. Throws an Error where an actor does not read its state there.
   */
  constructor(
    actors: ReadonlyArray<Actor<unknown>>,
    subjects: MarketSubjects,
    seen: (event: MarketEvent) => MarketEvent = (event) => event,
    start: DeciderStart | null = null
  ) {
    this.folds = actors.map((actor) => {
      const fold = new ActorFold(actor, subjects)
      const text = start?.states[actor.name]
      if (text !== undefined) {
        fold.restore(text, start?.seq ?? 0)
        this.inForce = fold.inForce
      }
      return { actor, own: subjects.out(actor.name), state: fold.state }
    })
    this.seen = seen
  }

  /** What each actor answers to the record, as the text that it would write; one that answers nothing is left out. */
  take(record: StoredRecord): ReadonlyMap<string, string> {
    const answers = new Map<string, string>()
    const events = record.events.map(this.seen)
    const inForce = events.map((event) => (this.inForce = inForceAfter(this.inForce, event)))
    for (const fold of this.folds) {
      if (record.subject === fold.own) continue
      const outputs: Array<MarketEvent> = []
      try {
        for (const [index, event] of events.entries()) {
          if (fold.actor.hears?.(event._tag, slotOf(event, record)) === false) continue
          const step = fold.actor.reduce(fold.state, event, placeIn(record, index, inForce[index] ?? this.inForce))
          fold.state = step.state
          outputs.push(...step.outputs)
        }
        const [first, ...more] = outputs
        if (first === undefined) continue
        const { epoch } = this.inForce
        const envelope = { epoch, timeMs: record.timeMs, writer: fold.actor.name, cause: record.seq }
        answers.set(fold.actor.name, encodeText({ ...envelope, events: [first, ...more] }))
      } catch (error) {
        answers.set(fold.actor.name, `cannot fold it: ${messageOf(error)}`)
      }
    }
    return answers
  }
}

/** An actor that answers otherwise; null: it answers nothing. */
export interface OtherAnswer {
  readonly actor: string
  readonly a: string | null
  readonly b: string | null
}

/** The first actor that answers otherwise in `b` than in `a`; null: none does. */
export const otherAnswer = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): OtherAnswer | null => {
  for (const actor of new Set([...a.keys(), ...b.keys()])) {
    const [left = null, right = null] = [a.get(actor), b.get(actor)]
    if (left !== right) return { actor, a: left, b: right }
  }
  return null
}
