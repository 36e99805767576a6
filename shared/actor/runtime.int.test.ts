import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Queue, type Scheduler, Stream } from "effect"
import { decodeRecord, encodeEntry } from "../events/envelope.ts"
import type { MarketEvent } from "../events/event.ts"
import { marketSubjects } from "../core/ids/subjects.ts"
import { MemoryJournal } from "../journal/memory.ts"
import { Journal, JournalUnavailable, SnapshotStore } from "../journal/port.ts"
import { type Actor, ofAnyKind } from "./core/actor.ts"
import { ActorFold } from "./fold.ts"
import { follow } from "./follow.ts"
import { appendControl, raiseEpoch, readControl } from "./control/control.ts"
import { lastSeqOn } from "./control/controlRecords.ts"
import { sha256 } from "./hash.ts"
import { type ActorHalted, type HostOptions, runActors } from "./runtime.ts"
import { Rests } from "./snapshots.ts"
import { verifyJournal } from "./verify.ts"
import type { Rule } from "../core/rules/rules.ts"

const subjects = marketSubjects("TEST")

/** Counts clock facts, and says so at every second one. */
const counter = (say: Rule = "configured", name = "slot-9"): Actor<{ readonly ticks: number }> => ({
  name,
  version: "1",
  initial: { ticks: 0 },
  reduce: (state, event) => {
    if (event._tag === "PriceObserved") throw new Error("prices are not for counters")
    if (event._tag !== "ClockTicked") return { state, outputs: [] }
    const ticks = state.ticks + 1
    const said: MarketEvent = {
      _tag: "DecisionRefused",
      what: "bootstrap",
      unfunded: false,
      reason: { rule: say, numbers: { ticks } }
    }
    return { state: { ticks }, outputs: ticks % 2 === 0 ? [said] : [] }
  },
  encode: JSON.stringify,
  decode: (text) => JSON.parse(text) as { ticks: number }
})

const options = (actor = counter()): HostOptions<{ readonly ticks: number }, never, never> => ({
  host: "test",
  subjects,
  actors: [actor],
  publish: true
})

const put = (subject: string, id: string, event: MarketEvent) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append(encodeEntry(subject, id, { epoch: 1, timeMs: 1_000, writer: "test", cause: null, events: [event] }))
  )

const tick = (from: number, to: number) =>
  Effect.forEach(
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
    (n) => put(subjects.clock, `tick.${n}`, { _tag: "ClockTicked", priceAgeSec: null }),
    { discard: true }
  )

const start = raiseEpoch({
  subjects,
  service: "test",
  reason: "start",
  timeMs: 0,
  watchesOrders: true,
  fitsModels: true
})

/** What the counter has said, in order, once `count` outputs stand in the journal. */
const said = (count: number, actor = "slot-9") =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: 1, filter: subjects.out(actor) }).pipe(
      Stream.take(count),
      Stream.map((record) => decodeRecord(record)),
      Stream.map(({ id, events: [event] }) => ({
        id,
        ticks: event._tag === "DecisionRefused" ? event.reason.numbers["ticks"] : null
      })),
      Stream.runCollect
    )
  )

const runUntil = <A, E, R>(until: Effect.Effect<A, E, R>, actor = counter()) =>
  Effect.gen(function* () {
    const running = yield* Effect.forkChild(runActors(options(actor)))
    const result = yield* until
    yield* Fiber.interrupt(running)
    return result
  })

const outputs = Effect.flatMap(Journal, (journal) =>
  Stream.runCollect(journal.read({ from: 1, filter: subjects.out("slot-9") }))
)

/** A memory journal that forgets snapshots: every start folds from the beginning. */
const withoutSnapshots = Layer.merge(
  MemoryJournal.layer(),
  Layer.succeed(SnapshotStore, SnapshotStore.of({ save: () => Effect.void, load: () => Effect.succeed([]) }))
)

