/** Opening by indexes: what it does not read, what it still notices, and that an index is never more than a shortcut. */
import * as fs from "node:fs"
import { describe, expect } from "@effect/vitest"
import { Effect, Layer, Logger, References, Stream } from "effect"
import * as fc from "fast-check"
import { Journal, type JournalEntry } from "../../port.ts"
import { subjectMatcher } from "../../subjects.ts"
import { encodeFrame, SEGMENT_HEADER_BYTES } from "../directory/frame.ts"
import { highWaterPath, indexPathOf, segmentPath } from "../directory/layout.ts"
import { EmbeddedJournal } from "../embedded.ts"
import { segmentSeqs } from "../recovery.ts"
import { directoryFor, sentence, withJournal } from "../testing/testJournal.ts"

const segmentBytes = 2_000
/** What is changed here is changed in the segments themselves; packed ones: `packing/packing.int.test.ts`. */
const plain = { packClosed: false }
const price = "market.TEST.price"
const control = "market.TEST.control"
const patterns = [price, control, "market.TEST.out.*", "market.TEST.>", "market.*.control", "market.TEST.none"]

const entryOf = (subject: string, place: number): JournalEntry => ({
  subject,
  id: `id-${place}`,
  data: new TextEncoder().encode(`data of record ${place}, ${"x".repeat(place % 90)}`)
})
const usual = (place: number) =>
  place % 20 === 7 ? control : place % 3 === 0 ? `market.TEST.out.s${place % 4}` : price

/** A journal of `count` records, each a group of its own, over many segments; closed. */
const stored = Effect.fnUntraced(function* (count: number, subjectOf = usual) {
  const directory = yield* directoryFor
  yield* withJournal({ ...plain, directory, segmentBytes }, (journal) =>
    Effect.gen(function* () {
      for (let place = 1; place <= count; place++) yield* journal.append(entryOf(subjectOf(place), place))
    })
  )
  return directory
})

const closedSegments = (directory: string) => segmentSeqs(directory).slice(0, -1)
const seqsOf = (journal: Journal["Service"], filter?: string, from = 1) =>
  journal.read(filter === undefined ? { from } : { from, filter }).pipe(
    Stream.runCollect,
    Effect.map((records) => records.map(({ seq }) => seq))
  )

/** What the journal logs while it opens. */
const opening = Effect.fnUntraced(function* (directory: string) {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  yield* Effect.void.pipe(
    Effect.provide(EmbeddedJournal.layer({ ...plain, directory })),
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(References.MinimumLogLevel, "Info")
  )
  return lines
})

const flip = (path: string, at: number) => {
  const bytes = fs.readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0x10
  fs.writeFileSync(path, bytes)
}

/** Where each record of a segment begins. */
const starts = (path: string): ReadonlyArray<number> => {
  const bytes = fs.readFileSync(path)
  const found: Array<number> = []
  for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; at += 8 + bytes.readUInt32LE(at)) found.push(at)
  return found
}

