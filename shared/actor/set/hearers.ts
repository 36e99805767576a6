/** Which of the folds of a set hear which events: found once for each tag, and for each slot that events of it are about. */
import type { SlotNumber } from "../../core/ids/kinds.ts"
import type { StoredRecord } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"
import { type Actor, putsInForce, slotOf } from "../core/actor.ts"

type Tag = MarketEvent["_tag"]

/** Folds by their places in the set, in ascending order. */
export type Places = ReadonlyArray<number>

/** Who hears events of one tag that are about one slot. */
interface Heard {
  readonly tag: Tag | null
  readonly slot: SlotNumber | null
  readonly places: Places
}

/** Those in either, once. */
export const union = (a: Places, b: Places): Places => {
  if (a === b || b.length === 0) return a
  if (a.length === 0) return b
  const both: Array<number> = []
  for (let left = 0, right = 0; left < a.length || right < b.length;) {
    const [ofA, ofB] = [a[left] ?? Number.POSITIVE_INFINITY, b[right] ?? Number.POSITIVE_INFINITY]
    both.push(Math.min(ofA, ofB))
    if (ofA <= ofB) left++
    if (ofB <= ofA) right++
  }
  return both
}

/** The hearers among these actors. */
export class Hearers {
  private readonly actors: ReadonlyArray<Actor<unknown>>
  /** The actors of one slot, by it; under null those of none. */
  private readonly ofSlot = new Map<SlotNumber | null, Array<number>>()
  /** As many entries as there are tags, times slots for those of a slot; each as long as there are hearers. */
  private readonly heard = new Map<Tag, Map<SlotNumber | null, Places>>()
  /** The newest answer: most events of a market are prices behind prices. */
  private last: Heard = { tag: null, slot: null, places: [] }

  constructor(actors: ReadonlyArray<Actor<unknown>>) {
    this.actors = actors
    for (const [place, { slot = null }] of actors.entries()) {
      const known = this.ofSlot.get(slot)
      if (known === undefined) this.ofSlot.set(slot, [place])
      else known.push(place)
    }
  }

  /** Those that hear an event of the record. */
  of(event: MarketEvent, record: StoredRecord): Places {
    const tag = event._tag
    const slot = slotOf(event, record)
    const { last } = this
    if (last.tag === tag && last.slot === slot) return last.places
    const places = this.by(tag, slot)
    this.last = { tag, slot, places }
    return places
  }

  private by(tag: Tag, slot: SlotNumber | null): Places {
    const ofTag = this.heard.get(tag) ?? new Map<SlotNumber | null, Places>()
    const known = ofTag.get(slot)
    if (known !== undefined) return known
    const found = slot === null ? this.among(this.actors.keys(), tag, null) : this.aboutSlot(tag, slot)
    this.heard.set(tag, ofTag.set(slot, found))
    return found
  }

  /** Asked of all only once for a tag: what the actors of other slots hear of this one they hear of none. */
  private aboutSlot(tag: Tag, slot: SlotNumber): Places {
    const others = this.by(tag, null).filter((place) => {
      const own = this.actors[place]?.slot
      return own !== undefined && own !== slot
    })
    const [own, ofNone] = [slot, null].map((whose) => this.among(this.ofSlot.get(whose) ?? [], tag, slot))
    return union(union(others, own ?? []), ofNone ?? [])
  }

  private among(places: Iterable<number>, tag: Tag, slot: SlotNumber | null): Places {
    return [...places].filter((place) => {
      const hears = this.actors[place]?.hears
      return putsInForce(tag) || hears === undefined || hears(tag, slot)
    })
  }
}
