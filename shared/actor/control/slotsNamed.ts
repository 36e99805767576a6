/** Which slots a market has ever had: configured ones, and those added while it ran. Their actors must fold, also when they are gone. */
import { Effect, Stream } from "effect"
import type { DecodeError } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import { Journal, type ReadError } from "../../journal/port.ts"
import { decoded } from "./decode.ts"
import { lastSeal } from "../seals/seals.ts"
import { SliceStart } from "../seals/slice.ts"

/** The events that name slots. */
export const NAMING_EVENTS = ["MarketConfigured", "SlotsSet"] as const satisfies ReadonlyArray<MarketEvent["_tag"]>

/** The slots that an event names; one of `NAMING_EVENTS`. */
export const namedIn = (event: MarketEvent): ReadonlyArray<number> => {
  if (event._tag === "MarketConfigured") return event.slots
  return event._tag === "SlotsSet" ? event.slots.map(({ slot }) => slot) : []
}

/** Where slots are named: the rules, and the governor's list. */
const namingSubjects = (subjects: MarketSubjects): ReadonlyArray<string> => [
  subjects.oldControl,
  subjects.everyControl,
  subjects.out("governor")
]

/** Every slot the journal names up to record `seq`, ascending. */
export const slotsNamedUpTo = Effect.fn("slotsNamedUpTo")(function* (
  subjects: MarketSubjects,
  seq: number
): Effect.fn.Return<ReadonlyArray<number>, ReadError | DecodeError, Journal> {
  const seal = yield* lastSeal(subjects)
  const sealed = seal !== null && seal.to <= seq ? seal : yield* SliceStart
  const named = new Set<number>(sealed?.slots)
  for (const slot of yield* slotsNamedIn(subjects, (sealed?.to ?? 0) + 1, seq)) named.add(slot)
  return [...named].sort((a, b) => a - b)
})

/** Every slot that records `from` to `to` name, ascending. */
export const slotsNamedIn = Effect.fn("slotsNamedIn")(function* (
  subjects: MarketSubjects,
  from: number,
  to: number
): Effect.fn.Return<ReadonlyArray<number>, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const named = new Set<number>()
  for (const filter of namingSubjects(subjects)) {
    yield* journal.read({ from, filter }).pipe(
      Stream.takeWhile((record) => record.seq <= to),
      decoded,
      Stream.runForEach(({ events }) =>
        Effect.sync(() => {
          for (const slot of events.flatMap(namedIn)) named.add(slot)
        })
      )
    )
  }
  return [...named].sort((a, b) => a - b)
})

/** Every slot the journal names after record `seq`, each time it does, for ever. */
export const slotsNamedAfter = Effect.fnUntraced(function* (subjects: MarketSubjects, seq: number) {
  const journal = yield* Journal
  // Nothing is written on the old subject any more.
  const [, ...written] = namingSubjects(subjects)
  return Stream.mergeAll(
    written.map((filter) => journal.tail({ from: seq + 1, filter })),
    { concurrency: "unbounded" }
  ).pipe(
    decoded,
    Stream.flatMap(({ events }) => Stream.fromIterable(events.flatMap(namedIn)))
  )
})
