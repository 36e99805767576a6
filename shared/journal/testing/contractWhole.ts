/** The contract, the whole: copies, random commands against a model, snapshots. */
import { describe, expect } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as fc from "fast-check"
import { Journal, type Snapshot, SnapshotStore } from "../port.ts"
import { chainHash } from "../chainHash.ts"
import { exportLines, importLines } from "./transfer.ts"
import { commands, runBoth } from "./contractModel.ts"
import { type ContractSection, entries, out } from "./contractSupport.ts"

/** Seed of the random command sequences; printed with a failure. */
const modelSeed = 20_261_121

export const wholeSentences = ({ holds, holdsAcrossReopening, make }: ContractSection): void => {
  holds("C23 export and import into an empty journal give the same chain hash", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.appendAll([...entries(40), ...entries(40, out(1))])
      const lines = yield* exportLines.pipe(Stream.runCollect)
      const original = yield* chainHash
      const copy = yield* make({})
      const imported = yield* importLines(Stream.fromIterable(lines)).pipe(
        Effect.andThen(chainHash),
        Effect.provide(Layer.fresh(copy.layer))
      )
      expect(imported).toBe(original)
    })
  )

  for (const [round, sequence] of fc.sample(commands, { seed: modelSeed, numRuns: 6 }).entries()) {
    holds(`C24 random commands give the trace of the model (seed ${modelSeed}, round ${round})`, () =>
      Effect.gen(function* () {
        const { expected, actual } = yield* runBoth(yield* Journal, sequence)
        expect(actual).toEqual(expected)
      })
    )
  }

  describe("snapshots", () => {
    const snapshot = (actor: string, seq: number): Snapshot => ({
      actor,
      seq,
      recordId: `id-${seq}`,
      recordHash: "ab",
      reducerVersion: "1",
      stateHash: "cd",
      state: JSON.stringify({ seq })
    })

    holds("come back newest first, the last three of each actor", () =>
      Effect.gen(function* () {
        const store = yield* SnapshotStore
        expect(yield* store.load("slot-1")).toEqual([])
        yield* Effect.forEach([5, 10, 15, 20], (seq) => store.save(snapshot("slot-1", seq)))
        yield* store.save(snapshot("slot-2", 7))
        expect(yield* store.load("slot-1")).toEqual([20, 15, 10].map((seq) => snapshot("slot-1", seq)))
        expect(yield* store.load("slot-2")).toEqual([snapshot("slot-2", 7)])
      })
    )

    holdsAcrossReopening(
      "survive reopening",
      () => Effect.flatMap(SnapshotStore, (store) => store.save(snapshot("slot-1", 3))),
      Effect.gen(function* () {
        const store = yield* SnapshotStore
        expect(yield* store.load("slot-1")).toEqual([snapshot("slot-1", 3)])
      })
    )
  })
}
