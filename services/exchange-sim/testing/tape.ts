/** A short recorded market for tests, and an exchange on it whose time is moved by hand. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { afterAll } from "vitest"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { ExchangeSim, exchangeSimLayer } from "../layer.ts"
import type { ExchangeSimOptions } from "../options.ts"
import type { Urls } from "./sim.ts"

/** Unix seconds, on a full minute. */
export const START = 1_790_000_040

/** One trade a minute: 0.2000, then 0.1990, 0.1970, 0.2050 and back to 0.2000, where it stands until the recording ends a month later. */
export const TAPE = [
  [0, "0.2000", "100"],
  [60, "0.1990", "30"],
  [120, "0.1970", "100"],
  [180, "0.2050", "500"],
  [240, "0.2000", "100"],
  [30 * 86_400, "0.2000", "0"]
]
  .map(([second, price, volume]) => `${START + Number(second)},${price},${volume}`)
  .join("\n")

/** Writes the tape where this test file can read it, until its tests are done. */
export const tapeFile = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "exchange-sim-"))
  afterAll(() => rmSync(directory, { recursive: true }))
  const file = join(directory, "tape.csv")
  writeFileSync(file, TAPE)
  return file
}

/** Tests against an exchange of their own, on the tape, under a test clock. */
export const onTapeOf =
  (file: string) =>
  (name: string, test: (urls: Urls) => Effect.Effect<void>, options: Partial<ExchangeSimOptions> = {}) =>
    it.effect(name, () =>
      Effect.flatMap(ExchangeSim, test).pipe(
        Effect.provide(
          exchangeSimLayer({ market: `recorded:${file}`, ...options }).pipe(Layer.provide(MemoryJournal.layer()))
        )
      )
    )

export const wait = <A>(call: () => Promise<A>): Effect.Effect<A> => Effect.promise(call)
