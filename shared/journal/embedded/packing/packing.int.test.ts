/** Packed segments: what stands on the disk, that nobody who reads knows the difference, and what every crash and every damage leaves. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { describe, expect } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { requireBinary } from "../../../testing/requires.ts"
import { Journal, type JournalEntry } from "../../port.ts"
import { SEGMENT_HEADER_BYTES } from "../directory/frame.ts"
import { indexPathOf, packedPathOf, segmentPath, segmentsDirectory } from "../directory/layout.ts"
import { EmbeddedJournal } from "../embedded.ts"
import { closedSegments, packAll } from "../testing/packedJournal.ts"
import { directoryFor, sentence, withJournal } from "../testing/testJournal.ts"
import { BLOCK_BYTES, encodeSeekTable } from "./seekTable.ts"

const price = "market.TEST.price"
const control = "market.TEST.control"
const patterns = [price, control, "market.TEST.out.*", "market.TEST.>", "market.TEST.none"]
/** Several blocks a segment. */
const segmentBytes = 3 * BLOCK_BYTES

const usual = (place: number) =>
  place % 40 === 7 ? control : place % 3 === 0 ? `market.TEST.out.s${place % 4}` : price
/** Bytes that hardly pack, so that blocks differ in length. */
const entryOf = (subject: string, place: number): JournalEntry => ({
  subject,
  id: `id-${place}`,
  data: new TextEncoder().encode(JSON.stringify({ place, price: Math.sin(place), pad: "x".repeat((place * 37) % 900) }))
})

/** A journal of `count` records over several segments, closed and as it was written. */
const stored = Effect.fnUntraced(function* (count: number, subjectOf = usual, bytes = segmentBytes) {
  const directory = yield* directoryFor
  yield* withJournal({ directory, segmentBytes: bytes, packClosed: false }, (journal) =>
    Effect.gen(function* () {
      const entries = Array.from({ length: count }, (_, place) => entryOf(subjectOf(place + 1), place + 1))
      // A group is never divided between segments.
      for (let from = 0; from < count; from += 50) yield* journal.appendAll(entries.slice(from, from + 50))
    })
  )
  return directory
})

const readAll = (journal: Journal["Service"], filter?: string, from = 1) =>
  journal.read(filter === undefined ? { from } : { from, filter }).pipe(Stream.runCollect)

