/** Eras as files, and a journal that has let go of them. Segments are small and ids are forgotten at once, so that the journal on disk gives room back. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { EmbeddedJournal } from "../journal/embedded/embedded.ts"
import { Journal, type JournalRecord, type SnapshotStore } from "../journal/port.ts"
import { begin, fresh, goesOn, happens, records, seal, subjects, verify } from "../actor/testing/counting.ts"
import { archiveEras, dropArchived } from "./archiveJournal.ts"
import { withArchive } from "./archivedJournal.ts"
import { eraPath, erasIn } from "./eraFile.ts"

/** A directory for one test. */
const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-archive-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const nobody = () => Effect.void
const archive = (to: string) => archiveEras(subjects, to, nobody)

/** Three eras, and something after the last. */
const threeEras = Effect.gen(function* () {
  yield* begin
  for (let era = 0; era < 3; era++) {
    yield* happens(20 * era + 1, 20 * (era + 1), 10 * (era + 1))
    yield* seal
  }
  yield* happens(61, 64, 32)
})

const onDisk = (path: string) => EmbeddedJournal.layer({ directory: path, segmentBytes: 4_096, duplicateWindowMs: 0 })
const opened = <A, E>(
  layer: Layer.Layer<Journal | SnapshotStore, E>,
  work: Effect.Effect<A, unknown, Journal | SnapshotStore>
) => work.pipe(Effect.provide(Layer.fresh(layer)))

/** A journal on disk whose eras are archived and dropped. */
const dropped = Effect.gen(function* () {
  const root = yield* directory
  const [journal, files] = [join(root, "journal"), join(root, "archive")]
  const whole = yield* opened(
    onDisk(journal),
    Effect.gen(function* () {
      yield* threeEras
      return { records: yield* records, proof: yield* verify() }
    })
  )
  const first = yield* opened(onDisk(journal), Effect.flatMap(archive(files), dropArchived))
  return { journal, files, whole, first: first ?? 0 }
})

describe("archiving", () => {
  it.live("writes a file for each sealed era, reads it back, and writes none twice", () =>
    Effect.gen(function* () {
      const files = yield* directory
      yield* threeEras
      const written: Array<boolean> = []
      const note = archiveEras(subjects, files, (era) => Effect.sync(() => void written.push(era.written)))
      yield* note
      yield* note
      expect(written).toStrictEqual([true, true, true, false, false, false])
      expect(erasIn(files)).toStrictEqual([1, 2, 3])
      const [first = "", ...rest] = gunzipSync(readFileSync(eraPath(files, 1)))
        .toString()
        .split("\n")
      expect(JSON.parse(first)).toMatchObject({ format: "kennel-era", version: 1, era: 1, from: 1 })
      expect(JSON.parse(rest.at(-1) ?? "")).toMatchObject({
        seal: { era: 1 },
        states: { "slot-9": expect.any(String) }
      })
    }).pipe(Effect.scoped, Effect.provide(fresh()))
  )

  it.live("notices a file in which a byte has changed, and names the record", () =>
    Effect.gen(function* () {
      const files = yield* directory
      yield* threeEras
      yield* archive(files)
      const path = eraPath(files, 2)
      const text = gunzipSync(readFileSync(path)).toString()
      const { seq } = JSON.parse(text.split("\n")[3] ?? "") as { readonly seq: number }
      writeFileSync(path, gzipSync(text.replace(`{"seq":${seq},"storedMs"`, `{"seq":${seq + 1_000},"storedMs"`)))
      const error = yield* Effect.flip(archive(files))
      expect(error).toMatchObject({ _tag: "ArchiveDamaged", file: path })
      expect(error.message).toContain(`era 2 is not what was sealed: record ${seq} has changed`)
    }).pipe(Effect.scoped, Effect.provide(fresh()))
  )

  it.live("takes a file that was cut for a damaged one, and half a file that was never finished for none", () =>
    Effect.gen(function* () {
      const files = yield* directory
      yield* threeEras
      yield* archive(files)
      const path = eraPath(files, 3)
      renameSync(path, `${path}.part`)
      expect(erasIn(files)).toStrictEqual([1, 2])
      yield* archive(files)
      writeFileSync(path, readFileSync(path).subarray(0, 200))
      expect(yield* Effect.flip(archive(files))).toMatchObject({ _tag: "ArchiveDamaged", file: path })
    }).pipe(Effect.scoped, Effect.provide(fresh()))
  )

  it.live("refuses a directory that holds another journal's eras", () =>
    Effect.gen(function* () {
      const files = yield* directory
      yield* threeEras
      yield* archive(files)
      copyFileSync(eraPath(files, 2), eraPath(files, 1))
      const error = yield* Effect.flip(archive(files))
      expect(error.message).toMatch(/holds era 1 of another journal; name another directory$/)
    }).pipe(Effect.scoped, Effect.provide(fresh()))
  )
})

