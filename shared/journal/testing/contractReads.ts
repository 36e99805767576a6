/** The contract, reading: history, tails, single records, bytes. */
import { expect } from "@effect/vitest"
import { Effect, Fiber, Latch, Stream } from "effect"
import { Journal } from "../port.ts"
import { bytes, type ContractSection, entries, entry, out, plain, price, seqs, upTo } from "./contractSupport.ts"

export const readSentences = ({ holds }: ContractSection): void => {
  holds("C9 reads from a sequence, in the order appended, and ends at the head", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.appendAll(entries(20))
      expect(seqs(yield* journal.read({ from: 1 }).pipe(Stream.runCollect))).toEqual(upTo(20))
      expect(seqs(yield* journal.read({ from: 18 }).pipe(Stream.runCollect))).toEqual([18, 19, 20])
      expect(seqs(yield* journal.read({ from: 21 }).pipe(Stream.runCollect))).toEqual([])
    })
  )

  holds("C9 filters by * and >, in order", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const order = [price, out(1), price, out(2), out(1)]
      yield* journal.appendAll(order.map((subject, place) => entry(subject, `r${place}`)))
      const found = (filter: string) => journal.read({ from: 1, filter }).pipe(Stream.runCollect, Effect.map(seqs))
      expect(yield* found("market.TEST.>")).toEqual([1, 2, 3, 4, 5])
      expect(yield* found("market.TEST.out.*")).toEqual([2, 4, 5])
      expect(yield* found("market.*.price")).toEqual([1, 3])
      expect(yield* found(out(2))).toEqual([4])
      expect(yield* found("market.TEST.nothing")).toEqual([])
      expect(yield* found("market.TEST.price.>")).toEqual([])
    })
  )

  holds("C9 finds the last record of a subject", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.appendAll([entry(price, "a"), entry(out(1), "b"), entry(price, "c"), entry(price, "d")])
      expect((yield* journal.last(price))?.id).toBe("d")
      expect((yield* journal.last(out(1)))?.id).toBe("b")
      expect(yield* journal.last(out(9))).toBeNull()
    })
  )

  holds("C10 a live tail joins history without gap or repeat while others write", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.appendAll(entries(200))
      const reader = yield* journal
        .tail({ from: 1 })
        .pipe(Stream.take(600), Stream.runCollect, Effect.forkChild({ startImmediately: true }))
      yield* Effect.forEach(upTo(200), (place) => journal.append(entry(out(1), `live-${place}`)), {
        concurrency: 10
      })
      yield* journal.appendAll(entries(200, out(2)))
      expect(seqs(yield* Fiber.join(reader))).toEqual(upTo(600))
    })
  )

  holds("C10 a filtered tail sees only its own, and waits where nothing matches yet", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const reader = yield* journal
        .tail({ from: 1, filter: "market.TEST.out.*" })
        .pipe(Stream.take(2), Stream.runCollect, Effect.forkChild({ startImmediately: true }))
      yield* journal.appendAll([entry(price, "a"), entry(out(1), "b"), entry(price, "c"), entry(out(2), "d")])
      expect(seqs(yield* Fiber.join(reader))).toEqual([2, 4])
    })
  )

  holds("C11 a reader that begins again at its last sequence + 1 misses nothing", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.appendAll(entries(30))
      const first = yield* journal.tail({ from: 1 }).pipe(Stream.take(13), Stream.runCollect)
      const second = yield* journal.tail({ from: 14 }).pipe(Stream.take(17), Stream.runCollect)
      expect(seqs([...first, ...second])).toEqual(upTo(30))
    })
  )

  holds("C12 a reader that stands still does not hold up writers, and still gets everything", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const written = yield* Latch.make(false)
      const reader = yield* journal.tail({ from: 1 }).pipe(
        Stream.tap(({ seq }) => (seq === 1 ? written.await : Effect.void)),
        Stream.take(10_001),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* journal.append(entry(price, "first"))
      yield* journal.appendAll(entries(10_000))
      yield* written.open
      expect(seqs(yield* Fiber.join(reader))).toEqual(upTo(10_001))
    })
  )

  holds(
    "C17 bytes come back exactly: empty, 64 KiB, not UTF-8; and the time they were stored at, however they are read",
    () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const kinds = [
          new Uint8Array(0),
          Uint8Array.from({ length: 65_536 }, (_, place) => (place * 31) % 256),
          Uint8Array.from([0xff, 0xfe, 0x00, 0x0d, 0x0a, 0xc3, 0x28])
        ]
        yield* journal.appendAll(kinds.map((data, place) => entry(price, `kind-${place}`, data)))
        for (const [place, data] of kinds.entries()) {
          const expected = { seq: place + 1, subject: price, id: `kind-${place}`, data: [...data] }
          expect(plain(yield* journal.get(place + 1))).toEqual(expected)
        }
        const read = yield* journal.read({ from: 1 }).pipe(Stream.runCollect)
        expect(read.map(({ data }) => [...data])).toEqual(kinds.map((data) => [...data]))
        // Snapshots name it: one that is believed by one way of reading must be by the other.
        for (const { seq, storedMs } of read) expect((yield* journal.get(seq))?.storedMs).toBe(storedMs)
      })
  )

  holds("C17 what the writer does to its bytes afterwards changes nothing", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const data = bytes("before")
      yield* journal.append(entry(price, "a", data))
      data.fill(0)
      expect(plain(yield* journal.get(1))?.data).toEqual([...bytes("before")])
    })
  )

  holds("C19 the time stored never decreases", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.appendAll(entries(20))
      const times = (yield* journal.read({ from: 1 }).pipe(Stream.runCollect)).map(({ storedMs }) => storedMs)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(times.every(Number.isSafeInteger)).toBe(true)
    })
  )

  holds("C22 a sequence never written is null", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append(entry(price, "a"))
      expect(yield* journal.get(0)).toBeNull()
      expect(yield* journal.get(2)).toBeNull()
      expect((yield* journal.get(1))?.id).toBe("a")
    })
  )
}
