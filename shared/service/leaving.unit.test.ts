import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { saidAtOnce } from "./leaving.ts"

describe("a process that goes", () => {
  /** What is told, and when it is closed, in their order. */
  const story = (work: Effect.Effect<void, Error>) => {
    const happened: Array<string> = []
    const note = (what: string) => Effect.sync(() => void happened.push(what))
    const whole = Effect.scoped(
      Effect.andThen(
        Effect.addFinalizer(() => note("closed")),
        saidAtOnce(work, (reason) => note(`told: ${reason}`))
      )
    )
    return { happened, whole }
  }

  it.effect("says why before anything is closed, and gives a moment to see it", () =>
    Effect.gen(function* () {
      const { happened, whole } = story(Effect.fail(new Error("keys refused")))
      const going = yield* Effect.forkChild(Effect.exit(whole))
      yield* TestClock.adjust(200)
      expect(happened).toStrictEqual(["told: keys refused"])
      yield* TestClock.adjust(50)
      yield* Fiber.join(going)
      expect(happened).toStrictEqual(["told: keys refused", "closed"])
    })
  )

  it.effect("by a person's wish has nothing to say", () =>
    Effect.gen(function* () {
      const { happened, whole } = story(Effect.never)
      const going = yield* Effect.forkChild(whole, { startImmediately: true })
      yield* Fiber.interrupt(going)
      expect(happened).toStrictEqual(["closed"])
    })
  )
})
