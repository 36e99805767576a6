/** A disk that is full, or that nothing can be written to: what is refused says why, nothing is lost, and room is all it takes to go on. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, References, type Scope, Stream } from "effect"
import { begin, fresh, happens, seal, subjects } from "../../shared/actor/testing/counting.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { archiveEras } from "../../shared/archive/archiveJournal.ts"
import { erasIn } from "../../shared/archive/eraFile.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal, type JournalEntry, type Snapshot, SnapshotStore } from "../../shared/journal/port.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { mountFound, smallDisk } from "./smallDisk.ts"

const NO_SPACE = /no space left on device \(ENOSPC\)/
const READ_ONLY = /read-only file system/

/** One of many: each holds 2 KiB, so that what is left of a page soon is not enough. */
const entry = (n: number): JournalEntry => ({
  subject: "market.TEST.price",
  id: `id-${n}`,
  data: new TextEncoder().encode(String(n).padEnd(2_048, "."))
})
const appending = (n: number) => Effect.flatMap(Journal, (journal) => journal.append(entry(n)))
const ids = Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 1 }))).pipe(
  Effect.map((records) => records.map(({ id }) => id))
)
const snapshot = (seq: number, state: string): Snapshot => ({
  actor: "counter",
  seq,
  recordId: `id-${seq}`,
  recordHash: sha256("record"),
  reducerVersion: "1",
  stateHash: sha256(state),
  state
})

/** Without the warnings that these tests provoke. */
const sentence = (name: string, body: Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.live(name, () => Effect.provideService(Effect.scoped(body), References.MinimumLogLevel, "Error"))

describe.runIf(mountFound())("on a full disk", () => {
  sentence(
    "the journal refuses what does not fit, keeps all that it acknowledged, and goes on once there is room",
    Effect.gen(function* () {
      const disk = yield* smallDisk
      const journal = EmbeddedJournal.layer({ directory: join(disk.path, "journal") })
      yield* Effect.gen(function* () {
        yield* appending(1)
        disk.fill()
        // The open segment may hold a page's rest: a few records later nothing fits.
        const unsure = yield* Effect.flip(Effect.forEach([2, 3, 4, 5], appending))
        expect(unsure._tag).toBe("JournalUnavailable")
        expect(unsure.message).toMatch(NO_SPACE)
        const refused = yield* Effect.flip(appending(6))
        expect(refused.message).toMatch(/refused \(full\): .*ENOSPC.*make room and start again/)
      }).pipe(Effect.provide(Layer.fresh(journal)))
      const shut = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(journal))))
      expect(shut.message).toMatch(NO_SPACE)
      disk.makeRoom()
      yield* Effect.gen(function* () {
        const kept = yield* ids
        expect(kept).toStrictEqual(Array.from(kept, (_, index) => `id-${index + 1}`))
        expect(kept[0]).toBe("id-1")
        yield* appending(7)
        expect(yield* ids).toStrictEqual([...kept, "id-7"])
      }).pipe(Effect.provide(Layer.fresh(journal)))
    })
  )

  sentence(
    "a snapshot is not saved, the one before stays, nothing is left of the attempt",
    Effect.gen(function* () {
      const disk = yield* smallDisk
      const directory = join(disk.path, "journal")
      yield* Effect.gen(function* () {
        const snapshots = yield* SnapshotStore
        yield* snapshots.save(snapshot(1, "small"))
        disk.fill()
        const failed = yield* Effect.flip(snapshots.save(snapshot(2, "x".repeat(100_000))))
        expect(failed.message).toMatch(/saving a snapshot of counter failed: no space left on device \(ENOSPC\)/)
        expect(readdirSync(join(directory, "snapshots", "counter"))).toHaveLength(1)
        expect((yield* snapshots.load("counter")).map(({ seq }) => seq)).toStrictEqual([1])
        disk.makeRoom()
        yield* snapshots.save(snapshot(2, "x".repeat(100_000)))
        expect((yield* snapshots.load("counter")).map(({ seq }) => seq)).toStrictEqual([2, 1])
      }).pipe(Effect.provide(EmbeddedJournal.layer({ directory })))
    })
  )

  sentence(
    "an era is archived whole or not at all, and again once there is room",
    Effect.gen(function* () {
      const disk = yield* smallDisk
      const archive = archiveEras(subjects, disk.path, () => Effect.void)
      yield* begin
      yield* happens(1, 20, 10)
      yield* seal
      disk.fill()
      const failed = yield* Effect.flip(archive)
      expect(failed.message).toMatch(/^nothing more was archived to .*no space left on device/)
      expect(readdirSync(disk.path)).toStrictEqual(["ballast"])
      disk.makeRoom()
      yield* archive
      expect(erasIn(disk.path)).toStrictEqual([1])
    }).pipe(Effect.provide(fresh()))
  )
})

describe.runIf(mountFound())("in a directory that is read-only", () => {
  sentence(
    "journal and store do not open, say why, and open when it is writable",
    Effect.gen(function* () {
      const disk = yield* smallDisk
      const journal = EmbeddedJournal.layer({ directory: join(disk.path, "journal") })
      const opened = Effect.scoped(Layer.build(Layer.fresh(journal)))
      disk.setReadOnly(true)
      expect((yield* Effect.flip(opened)).message).toMatch(READ_ONLY)
      const store = EmbeddedStore.layer({ directory: join(disk.path, "store") })
      expect((yield* Effect.flip(Effect.scoped(Layer.build(store)))).message).toMatch(READ_ONLY)
      disk.setReadOnly(false)
      yield* opened
      disk.setReadOnly(true)
      expect((yield* Effect.flip(opened)).message, "one that was there already").toMatch(READ_ONLY)
    })
  )
})
