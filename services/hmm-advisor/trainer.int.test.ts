import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { featureRows } from "./core/features.ts"
import type { Rows } from "./core/hmm/linear/rows.ts"
import { isRefusal, refuse } from "./core/training/refusal.ts"
import { candles } from "./testing/rows.ts"
import { DEFAULT_TRAINING, train } from "./core/training/train.ts"
import { FittingPlace, makeTrainer } from "./trainer.ts"

const SETTINGS = { ...DEFAULT_TRAINING, states: 3, covarianceType: "diag", minimumRows: 100 } as const
const SEED = 11

const rowsOf = (count: number): Rows => {
  const rows = featureRows(candles(SEED, count))
  if (isRefusal(rows)) throw new Error(rows.detail)
  return rows
}
const ROWS = rowsOf(734)

describe(`training in the worker (seed ${SEED})`, () => {
  it.live("gives the very model that the same code gives here, while the event loop turns", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer
      let turns = 0
      const turning = yield* Effect.forkScoped(
        Effect.forever(
          Effect.andThen(
            Effect.sync(() => turns++),
            Effect.yieldNow
          )
        )
      )
      const there = yield* trainer(ROWS, SETTINGS, null)
      yield* Fiber.interrupt(turning)
      expect(there).toStrictEqual(train(ROWS, SETTINGS, null))
      expect(turns).toBeGreaterThan(10)
    })
  )

  it.live("hands refusals on, and goes on after them", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer
      const few = yield* trainer(rowsOf(40), SETTINGS, null)
      expect(isRefusal(few)).toBe(true)
      const enough = yield* trainer(ROWS, SETTINGS, null)
      expect(isRefusal(enough)).toBe(false)
    })
  )

  it.live("fails the fit of a worker that dies, and has a new one for the next", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer
      // Not the shape of rows: the worker throws.
      const failure = yield* Effect.flip(trainer({ ...ROWS, values: null } as unknown as Rows, SETTINGS, null))
      expect(failure.message).toMatch(/^training: /)
      expect(yield* trainer(ROWS, SETTINGS, null)).toStrictEqual(train(ROWS, SETTINGS, null))
    })
  )
})

describe("training in another place", () => {
  it.effect("is left to it, and no worker is asked", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer
      const refusal = refuse("too-few-rows", "said by the other place")
      expect(yield* trainer(ROWS, SETTINGS, null)).toStrictEqual(refusal)
    }).pipe(
      Effect.provideService(
        FittingPlace,
        Effect.succeed(() => Effect.succeed(refuse("too-few-rows", "said by the other place")))
      )
    )
  )
})
