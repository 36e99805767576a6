import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Journal } from "../journal/port.ts"
import { follow } from "./follow.ts"
import { begin, counter, fresh, subjects, ticks } from "./testing/counting.ts"

const following = follow({ host: "test", subjects, actors: [counter()] })

describe("whoever follows", () => {
  it.effect("is told at once where the folds stand, although nothing moves any more", () =>
    Effect.gen(function* () {
      yield* begin
      yield* ticks(1, 3)
      const { changes } = yield* following
      expect(yield* Stream.runHead(changes)).toMatchObject({ value: yield* (yield* Journal).head })
    }).pipe(Effect.scoped, Effect.provide(fresh()))
  )

  it.effect("who was busy while the folds moved is told of the newest place alone, and of each only once", () =>
    Effect.gen(function* () {
      yield* begin
      const { changes, awaitSeq } = yield* following
      const journal = yield* Journal
      const told: Array<number> = []
      const heads: Array<number> = []
      yield* changes.pipe(
        Stream.take(3),
        Stream.runForEach((seq) =>
          Effect.gen(function* () {
            told.push(seq)
            heads.push(yield* journal.head)
            yield* ticks(10 * told.length, 10 * told.length + 4)
            yield* awaitSeq(yield* journal.head)
          })
        )
      )
      expect(told).toStrictEqual(heads)
      expect(new Set(told).size).toBe(3)
    }).pipe(Effect.scoped, Effect.provide(fresh()))
  )
})
