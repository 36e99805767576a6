/** The contract, writing: numbers, duplicates, compare-and-set, refusals. */
import { expect } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { MAX_DATA_BYTES, MAX_ID_LENGTH } from "../entry.ts"
import { Journal } from "../port.ts"
import { MAX_SUBJECT_LENGTH } from "../subjects.ts"
import { bytes, type ContractSection, entries, entry, out, plain, price, upTo } from "./contractSupport.ts"

export const appendSentences = ({ holds, holdsAcrossReopening, capabilities }: ContractSection): void => {
  holds("C1 numbers records from 1 without gaps", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      expect(yield* journal.head).toBe(0)
      for (const seq of upTo(5)) {
        expect(yield* journal.append(entry(price, `p${seq}`))).toEqual({ seq, duplicate: false })
      }
      const many = yield* journal.appendAll(entries(100, out(1)))
      expect(many).toEqual(upTo(100).map((place) => ({ seq: 5 + place, duplicate: false })))
      expect(yield* journal.head).toBe(105)
    })
  )

  holds("C1 an empty appendAll stores nothing and succeeds", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      expect(yield* journal.appendAll([])).toEqual([])
      expect(yield* journal.head).toBe(0)
    })
  )

  holdsAcrossReopening(
    "C1 C2 what was acknowledged is there after reopening, and numbers go on from it",
    () => Effect.flatMap(Journal, (journal) => journal.appendAll(entries(50))),
    Effect.gen(function* () {
      const journal = yield* Journal
      expect(yield* journal.head).toBe(50)
      const records = yield* journal.read({ from: 1 }).pipe(Stream.runCollect)
      expect(records.map(({ id }) => id)).toEqual(entries(50).map(({ id }) => id))
      expect(yield* journal.append(entry(price, "next"))).toEqual({ seq: 51, duplicate: false })
    })
  )

  holds("C4 an id inside the window answers with the first record's sequence", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append(entry(price, "once", "first"))
      yield* journal.append(entry(price, "other"))
      expect(yield* journal.append(entry(price, "once", "second"))).toEqual({ seq: 1, duplicate: true })
      expect(yield* journal.appendAll([entry(price, "other"), entry(price, "new")])).toEqual([
        { seq: 2, duplicate: true },
        { seq: 3, duplicate: false }
      ])
      expect(plain(yield* journal.get(1))?.data).toEqual([...bytes("first")])
    })
  )

  holds(
    "C4 an id outside the window is a new record",
    (target) =>
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append(entry(price, "once"))
        yield* target.passDuplicateWindow
        const again = yield* journal.append(entry(price, "once"))
        expect(again.duplicate).toBe(false)
        expect(again.seq).toBeGreaterThan(1)
      }),
    { duplicateWindowMs: capabilities.shortWindowMs }
  )

  holdsAcrossReopening(
    "C4 the window survives reopening",
    () => Effect.flatMap(Journal, (journal) => journal.append(entry(price, "once"))),
    Effect.gen(function* () {
      const journal = yield* Journal
      expect(yield* journal.append(entry(price, "once"))).toEqual({ seq: 1, duplicate: true })
    })
  )

  holds("C5 compare-and-set is per subject, 0 means empty, and the error carries the sequence found", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      expect((yield* journal.append({ ...entry(out(1), "a"), expectedLastSeq: 0 })).seq).toBe(1)
      expect((yield* journal.append({ ...entry(out(2), "b"), expectedLastSeq: 0 })).seq).toBe(2)
      expect((yield* journal.append({ ...entry(out(1), "c"), expectedLastSeq: 1 })).seq).toBe(3)
      const stale = yield* journal.append({ ...entry(out(1), "d"), expectedLastSeq: 1 }).pipe(Effect.flip)
      expect(stale).toMatchObject({ _tag: "JournalConflict", subject: out(1), expected: 1, actual: 3 })
      const notEmpty = yield* journal.append({ ...entry(out(2), "e"), expectedLastSeq: 0 }).pipe(Effect.flip)
      expect(notEmpty).toMatchObject({ _tag: "JournalConflict", expected: 0, actual: 2 })
      expect(yield* journal.head).toBe(3)
    })
  )

  holds("C6 of fifty concurrent writers with the same expectation one wins", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const outcomes = yield* Effect.forEach(
        upTo(50),
        (writer) => journal.append({ ...entry(out(1), `w${writer}`), expectedLastSeq: 0 }).pipe(Effect.exit),
        { concurrency: "unbounded" }
      )
      expect(outcomes.filter(Exit.isSuccess)).toHaveLength(1)
      expect(yield* journal.head).toBe(1)
    })
  )

  holds("C7 a repeat with a stale expectation is a duplicate or a conflict, and stores nothing", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append({ ...entry(out(1), "mine"), expectedLastSeq: 0 })
      const again = yield* journal.append({ ...entry(out(1), "mine"), expectedLastSeq: 0 }).pipe(Effect.exit)
      expect(Exit.isSuccess(again) ? again.value : { seq: 1, duplicate: true }).toEqual({ seq: 1, duplicate: true })
      expect(yield* journal.head).toBe(1)
    })
  )

  holds("C14 refuses data over the limit and takes data at the limit", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const large = yield* journal.append(entry(price, "a", new Uint8Array(MAX_DATA_BYTES + 1))).pipe(Effect.flip)
      expect(large).toMatchObject({ _tag: "JournalRefused", problem: "too-large" })
      expect((yield* journal.append(entry(price, "b", new Uint8Array(MAX_DATA_BYTES)))).seq).toBe(1)
    })
  )

  holds(
    "C14 a full journal refuses, keeps what it has, and still answers repeats",
    () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const tenKiB = new Uint8Array(10 * 1024)
        const outcomes = yield* Effect.forEach(upTo(12), (place) =>
          journal.append(entry(price, `big-${place}`, tenKiB)).pipe(Effect.exit)
        )
        const stored = outcomes.findIndex(Exit.isFailure)
        expect(stored).toBeGreaterThan(0)
        const refusal = yield* journal.append(entry(price, "more", tenKiB)).pipe(Effect.flip)
        expect(refusal).toMatchObject({ _tag: "JournalRefused", problem: "full" })
        expect(yield* journal.head).toBe(stored)
        expect(yield* journal.append(entry(price, "big-1", tenKiB))).toEqual({ seq: 1, duplicate: true })
      }),
    { maxBytes: 64 * 1024 }
  )

  holds("C18 refuses subjects and ids that not every adapter can keep", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const problemOf = (subject: string, id: string) =>
        journal.append(entry(subject, id)).pipe(
          Effect.flip,
          Effect.map((error) => (error._tag === "JournalRefused" ? error.problem : error._tag))
        )
      const wrong = ["", ".", "a..b", "market.TEST.*", "market.TEST.>", "market.TEST.ä", "market TEST", "market.TEST."]
      for (const subject of [...wrong, `market.TEST.${"x".repeat(MAX_SUBJECT_LENGTH)}`]) {
        expect(yield* problemOf(subject, "id"), subject).toBe("bad-subject")
      }
      for (const id of ["", "with space", "line\nend", "ä", "x".repeat(MAX_ID_LENGTH + 1)]) {
        expect(yield* problemOf(price, id), id).toBe("bad-id")
      }
      expect(yield* journal.head).toBe(0)
    })
  )
}