/** Bytes come as whatever view of them their reader has. */
const inText = (record: JournalRecord) => ({ ...record, data: Buffer.from(record.data).toString() })

describe("a journal that has let go of archived eras", () => {
  it.live("reads with its archive as before, also where both happened while it was open", () =>
    Effect.gen(function* () {
      const files = yield* directory
      yield* opened(
        withArchive(fresh(), files),
        Effect.gen(function* () {
          yield* threeEras
          const texts = Effect.map(records, (all) => all.map(({ seq, data }) => [seq, Buffer.from(data).toString()]))
          const before = yield* texts
          expect(yield* Effect.flatMap(archive(files), dropArchived)).toBeGreaterThan(60)
          expect(yield* texts).toStrictEqual(before)
        })
      )
    }).pipe(Effect.scoped)
  )

  it.live("reads with its archive as before: every record, and the whole proof", () =>
    Effect.gen(function* () {
      const { journal, files, whole, first } = yield* dropped
      expect(first).toBeGreaterThan(1)
      const again = yield* opened(
        withArchive(onDisk(journal), files),
        Effect.gen(function* () {
          const one = yield* Effect.flatMap(Journal, ({ get }) => get(2))
          return { records: yield* records, proof: yield* verify(), one }
        })
      )
      expect(again.records.map(inText)).toStrictEqual(whole.records.map(inText))
      expect(again.proof).toStrictEqual(whole.proof)
      expect(again.one === null ? null : inText(again.one)).toStrictEqual(whole.records.map(inText)[1])
    }).pipe(Effect.scoped)
  )

  it.live("says what is missing where there is no archive, and is still proven from its last seal", () =>
    Effect.gen(function* () {
      const { journal, whole } = yield* dropped
      const error = yield* opened(onDisk(journal), Effect.flip(verify()))
      expect(String(error)).toMatch(/record 1 was dropped, the journal begins at record \d+; read the archive/)
      const proof = yield* opened(onDisk(journal), verify({ from: "last seal" }))
      expect(proof).toMatchObject({ divergences: [], actors: whole.proof.actors })
    }).pipe(Effect.scoped)
  )

  it.live("trades on from its snapshots, from its sealed states, or from its archive", () =>
    Effect.gen(function* () {
      const { journal, files } = yield* dropped
      yield* opened(onDisk(journal), goesOn(65, 66))
      rmSync(join(journal, "snapshots", "slot-9"), { recursive: true })
      yield* opened(onDisk(journal), goesOn(67, 68))
      rmSync(join(journal, "snapshots"), { recursive: true })
      yield* opened(withArchive(onDisk(journal), files), goesOn(69, 70))
      const proof = yield* opened(withArchive(onDisk(journal), files), verify())
      expect(proof).toMatchObject({ divergences: [], erasAsSealed: 3 })
    }).pipe(Effect.scoped)
  )

  it.live("is sealed on where nobody has its archive: the last seal says what stood before", () =>
    Effect.gen(function* () {
      const { journal, files } = yield* dropped
      yield* opened(onDisk(journal), Effect.andThen(goesOn(65, 66), seal))
      const proof = yield* opened(withArchive(onDisk(journal), files), verify())
      expect(proof).toMatchObject({ divergences: [], erasAsSealed: 4 })
    }).pipe(Effect.scoped)
  )

  it.live("does not believe a snapshot whose record it has let go of, and begins at the seal", () =>
    Effect.gen(function* () {
      const { journal } = yield* dropped
      const actor = join(journal, "snapshots", "slot-9")
      const [oldest = "", ...newer] = readdirSync(actor).toSorted()
      for (const file of newer) rmSync(join(actor, file))
      const old = JSON.parse(readFileSync(join(actor, oldest), "utf8")) as Record<string, unknown>
      writeFileSync(join(actor, oldest), JSON.stringify({ ...old, seq: 1 }))
      yield* opened(onDisk(journal), goesOn(65, 66))
    }).pipe(Effect.scoped)
  )

  it.live("is not joined with an archive that does not reach it", () =>
    Effect.gen(function* () {
      const { journal, files } = yield* dropped
      rmSync(eraPath(files, 2))
      const error = yield* opened(
        withArchive(onDisk(journal), files),
        Effect.flip(Effect.flatMap(Journal, ({ read }) => Stream.runDrain(read({ from: 1 }))))
      )
      expect(String(error)).toMatch(/record 1 was dropped/)
    }).pipe(Effect.scoped)
  )
})
