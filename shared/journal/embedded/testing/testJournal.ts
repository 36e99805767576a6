/** What the tests of the embedded journal share: a directory, a journal in it, records. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "@effect/vitest"
import { Effect, References, type Scope, Stream } from "effect"
import { Journal, type JournalEntry } from "../../port.ts"
import { EmbeddedJournal, type EmbeddedJournalOptions } from "../embedded.ts"

export const entry = (place: number): JournalEntry => ({
  subject: "market.TEST.price",
  id: `id-${place}`,
  data: new TextEncoder().encode(`data of record ${place}`)
})

/** Goes away with the scope. */
export const directoryFor = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "kennel-damage-"))),
  (path) => Effect.sync(() => fs.rmSync(path, { recursive: true, force: true }))
)

export const withJournal = <A, E>(
  options: EmbeddedJournalOptions,
  use: (journal: Journal["Service"]) => Effect.Effect<A, E>
) => Effect.flatMap(Journal, use).pipe(Effect.provide(EmbeddedJournal.layer(options)))

/** The ids of all records, after opening the journal anew. */
export const ids = (options: EmbeddedJournalOptions) =>
  withJournal(options, (journal) =>
    journal.read({ from: 1 }).pipe(
      Stream.runCollect,
      Effect.map((records) => records.map(({ id }) => id))
    )
  )

const quietly = Effect.provideService(References.MinimumLogLevel, "Error")
/** A test on the real disk and the test clock, without the warnings that it provokes. */
export const sentence = (name: string, body: () => Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.effect(name, () => body().pipe(quietly))
