/** Rules that change over a journal: a toy actor whose later versions of the rules say less often that it counts. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import fc from "fast-check"
import type { KnownRules } from "../../core/rules/versions.ts"
import { BuildTooOld, decodeRecord, encodeEntry } from "../../events/envelope.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal, SnapshotStore } from "../../journal/port.ts"
import { begin, heard, host, records, runUntil, subjects, ticks, verify as verifyAll } from "../testing/counting.ts"
import { raiseEpoch, readControl } from "./control.ts"
import { adoptRules } from "./rulesAdopted.ts"

const build = (newest: number, oldest = 1): KnownRules => ({ oldest, newest })

/** The start of a build: rules, then the epoch. */
const start = (known: KnownRules, service = "test") => Effect.andThen(adoptRules({ subjects, service, known }), begin)

const everyEvent = Effect.map(records, (all) => all.flatMap((record) => decodeRecord(record).events))
const adoptions = Effect.map(everyEvent, (events) => events.filter((event) => event._tag === "RulesAdopted"))

/** What the counter has said so far, as the ticks at which it did. */
const said = Effect.map(everyEvent, (events) =>
  events.flatMap((event) => (event._tag === "DecisionRefused" ? [event.reason.numbers["ticks"]] : []))
)

const verify = (known: KnownRules) => verifyAll({ known })

/** Every start folds from the first record. */
const withoutSnapshots = Layer.merge(
  MemoryJournal.layer(),
  Layer.succeed(SnapshotStore, SnapshotStore.of({ save: () => Effect.void, load: () => Effect.succeed([]) }))
)

