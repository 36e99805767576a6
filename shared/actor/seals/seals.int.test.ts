/** Eras of a journal in which a toy actor counts clock facts and says so at every second. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { KnownRules } from "../../core/rules/versions.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal, type JournalRecord, SnapshotStore } from "../../journal/port.ts"
import { ofAnyKind } from "../core/actor.ts"
import { appendControl, EVERY_ACTOR } from "../control/control.ts"
import { adoptRules } from "../control/rulesAdopted.ts"
import {
  actors,
  begin,
  copied,
  counter,
  fresh,
  happens,
  records,
  seal,
  subjects,
  tick,
  verify
} from "../testing/counting.ts"
import { verifyJournal } from "../verify.ts"
import { encodeEntry } from "../../events/envelope.ts"
import { MAX_DATA_BYTES } from "../../journal/entry.ts"
import { EraHashes, NO_ERA_BEFORE } from "./eraDigest.ts"
import { MAX_ERA_RECORDS, sealEra } from "./sealJournal.ts"
import { readSeals } from "./seals.ts"

describe("sealing", () => {
  it.live("closes the era at the last record at which nobody owed an answer, and begins the next behind it", () =>
    Effect.gen(function* () {
      yield* begin
      yield* happens(1, 4, 2)
      const first = yield* seal
      const answered = (yield* records).findLast(({ subject }) => subject === subjects.out("slot-9"))
      expect(first).toMatchObject({ era: 1, from: 1, to: answered?.seq, rulesVersion: 1 })
      yield* happens(5, 8, 4)
      const second = yield* seal
      expect(second).toMatchObject({ era: 2, from: (first?.to ?? 0) + 1 })
      expect(yield* readSeals(subjects)).toStrictEqual([first, second])
    }).pipe(Effect.provide(fresh()))
  )

  it.live("makes several eras of more than one may hold, one after the other, up to the last seal itself", () =>
    Effect.gen(function* () {
      yield* begin
      for (let round = 0; round < 5; round++) yield* happens(4 * round + 1, 4 * round + 4, 2 * round + 2)
      const head = (yield* records).length
      const short = sealEra({ subjects, service: "test", actorsOf: () => actors, mostRecords: 12 })
      const eras: Array<readonly [number, number]> = []
      for (let made = yield* short; made !== null; made = yield* short) eras.push([made.from, made.to])
      expect(eras.length).toBeGreaterThan(2)
      expect(eras.map(([from]) => from)).toStrictEqual([1, ...eras.slice(0, -1).map(([, to]) => to + 1)])
      expect(eras.at(-1)?.[1]).toBeGreaterThanOrEqual(head)
      expect(yield* verify()).toMatchObject({ divergences: [], erasAsSealed: eras.length })
    }).pipe(Effect.provide(fresh()))
  )

  it.live("does nothing where nothing has happened since the last seal", () =>
    Effect.gen(function* () {
      expect(yield* seal).toBeNull()
      yield* begin
      expect(yield* seal).not.toBeNull()
      expect(yield* seal).toBeNull()
    }).pipe(Effect.provide(fresh()))
  )

  it.live("by two at once closes each era once", () =>
    Effect.gen(function* () {
      yield* begin
      yield* happens(1, 4, 2)
      yield* Effect.all([seal, seal, seal], { concurrency: "unbounded" })
      const seals = yield* readSeals(subjects)
      expect(seals.map(({ era }) => era)).toStrictEqual(seals.map((_, index) => index + 1))
      expect((yield* verify()).divergences).toStrictEqual([])
    }).pipe(Effect.provide(fresh()))
  )

  it.live("leaves out what is not answered yet, and refuses a journal that does not prove itself", () =>
    Effect.gen(function* () {
      yield* begin
      yield* tick(1)
      yield* tick(2)
      expect(yield* seal).toMatchObject({ from: 1, to: 2 })
      const journal = yield* Journal
      yield* journal.append({ subject: subjects.out("slot-9"), id: "not.the.one", data: new Uint8Array([123, 125]) })
      expect(yield* Effect.flip(seal)).toMatchObject({
        _tag: "CannotSeal",
        message: expect.stringMatching(/^nothing was sealed: .*record 5.*kennel journal skip/)
      })
    }).pipe(Effect.provide(fresh()))
  )

  it.live(
    "ends an era before a record that does not decode, and goes on behind it once an operator has excluded it",
    () =>
      Effect.gen(function* () {
        yield* begin
        yield* happens(1, 4, 2)
        const journal = yield* Journal
        const { seq } = yield* journal.append({
          subject: subjects.price,
          id: "broken",
          data: new Uint8Array([123, 125])
        })
        yield* tick(5)
        const first = yield* seal
        expect(first?.to).toBeLessThan(seq)
        expect(yield* Effect.flip(seal)).toMatchObject({ _tag: "CannotSeal", seq })
        yield* appendControl({
          subjects,
          writer: "operator",
          timeMs: 0,
          make: () => ({ _tag: "RecordSkipped", seq, actor: EVERY_ACTOR, author: "test", reason: "nobody can read it" })
        })
        expect((yield* seal)?.from).toBe((first?.to ?? 0) + 1)
        expect((yield* verify()).divergences).toStrictEqual([])
      }).pipe(Effect.provide(fresh()))
  )
})

describe("the seal of the largest era", () => {
  it("fits a journal record, with a hundred actors and as many faults", () => {
    const hashes = new EraHashes()
    for (let seq = 1; seq <= MAX_ERA_RECORDS; seq++) {
      hashes.add({ seq, subject: subjects.price, id: `price.${seq}`, data: new Uint8Array() })
    }
    const hash = hashes.digest(NO_ERA_BEFORE)
    const hundred = Array.from({ length: 100 }, (_, n) => n + 1)
    const fault = { _tag: "FaultRaised", actor: "slot-100", seq: 1_000_000_000, problem: "p".repeat(200) } as const
    const entry = encodeEntry(subjects.seal, `seal.1000.${hash}`, {
      epoch: 1_000,
      timeMs: 0,
      writer: "journal-keeper",
      cause: null,
      events: [
        {
          _tag: "EraSealed",
          era: 1_000,
          from: 1,
          to: MAX_ERA_RECORDS,
          digest: hash,
          checks: hashes.checks(),
          rulesVersion: 1,
          actors: hundred.map((n) => ({ name: `slot-${n}`, version: "1", stateHash: hash })),
          control: {
            epoch: 1_000,
            rulesVersion: 1,
            rulesSeq: 1,
            lastSeq: 1,
            skipped: hundred.map((n) => `slot-${n} 1000000000`),
            explained: hundred.map((n) => `slot-${n} 1000000000`),
            events: hundred.map(() => fault)
          },
          slots: hundred,
          service: "journal-keeper",
          sealedMs: 1_800_000_000_000
        }
      ]
    })
    expect(entry.data.byteLength).toBeLessThan(MAX_DATA_BYTES)
  })
})

describe("a sealed journal", () => {
  const twoEras = Effect.gen(function* () {
    yield* begin
    yield* happens(1, 4, 2)
    yield* seal
    yield* happens(5, 9, 4)
    yield* seal
    yield* happens(10, 12, 6)
  })

  it.live("is as it was sealed: every era and every state", () =>
    Effect.gen(function* () {
      yield* twoEras
      expect(yield* verify()).toMatchObject({ divergences: [], erasAsSealed: 2, byDigestOnly: 0 })
    }).pipe(Effect.provide(fresh()))
  )

  it.live("with one byte changed that no decision depends on is named by era and record", () =>
    Effect.gen(function* () {
      yield* twoEras
      const all = yield* records
      const target = all.find(({ id }) => id === "tick.6")
      const changed = (record: JournalRecord) =>
        record.seq === target?.seq
          ? { ...record, data: Buffer.from(Buffer.from(record.data).toString().replace("6000", "6001")) }
          : record
      const { divergences } = yield* copied(all, changed, verify()).pipe(Effect.provide(fresh()))
      const seals = yield* readSeals(subjects)
      expect(divergences).toContain(
        `era 2 (records ${seals[1]?.from} to ${seals[1]?.to}) is not what was sealed: record ${target?.seq} has changed`
      )
    }).pipe(Effect.provide(fresh()))
  )

  it.live("that ends before a sealed record is told", () =>
    Effect.gen(function* () {
      yield* begin
      yield* happens(1, 4, 2)
      const { to = 0 } = (yield* seal) ?? {}
      const all = yield* records
      const cut = [...all.slice(0, 2), ...all.slice(to)]
      const { divergences } = yield* copied(cut, (record) => record, verify()).pipe(Effect.provide(fresh()))
      expect(divergences.at(-1)).toMatch(/^era 1 \(records 1 to \d+\) is sealed, and the journal ends before it does$/)
    }).pipe(Effect.provide(fresh()))
  )

  it.live("is verified from its last seal without a look at what stands before", () =>
    Effect.gen(function* () {
      yield* twoEras
      const whole = yield* verify()
      const short = yield* verify({ from: "last seal" })
      expect(short).toMatchObject({ divergences: [], head: whole.head, actors: whole.actors })
      expect(short.events).toBeLessThan(whole.events)
    }).pipe(Effect.provide(fresh()))
  )

  it.live("begins at the sealed states where no snapshot is kept", () =>
    Effect.gen(function* () {
      yield* twoEras
      const all = yield* records
      const states = yield* SnapshotStore
      // Whoever folded the first records again would come to another count, and be caught by what was recorded since.
      const others = (record: JournalRecord) =>
        record.id === "tick.1" ? { ...record, subject: subjects.price } : record
      const goesOn = copied(all, others, happens(13, 14, 7)).pipe(
        Effect.provide(Layer.merge(MemoryJournal.layer(), Layer.succeed(SnapshotStore, states)))
      )
      yield* goesOn
    }).pipe(Effect.provide(fresh()))
  )

  it.live("cannot be verified from a seal whose states are lost", () =>
    Effect.gen(function* () {
      yield* twoEras
      const all = yield* records
      const error = yield* copied(all, (record) => record, Effect.flip(verify({ from: "last seal" }))).pipe(
        Effect.provide(fresh())
      )
      expect(error.message).toBe(
        "the state of slot-9 that was sealed in era 2 is not kept: verify from the beginning, without --from-seal"
      )
    }).pipe(Effect.provide(fresh()))
  )

  it.live("whose first rules a build no longer has is held to its seals, and folded from there on", () =>
    Effect.gen(function* () {
      const known = (newest: number, oldest = 1): KnownRules => ({ oldest, newest })
      yield* begin
      yield* happens(1, 4, 2)
      yield* seal
      yield* adoptRules({ subjects, service: "test", known: known(2) })
      yield* happens(5, 6, 3, known(2))
      const sealed = yield* sealEra({ subjects, service: "test", actorsOf: () => actors, known: known(2) })
      expect(sealed).toMatchObject({ era: 2, rulesVersion: 2 })
      yield* happens(7, 9, 4, known(2))
      const { to = 0 } = sealed ?? {}
      expect(yield* verify({ known: known(2, 2) })).toMatchObject({
        divergences: [],
        erasAsSealed: 2,
        byDigestOnly: to,
        generations: [{ rulesVersion: 2, from: to + 1 }]
      })
    }).pipe(Effect.provide(fresh()))
  )
})

describe("a state of another shape", () => {
  it.live("is not compared: the journal has not changed", () =>
    Effect.gen(function* () {
      yield* begin
      yield* happens(1, 4, 2)
      yield* seal
      const reshaped = [ofAnyKind(counter("2"))]
      expect(yield* verifyJournal({ subjects, actors: reshaped })).toMatchObject({ divergences: [], erasAsSealed: 1 })
    }).pipe(Effect.provide(fresh()))
  )
})