describe("a closed segment", () => {
  sentence("is not read at opening; a changed byte in it is named when its record is read, wherever it is", () =>
    Effect.gen(function* () {
      const directory = yield* stored(60)
      const [, second = 0] = closedSegments(directory)
      const path = segmentPath(directory, second)
      const whole = fs.readFileSync(path)
      for (const [place, start] of starts(path).entries()) {
        const next = starts(path)[place + 1] ?? whole.length
        for (let at = start; at < next; at += 3) {
          flip(path, at)
          yield* withJournal({ ...plain, directory, duplicateWindowMs: 0 }, (journal) =>
            Effect.gen(function* () {
              const named = `${path}: byte ${start}, record ${second + place}:`
              expect((yield* Effect.flip(seqsOf(journal))).message, `byte ${at}`).toContain(named)
              expect((yield* Effect.flip(journal.get(second + place))).message).toContain(named)
            })
          )
          fs.writeFileSync(path, whole)
        }
      }
    })
  )

  sentence("that lost its end, was exchanged or is missing refuses to open", () =>
    Effect.gen(function* () {
      const directory = yield* stored(60)
      const [first = 0, second = 0, third = 0] = closedSegments(directory)
      const path = segmentPath(directory, second)
      const whole = fs.readFileSync(path)
      const refused = withJournal({ ...plain, directory }, () => Effect.void).pipe(Effect.flip)
      fs.truncateSync(path, whole.length - 1)
      expect((yield* refused)._tag).toBe("JournalCorrupt")
      fs.copyFileSync(segmentPath(directory, first), path)
      expect((yield* refused)._tag).toBe("JournalCorrupt")
      fs.rmSync(path)
      expect((yield* refused).message).toContain(`the segment begins at record ${third}`)
      fs.writeFileSync(path, whole)
      yield* withJournal({ ...plain, directory }, (journal) =>
        Effect.map(seqsOf(journal), (all) => expect(all).toHaveLength(60))
      )
    })
  )

  sentence("that holds another record than the journal was known to hold refuses to open", () =>
    Effect.gen(function* () {
      const directory = yield* stored(60)
      const [, second = 0] = closedSegments(directory)
      fs.writeFileSync(highWaterPath(directory), JSON.stringify({ head: second + 1, crc: 1 }))
      const problem = yield* withJournal({ ...plain, directory }, () => Effect.void).pipe(Effect.flip)
      expect(problem.message).toContain(`record ${second + 1}: not the record this journal held before`)
    })
  )

  sentence("whose record was exchanged for a well-formed one is noticed when all of it is read", () =>
    Effect.gen(function* () {
      const directory = yield* stored(60)
      const path = segmentPath(directory, 1)
      const [start = 0, next = 0] = starts(path).slice(2)
      const bytes = fs.readFileSync(path)
      const seq = 3
      const { frame } = encodeFrame({
        ...entryOf(usual(seq), seq),
        data: new TextEncoder().encode(`DATA of record ${seq}, ${"x".repeat(seq % 90)}`),
        seq,
        storedMs: 0,
        durableSeq: seq - 1,
        previousCrc: bytes.readUInt32LE(start + 8)
      })
      expect(frame.length).toBe(next - start)
      frame.copy(bytes, start)
      fs.writeFileSync(path, bytes)
      yield* withJournal({ ...plain, directory, duplicateWindowMs: 0 }, (journal) =>
        Effect.gen(function* () {
          expect((yield* Effect.flip(seqsOf(journal))).message).toContain(`byte ${next}, record 4:`)
        })
      )
    })
  )

  sentence("C4 its ids are known again after opening, as long as the window lasts", () =>
    Effect.gen(function* () {
      const directory = yield* stored(60)
      yield* withJournal({ ...plain, directory }, (journal) =>
        Effect.gen(function* () {
          for (const place of [1, 30, 60]) {
            expect(yield* journal.append(entryOf(usual(place), place))).toEqual({ seq: place, duplicate: true })
          }
        })
      )
    })
  )
})

describe("an index", () => {
  const damages: ReadonlyArray<readonly [string, (path: string, other: string) => void]> = [
    ["missing", (path) => fs.rmSync(path)],
    ["damaged", (path) => flip(path, 30)],
    ["damaged", (path) => flip(path, 75)],
    ["of the wrong length", (path) => fs.truncateSync(path, fs.statSync(path).size - 1)],
    ["too short", (path) => fs.writeFileSync(path, "")],
    ["not an index", (path) => fs.writeFileSync(path, "something else, of at least the length of a header".repeat(3))],
    ["of another segment", (path, other) => fs.copyFileSync(other, path)]
  ]
  for (const [why, spoil] of damages) {
    sentence(`that is ${why} is made anew from its segment, and the log says so`, () =>
      Effect.gen(function* () {
        const directory = yield* stored(60)
        const [first = 0, second = 0] = closedSegments(directory)
        const path = indexPathOf(segmentPath(directory, second))
        const before = fs.readFileSync(path)
        expect(yield* opening(directory)).toEqual([])
        spoil(path, indexPathOf(segmentPath(directory, first)))
        const [line, ...others] = yield* opening(directory)
        expect(line).toContain("the index of 1 closed segments")
        expect(line).toContain(`${path}: ${why}`)
        expect(others).toEqual([])
        expect(fs.readFileSync(path).equals(before)).toBe(true)
      })
    )
  }

  sentence("with any byte changed gives the same records to every filter", () =>
    Effect.gen(function* () {
      const directory = yield* stored(40)
      const path = indexPathOf(segmentPath(directory, 1))
      const whole = fs.readFileSync(path)
      const expected = yield* withJournal({ ...plain, directory }, (journal) =>
        Effect.forEach(patterns, (pattern) => seqsOf(journal, pattern))
      )
      for (let at = 0; at < whole.length; at += 5) {
        flip(path, at)
        const found = yield* withJournal({ ...plain, directory }, (journal) =>
          Effect.forEach(patterns, (pattern) => seqsOf(journal, pattern))
        )
        expect(found, `byte ${at}`).toEqual(expected)
        fs.writeFileSync(path, whole)
      }
    })
  )

  sentence("that is missing does not keep a reader beside the writer from reading, which writes nothing", () =>
    Effect.gen(function* () {
      const directory = yield* stored(60)
      for (const seq of closedSegments(directory)) fs.rmSync(indexPathOf(segmentPath(directory, seq)))
      const found = yield* Effect.flatMap(Journal, (journal) => seqsOf(journal, control)).pipe(
        Effect.provide(EmbeddedJournal.layerReadOnly({ directory }))
      )
      expect(found).toEqual([7, 27, 47])
      expect(fs.existsSync(indexPathOf(segmentPath(directory, 1)))).toBe(false)
    })
  )
})