/** Opened for looking, which changes nothing. */
const looking = <A, E>(directory: string, use: (journal: Journal["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(Journal, use).pipe(Effect.provide(Layer.fresh(EmbeddedJournal.layerReadOnly({ directory }))))

/** Opened for writing, without packing anything. */
const opened = <A, E>(directory: string, use: (journal: Journal["Service"]) => Effect.Effect<A, E>) =>
  withJournal({ directory, packClosed: false, duplicateWindowMs: 0 }, use)

const filesOf = (directory: string) => fs.readdirSync(segmentsDirectory(directory)).toSorted()
const flip = (path: string, at: number) => {
  const bytes = fs.readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0x10
  fs.writeFileSync(path, bytes)
}
/** Waits for what other threads do. */
const until = (met: () => boolean) =>
  Effect.promise(() => new Promise((resolve) => setImmediate(resolve))).pipe(Effect.repeat({ until: met }))
const isPacked = (directory: string, seq: number) =>
  fs.statSync(segmentPath(directory, seq)).size === SEGMENT_HEADER_BYTES

const zstd = requireBinary("zstd")
describe.runIf(zstd !== null)("the tool zstd", () => {
  sentence("unpacks a packed segment into what it was, byte by byte, and where it stood", () =>
    Effect.gen(function* () {
      const directory = yield* stored(2_500)
      const before = closedSegments(directory).map((seq) => fs.readFileSync(segmentPath(directory, seq)))
      yield* packAll(directory)
      for (const [place, seq] of closedSegments(directory).entries()) {
        const packed = packedPathOf(segmentPath(directory, seq))
        expect(isPacked(directory, seq)).toBe(true)
        expect(fs.statSync(packed).size).toBeLessThan((before[place]?.length ?? 0) / 2)
        execFileSync(zstd ?? "", ["--quiet", "--force", "--decompress", "--rm", packed])
        expect(fs.readFileSync(segmentPath(directory, seq)).equals(before[place] ?? Buffer.alloc(0))).toBe(true)
        expect(fs.existsSync(packed)).toBe(false)
      }
      yield* opened(directory, (journal) => Effect.map(readAll(journal), (all) => expect(all).toHaveLength(2_500)))
    })
  )
})

describe("a packed segment", () => {
  const seed = 20_261_130
  sentence(
    `gives the records that were written, to every filter and from anywhere, in any history (seed ${seed})`,
    () =>
      Effect.gen(function* () {
        const subject = fc.constantFrom(price, price, control, "market.TEST.out.s1")
        const histories = fc.sample(fc.array(subject, { minLength: 300, maxLength: 1_200 }), { seed, numRuns: 4 })
        for (const subjects of histories) {
          const directory = yield* stored(subjects.length, (place: number) => subjects[place - 1] ?? price, 60_000)
          const froms = [1, 2, Math.ceil(subjects.length / 2), subjects.length]
          const everything = (journal: Journal["Service"]) =>
            Effect.all({
              read: Effect.forEach(patterns, (pattern) =>
                Effect.forEach(froms, (from) => readAll(journal, pattern, from))
              ),
              got: Effect.forEach(froms, journal.get),
              lasts: Effect.forEach(patterns.slice(0, 2), journal.last)
            })
          const expected = yield* opened(directory, everything)
          yield* packAll(directory)
          expect(closedSegments(directory).length).toBeGreaterThan(1)
          expect(yield* opened(directory, everything)).toEqual(expected)
          expect(yield* looking(directory, everything)).toEqual(expected)
          for (const seq of closedSegments(directory)) fs.rmSync(indexPathOf(segmentPath(directory, seq)))
          expect(yield* looking(directory, everything), "without its index").toEqual(expected)
        }
      })
  )

  sentence("holds frames of every size, up to the largest, across its blocks", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const sizes = [0, 200_000, 3, 256 * 1024, 256 * 1024, 5, 131_000, 17_000, 2, 256 * 1024, 1]
      yield* withJournal({ directory, segmentBytes: 700_000, packClosed: false }, (journal) =>
        Effect.forEach(sizes, (size, place) =>
          journal.append({ subject: place % 2 === 0 ? price : control, id: `id-${place}`, data: new Uint8Array(size) })
        )
      )
      yield* packAll(directory)
      yield* opened(directory, (journal) =>
        Effect.gen(function* () {
          expect((yield* readAll(journal)).map(({ data }) => data.length)).toEqual(sizes)
          const even = sizes.filter((_, place) => place % 2 === 0)
          expect((yield* readAll(journal, price)).map(({ data }) => data.length)).toEqual(even)
          for (const [place, size] of sizes.entries()) expect((yield* journal.get(place + 1))?.data.length).toBe(size)
        })
      )
    })
  )

  sentence("C4 its ids are known again after opening, as long as the window lasts", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500)
      yield* packAll(directory)
      yield* withJournal({ directory }, (journal) =>
        Effect.gen(function* () {
          for (const place of [1, 700, 1_500]) {
            expect(yield* journal.append(entryOf(usual(place), place))).toEqual({ seq: place, duplicate: true })
          }
        })
      )
    })
  )

  sentence("C25 goes with everything beside it when it is dropped", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500)
      yield* packAll(directory)
      fs.writeFileSync(`${packedPathOf(segmentPath(directory, 1))}.tmp`, "left by a crash")
      const first = yield* opened(directory, (journal) => journal.dropBefore(1_400))
      expect(first).toBeGreaterThan(1)
      const kept = filesOf(directory).map((name) => Number(name.slice(0, 20)))
      expect(Math.min(...kept)).toBe(first)
    })
  )
})

