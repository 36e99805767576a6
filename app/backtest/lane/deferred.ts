/** Facts of which an actor needs the newest alone, and only once it acts (`Deferrable`): kept once for all who defer them. Changed in place. */
import type { EventPlace } from "../../../shared/actor/core/actor.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"

/** A fact that was put off, and its number among all of them. */
interface Later {
  readonly event: MarketEvent
  readonly place: EventPlace
  readonly version: number
}

/** The newest of each kind. */
export class Deferred {
  /** Rises with each fact: who has taken in this one has missed nothing. */
  version = 0
  private readonly newest = new Map<MarketEvent["_tag"], Later>()

  /** A fact that is taken in later. */
  note(event: MarketEvent, place: EventPlace): void {
    this.newest.set(event._tag, { event, place, version: ++this.version })
  }

  /** Those after `version`, as far as they are the newest of their kind. */
  tellSince(version: number, tell: (event: MarketEvent, place: EventPlace) => void): void {
    for (const later of this.newest.values()) if (later.version > version) tell(later.event, later.place)
  }
}
