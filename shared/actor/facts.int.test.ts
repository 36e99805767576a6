/** Facts of an edge while its exchange's clock stands still: every one is stored, and none twice. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { marketSubjects } from "../core/ids/subjects.ts"
import { decodeRecord } from "../events/envelope.ts"
import type { EventOf } from "../events/event.ts"
import { MemoryJournal } from "../journal/memory.ts"
import { Journal } from "../journal/port.ts"
import { makeFactWriter } from "./facts.ts"

const subjects = marketSubjects("TEST")
/** One epoch, one moment. */
const PLACE = { subject: subjects.clock, epoch: 3, timeMs: 1_770_000_000_000 }

const ticked = (priceAgeSec: number): EventOf<"ClockTicked"> => ({ _tag: "ClockTicked", priceAgeSec })

const ages = Effect.gen(function* () {
  const journal = yield* Journal
  const records = yield* Stream.runCollect(journal.read({ from: 1 }))
  return records.flatMap((record) =>
    decodeRecord(record).events.flatMap((event) => (event._tag === "ClockTicked" ? [event.priceAgeSec] : []))
  )
})

const losesTheFirstAnswer = () => {
  let lost = false
  return MemoryJournal.layer({
    fault: () => {
      if (lost) return null
      lost = true
      return "lost-after-commit"
    }
  })
}

describe("a writer of facts", () => {
  it.effect("keeps its own apart at one moment of the exchange's clock", () =>
    Effect.gen(function* () {
      const write = yield* makeFactWriter("market-feed")
      yield* write(PLACE, ticked(1))
      yield* write(PLACE, ticked(2))
      expect(yield* ages).toStrictEqual([1, 2])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect(
    "begun anew in its process, in the same epoch and at the same moment, is not taken for the one before",
    () =>
      Effect.gen(function* () {
        const first = yield* makeFactWriter("market-feed")
        yield* first(PLACE, ticked(1))
        const again = yield* makeFactWriter("market-feed")
        yield* again(PLACE, ticked(2))
        expect(yield* ages).toStrictEqual([1, 2])
      }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("stores a fact once that the journal took without saying so", () =>
    Effect.gen(function* () {
      const write = yield* makeFactWriter("market-feed")
      const writing = yield* Effect.forkChild(write(PLACE, ticked(1)), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(writing)
      expect(yield* ages).toStrictEqual([1])
    }).pipe(Effect.provide(losesTheFirstAnswer()))
  )
})
