/** After a slot has broken: the journal is read again, and the shortest story that breaks it is written beside the breach. */
import type { SlotNumber } from "../../shared/core/ids/kinds.ts"
import { inForceAfter, NOTHING_IN_FORCE, placeIn } from "../../shared/actor/core/actor.ts"
import { Effect, Stream } from "effect"
import {
  appendControl,
  type ControlContended,
  EVERY_ACTOR,
  readControl,
  skipKey
} from "../../shared/actor/control/control.ts"
import { decoded } from "../../shared/actor/control/decode.ts"
import type { DecodeError, StoredRecord } from "../../shared/events/envelope.ts"
import { type MarketSubjects, slotActor as actorName } from "../../shared/core/ids/subjects.ts"
import { type AppendError, Journal, type ReadError } from "../../shared/journal/port.ts"
import { type PlacedEvent, shrink, violationsOf } from "./core/explain/shrink.ts"

/** Why a halt could not be explained. */
export type ExplainError = AppendError | ReadError | DecodeError | ControlContended

/**
 * Writes `HaltExplained` for the slot's breach, unless the journal has one. A story that is only told by more events than memory
 * should hold is not told: the breach itself stands in the journal all the same.
 */
export const explainHalt = Effect.fn("explainHalt")(function* (
  subjects: MarketSubjects,
  slot: SlotNumber,
  violations: ReadonlyArray<string>
): Effect.fn.Return<void, ExplainError, Journal> {
  const { breach: seq, causes } = yield* ownRecords(subjects, slot)
  const { skipped, explained } = yield* readControl(subjects)
  const key = skipKey(actorName(slot), seq)
  if (seq === 0 || explained.has(key)) return
  const breaks = (events: ReadonlyArray<PlacedEvent>) =>
    violationsOf(slot, events)?.join("\n") === violations.join("\n")
  let story = yield* read({ subjects, slot, seq, skipped, keepsTick: (tick) => causes.has(tick) })
  if (!breaks(story.events)) story = yield* read({ subjects, slot, seq, skipped, keepsTick: () => true })
  const { outOf, events } = story
  if (!breaks(events)) {
    return yield* Effect.logWarning(
      `slot ${slot}: its breach at record ${seq} is not explained: ${outOf} events led to it`
    )
  }
  const shortest = shrink(slot, events, violations).map(({ event, place }) => ({
    seq: place.seq,
    index: place.index,
    tag: event._tag
  }))
  yield* appendControl({
    subjects,
    writer: "slot-actor",
    timeMs: 0,
    make: (view) =>
      view.explained.has(key) ? null : { _tag: "HaltExplained", slot, seq, violations, events: shortest, outOf }
  })
})

/** Which inputs the slot answered, and at which it broke; 0: its breach is not written yet. */
const ownRecords = Effect.fnUntraced(function* (subjects: MarketSubjects, slot: SlotNumber) {
  const journal = yield* Journal
  const causes = new Set<number>()
  let breach = 0
  const note = ({ cause, events }: StoredRecord) => {
    if (cause === null) return
    causes.add(cause)
    if (breach === 0 && events.some(({ _tag }) => _tag === "InvariantBroken")) breach = cause
  }
  yield* journal.read({ from: 1, filter: subjects.out(actorName(slot)) }).pipe(
    decoded,
    Stream.runForEach((record) => Effect.sync(() => note(record)))
  )
  return { causes, breach }
})

/** Some hundred megabytes. Without ticks that changed nothing that is years of trading. */
export const MAX_EVENTS = 500_000

/**
 * What the slot folded up to and including record `seq`: not its own outputs, nothing of another slot's orders, nothing an
 * operator excluded. Of prices and clock ticks only those that `keepsTick`, and the last ones before anything else that happened.
 */
const read = Effect.fnUntraced(function* (options: {
  readonly subjects: MarketSubjects
  readonly slot: SlotNumber
  readonly seq: number
  readonly skipped: ReadonlySet<string>
  readonly keepsTick: (seq: number) => boolean
}) {
  const { subjects, slot, seq, skipped, keepsTick } = options
  const journal = yield* Journal
  const name = actorName(slot)
  const own = subjects.out(name)
  const events: Array<PlacedEvent> = []
  let lastTicks: ReadonlyArray<PlacedEvent> = []
  let inForce = NOTHING_IN_FORCE
  let outOf = 0
  const note = (placed: PlacedEvent) => {
    outOf++
    const { event, place } = placed
    const ticks = event._tag === "PriceObserved" || event._tag === "ClockTicked"
    if (ticks && !keepsTick(place.seq)) {
      lastTicks = [...lastTicks.filter((tick) => tick.event._tag !== event._tag), placed]
      return
    }
    if (events.length < MAX_EVENTS) events.push(...lastTicks, placed)
    lastTicks = []
  }
  const fold = (record: StoredRecord) => {
    const about = record.slot
    const foreign = record.subject === own || (about !== null && about !== slot)
    for (const [index, event] of record.events.entries()) {
      inForce = inForceAfter(inForce, event)
      if (!foreign) note({ event, place: placeIn(record, index, inForce) })
    }
  }
  yield* journal.read({ from: 1 }).pipe(
    Stream.takeWhile((record) => record.seq <= seq),
    Stream.filter(
      (record) => !skipped.has(skipKey(EVERY_ACTOR, record.seq)) && !skipped.has(skipKey(name, record.seq))
    ),
    decoded,
    Stream.runForEach((record) => Effect.sync(() => fold(record)))
  )
  return { events, outOf }
})
