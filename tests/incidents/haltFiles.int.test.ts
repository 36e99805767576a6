/** A running market in which a slot breaks its own rules leaves a file by itself, and the file alone brings the halt again. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { haltFiles } from "../../app/incidents/haltFiles.ts"
import { decidersOf } from "../../app/registry.ts"
import { answer } from "../../app/why/answer.ts"
import { momentLines } from "../../app/why/moment.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { readJournalFile } from "../../shared/archive/journalFile.ts"
import { replayFile } from "../../shared/archive/replayFile.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { EventOf } from "../../shared/events/event.ts"
import { Journal } from "../../shared/journal/port.ts"
import { openPast } from "../../shared/past/past.ts"
import { journalOf, recordedLines, recordsOf, SUBJECTS } from "../journals/corpus.ts"

/** The journal of a market in which slot 1 breaks at this record, up to what the market answered. */
const BREACH = 1_701
const records = recordsOf(recordedLines("rules-2-shapes-2-trouble")).slice(0, BREACH + 2)

const explained: EventOf<"HaltExplained"> = {
  _tag: "HaltExplained",
  slot: 1,
  seq: BREACH,
  violations: ["order 46 has no volume"],
  events: [],
  outOf: 1_000
}
const explain = Effect.flatMap(Journal, (journal) => {
  const envelope = { epoch: 1, timeMs: 0, writer: "slot-actor", cause: null, events: [explained] } as const
  return journal.append(encodeEntry(SUBJECTS.control("slot-actor"), "halt.1", envelope))
})

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-halt-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** The file that the market tells of; null: it keeps none. */
const fileOf = (dataDir: string) =>
  Effect.gen(function* () {
    const kept = yield* Deferred.make<string | null>()
    const told = (_halt: unknown, file: string | null) => Effect.asVoid(Deferred.succeed(kept, file))
    yield* Effect.forkChild(haltFiles({ pair: "XDGUSD", dataDir, build: "test" }, told))
    yield* explain
    return yield* Deferred.await(kept)
  }).pipe(Effect.provide(Layer.fresh(journalOf(records))))

describe("a halt that a running market explains", () => {
  it.live("is a file for its owner's eyes that brings the halt again, on records and states of its own", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const file = (yield* fileOf(dataDir)) ?? ""
      expect(file).toBe(join(dataDir, "incidents", `slot-1-record-${BREACH}.kennel`))
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const { header, records: kept } = yield* Effect.promise(() => readJournalFile(file))
      expect(header?.note).toBe("Slot 1 broke its own rules at record 1701: order 46 has no volume.")
      expect(Object.keys(header?.settings ?? {})).toContain("ENTRY_PCT")
      expect(kept.at(-1)?.subject).toBe(SUBJECTS.control("slot-actor"))
      const inFile = <A>(work: Effect.Effect<A, unknown, Layer.Success<ReturnType<typeof FileJournal.layer>>>) =>
        Effect.provide(work, Layer.fresh(FileJournal.layer(file)))
      expect((yield* inFile(replayFile(decidersOf))).differences).toStrictEqual([])
      const why = yield* inFile(
        Effect.scoped(
          Effect.gen(function* () {
            const past = yield* openPast({ subjects: SUBJECTS, actorsOf: decidersOf, file: null })
            const story = yield* answer(past, "mode@now")
            return story.kind === "order" ? "" : momentLines(story).join("\n")
          })
        )
      )
      expect(why).toMatch(/the market is HALTED: Slot 1 broke its own rules: order 46 has no volume/)
    })
  )

  it.live("is not kept where twenty are kept already: the first explain the rest", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory
      const incidents = join(dataDir, "incidents")
      mkdirSync(incidents)
      for (let n = 0; n < 20; n++) writeFileSync(join(incidents, `slot-2-record-${n}.kennel`), "")
      expect(yield* fileOf(dataDir)).toBe(null)
      expect(readdirSync(incidents)).toHaveLength(20)
    })
  )
})