describe("a filtered read", () => {
  sentence("touches only the records of its subjects: damage in others does not disturb it", () =>
    Effect.gen(function* () {
      const directory = yield* stored(200)
      for (const seq of closedSegments(directory)) {
        const path = segmentPath(directory, seq)
        for (const [place, start] of starts(path).entries()) {
          if (usual(seq + place) !== control) flip(path, start + 40)
        }
      }
      yield* withJournal({ ...plain, directory, duplicateWindowMs: 0 }, (journal) =>
        Effect.gen(function* () {
          expect(yield* seqsOf(journal, control)).toEqual([7, 27, 47, 67, 87, 107, 127, 147, 167, 187])
          expect((yield* Effect.flip(seqsOf(journal, price)))._tag).toBe("JournalCorrupt")
        })
      )
    })
  )

  const seed = 20_261_129
  sentence(`is the whole read with the filter applied, from anywhere, in any history (seed ${seed})`, () =>
    Effect.gen(function* () {
      const subject = fc.constantFrom(price, control, "market.TEST.out.s1", "market.TEST.out.s2")
      const histories = fc.sample(fc.array(subject, { minLength: 1, maxLength: 120 }), { seed, numRuns: 8 })
      for (const subjects of histories) {
        const directory = yield* stored(subjects.length, (place: number) => subjects[place - 1] ?? price)
        yield* withJournal({ ...plain, directory }, (journal) =>
          Effect.gen(function* () {
            for (const pattern of patterns) {
              for (const from of [1, 2, Math.ceil(subjects.length / 2), subjects.length]) {
                const wanted = (yield* journal.read({ from }).pipe(Stream.runCollect)).filter((record) =>
                  subjectMatcher(pattern)(record.subject)
                )
                const found = yield* journal.read({ from, filter: pattern }).pipe(Stream.runCollect)
                expect(found, `${pattern} from ${from}`).toEqual(wanted)
              }
              const last = subjects.findLastIndex((name) => name === pattern) + 1
              expect((yield* journal.last(pattern))?.seq ?? 0).toBe(last)
            }
          })
        )
      }
    })
  )

  sentence("sees frames of every size, up to the largest, and many between two marks", () =>
    Effect.gen(function* () {
      const directory = yield* directoryFor
      const sizes = [0, 1, 200_000, 3, 256 * 1024, 256 * 1024, 5, 4_000, 4_200, 16_000, 17_000, 2]
      const layer = EmbeddedJournal.layer({ ...plain, directory, segmentBytes: 700_000 })
      yield* Effect.flatMap(Journal, (journal) =>
        Effect.forEach(sizes, (size, place) =>
          journal.append({ subject: place % 2 === 0 ? price : control, id: `id-${place}`, data: new Uint8Array(size) })
        )
      ).pipe(Effect.provide(Layer.fresh(layer)))
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const lengths = (records: ReadonlyArray<{ data: Uint8Array }>) => records.map(({ data }) => data.length)
        expect(lengths(yield* journal.read({ from: 1 }).pipe(Stream.runCollect))).toEqual(sizes)
        const even = yield* journal.read({ from: 1, filter: price }).pipe(Stream.runCollect)
        expect(lengths(even)).toEqual(sizes.filter((_, place) => place % 2 === 0))
        for (const [place, size] of sizes.entries()) expect((yield* journal.get(place + 1))?.data.length).toBe(size)
      }).pipe(Effect.provide(Layer.fresh(layer)))
    })
  )
})
