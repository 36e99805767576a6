/** What an actor is: a pure fold of the market's journal. Everything else (reading, publishing, snapshots, recovery) is the runtime's. */
import type { SlotNumber } from "../../core/ids/kinds.ts"
import { type Standing, standingOf } from "../../core/ids/subjects.ts"
import { FIRST_RULES, NEWEST_RULES } from "../../core/rules/versions.ts"
import type { MarketEvent } from "../../events/event.ts"
import { unbelievable } from "./believable.ts"
import type { Quietness } from "./quiet.ts"
import type { Untimely } from "./timeLine.ts"
import { decodeState, encodeState } from "./stateText.ts"

/** What the control records have put in force up to a place of the journal. */
export interface InForce {
  /** The epoch; 0 before the first. */
  readonly epoch: number
  /** The version of the rules (`shared/core/rules/versions.ts`). */
  readonly rulesVersion: number
}

/** Before the first record. */
export const NOTHING_IN_FORCE: InForce = { epoch: 0, rulesVersion: FIRST_RULES }

/** Whether an event of this tag changes what is in force. */
export const putsInForce = (tag: MarketEvent["_tag"]): boolean => tag === "EpochRaised" || tag === "RulesAdopted"

/** What is in force from this event on. Both only rise: two processes may have written at once, each not having seen the other. */
export const inForceAfter = (before: InForce, event: MarketEvent): InForce => {
  if (event._tag === "EpochRaised") {
    return unbelievable(event, before) === null ? { ...before, epoch: Math.max(before.epoch, event.epoch) } : before
  }
  return event._tag === "RulesAdopted" ? { ...before, rulesVersion: Math.max(before.rulesVersion, event.to) } : before
}

/** Where an event stands, what is in force there, and when it happened. */
export interface EventPlace extends Standing, InForce {
  /** Sequence of its record. */
  readonly seq: number
  /** Its index in the record. */
  readonly index: number
  readonly subject: string
  /** Unix milliseconds of the exchange's clock. */
  readonly timeMs: number
  /** That time cannot be: the record changes nothing. */
  readonly untimely?: Untimely
}

/** The place of event `index` of a record, under the epoch and the rules in force there. */
export const placeIn = (
  { seq, subject, timeMs, family, slot }: Pick<EventPlace, "seq" | "subject" | "timeMs" | keyof Standing>,
  index: number,
  { epoch, rulesVersion }: InForce
): EventPlace => ({ seq, index, subject, family, slot, epoch, rulesVersion, timeMs })

/** The slot that an event is about: the one it names, else the one on whose subject it stands; null: no slot. */
export const slotOf = (event: MarketEvent, { slot }: Pick<Standing, "slot">): SlotNumber | null =>
  // Looked up once instead of asked for with `in`: for events of many shapes that takes nearly three times as long.
  (event as { readonly slot?: SlotNumber }).slot ?? slot

/** What one event leads to. */
export interface Step<State> {
  readonly state: State
  /** In the order in which they are to be written; usually empty. */
  readonly outputs: ReadonlyArray<MarketEvent>
}

/** A pure fold of the market's journal, with what a runtime must know of it. */
export interface Actor<State> {
  /** One subject token, unique in the market: `slot-1`. */
  readonly name: string
  /**
   * The shape of the state: a snapshot of another shape is not read. What the actor decides changes with the version of the
   * rules instead, which the journal names (`EventPlace.rulesVersion`).
   */
  readonly version: string
  readonly initial: State
  /** Pure: the same state, event and place give the same step, for ever. May throw only on a bug, which halts the market. */
  readonly reduce: (state: State, event: MarketEvent, place: EventPlace) => Step<State>
  /**
   * Which events can change the state or be answered, by tag and by the slot they are about (`slotOf`). Where it says false,
   * `reduce` gives back the very state and no outputs, so a host need not ask. Left out: the actor hears everything.
   */
  readonly hears?: (tag: MarketEvent["_tag"], slot: SlotNumber | null) => boolean
  /** Of an actor of one slot: that slot. Of any other slot it hears what it hears of none. */
  readonly slot?: SlotNumber
  /** Which prices and clock facts a host may keep from it, and how they are made up for. Left out: it folds each. */
  readonly quiet?: Quietness<State>
  /** Text form of the state for snapshots and hashes: equal states give equal text. */
  readonly encode: (state: State) => string
  readonly decode: (text: string) => State
}

/** A place by its subject, where there is no record to take it from; under the newest rules where none are named. */
export const placeAt = (
  place: Omit<EventPlace, keyof Standing | "rulesVersion"> & Partial<Pick<EventPlace, "rulesVersion">>
): EventPlace => ({
  rulesVersion: NEWEST_RULES,
  ...place,
  ...standingOf(place.subject)
})

/** A state written down in another form than it is folded in: what has been recorded does not change when the fold does. */
export interface TextForm<State, Written> {
  readonly of: (state: State) => Written
  readonly read: (written: Written) => State
}

const NO_OUTPUTS: ReadonlyArray<MarketEvent> = []

/**
 * An actor whose state is plain data, or is written down as such: its text form is `stateText.ts`'s. A fact that cannot be
 * (`believable.ts`, `timeLine.ts`) changes nothing, whatever its reducer; `tellUnbelieved` may say so.
 */
export const defineActor = <State, Written = State>({
  text,
  tellUnbelieved,
  ...actor
}: Omit<Actor<State>, "encode" | "decode"> & {
  readonly text?: TextForm<State, Written>
  /** What the actor says of a fact that changes nothing because of `problem`. Left out: nothing. */
  readonly tellUnbelieved?: (event: MarketEvent, problem: string) => ReadonlyArray<MarketEvent>
}): Actor<State> => ({
  ...actor,
  reduce: (state, event, place) => {
    const { untimely } = place
    const problem = untimely?.problem ?? unbelievable(event, place)
    if (problem === null) return actor.reduce(state, event, place)
    const told = untimely === undefined || (untimely.tell && place.index === 0)
    return { state, outputs: (told ? tellUnbelieved?.(event, problem) : undefined) ?? NO_OUTPUTS }
  },
  encode: text === undefined ? encodeState : (state) => encodeState(text.of(state)),
  decode: text === undefined ? decodeState<State> : (written) => text.read(decodeState<Written>(written))
})

/** The actor beside others of another kind: whoever runs it leaves its state to the actor itself. */
export const ofAnyKind = <State>(actor: Actor<State>): Actor<unknown> => actor as unknown as Actor<unknown>