describe("an actor on its journal", () => {
  it.live("publishes what it decides, once, in order, under ids made of epoch, actor and input", () =>
    Effect.gen(function* () {
      yield* start
      const [first, second] = yield* runUntil(Effect.andThen(tick(1, 4), said(2)))
      expect(first).toStrictEqual({ id: "1.slot-9.3", ticks: 2 })
      expect(second?.ticks).toBe(4)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("goes on after a clean stop where it stood, from its snapshot, and says nothing twice", () =>
    Effect.gen(function* () {
      yield* start
      yield* runUntil(Effect.andThen(tick(1, 4), said(2)))
      const snapshots = yield* Effect.flatMap(SnapshotStore, (store) => store.load("slot-9"))
      expect(snapshots.length).toBeGreaterThan(0)
      yield* start
      const all = yield* runUntil(Effect.andThen(tick(5, 6), said(3)))
      expect(all.map(({ ticks }) => ticks)).toStrictEqual([2, 4, 6])
      expect((yield* outputs).length).toBe(3)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("leaves a snapshot of where it last owed nothing, when it stops with an answer unwritten", () =>
    Effect.gen(function* () {
      yield* start
      const reached = yield* Queue.unbounded<number>()
      const onAdvance = (folds: ReadonlyArray<ActorFold<{ readonly ticks: number }>>) =>
        Effect.asVoid(Queue.offer(reached, folds[0]?.state.ticks ?? 0))
      const running = yield* Effect.forkChild(runActors({ ...options(), publish: false, onAdvance }))
      const at = (ticks: number): Effect.Effect<void> =>
        Effect.flatMap(Queue.take(reached), (now) => (now < ticks ? at(ticks) : Effect.void))
      yield* tick(1, 1)
      yield* at(1)
      yield* tick(2, 2)
      yield* at(2)
      yield* Fiber.interrupt(running)
      const [newest] = yield* Effect.flatMap(SnapshotStore, (store) => store.load("slot-9"))
      expect(newest?.seq).toBe(2)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("writes the outputs a crash has left out", () =>
    Effect.gen(function* () {
      yield* start
      yield* tick(1, 6)
      const all = yield* runUntil(said(3))
      expect(all.map(({ ticks }) => ticks)).toStrictEqual([2, 4, 6])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("writes each output once while three replicas run side by side", () =>
    Effect.gen(function* () {
      yield* start
      const replicas = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(runActors(options())))
      yield* tick(1, 200)
      yield* said(100)
      yield* Effect.forEach(replicas, Fiber.interrupt)
      const written = (yield* outputs).map((record) => record.id)
      expect(new Set(written).size).toBe(written.length)
      expect(written.length).toBe(100)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("writes an output once when the answer to its append is lost", () =>
    Effect.gen(function* () {
      yield* start
      yield* runUntil(Effect.andThen(tick(1, 20), said(10)))
      expect((yield* outputs).length).toBe(10)
    }).pipe(Effect.provide(losingAnswers()))
  )

  it.live("halts when a recorded output is not what its inputs lead to, and verify names it", () =>
    Effect.gen(function* () {
      yield* start
      yield* runUntil(Effect.andThen(tick(1, 4), said(2)))
      const halted = yield* Effect.flip(runActors(options(counter("balances", "slot-9"))))
      expect((halted as ActorHalted)._tag).toBe("ActorHalted")
      expect(halted.message).toMatch(/1\.slot-9\.3.* differs from what the fold gives/)
      const verification = yield* verifyJournal({ subjects, actors: [ofAnyKind(counter("balances"))] })
      expect(verification.divergences.length).toBe(2)
      expect((yield* verifyJournal({ subjects, actors: [ofAnyKind(counter())] })).divergences.length).toBe(0)
    }).pipe(Effect.provide(withoutSnapshots))
  )

  it.live(
    "halts on a record it cannot fold, reports it in the journal, and goes on once an operator has excluded it",
    () =>
      Effect.gen(function* () {
        yield* start
        yield* tick(1, 2)
        const poison = yield* put(subjects.price, "price.1", {
          _tag: "PriceObserved",
          last: 1n as never,
          bid: 1n as never,
          ask: 1n as never
        })
        yield* tick(3, 4)
        const halted = yield* Effect.flip(runActors(options()))
        expect(halted.message).toMatch(new RegExp(`slot-9 cannot fold record ${poison.seq}`))
        expect(halted.message).toMatch(/kennel journal skip/)
        yield* put(subjects.control("test"), "skip", {
          _tag: "RecordSkipped",
          actor: "slot-9",
          seq: poison.seq,
          author: "test",
          reason: "not for counters"
        })
        const all = yield* runUntil(said(2))
        expect(all.map(({ ticks }) => ticks)).toStrictEqual([2, 4])
        expect((yield* verifyJournal({ subjects, actors: [ofAnyKind(counter())] })).divergences.length).toBe(0)
      }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("halts on a record that nobody can read, and passes over it for every actor once excluded", () =>
    Effect.gen(function* () {
      yield* start
      const journal = yield* Journal
      const broken = yield* journal.append({
        subject: subjects.clock,
        id: "broken",
        data: new TextEncoder().encode('{"v":1,"epoch":"one"}')
      })
      yield* tick(1, 2)
      const halted = yield* Effect.flip(runActors(options()))
      expect(halted.message).toMatch(
        new RegExp(`record ${broken.seq} on ${subjects.clock} does not decode.*epoch`, "s")
      )
      yield* put(subjects.control("test"), "skip", {
        _tag: "RecordSkipped",
        actor: "*",
        seq: broken.seq,
        author: "test",
        reason: "written by hand"
      })
      expect((yield* runUntil(said(1)))[0]?.ticks).toBe(2)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("has nothing to tell of a record that an operator has excluded by the time it is met", () =>
    Effect.gen(function* () {
      yield* start
      const journal = yield* Journal
      const running = yield* Effect.forkChild(Effect.flip(runActors(options())))
      yield* Effect.andThen(tick(1, 2), said(1))
      const seq = (yield* lastSeqOn(subjects.out("slot-9"))) + 1
      const entry = { epoch: 1, timeMs: 0, writer: "operator", cause: null }
      const skip: MarketEvent = { _tag: "RecordSkipped", actor: "*", seq, author: "test", reason: "nobody's" }
      yield* journal.appendAll([
        { subject: subjects.clock, id: "broken", data: new TextEncoder().encode("broken") },
        encodeEntry(subjects.control("operator"), "skip", { ...entry, events: [skip] })
      ])
      expect((yield* Fiber.join(running)).message).toMatch(new RegExp(`record ${seq} on ${subjects.clock}`))
      expect((yield* readControl(subjects)).faults).toEqual([])
      expect((yield* runUntil(Effect.andThen(tick(3, 4), said(2)))).map(({ ticks }) => ticks)).toEqual([2, 4])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("goes on writing after a record on its own subject that an operator has excluded", () =>
    Effect.gen(function* () {
      yield* start
      yield* runUntil(Effect.andThen(tick(1, 2), said(1)))
      const journal = yield* Journal
      const stray = yield* journal.append({ subject: subjects.out("slot-9"), id: "stray", data: new Uint8Array() })
      yield* Effect.flip(runActors(options()))
      yield* put(subjects.control("test"), "skip", {
        _tag: "RecordSkipped",
        actor: "*",
        seq: stray.seq,
        author: "test",
        reason: "nobody's"
      })
      const written = journal.tail({ from: stray.seq + 1, filter: subjects.out("slot-9") }).pipe(Stream.runHead)
      expect(Option.isSome(yield* runUntil(Effect.andThen(tick(3, 4), written)))).toBe(true)
      expect((yield* verifyJournal({ subjects, actors: [ofAnyKind(counter())] })).divergences).toEqual([])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("halts on a control record that nobody can read, and starts once an operator has excluded it", () =>
    Effect.gen(function* () {
      yield* start
      const journal = yield* Journal
      const stray = yield* journal.append({ subject: subjects.control("test"), id: "stray", data: new Uint8Array() })
      yield* start
      yield* tick(1, 2)
      expect((yield* Effect.flip(runActors(options()))).message).toMatch(
        new RegExp(`record ${stray.seq} .*does not decode`)
      )
      yield* appendControl({
        subjects,
        writer: "operator",
        timeMs: 0,
        make: () => ({ _tag: "RecordSkipped", actor: "*", seq: stray.seq, author: "test", reason: "nobody's" })
      })
      expect((yield* runUntil(said(1)))[0]?.ticks).toBe(2)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("does not believe a snapshot whose record the journal does not hold", () =>
    Effect.gen(function* () {
      yield* start
      yield* runUntil(Effect.andThen(tick(1, 2), said(1)))
      const store = yield* SnapshotStore
      const [genuine] = yield* store.load("slot-9")
      if (genuine === undefined) return expect.fail("no snapshot was kept")
      yield* store.save({ ...genuine, seq: genuine.seq + 1_000 })
      const all = yield* runUntil(Effect.andThen(tick(3, 4), said(2)))
      expect(all.map(({ ticks }) => ticks)).toStrictEqual([2, 4])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("does not believe a snapshot whose record was lost and stands there anew, behind others", () =>
    Effect.gen(function* () {
      yield* start
      yield* runUntil(Effect.andThen(tick(1, 2), said(1)))
      const store = yield* SnapshotStore
      const [genuine] = yield* store.load("slot-9")
      if (genuine?.storedMs === undefined) return expect.fail("no snapshot was kept that names its record's time")
      // Of a history that is gone: more ticks, up to a record with the same id and the same text.
      const state = genuine.state.replace(String.raw`\"ticks\":2`, String.raw`\"ticks\":12`)
      yield* store.save({ ...genuine, storedMs: genuine.storedMs - 1, state, stateHash: sha256(state) })
      const all = yield* runUntil(Effect.andThen(tick(3, 4), said(2)))
      expect(state).not.toBe(genuine.state)
      expect(all.map(({ ticks }) => ticks)).toStrictEqual([2, 4])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("never gives two processes the same epoch", () =>
    Effect.gen(function* () {
      const epochs = yield* Effect.forEach(Array.from({ length: 20 }), () => start, { concurrency: "unbounded" })
      expect([...epochs].sort((a, b) => a - b)).toStrictEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

/** Every other output is stored, and its answer lost. */
function losingAnswers() {
  const lost = new Set<string>()
  return MemoryJournal.layer({
    fault: (entry) => {
      if (!entry.subject.includes(".out.") || lost.has(entry.id)) return null
      lost.add(entry.id)
      return lost.size % 2 === 0 ? "lost-after-commit" : "lost-before-commit"
    }
  })
}

/** A store that keeps every snapshot, and only tells where they are. */
const savedSeqs = (into: Array<number>) =>
  Layer.succeed(
    SnapshotStore,
    SnapshotStore.of({ save: ({ seq }) => Effect.sync(() => void into.push(seq)), load: () => Effect.succeed([]) })
  )

describe("snapshots", () => {
  it.live(
    "are saved while a long history is folded, so that a start that is cut short is not begun from nothing",
    () => {
      const saved: Array<number> = []
      const silent = { ...counter(), reduce: (state: { readonly ticks: number }) => ({ state, outputs: [] }) }
      return Effect.gen(function* () {
        yield* tick(1, 5_000)
        const reached = yield* Queue.unbounded<number>()
        const running = runActors({
          ...options(silent),
          snapshotEvery: 100,
          onAdvance: ([fold]) => Queue.offer(reached, fold?.seq ?? 0)
        })
        yield* Effect.raceFirst(running, Queue.take(reached))
        // Twenty times as far apart as in a living market.
        expect(saved).toStrictEqual([2_000, 4_000, 5_000])
      }).pipe(Effect.provide(Layer.merge(MemoryJournal.layer(), savedSeqs(saved))))
    }
  )

  it.effect("that are due while a fold owes an output are saved as soon as that has been read back", () => {
    const saved: Array<number> = []
    return Effect.gen(function* () {
      yield* tick(1, 2)
      const journal = yield* Journal
      const fold = new ActorFold(counter(), subjects)
      const rests = new Rests<{ readonly ticks: number }>()
      const takeNext = Effect.gen(function* () {
        const record = (yield* journal.get(fold.seq + 1)) ?? (yield* Effect.die("there is no more"))
        fold.apply(decodeRecord(record), record.data)
        rests.note([fold], record)
      })
      yield* takeNext
      rests.ask([fold])
      expect(rests.due).toBe(true)
      yield* rests.saveDue
      // The second tick is answered: the fold owes that.
      yield* takeNext
      rests.ask([fold])
      yield* rests.saveDue
      expect([saved, rests.due]).toStrictEqual([[1], false])
      yield* journal.append(fold.unsent ?? (yield* Effect.die("nothing was said")))
      yield* takeNext
      expect(rests.due).toBe(true)
      yield* rests.saveDue
      expect(saved).toStrictEqual([1, 3])
    }).pipe(Effect.provide(Layer.merge(MemoryJournal.layer(), savedSeqs(saved))))
  })

  it.effect("that cannot be saved are due again with the next ones, and not at every record until then", () => {
    const tried: Array<number> = []
    const away = SnapshotStore.of({
      save: ({ seq }) => {
        tried.push(seq)
        return Effect.fail(new JournalUnavailable({ detail: "no leader" }))
      },
      load: () => Effect.succeed([])
    })
    const silent = { ...counter(), reduce: (state: { readonly ticks: number }) => ({ state, outputs: [] }) }
    return Effect.gen(function* () {
      yield* tick(1, 10)
      const journal = yield* Journal
      const fold = new ActorFold(silent, subjects)
      const rests = new Rests<{ readonly ticks: number }>()
      for (let seq = 1; seq <= 10; seq++) {
        const record = (yield* journal.get(seq)) ?? (yield* Effect.die("there is no more"))
        fold.apply(decodeRecord(record), record.data)
        rests.note([fold], record)
        if (seq % 5 === 0) rests.ask([fold])
        if (rests.due) yield* Effect.ignore(rests.saveDue)
      }
      expect(tried).toStrictEqual([5, 10])
    }).pipe(Effect.provide(Layer.merge(MemoryJournal.layer(), Layer.succeed(SnapshotStore, away))))
  })
})

describe("whoever follows", () => {
  const following = follow({ host: "test", subjects, actors: [counter()] })

  /** Holds a fiber before one of its steps, until it is told to go on. */
  const heldAt = (step: number) => {
    let steps = 0
    const held: Array<() => void> = []
    const scheduler: Scheduler.Scheduler = {
      executionMode: "async",
      shouldYield: () => ++steps === step,
      makeDispatcher: () => ({ scheduleTask: (task) => void held.push(task), flush: () => undefined })
    }
    const goOn = () => {
      for (let task = held.shift(); task !== undefined; task = held.shift()) task()
    }
    return { scheduler, goOn }
  }

  it.effect("is told at once where the folds stand, although nothing moves any more", () =>
    Effect.gen(function* () {
      yield* start
      yield* tick(1, 3)
      const { changes } = yield* following
      expect(yield* Stream.runHead(changes)).toMatchObject({ value: yield* (yield* Journal).head })
    }).pipe(Effect.scoped, Effect.provide(withoutSnapshots))
  )

  it.effect("is woken by the record that it waits for, at whichever step of waiting that is folded", () =>
    Effect.gen(function* () {
      yield* start
      const { awaitSeq } = yield* following
      const journal = yield* Journal
      const woken: Array<boolean> = []
      for (let step = 1; step <= 10; step++) {
        const next = (yield* journal.head) + 1
        const { scheduler, goOn } = heldAt(step)
        const waiter = Effect.runFork(awaitSeq(next), { scheduler })
        yield* tick(step, step)
        yield* awaitSeq(next)
        goOn()
        woken.push(waiter.pollUnsafe() !== undefined)
        yield* Fiber.interrupt(waiter)
      }
      expect(woken).not.toContain(false)
    }).pipe(Effect.scoped, Effect.provide(MemoryJournal.layer()))
  )

  it.effect("is told of the newest place alone where it was busy while the folds moved, and of each only once", () =>
    Effect.gen(function* () {
      yield* start
      const { changes, awaitSeq } = yield* following
      const journal = yield* Journal
      const told: Array<number> = []
      const heads: Array<number> = []
      yield* changes.pipe(
        Stream.take(3),
        Stream.runForEach((seq) =>
          Effect.gen(function* () {
            told.push(seq)
            heads.push(yield* journal.head)
            yield* tick(10 * told.length, 10 * told.length + 4)
            yield* awaitSeq(yield* journal.head)
          })
        )
      )
      expect(told).toStrictEqual(heads)
      expect(new Set(told).size).toBe(3)
    }).pipe(Effect.scoped, Effect.provide(withoutSnapshots))
  )
})
