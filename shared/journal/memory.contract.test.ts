/** The memory journal keeps the contract, in both orders of its two checks; and its faults do what they say. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { journalContract } from "./testing/contract.ts"
import { entries } from "./testing/contractSupport.ts"
import { type AppendFault, MemoryJournal } from "./memory.ts"
import { Journal } from "./port.ts"

const windowMs = 1_000

for (const duplicatesFirst of [true, false]) {
  journalContract(
    `memory, ${duplicatesFirst ? "duplicates" : "compare-and-set"} first`,
    (options) =>
      Effect.succeed({
        layer: MemoryJournal.layer({ ...options, duplicatesFirst }),
        passDuplicateWindow: TestClock.adjust(windowMs)
      }),
    { reopens: false, clock: "test", shortWindowMs: windowMs }
  )
}

it.effect("C25 the memory journal drops exactly what it is asked to", () =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.appendAll(entries(60))
    expect(yield* journal.dropBefore(45)).toBe(45)
  }).pipe(Effect.provide(MemoryJournal.layer()))
)

describe("the memory journal's faults", () => {
  const oneFault = (fault: AppendFault) => {
    let injected = false
    return MemoryJournal.layer({
      fault: () => {
        if (injected) return null
        injected = true
        return fault
      }
    })
  }
  const entry = { subject: "market.TEST.price", id: "a", data: new Uint8Array([1]), expectedLastSeq: 0 }

  it.effect("C8 an answer lost before the commit: nothing is there, and the repeat stores it", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      expect((yield* journal.append(entry).pipe(Effect.flip))._tag).toBe("JournalUnavailable")
      expect(yield* journal.head).toBe(0)
      expect(yield* journal.append(entry)).toEqual({ seq: 1, duplicate: false })
    }).pipe(Effect.provide(oneFault("lost-before-commit")))
  )

  it.effect("C8 an answer lost after the commit: the record is there, and the repeat says so", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      expect((yield* journal.append(entry).pipe(Effect.flip))._tag).toBe("JournalUnavailable")
      expect(yield* journal.head).toBe(1)
      expect(yield* journal.append(entry)).toEqual({ seq: 1, duplicate: true })
    }).pipe(Effect.provide(oneFault("lost-after-commit")))
  )
})
