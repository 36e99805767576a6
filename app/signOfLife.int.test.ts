import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { vi } from "vitest"
import { signsOfLife } from "./signOfLife.ts"

const scratchFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-life-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  ),
  (directory) => join(directory, "alive")
)

/** As the health check of the containers looks. */
const alive = (file: string): boolean => spawnSync("test", [file, "-nt", "/proc/self"]).status === 0

/** Lets the files be written: they are not on the test's clock. */
const eventually = (holds: () => boolean) =>
  Effect.promise(() => vi.waitUntil(holds, { timeout: 20_000, interval: 20 }))

describe("the sign of life", () => {
  it.effect("is there from the moment on when the work has begun, and is renewed", () =>
    Effect.gen(function* () {
      const file = yield* scratchFile
      yield* TestClock.setTime(Date.now())
      const { begin, renewing } = yield* signsOfLife(file)
      yield* Effect.forkScoped(renewing)
      yield* Effect.yieldNow
      expect(existsSync(file)).toBe(false)
      yield* begin
      yield* eventually(() => alive(file))
      rmSync(file)
      yield* TestClock.adjust("5 seconds")
      yield* eventually(() => alive(file))
    })
  )

  it.effect("of a process that stands still for half a minute is none", () =>
    Effect.gen(function* () {
      const file = yield* scratchFile
      // It stopped 31 seconds ago: its last sign was of then.
      yield* TestClock.setTime(Date.now() - 31_000)
      const { begin, renewing } = yield* signsOfLife(file)
      yield* Effect.forkScoped(renewing)
      yield* begin
      yield* eventually(() => existsSync(file) && !alive(file))
    })
  )

  it.effect("that cannot be given stops nothing", () =>
    Effect.gen(function* () {
      const { begin, renewing } = yield* signsOfLife(join(yield* scratchFile, "nowhere"))
      const fiber = yield* Effect.forkScoped(renewing)
      yield* begin
      yield* TestClock.adjust("1 minute")
      expect(fiber.pollUnsafe()).toBeUndefined()
    })
  )
})