describe("the first start of a build that knows newer rules", () => {
  it.live("writes once who takes up which rules, and later starts of it write nothing more", () =>
    Effect.gen(function* () {
      yield* start(build(1))
      expect(yield* adoptions).toStrictEqual([])
      yield* start(build(3), "newcomer")
      yield* start(build(3))
      expect(yield* adoptions).toMatchObject([{ from: 1, to: 3, service: "newcomer" }])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("writes one record also when two of them start at once", () =>
    Effect.gen(function* () {
      yield* Effect.all([start(build(2)), start(build(2)), start(build(2))], { concurrency: "unbounded" })
      expect((yield* adoptions).length).toBe(1)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

describe("processes that write control records at once, each on its own subject", () => {
  const services = ["market-feed", "governor", "order-gateway", "projector"]
  const atOnce = <A, E, R>(one: (service: string) => Effect.Effect<A, E, R>) =>
    Effect.forEach(services, one, { concurrency: "unbounded" })

  it.live("no two of them get the same epoch", () =>
    Effect.gen(function* () {
      const raised = yield* atOnce((service) =>
        raiseEpoch({ subjects, service, reason: "start", timeMs: 0, watchesOrders: false, fitsModels: false })
      )
      expect(new Set(raised).size).toBe(services.length)
      expect((yield* readControl(subjects)).epoch).toBe(Math.max(...raised))
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("rules only rise, whatever an older build adopts behind a newer one", () =>
    Effect.gen(function* () {
      yield* start(build(3), "governor")
      const older = { from: 1, to: 2, service: "projector", adoptedMs: 0, changes: ["older"] }
      const envelope = { epoch: 1, timeMs: 0, writer: "projector", cause: null } as const
      const late = encodeEntry(subjects.control("projector"), "late", {
        ...envelope,
        events: [{ _tag: "RulesAdopted", ...older }]
      })
      yield* (yield* Journal).append(late)
      expect((yield* readControl(subjects)).rulesVersion).toBe(3)
      yield* ticks(1, 4)
      yield* runUntil(1, build(3))
      expect(yield* said).toStrictEqual([4])
      const { divergences, generations } = yield* verify(build(3))
      expect(divergences).toStrictEqual([])
      expect(generations.map(({ rulesVersion }) => rulesVersion)).toStrictEqual([1, 3])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

/** Six ticks under each version, each decided by the build of its time. */
const threeGenerations = Effect.gen(function* () {
  let from = 1
  for (const [version, outputs] of [
    [1, 3],
    [2, 5],
    [3, 6]
  ] as const) {
    yield* start(build(version))
    yield* ticks(from, from + 5)
    yield* runUntil(outputs, build(version))
    from += 6
  }
})

describe("a journal over three generations of rules", () => {
  it.live("is decided by each from the record after its adoption to that of the next", () =>
    Effect.gen(function* () {
      yield* threeGenerations
      expect(yield* said).toStrictEqual([2, 4, 6, 9, 12, 16])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("is proven by the newest build, which names the generations", () =>
    Effect.gen(function* () {
      yield* threeGenerations
      const { divergences, generations, head } = yield* verify(build(3))
      expect(divergences).toStrictEqual([])
      expect(generations.map(({ rulesVersion }) => rulesVersion)).toStrictEqual([1, 2, 3])
      expect(generations[0]?.from).toBe(1)
      expect(generations[1]?.from).toBe((generations[0]?.to ?? 0) + 1)
      expect(generations[2]?.to).toBe(head)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("goes on from a snapshot under the rules that were in force there", () =>
    Effect.gen(function* () {
      yield* threeGenerations
      const [newest] = yield* Effect.flatMap(SnapshotStore, (store) => store.load("slot-9"))
      expect(JSON.parse(newest?.state ?? "{}")).toMatchObject({ rulesVersion: 3 })
      yield* ticks(19, 20)
      yield* runUntil(7, build(3))
      expect((yield* said).at(-1)).toBe(20)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

describe("an older build", () => {
  const refusal =
    'knows version 1 only. Start a build that does (docs/operations.md, "Upgrading"); nothing was folded or written. ' +
    'Where no such build has written it, pass over it: kennel journal skip 1 --actor "*" --reason "…"'

  it.live("does not start on newer rules, says in one line why, and writes nothing", () =>
    Effect.gen(function* () {
      yield* start(build(2))
      const before = (yield* records).length
      const errors = [
        yield* Effect.flip(start(build(1))),
        yield* Effect.flip(host(build(1))),
        yield* Effect.flip(verify(build(1)))
      ]
      for (const error of errors) {
        expect(error).toBeInstanceOf(BuildTooOld)
        expect(error.message).toBe(
          `from record 1 on the journal follows version 2 of the rules, and this build ${refusal}`
        )
      }
      expect((yield* records).length).toBe(before)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live(
    "stops at the adoption while it runs, without a fault, and its successor goes on with nothing lost or doubled",
    () =>
      Effect.gen(function* () {
        yield* start(build(1))
        yield* ticks(1, 4)
        const old = yield* Effect.forkChild(host(build(1)))
        yield* heard(2)
        yield* start(build(2))
        expect(yield* Effect.flip(Fiber.join(old))).toBeInstanceOf(BuildTooOld)
        yield* ticks(5, 9)
        yield* runUntil(4, build(2))
        expect(yield* said).toStrictEqual([2, 4, 6, 9])
        expect((yield* everyEvent).some(({ _tag }) => _tag === "FaultRaised")).toBe(false)
        expect((yield* verify(build(2))).divergences).toStrictEqual([])
      }).pipe(Effect.provide(withoutSnapshots))
  )

  it.live("that does not know the first rules of a journal any more refuses it as well", () =>
    Effect.gen(function* () {
      yield* begin
      expect((yield* Effect.flip(verify(build(3, 2)))).message).toMatch(
        /from record 1 on the journal follows version 1 of the rules, and this build knows versions 2 to 3/
      )
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

describe("killed between the adoption and the first output under the new rules", () => {
  it.live("the next start decides what was left by the rules in force at each input", () =>
    Effect.gen(function* () {
      yield* start(build(1))
      yield* ticks(1, 2)
      yield* start(build(2))
      yield* ticks(3, 4)
      yield* runUntil(2, build(2))
      expect(yield* said).toStrictEqual([2, 3])
      expect((yield* verify(build(2))).divergences).toStrictEqual([])
    }).pipe(Effect.provide(withoutSnapshots))
  )
})

describe("for any journal and any places of adoption", () => {
  it.live("a build that knows all versions decides the prefix as version k did and the rest as version k + 1", () =>
    Effect.gen(function* () {
      const cases = fc.sample(
        fc.record({ second: fc.integer({ min: 0, max: 20 }), third: fc.integer({ min: 0, max: 20 }) }),
        { seed: 20_261_129, numRuns: 40 }
      )
      for (const { second, third } of cases) {
        const decided = yield* Effect.gen(function* () {
          yield* start(build(1))
          yield* ticks(1, second)
          yield* start(build(2))
          yield* ticks(second + 1, second + third)
          yield* start(build(3))
          yield* ticks(second + third + 1, 40)
          const { actors } = yield* verify(build(3))
          return actors[0]?.unwritten
        }).pipe(Effect.provide(MemoryJournal.layer()))
        const count = (from: number, to: number, every: number) => Math.floor(to / every) - Math.floor(from / every)
        const last = second + third
        expect(decided).toBe(count(0, second, 2) + count(second, last, 3) + count(last, 40, 4))
      }
    })
  )
})
