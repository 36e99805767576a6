/** C3: what the embedded journal makes of torn writes and of rot. */
import * as fs from "node:fs"
import { join } from "node:path"
import { describe, expect } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { SEGMENT_HEADER_BYTES } from "./directory/frame.ts"
import { highWaterPath, lockPath, segmentPath } from "./directory/layout.ts"
import { Journal } from "../port.ts"
import { EmbeddedJournal } from "./embedded.ts"
import { directoryFor, entry, ids, sentence, withJournal } from "./testing/testJournal.ts"

/** One after the other, so that each record is a group of its own, and then a crash: the files as they stood before the close. */
const crashedCopy = Effect.fnUntraced(function* (count: number) {
  const directory = yield* directoryFor
  const crashed = join(yield* directoryFor, "journal")
  yield* withJournal({ directory }, (journal) =>
    Effect.gen(function* () {
      for (let place = 1; place <= count; place++) yield* journal.append(entry(place))
      fs.cpSync(directory, crashed, { recursive: true })
    })
  )
  fs.rmSync(lockPath(crashed, 1))
  return crashed
})

const firstSegment = (directory: string) => segmentPath(directory, 1)

/** Where each record begins, and at the end the file's size. */
const recordStarts = (bytes: Buffer): ReadonlyArray<number> => {
  const starts = [SEGMENT_HEADER_BYTES]
  for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; starts.push(at)) at += 8 + bytes.readUInt32LE(at)
  return starts
}

describe("a torn write", () => {
  sentence("C3 is cut, wherever in the last record it was torn, and the journal goes on", () =>
    Effect.gen(function* () {
      const directory = yield* crashedCopy(3)
      const whole = fs.readFileSync(firstSegment(directory))
      const lastStart = recordStarts(whole).at(-2) ?? 0
      for (let size = lastStart; size < whole.length; size++) {
        fs.rmSync(join(directory, "high-water.json"), { force: true })
        fs.writeFileSync(firstSegment(directory), whole.subarray(0, size))
        expect(yield* ids({ directory }), `cut at byte ${size}`).toEqual(["id-1", "id-2"])
      }
      const appended = yield* withJournal({ directory }, (journal) => journal.append(entry(9)))
      expect(appended).toEqual({ seq: 3, duplicate: false })
      expect(yield* ids({ directory })).toEqual(["id-1", "id-2", "id-9"])
    })
  )

  sentence("C3 of a whole group is cut, even where later parts of the group reached the disk", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const crashed = join(yield* directoryFor, "journal")
      yield* withJournal({ directory }, (journal) =>
        Effect.gen(function* () {
          yield* journal.append(entry(1))
          yield* journal.appendAll([entry(2), entry(3), entry(4)])
          fs.cpSync(directory, crashed, { recursive: true })
        })
      )
      fs.rmSync(lockPath(crashed, 1))
      const bytes = fs.readFileSync(firstSegment(crashed))
      const [, second = 0, third = 0] = recordStarts(bytes)
      bytes.fill(0, second, third)
      fs.writeFileSync(firstSegment(crashed), bytes)
      expect(yield* ids({ directory: crashed })).toEqual(["id-1"])
    })
  )

  sentence("C3 of a new segment's header is removed with its file", () =>
    Effect.gen(function* () {
      const directory = yield* crashedCopy(3)
      fs.writeFileSync(segmentPath(directory, 4), Buffer.alloc(10))
      expect(yield* ids({ directory })).toEqual(["id-1", "id-2", "id-3"])
      expect(fs.existsSync(segmentPath(directory, 4))).toBe(false)
    })
  )
})

describe("rot", () => {
  sentence("C3 a flipped bit in any earlier record refuses to open and names file, byte and record", () =>
    Effect.gen(function* () {
      const directory = yield* crashedCopy(4)
      const whole = fs.readFileSync(firstSegment(directory))
      const starts = recordStarts(whole)
      for (const [place, start] of starts.slice(0, -2).entries()) {
        for (let at = start; at < (starts[place + 1] ?? 0); at++) {
          const rotten = Buffer.from(whole)
          rotten[at] = (rotten[at] ?? 0) ^ 0x10
          fs.writeFileSync(firstSegment(directory), rotten)
          const problem = yield* ids({ directory }).pipe(Effect.flip)
          expect(problem._tag, `byte ${at}`).toBe("JournalCorrupt")
          expect(problem.message).toContain(firstSegment(directory))
          expect(problem.message).toContain(`byte ${start}, record ${place + 1}`)
        }
      }
      fs.writeFileSync(firstSegment(directory), whole)
      expect(yield* ids({ directory })).toHaveLength(4)
    })
  )

  sentence("C3 a damaged last record refuses to open when a clean close had noted it", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      yield* withJournal({ directory }, (journal) => journal.appendAll([entry(1), entry(2)]))
      const bytes = fs.readFileSync(firstSegment(directory))
      fs.writeFileSync(firstSegment(directory), bytes.subarray(0, bytes.length - 1))
      const problem = yield* ids({ directory }).pipe(Effect.flip)
      expect(problem).toMatchObject({ _tag: "JournalCorrupt" })
      expect(problem.message).toContain("held 2 records before")
    })
  )

  sentence("C3 a newest file that lost its end is noticed after a kill too, some seconds after it was written", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const crashed = join(yield* directoryFor, "journal")
      yield* withJournal({ directory }, (journal) =>
        Effect.gen(function* () {
          for (let place = 1; place <= 3; place++) yield* journal.append(entry(place))
          yield* TestClock.adjust("5 seconds")
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve))).pipe(
            Effect.repeat({ until: () => fs.readFileSync(highWaterPath(directory), "utf8").includes('"head":3') })
          )
          fs.cpSync(directory, crashed, { recursive: true })
        })
      )
      fs.rmSync(lockPath(crashed, 1))
      const bytes = fs.readFileSync(firstSegment(crashed))
      fs.truncateSync(firstSegment(crashed), recordStarts(bytes).at(-2))
      const problem = yield* ids({ directory: crashed }).pipe(Effect.flip)
      expect(problem).toMatchObject({ _tag: "JournalCorrupt" })
      expect(problem.message).toContain("held 3 records before")
    })
  )

  sentence("C3 a missing segment refuses to open", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      yield* withJournal({ directory, segmentBytes: 100 }, (journal) =>
        Effect.forEach([1, 2, 3, 4], (place) => journal.append(entry(place)))
      )
      fs.rmSync(segmentPath(directory, 3))
      expect((yield* ids({ directory }).pipe(Effect.flip))._tag).toBe("JournalCorrupt")
    })
  )

  sentence("a record that changes on disk while the journal is open is not handed out", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      yield* withJournal({ directory }, (journal) => journal.appendAll([entry(1), entry(2)]))
      yield* withJournal({ directory }, (writer) =>
        Effect.gen(function* () {
          const reader = yield* Journal
          const bytes = fs.readFileSync(firstSegment(directory))
          bytes[SEGMENT_HEADER_BYTES + 40] = 0
          fs.writeFileSync(firstSegment(directory), bytes)
          expect((yield* reader.get(1).pipe(Effect.flip))._tag).toBe("JournalCorrupt")
          // Whoever opened for writing holds the newest records, as they were when each was checked.
          expect((yield* writer.get(1))?.data).toEqual(new Uint8Array(entry(1).data))
        }).pipe(Effect.provide(EmbeddedJournal.layerReadOnly({ directory })))
      )
    })
  )
})
