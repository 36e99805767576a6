/**
 * Dispatch: which event leads to which handler. A table by tag says what an actor hears; whatever stands in no table changes
 * nothing. A family that is named as heard whole must have every one of its tags in the table, so that a new event of that
 * family does not compile until its hearers have said what it means to them.
 */
import type { EventOf, Family, MarketEvent, TagOf } from "../../events/event.ts"
import type { EventPlace } from "./actor.ts"

type Tag = MarketEvent["_tag"]

/** What one event does to a subject: a state that is replaced, or a draft that is changed. */
export type Handler<Subject, Result, T extends Tag> = (subject: Subject, event: EventOf<T>, place: EventPlace) => Result

/** The table of an actor: every tag of the families it hears whole, and any others it picks. */
export type Handlers<Subject, Result, Whole extends Family = never> = {
  readonly [T in TagOf<Whole>]: Handler<Subject, Result, T>
} & {
  readonly [T in Exclude<Tag, TagOf<Whole>>]?: Handler<Subject, Result, T>
}

/** The tags of a table, for an actor that hears nothing else (`Actor.hears`). */
export const hearsOnly = <Subject, Result>(handlers: Handlers<Subject, Result>): ((tag: Tag) => boolean) => {
  const heard = new Set(Object.keys(handlers))
  return (tag) => heard.has(tag)
}

/** What a table does to a subject; an event that it does not hear leads to `unheard`. */
export const dispatch = <Subject, Result>(
  handlers: Handlers<Subject, Result>,
  unheard: (subject: Subject, event: MarketEvent, place: EventPlace) => Result
): ((subject: Subject, event: MarketEvent, place: EventPlace) => Result) => {
  // Asked several times for each event, mostly for tags that are not in it: a map answers that faster than an object of so many keys.
  // The table pairs each tag with a handler of that very event.
  const byTag = new Map(Object.entries(handlers)) as ReadonlyMap<Tag, Handler<Subject, Result, Tag>>
  return (subject, event, place) => (byTag.get(event._tag) ?? unheard)(subject, event, place)
}
