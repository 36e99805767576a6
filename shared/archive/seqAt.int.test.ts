import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Journal } from "../journal/port.ts"
import { MemoryJournal } from "../journal/memory.ts"
import { existing, placeOf, seqAt, seqFrom } from "./seqAt.ts"

const record = (seq: number, timeMs: number) => ({
  subject: "market.XDGUSD.clock",
  id: `clock-${seq}`,
  data: new TextEncoder().encode(
    JSON.stringify({
      v: 3,
      epoch: 1,
      timeMs,
      writer: "t",
      cause: null,
      events: [{ _tag: "ClockTicked", priceAgeSec: 1 }]
    })
  )
})
const HOUR_MS = 3_600_000
const withThree = <A, E>(use: Effect.Effect<A, E, Journal>) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.appendAll([record(1, HOUR_MS), record(2, 2 * HOUR_MS), record(3, 3 * HOUR_MS)])
    return yield* use
  }).pipe(Effect.provide(MemoryJournal.layer()))

const at = (text: string) => Effect.flatMap(placeOf(text), existing)

describe("the place that a person names in a journal", () => {
  it.effect("is a record that is there, or the last that had happened by a time", () =>
    withThree(
      Effect.gen(function* () {
        expect(yield* at("2")).toBe(2)
        expect(yield* at("1970-01-01T02:30")).toBe(2)
        expect(yield* at("2026-01-01")).toBe(3)
      })
    )
  )

  it.effect("is no other record where a sequence lies beyond the journal: what it holds is said", () =>
    withThree(
      Effect.gen(function* () {
        const beyond = yield* Effect.flip(at("99"))
        expect(beyond.message).toBe("there is no record 99: the journal holds 1 to 3")
        expect((yield* Effect.flip(at("0"))).message).toBe("there is no record 0: the journal holds 1 to 3")
        // As an end it is the end.
        expect(yield* Effect.flatMap(placeOf("99"), seqAt)).toBe(3)
      })
    )
  )

  it.effect("is none in an empty journal", () =>
    Effect.gen(function* () {
      expect((yield* Effect.flip(at("1"))).message).toBe("there is no record 1: the journal is empty")
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect.each(["2026-02-30", "2026-02-30T10:00", "2025-02-29 10:00", "2026-04-31T00:00+02:00", "2026-13-01"])(
    "is none on a day that the calendar does not have: %s",
    (text) =>
      withThree(
        Effect.gen(function* () {
          expect((yield* Effect.flip(at(text))).message).toMatch(/is no place in a journal/)
        })
      )
  )

  it.effect("as a beginning is the first record that happened from a time on, so that two stretches share none", () =>
    withThree(
      Effect.gen(function* () {
        const begins = (text: string) => Effect.flatMap(placeOf(text), seqFrom)
        expect(yield* begins("1970-01-01T00:00")).toBe(1)
        expect(yield* begins("1970-01-01T01:00")).toBe(1)
        expect(yield* begins("1970-01-01T01:00:00.001")).toBe(2)
        expect(yield* begins("1970-01-01T02:00")).toBe(2)
        expect(yield* begins("1970-01-01T02:30+00:00")).toBe(3)
        expect(yield* begins("2026-01-01"), "after the journal's end there is none").toBe(4)
        expect(yield* begins("2")).toBe(2)
        expect((yield* Effect.flip(begins("99"))).message).toMatch(/there is no record 99/)
      })
    )
  )
})
