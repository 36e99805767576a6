/** C8 and C20: a second opener, a reader beside the writer, and a disk that fails. */
import * as fs from "node:fs"
import { join } from "node:path"
import { describe, expect } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Journal, SnapshotStore } from "../port.ts"
import { DiskError, type OpenForWriting, openForWriting } from "./directory/disk.ts"
import { EmbeddedJournal } from "./embedded.ts"
import { lockPath, snapshotPath } from "./directory/layout.ts"
import { directoryFor, entry, ids, sentence, withJournal } from "./testing/testJournal.ts"

describe("opening", () => {
  sentence("C20 a second opener fails with one line that names the process", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      yield* withJournal({ directory }, () =>
        Effect.gen(function* () {
          const problem = yield* ids({ directory }).pipe(Effect.flip)
          expect(problem._tag).toBe("JournalOpenError")
          expect(problem.message).toBe(
            `${directory}: in use by process ${process.pid}; stop that process first, or choose another directory`
          )
        })
      )
      expect(yield* ids({ directory })).toEqual([])
    })
  )

  sentence("C20 a lock left by a dead process, or torn by a crash of the machine, is taken over", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const dead = { pid: process.pid, startedTicks: "1", boot: null, released: false }
      const locks = () => fs.readdirSync(directory).filter((name) => name.startsWith("lock."))
      fs.writeFileSync(lockPath(directory, 7), JSON.stringify(dead))
      yield* withJournal({ directory }, () => Effect.sync(() => expect(locks()).toEqual(["lock.8"])))
      fs.writeFileSync(lockPath(directory, 8), "")
      yield* withJournal({ directory }, () => Effect.sync(() => expect(locks()).toEqual(["lock.9"])))
    })
  )

  sentence("a path that cannot be a directory fails with one line", () =>
    Effect.gen(function* () {
      const file = join(yield* directoryFor, "file")
      fs.writeFileSync(file, "")
      const problem = yield* ids({ directory: join(file, "journal") }).pipe(Effect.flip)
      expect(problem._tag).toBe("JournalOpenError")
      expect(problem.message).toContain("ENOTDIR")
    })
  )

  sentence(
    "who follows for reading only gets what the writer appends, over the ends of segments, without opening anew",
    () =>
      Effect.gen(function* () {
        const directory = yield* directoryFor
        yield* withJournal({ directory, segmentBytes: 300 }, (writer) =>
          Effect.gen(function* () {
            yield* writer.appendAll([entry(1), entry(2)])
            const heard: Array<string> = []
            const following = Effect.gen(function* () {
              const journal = yield* Journal
              yield* journal.tail({ from: 1 }).pipe(
                Stream.take(12),
                Stream.runForEach(({ id }) => Effect.sync(() => void heard.push(id)))
              )
            }).pipe(Effect.provide(EmbeddedJournal.layerReadOnly({ directory })))
            const fiber = yield* Effect.forkChild(following)
            for (let place = 3; place <= 12; place++) {
              yield* writer.append(entry(place))
              yield* TestClock.adjust("250 millis")
            }
            // The reads themselves are the disk's: the clock goes on until they have come.
            while (fiber.pollUnsafe() === undefined) {
              yield* TestClock.adjust("250 millis")
              yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
            }
            expect(heard).toStrictEqual(Array.from({ length: 12 }, (_, at) => `id-${at + 1}`))
            expect(
              fs.readdirSync(join(directory, "segments")).filter((name) => name.endsWith(".log")).length
            ).toBeGreaterThan(2)
          })
        )
      })
  )

  sentence("for reading only works beside the writer, takes no lock and refuses appends", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      yield* withJournal({ directory }, (writer) =>
        Effect.gen(function* () {
          yield* writer.appendAll([entry(1), entry(2)])
          const reading = Effect.gen(function* () {
            const journal = yield* Journal
            expect(yield* journal.head).toBe(2)
            const refusal = yield* journal.append(entry(3)).pipe(Effect.flip)
            expect(refusal).toMatchObject({ _tag: "JournalRefused", problem: "sealed" })
          })
          yield* reading.pipe(Effect.provide(EmbeddedJournal.layerReadOnly({ directory })))
          expect((yield* writer.append(entry(3))).seq).toBe(3)
        })
      )
      const missing = EmbeddedJournal.layerReadOnly({ directory: join(directory, "nothing") })
      const problem = yield* Effect.flatMap(Journal, ({ head }) => head).pipe(Effect.provide(missing), Effect.flip)
      expect(problem._tag).toBe("JournalOpenError")
    })
  )

  sentence("a damaged snapshot is left out", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const store = Effect.gen(function* () {
        const snapshots = yield* SnapshotStore
        const state = { recordId: "a", recordHash: "b", reducerVersion: "1", stateHash: "c", state: "{}" }
        yield* snapshots.save({ actor: "slot-1", seq: 1, ...state })
        yield* snapshots.save({ actor: "slot-1", seq: 2, ...state })
        fs.truncateSync(snapshotPath(directory, "slot-1", 2), 10)
        expect((yield* snapshots.load("slot-1")).map(({ seq }) => seq)).toEqual([1])
      })
      yield* store.pipe(Effect.provide(EmbeddedJournal.layer({ directory })))
    })
  )
})

describe("a disk that fails", () => {
  /** Works until the given write (0: the segment's header), then fails with this code, at the write or at the sync. */
  const failingDisk =
    (code: string, at: "write" | "sync", healthyGroups: number): OpenForWriting =>
    (path) => {
      const file = openForWriting(path)
      let groups = -1
      const failure = Effect.fail(new DiskError({ operation: at, path, code }))
      return {
        ...file,
        write: (bytes, position) =>
          Effect.suspend(() => {
            groups += 1
            return at === "write" && groups > healthyGroups ? failure : file.write(bytes, position)
          }),
        sync: Effect.suspend(() => (at === "sync" && groups > healthyGroups ? failure : file.sync))
      }
    }

  sentence("acknowledges nothing it could not sync, takes nothing more, and says so to readers", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const options = { directory, openForWriting: failingDisk("EIO", "sync", 1) }
      yield* withJournal(options, (journal) =>
        Effect.gen(function* () {
          expect((yield* journal.append(entry(1))).seq).toBe(1)
          const outcomes = yield* Effect.forEach([2, 3], (place) => journal.append(entry(place)).pipe(Effect.flip), {
            concurrency: 2
          })
          expect(outcomes.map(({ _tag }) => _tag)).toEqual(["JournalUnavailable", "JournalUnavailable"])
          expect((yield* journal.append(entry(4)).pipe(Effect.flip))._tag).toBe("JournalUnavailable")
          expect(yield* journal.head).toBe(1)
          const followed = yield* journal.tail({ from: 1 }).pipe(Stream.runDrain, Effect.exit)
          expect(Exit.isFailure(followed)).toBe(true)
        })
      )
      expect((yield* withJournal({ directory }, (journal) => journal.append(entry(1)))).duplicate).toBe(true)
    })
  )

  sentence("a full disk is refused as full", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const options = { directory, openForWriting: failingDisk("ENOSPC", "write", 1) }
      yield* withJournal(options, (journal) =>
        Effect.gen(function* () {
          yield* journal.append(entry(1))
          expect((yield* journal.append(entry(2)).pipe(Effect.flip))._tag).toBe("JournalUnavailable")
          const refusal = yield* journal.append(entry(3)).pipe(Effect.flip)
          expect(refusal).toMatchObject({ _tag: "JournalRefused", problem: "full" })
        })
      )
      expect(yield* ids({ directory })).toEqual(["id-1"])
    })
  )
})
