/**
 * A sign of life for health checks that start no program of ours: a file whose time runs ahead of the clock. It is alive while
 * that time is still to come: `test <file> -nt /proc/self` compares with the moment of looking, since the entry of a process in
 * /proc is as old as the process itself.
 */
import { utimes, writeFile } from "node:fs/promises"
import { Clock, Effect, Latch } from "effect"

/** Between two signs: one may be late by far more than a busy machine takes. */
const EVERY_MS = 5_000
/** How long a sign holds. A process that has stood still for so long is ill. */
const HOLDS_MS = 6 * EVERY_MS

const sign = Effect.fnUntraced(function* (file: string) {
  const untilSec = ((yield* Clock.currentTimeMillis) + HOLDS_MS) / 1_000
  yield* Effect.tryPromise(async () => {
    await writeFile(file, "")
    await utimes(file, untilSec, untilSec)
  })
})

/** What `signsOfLife` gives. */
export interface SignsOfLife {
  /** From here on the process counts as alive. */
  readonly begin: Effect.Effect<void>
  /** Renews the sign; runs beside the work, and never ends by itself. */
  readonly renewing: Effect.Effect<never>
}

/** Signs in this file; empty: none. A file that cannot be written is said each time and stops nothing: trading is worth more. */
export const signsOfLife = (file: string): Effect.Effect<SignsOfLife> =>
  Effect.map(Latch.make(), (begun) => ({
    begin: Effect.asVoid(begun.open),
    renewing:
      file === ""
        ? Effect.never
        : sign(file).pipe(
            Effect.catch((error) => Effect.logWarning(`HEALTH_FILE=${file}: ${String(error.cause)}`)),
            Effect.andThen(Effect.sleep(EVERY_MS)),
            Effect.forever,
            begun.whenOpen
          )
  }))