describe("a journal that is written", () => {
  sentence("packs each segment once it is closed, while it takes records and gives them", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      yield* withJournal({ directory, segmentBytes: 30_000 }, (journal) =>
        Effect.gen(function* () {
          for (let place = 1; place <= 600; place++) {
            yield* journal.append(entryOf(usual(place), place))
            if (place % 60 !== 0) continue
            const all = yield* readAll(journal)
            expect(all.map(({ id }) => id)).toEqual(Array.from({ length: place }, (_, at) => `id-${at + 1}`))
          }
          const closed = closedSegments(directory)
          expect(closed.length).toBeGreaterThan(5)
          yield* until(() => closed.every((seq) => isPacked(directory, seq)))
        })
      )
    })
  )

  sentence("packs what an earlier build has left, once it is opened, and nothing twice", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500)
      const closed = closedSegments(directory)
      yield* withJournal({ directory }, () => until(() => closed.every((seq) => isPacked(directory, seq))))
      const written = () => closed.map((seq) => fs.statSync(packedPathOf(segmentPath(directory, seq))).ino)
      const before = written()
      yield* withJournal({ directory }, (journal) => readAll(journal))
      expect(written()).toEqual(before)
    })
  )

  sentence("who follows it beside the writer goes on through a segment that is packed under their eyes", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const heard: Array<number> = []
      const follow = (reader: Journal["Service"]) =>
        reader.tail({ from: 1 }).pipe(
          Stream.take(1_500),
          Stream.runForEach(({ seq }) => Effect.sync(() => void heard.push(seq)))
        )
      // Each look comes a while after what it is to find; the reads themselves are the disk's.
      const hears = (seq: number) =>
        Effect.andThen(
          TestClock.adjust("250 millis"),
          Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        ).pipe(Effect.repeat({ until: () => heard.length >= seq }))
      yield* withJournal({ directory, segmentBytes: 60_000 }, (writer) =>
        Effect.gen(function* () {
          const following = yield* Effect.forkChild(looking(directory, follow))
          for (let from = 1; from <= 1_500; from += 50) {
            yield* writer.appendAll(Array.from({ length: 50 }, (_, at) => entryOf(usual(from + at), from + at)))
            // In turns: heard while the segment is written, and only once it is packed.
            if (from % 100 === 1) yield* hears(from + 49)
            yield* until(() => closedSegments(directory).every((seq) => isPacked(directory, seq)))
          }
          yield* hears(1_500)
          yield* Fiber.join(following)
          expect(closedSegments(directory).length).toBeGreaterThan(2)
          expect(heard).toEqual(Array.from({ length: 1_500 }, (_, at) => at + 1))
        })
      )
    })
  )

  sentence("that cannot pack says so, leaves nothing behind, and keeps its records", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500, usual, 60_000)
      const [first = 0] = closedSegments(directory)
      const before = fs.readFileSync(segmentPath(directory, first))
      // A directory where the packed file is to stand: it cannot be put there.
      fs.mkdirSync(packedPathOf(segmentPath(directory, first)))
      const others = closedSegments(directory).slice(1)
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => void lines.push(String(message)))
      yield* withJournal({ directory }, (journal) =>
        until(() => others.every((seq) => isPacked(directory, seq))).pipe(
          Effect.andThen(readAll(journal)),
          Effect.map((all) => expect(all).toHaveLength(1_500))
        )
      ).pipe(Effect.provide(Logger.layer([logger])), Effect.provideService(References.MinimumLogLevel, "Warn"))
      expect(others.length).toBeGreaterThan(1)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(/^packing .*0001\.log failed: .*\(EISDIR\); it stays as it is, and is tried again/)
      expect(fs.readFileSync(segmentPath(directory, first)).equals(before)).toBe(true)
      expect(filesOf(directory).filter((name) => name.endsWith(".tmp"))).toEqual([])
    })
  )
})

describe("a crash while a segment is packed", () => {
  sentence("leaves a journal that opens with every record, wherever it happens, and is packed the next time", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500)
      const [first = 0] = closedSegments(directory)
      const segment = segmentPath(directory, first)
      const plain = fs.readFileSync(segment)
      yield* packAll(directory)
      const packed = fs.readFileSync(packedPathOf(segment))
      const temporary = `${packedPathOf(segment)}.tmp`
      const moments: ReadonlyArray<readonly [string, () => void]> = [
        ["nothing written yet", () => fs.writeFileSync(temporary, "")],
        ["half written", () => fs.writeFileSync(temporary, packed.subarray(0, packed.length / 2))],
        ["written, not named", () => fs.writeFileSync(temporary, packed)],
        ["named, the segment still there", () => fs.writeFileSync(packedPathOf(segment), packed)],
        ["an older one of that name", () => fs.writeFileSync(packedPathOf(segment), packed.subarray(0, 100))]
      ]
      for (const [what, leave] of moments) {
        fs.rmSync(packedPathOf(segment), { force: true })
        fs.writeFileSync(segment, plain)
        leave()
        const all = yield* opened(directory, (journal) => readAll(journal))
        expect(
          all.map(({ seq }) => seq),
          what
        ).toEqual(Array.from({ length: 1_500 }, (_, at) => at + 1))
        yield* packAll(directory)
        expect(isPacked(directory, first), what).toBe(true)
        expect(fs.readFileSync(packedPathOf(segment)).equals(packed), what).toBe(true)
        expect(fs.existsSync(temporary), what).toBe(false)
      }
    })
  )
})

