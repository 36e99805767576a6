/** The contract, dropping the beginning: what is gone is said to be gone, and everything else goes on as before. */
import { expect } from "@effect/vitest"
import { Effect, Fiber, Latch, Stream } from "effect"
import { Journal } from "../port.ts"
import { bytes, type ContractSection, entries, entry, out, price, seqs, type Target } from "./contractSupport.ts"

/** Large enough that sixty of them cross several segments of an adapter that has some. */
const large = (subject: string, id: string) => entry(subject, id, bytes(id.repeat(20)))

/** Record 1 is the only one of its subject; 60 follow, and the ids of all are forgotten (what it takes for that may follow too). */
const history = (target: Target) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.append(entry(out(1), "early"))
    for (let place = 0; place < 60; place++) yield* journal.append(large(price, `price-${place}`))
    yield* target.passDuplicateWindow
    return journal
  })

const read = (journal: Journal["Service"], from: number | "first") =>
  journal.read({ from }).pipe(Stream.runCollect, Effect.map(seqs))

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, place) => from + place)

export const dropSentences = (section: ContractSection): void => {
  section.holds("C25 a whole journal begins at 1, also while it is empty", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      expect(yield* journal.first).toBe(1)
      expect(yield* read(journal, "first")).toEqual([])
      yield* journal.appendAll(entries(5))
      expect(yield* journal.first).toBe(1)
      expect(yield* read(journal, "first")).toEqual([1, 2, 3, 4, 5])
    })
  )
  droppingSentences(section)
}

const droppingSentences = ({ capabilities, holds, holdsAcrossReopening }: ContractSection): void => {
  const shortWindow = { duplicateWindowMs: capabilities.shortWindowMs }

  holds(
    "C25 what was dropped is said to be gone; what was kept is all there",
    (target) =>
      Effect.gen(function* () {
        const journal = yield* history(target)
        const head = yield* journal.head
        const first = yield* journal.dropBefore(45)
        expect(first).toBeGreaterThan(1)
        expect(first).toBeLessThanOrEqual(45)
        expect(yield* journal.first).toBe(first)
        expect(yield* read(journal, "first")).toEqual(range(first, head))
        expect(yield* read(journal, first)).toEqual(range(first, head))
        const gone = { _tag: "RecordsArchived", seq: first - 1, first }
        expect(yield* Effect.flip(read(journal, first - 1))).toMatchObject(gone)
        expect(yield* journal.tail({ from: first - 1 }).pipe(Stream.runDrain, Effect.flip)).toMatchObject(gone)
        expect(yield* Effect.flip(journal.get(first - 1))).toMatchObject(gone)
        expect((yield* journal.get(first))?.seq).toBe(first)
        expect(yield* Effect.flip(read(journal, 1))).toMatchObject({ ...gone, seq: 1 })
      }),
    shortWindow
  )

  holds(
    "C25 compare-and-set goes on by the last record of a subject, also when that was dropped",
    (target) =>
      Effect.gen(function* () {
        const journal = yield* history(target)
        const head = yield* journal.head
        yield* journal.dropBefore(45)
        expect(yield* Effect.flip(journal.last(out(1)))).toMatchObject({ _tag: "RecordsArchived", seq: 1 })
        const stale = yield* Effect.flip(journal.append({ ...entry(out(1), "stale"), expectedLastSeq: 0 }))
        expect(stale).toMatchObject({ _tag: "JournalConflict", expected: 0, actual: 1 })
        expect(yield* journal.append({ ...entry(out(1), "right"), expectedLastSeq: 1 })).toMatchObject({
          seq: head + 1
        })
        expect((yield* journal.last(out(1)))?.seq).toBe(head + 1)
      }),
    shortWindow
  )

  holds(
    "C25 the newest record stays, and dropping less than before changes nothing",
    (target) =>
      Effect.gen(function* () {
        const journal = yield* history(target)
        const head = yield* journal.head
        const first = yield* journal.dropBefore(1_000)
        expect(first).toBeLessThanOrEqual(head)
        expect((yield* journal.get(head))?.seq).toBe(head)
        expect(yield* journal.dropBefore(2)).toBe(first)
        expect(yield* journal.append(entry(price, "next"))).toEqual({ seq: head + 1, duplicate: false })
      }),
    shortWindow
  )

  holds(
    "C25 a reader that stands before the new beginning is told; one behind it goes on",
    (target) =>
      Effect.gen(function* () {
        const journal = yield* history(target)
        const dropped = yield* Latch.make(false)
        const reading = (from: number) =>
          journal.tail({ from }).pipe(
            Stream.rechunk(1),
            Stream.tap(({ seq }) => (seq === from ? dropped.await : Effect.void)),
            Stream.take(20),
            Stream.runCollect,
            Effect.map(seqs),
            Effect.forkChild({ startImmediately: true })
          )
        const ahead = yield* reading(55)
        const first = yield* journal.dropBefore(45)
        yield* journal.appendAll(Array.from({ length: 13 }, (_, place) => large(price, `more-${place}`)))
        yield* dropped.open
        expect(yield* Fiber.join(ahead)).toEqual(range(55, 74))
        expect(yield* Effect.flip(read(journal, first - 1))).toMatchObject({ _tag: "RecordsArchived" })
      }),
    shortWindow
  )

  holdsAcrossReopening(
    "C25 all of it holds across reopening",
    (target) =>
      Effect.gen(function* () {
        const journal = yield* history(target)
        yield* journal.dropBefore(45)
      }),
    Effect.gen(function* () {
      const journal = yield* Journal
      const first = yield* journal.first
      const head = yield* journal.head
      expect(first).toBeGreaterThan(1)
      expect(yield* read(journal, "first")).toEqual(range(first, head))
      expect(yield* Effect.flip(journal.last(out(1)))).toMatchObject({ _tag: "RecordsArchived", seq: 1, first })
      const stale = yield* Effect.flip(journal.append({ ...entry(out(1), "stale"), expectedLastSeq: 0 }))
      expect(stale).toMatchObject({ _tag: "JournalConflict", actual: 1 })
      expect(yield* journal.append(entry(price, "next"))).toEqual({ seq: head + 1, duplicate: false })
      expect(yield* journal.dropBefore(60)).toBeGreaterThanOrEqual(first)
    }),
    shortWindow
  )
}
