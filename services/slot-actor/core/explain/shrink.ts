/**
 * The shortest story that still breaks a slot: of all events it folded, those without which the same rules would not be broken.
 * Delta debugging (ddmin): leave out ever smaller parts of the list as long as the rest still breaks. Pure.
 */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { slotActor } from "../actor.ts"

/** An event where it stood. */
export interface PlacedEvent {
  readonly event: MarketEvent
  readonly place: EventPlace
}

/**
 * Events folded in all tries together: a few seconds at worst, in a process whose slot, and so whose market, has halted. When it is
 * spent the best list so far is the answer, which breaks the slot as well, only not as short.
 */
export const MAX_FOLDED = 5_000_000

/** The rules that a fresh slot breaks when it folds only these events; null: none. */
export const violationsOf = (slot: SlotNumber, events: ReadonlyArray<PlacedEvent>): ReadonlyArray<string> | null => {
  const actor = slotActor(slot)
  let state = actor.initial
  for (const { event, place } of events) {
    state = actor.reduce(state, event, place).state
    if (state.book.halted !== null) return state.book.halted
  }
  return null
}

/** A part of `events`, in their order, that breaks the same rules; no single event of it can be left out unless the budget ran out. */
export const shrink = (
  slot: SlotNumber,
  events: ReadonlyArray<PlacedEvent>,
  violations: ReadonlyArray<string>,
  mostFolded: number = MAX_FOLDED
): ReadonlyArray<PlacedEvent> => {
  const wanted = violations.join("\n")
  let budget = mostFolded
  const breaks = (list: ReadonlyArray<PlacedEvent>): boolean => {
    budget -= list.length
    return violationsOf(slot, list)?.join("\n") === wanted
  }
  let best = events
  let parts = 2
  while (best.length >= 2 && budget > 0) {
    const size = Math.ceil(best.length / parts)
    let shorter: ReadonlyArray<PlacedEvent> | null = null
    // From the end: what comes last is needed most, so the early parts are the ones to lose.
    for (let start = 0; start < best.length && budget > 0; start += size) {
      const rest = [...best.slice(0, start), ...best.slice(start + size)]
      if (breaks(rest)) {
        shorter = rest
        break
      }
    }
    if (shorter !== null) {
      best = shorter
      parts = Math.max(2, parts - 1)
    } else if (size === 1) return best
    else parts = Math.min(best.length, parts * 2)
  }
  return best
}