describe("damage", () => {
  sentence("C3 in a block is named by file and record when it is read; what stands in other blocks is read", () =>
    Effect.gen(function* () {
      const directory = yield* stored(2_500)
      const [, second = 0, third = 0] = closedSegments(directory)
      const path = packedPathOf(segmentPath(directory, second))
      yield* packAll(directory)
      const whole = fs.readFileSync(path)
      const table = encodeSeekTable([]).length
      for (let at = 0; at < whole.length - 2 * table; at += Math.floor(whole.length / 12)) {
        flip(path, at)
        yield* looking(directory, (journal) =>
          Effect.gen(function* () {
            const problem = yield* Effect.flip(readAll(journal))
            expect(problem._tag, `byte ${at}`).toBe("JournalCorrupt")
            const named = new RegExp(`^${path}: byte \\d+ unpacked, record (\\d+): .*restore it from a copy$`).exec(
              problem.message
            )
            const record = Number(named?.[1])
            expect(record).toBeGreaterThanOrEqual(second)
            expect(record).toBeLessThan(third)
            // The record before it is whole, and is read; it is not.
            expect(yield* Effect.flip(journal.get(record))).toMatchObject({ _tag: "JournalCorrupt" })
            if (record > second) expect((yield* journal.get(record - 1))?.seq).toBe(record - 1)
            expect((yield* readAll(journal, price, third)).at(-1)?.seq).toBe(2_500)
          })
        )
        fs.writeFileSync(path, whole)
      }
    })
  )

  sentence("C3 of its table, a lost end, a missing or an exchanged packed file refuse to open and name it", () =>
    Effect.gen(function* () {
      const directory = yield* stored(2_500)
      const [first = 0, second = 0] = closedSegments(directory)
      const path = packedPathOf(segmentPath(directory, second))
      yield* packAll(directory)
      const whole = fs.readFileSync(path)
      const damages: ReadonlyArray<readonly [string, () => void]> = [
        ["its last byte", () => flip(path, whole.length - 1)],
        ["the number of its blocks", () => flip(path, whole.length - 6)],
        ["the length of a block", () => flip(path, whole.length - 15)],
        ["a lost end", () => fs.truncateSync(path, whole.length - 1)],
        ["nothing left", () => fs.truncateSync(path, 0)],
        ["missing", () => fs.rmSync(path)]
      ]
      for (const [what, spoil] of damages) {
        spoil()
        const problem = yield* Effect.flip(opened(directory, () => Effect.void))
        expect(problem._tag, what).toBe("JournalCorrupt")
        expect(problem.message, what).toContain(`${path}: byte 0 unpacked, record ${second}:`)
        fs.writeFileSync(path, whole)
      }
      fs.copyFileSync(packedPathOf(segmentPath(directory, first)), path)
      expect((yield* Effect.flip(opened(directory, (journal) => readAll(journal))))._tag).toBe("JournalCorrupt")
      fs.writeFileSync(path, whole)
      expect(yield* opened(directory, (journal) => readAll(journal))).toHaveLength(2_500)
    })
  )

  sentence("C3 a journal whose newest segment is packed has lost those after it, and refuses to open", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500)
      yield* packAll(directory)
      const newest = filesOf(directory).findLast((name) => name.endsWith(".log")) ?? ""
      fs.rmSync(join(segmentsDirectory(directory), newest))
      fs.rmSync(join(directory, "high-water.json"))
      const problem = yield* Effect.flip(opened(directory, () => Effect.void))
      expect(problem.message).toContain("newer segments followed it, and they are missing")
    })
  )

  sentence("that a segment had before is packed with it, and is still told as that record's", () =>
    Effect.gen(function* () {
      const directory = yield* stored(1_500)
      const [first = 0] = closedSegments(directory)
      const path = segmentPath(directory, first)
      flip(path, SEGMENT_HEADER_BYTES + 100)
      yield* packAll(directory)
      const problem = yield* Effect.flip(opened(directory, (journal) => readAll(journal)))
      expect(problem.message).toContain(`${packedPathOf(path)}: byte ${SEGMENT_HEADER_BYTES} unpacked, record 1:`)
    })
  )
})
