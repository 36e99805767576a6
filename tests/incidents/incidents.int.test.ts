/** Every file of a journal in this folder is a test: its records must lead to the decisions and states that it says, on every build. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { decidersOf } from "../../app/registry.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { replayFile } from "../../shared/archive/replayFile.ts"

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".kennel"))

describe("an incident", () => {
  it.live.each(files)("%s comes again as it was", (name) =>
    Effect.gen(function* () {
      const { differences, verification } = yield* replayFile(decidersOf).pipe(
        Effect.provide(FileJournal.layer(join(import.meta.dirname, name)))
      )
      expect(differences).toStrictEqual([])
      expect(verification.events).toBeGreaterThan(0)
    })
  )
})
