/** C25 on disk: which files go, and what a crash in the middle leaves. */
import * as fs from "node:fs"
import { describe, expect } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { beginningPath, indexPathOf, segmentPath } from "./directory/layout.ts"
import { segmentSeqs } from "./recovery.ts"
import { directoryFor, entry, ids, sentence, withJournal } from "./testing/testJournal.ts"

/** No id is remembered, so that everything may go at once. */
const options = (directory: string) => ({ directory, segmentBytes: 300, duplicateWindowMs: 0 })

const stored = Effect.gen(function* () {
  const directory = yield* directoryFor
  yield* withJournal(options(directory), (journal) =>
    Effect.forEach(
      Array.from({ length: 20 }, (_, place) => place + 1),
      (place) => journal.append(entry(place))
    )
  )
  return directory
})

describe("dropping", () => {
  sentence("C25 removes whole segments with their indexes, and goes on from there", () =>
    Effect.gen(function* () {
      const directory = yield* stored
      const before = segmentSeqs(directory)
      yield* withJournal(options(directory), (journal) =>
        Effect.gen(function* () {
          const first = yield* journal.dropBefore(12)
          expect(before).toContain(first)
          expect(segmentSeqs(directory)).toEqual(before.filter((seq) => seq >= first))
          expect(fs.existsSync(indexPathOf(segmentPath(directory, 1)))).toBe(false)
        })
      )
      const refused = yield* Effect.flip(ids(options(directory)))
      expect(refused._tag).toBe("RecordsArchived")
    })
  )

  sentence("C25 a segment that holds an id inside the duplicate window stays", () =>
    Effect.gen(function* () {
      const directory = yield* stored
      yield* withJournal({ ...options(directory), duplicateWindowMs: 1_000 }, (journal) =>
        Effect.gen(function* () {
          expect(yield* journal.dropBefore(12)).toBe(1)
          expect(yield* journal.append(entry(2))).toEqual({ seq: 2, duplicate: true })
        })
      )
    })
  )

  sentence("C25 a crash before the files are gone leaves the work to the next opening", () =>
    Effect.gen(function* () {
      const directory = yield* stored
      const copy = `${directory}/copy`
      fs.cpSync(`${directory}/segments`, copy, { recursive: true })
      const first = yield* withJournal(options(directory), (journal) => journal.dropBefore(12))
      const after = segmentSeqs(directory)
      fs.cpSync(copy, `${directory}/segments`, { recursive: true })
      expect(yield* withJournal(options(directory), (journal) => journal.first)).toBe(first)
      expect(segmentSeqs(directory)).toEqual(after)
    })
  )

  sentence("C25 room that was dropped can be filled again", () =>
    Effect.gen(function* () {
      const directory = yield* stored
      const maxBytes = 20 * entry(1).data.byteLength + 50
      yield* withJournal({ ...options(directory), maxBytes }, (journal) =>
        Effect.gen(function* () {
          yield* journal.append(entry(21))
          expect(
            yield* Effect.flip(journal.append(entry(22)).pipe(Effect.andThen(journal.append(entry(23)))))
          ).toMatchObject({
            problem: "full"
          })
          yield* journal.dropBefore(12)
          expect((yield* journal.append(entry(23))).duplicate).toBe(false)
        })
      )
    })
  )

  sentence("C25 without its note of the beginning, or with one that cannot be read, the journal refuses to open", () =>
    Effect.gen(function* () {
      const directory = yield* stored
      yield* withJournal(options(directory), (journal) => journal.dropBefore(12))
      const open = withJournal(options(directory), () => Effect.void).pipe(Effect.flip)
      fs.writeFileSync(beginningPath(directory), "{}")
      const unreadable = yield* open
      expect(unreadable._tag).toBe("JournalOpenError")
      expect(unreadable.message).toContain("restore this file from a copy of the journal")
      fs.rmSync(beginningPath(directory))
      expect((yield* open)._tag).toBe("JournalCorrupt")
    })
  )

  const seed = 20_261_130
  sentence(`C25 after any drops and openings every subject's last record is known (seed ${seed})`, () =>
    Effect.gen(function* () {
      const names = ["market.TEST.a", "market.TEST.b", "market.TEST.c", "market.TEST.d"]
      // Rare subjects, so that some have nothing left.
      const subject = fc.oneof(
        { weight: 8, arbitrary: fc.constant("market.TEST.a") },
        { weight: 1, arbitrary: fc.constantFrom(...names) }
      )
      const round = fc.record({
        subjects: fc.array(subject, { minLength: 1, maxLength: 12 }),
        share: fc.double({ min: 0, max: 1, noNaN: true })
      })
      for (const rounds of fc.sample(fc.array(round, { minLength: 2, maxLength: 5 }), { seed, numRuns: 12 })) {
        const directory = yield* directoryFor
        const lasts = new Map<string, number>()
        let head = 0
        for (const { subjects, share } of rounds) {
          const first = yield* withJournal(options(directory), (journal) =>
            Effect.gen(function* () {
              for (const subject of subjects) {
                head += 1
                const append = { ...entry(head), subject, expectedLastSeq: lasts.get(subject) ?? 0 }
                expect(yield* journal.append(append)).toEqual({ seq: head, duplicate: false })
                lasts.set(subject, head)
              }
              return yield* journal.dropBefore(Math.max(1, Math.ceil(head * share)))
            })
          )
          yield* withJournal(options(directory), (journal) =>
            Effect.gen(function* () {
              expect(yield* journal.first).toBe(first)
              for (const name of names) {
                const last = lasts.get(name) ?? 0
                const found = yield* journal.last(name).pipe(Effect.result)
                const seq = found._tag === "Failure" ? found.failure : (found.success?.seq ?? 0)
                if (last === 0 || last >= first) expect(seq).toBe(last)
                else expect(seq).toMatchObject({ _tag: "RecordsArchived", seq: last, first })
              }
            })
          )
        }
      }
    })
  )
})
