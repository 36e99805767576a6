/** Stepping stones: a state is the same whichever stone it was reached from, and no stone is believed by another journal. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { ActorFold } from "../actor/fold.ts"
import { actors, begin, counter, happens, subjects } from "../actor/testing/counting.ts"
import { Journal } from "../journal/port.ts"
import { decodeRecord } from "../events/envelope.ts"
import { MemoryJournal } from "../journal/memory.ts"

import { openPast } from "./past.ts"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-past-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
const open = (file: string | null, stoneEvery: number) =>
  openPast({ subjects, actorsOf: () => actors, file, stoneEvery })

/** The state after each record, folded from the first. */
const allStates = Effect.gen(function* () {
  const fold = new ActorFold(counter(), subjects)
  const records = yield* Stream.runCollect((yield* Journal).read({ from: 1 }))
  return records.map((record) => {
    fold.apply(decodeRecord(record), record.data)
    return fold.encode()
  })
})

describe("the past", () => {
  it.live("gives after every record the state that a fold from the first record gives, over few records", () =>
    Effect.gen(function* () {
      yield* begin
      // Everybody has answered after each of six parts, and stones lie there alone.
      for (let part = 0; part < 6; part++) yield* happens(20 * part + 1, 20 * (part + 1), 10 * (part + 1))
      const past = yield* open(null, 20)
      const expected = yield* allStates
      expect(past.head).toBe(expected.length)
      expect(past.file.stones.count).toBeGreaterThan(4)
      for (let seq = 1; seq <= past.head; seq++) {
        const { folds, folded, divergences } = yield* past.at(seq)
        expect(folds.get("slot-9")?.encode()).toBe(expected[seq - 1])
        expect(folded).toBeLessThan(60)
        expect(divergences).toStrictEqual([])
      }
    }).pipe(Effect.provide(Layer.fresh(MemoryJournal.layer())))
  )

  it.live("keeps its stones, lays only those that are new, and lays all anew for another journal", () =>
    Effect.gen(function* () {
      const file = join(yield* directory, "stones.sqlite")
      const stones = Effect.scoped(Effect.map(open(file, 20), (past) => past.file.stones.count))
      const work = Effect.gen(function* () {
        yield* begin
        yield* happens(1, 60, 30)
        const first = yield* stones
        const again = yield* stones
        yield* happens(61, 120, 60)
        return { first, again, later: yield* stones, last: yield* allStates }
      })
      const { first, again, later, last } = yield* Effect.provide(work, Layer.fresh(MemoryJournal.layer()))
      expect(again).toBe(first)
      expect(later).toBeGreaterThan(first)
      const other = Effect.gen(function* () {
        yield* begin
        yield* happens(1, 30, 15)
        const past = yield* open(file, 20)
        const { folds } = yield* past.at(past.head)
        return { count: past.file.stones.count, state: folds.get("slot-9")?.encode(), all: yield* allStates }
      })
      const another = yield* Effect.provide(other, Layer.fresh(MemoryJournal.layer({ where: "another" })))
      expect(another.count).toBeLessThan(later)
      expect(another.state).toBe(another.all.at(-1))
      expect(another.state).not.toBe(last.at(-1))
    })
  )
})
