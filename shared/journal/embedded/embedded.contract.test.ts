/** The embedded journal keeps the contract; small segments, so that every longer test crosses some. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { journalContract } from "../testing/contract.ts"
import { EmbeddedJournal } from "./embedded.ts"

const windowMs = 1_000

for (const duplicatesFirst of [true, false]) {
  journalContract(
    `embedded, ${duplicatesFirst ? "duplicates" : "compare-and-set"} first`,
    (options) =>
      Effect.gen(function* () {
        const directory = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-journal-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        return {
          layer: EmbeddedJournal.layer({ ...options, directory, duplicatesFirst, segmentBytes: 4_096 }),
          passDuplicateWindow: TestClock.adjust(windowMs)
        }
      }),
    { reopens: true, clock: "test", shortWindowMs: windowMs }
  )
}
