/** A market in which a toy actor counts clock facts and says so now and then, for tests of what happens to its journal. */
import { Effect, Fiber, Layer, Ref, Stream } from "effect"
import { marketSubjects } from "../../core/ids/subjects.ts"
import type { KnownRules } from "../../core/rules/versions.ts"
import { decodeRecord, encodeEntry } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal, type JournalRecord, type Snapshot, SnapshotStore } from "../../journal/port.ts"
import { raiseEpoch } from "../control/control.ts"
import { type Actor, defineActor, ofAnyKind } from "../core/actor.ts"
import { runActors } from "../runtime.ts"
import { sealEra } from "../seals/sealJournal.ts"
import { verifyJournal } from "../verify.ts"

/** The market of the toy. */
export const subjects = marketSubjects("TEST")

interface Counted {
  readonly ticks: number
}

/** Counts clock facts; under version n of the rules it speaks at each (n + 1)th. `version` is the shape of its state. */
export const counter = (version = "1"): Actor<Counted> =>
  defineActor<Counted>({
    name: "counter",
    version,
    initial: { ticks: 0 },
    reduce: (state, event, { rulesVersion }) => {
      if (event._tag === "NoticeRaised") throw new Error("nobody raises notices here")
      if (event._tag !== "ClockTicked") return { state, outputs: [] }
      const ticks = state.ticks + 1
      const said: MarketEvent = {
        _tag: "DecisionRefused",
        what: "bootstrap",
        unfunded: false,
        reason: { rule: "configured", numbers: { ticks } }
      }
      return { state: { ticks }, outputs: ticks % (rulesVersion + 1) === 0 ? [said] : [] }
    }
  })

/** Every actor of the market. */
export const actors = [ofAnyKind(counter())]
/** Closes an era. */
export const seal = sealEra({ subjects, service: "test", actorsOf: () => actors })
/** Proves the journal. */
export const verify = (options: { readonly from?: "last seal"; readonly known?: KnownRules } = {}) =>
  verifyJournal({ subjects, actors, ...options })

/** The first record of all. */
export const begin = raiseEpoch({
  subjects,
  service: "test",
  reason: "start",
  timeMs: 0,
  watchesOrders: false,
  fitsModels: false
})

/** Clock fact `n`. */
export const tick = (n: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append(
      encodeEntry(subjects.clock, `tick.${n}`, {
        epoch: 1,
        timeMs: 1_000 * n,
        writer: "test",
        cause: null,
        events: [{ _tag: "ClockTicked", priceAgeSec: null }]
      })
    )
  )

/** Everything that stands in the journal. */
export const records = Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 1 })))

/** Ticks `from` to `to` happen, and the counter answers until it has said that it counted `to`, which must be one it speaks at. */
export const goesOn = (from: number, to: number) =>
  Effect.gen(function* () {
    for (let n = from; n <= to; n++) yield* tick(n)
    const journal = yield* Journal
    const running = yield* Effect.forkChild(runActors({ host: "test", subjects, actors, publish: true }))
    yield* journal.tail({ from: "first", filter: subjects.out("counter") }).pipe(
      Stream.takeUntil((record) =>
        decodeRecord(record).events.some(
          (event) => event._tag === "DecisionRefused" && event.reason.numbers["ticks"] === to
        )
      ),
      Stream.runDrain
    )
    yield* Fiber.interrupt(running)
  })

/** Ticks `from` to `to` happen, and the counter answers until it has said `said` things in all. */
export const happens = (from: number, to: number, said: number, known?: KnownRules) =>
  Effect.gen(function* () {
    for (let n = from; n <= to; n++) yield* tick(n)
    const journal = yield* Journal
    const host = runActors({ host: "test", subjects, actors, publish: true, ...(known === undefined ? {} : { known }) })
    const running = yield* Effect.forkChild(host)
    yield* journal.tail({ from: 1, filter: subjects.out("counter") }).pipe(Stream.take(said), Stream.runDrain)
    yield* Fiber.interrupt(running)
  })

/** The same records on another journal, but for what `change` makes of them. */
export const copied = <A, E>(
  all: ReadonlyArray<JournalRecord>,
  change: (record: JournalRecord) => Pick<JournalRecord, "subject" | "id" | "data">,
  then: Effect.Effect<A, E, Journal | SnapshotStore>
) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (const record of all) {
      const entry = change(record)
      yield* journal.append({ subject: entry.subject, id: entry.id, data: entry.data })
    }
    return yield* then
  })

/** Snapshots of running actors are lost; what was sealed is kept. */
export const onlySealedStates = () =>
  Layer.effect(
    SnapshotStore,
    Effect.map(Ref.make<ReadonlyArray<Snapshot>>([]), (kept) =>
      SnapshotStore.of({
        save: (snapshot) =>
          snapshot.actor.startsWith("sealed-") ? Ref.update(kept, (before) => [snapshot, ...before]) : Effect.void,
        load: (actor) => Effect.map(Ref.get(kept), (all) => all.filter((snapshot) => snapshot.actor === actor))
      })
    )
  )

/** An empty journal in memory. */
export const fresh = () => Layer.merge(MemoryJournal.layer(), onlySealedStates())
