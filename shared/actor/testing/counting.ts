/** A market in which a toy actor counts clock facts and says so now and then, for tests of what happens to its journal. */
import { Effect, Layer, Ref, Stream } from "effect"
import { marketSubjects } from "../../core/ids/subjects.ts"
import { type KnownRules, THIS_BUILD } from "../../core/rules/versions.ts"
import { decodeRecord, encodeEntry } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal, type JournalRecord, type Snapshot, SnapshotStore } from "../../journal/port.ts"
import { raiseEpoch } from "../control/control.ts"
import { type Actor, defineActor, ofAnyKind } from "../core/actor.ts"
import { variantsOf } from "../core/variants.ts"
import { runActors } from "../runtime.ts"
import { sealEra } from "../seals/sealJournal.ts"
import { verifyJournal } from "../verify.ts"

/** The market of the toy. */
export const subjects = marketSubjects("TEST")

interface Counted {
  readonly ticks: number
}

/** What changed when: it speaks at every second tick, then at every third, then at every fourth. */
const variants = variantsOf({ version: 1, every: 2 }, { version: 2, every: 3 }, { version: 3, every: 4 })

/** Counts clock facts, and says so now and then. `version` is the shape of its state. */
export const counter = (version = "1"): Actor<Counted> =>
  defineActor<Counted>({
    name: "slot-9",
    version,
    initial: { ticks: 0 },
    reduce: (state, event, { rulesVersion }) => {
      if (event._tag !== "ClockTicked") return { state, outputs: [] }
      const ticks = state.ticks + 1
      const said: MarketEvent = {
        _tag: "DecisionRefused",
        what: "bootstrap",
        unfunded: false,
        reason: { rule: "configured", numbers: { ticks } }
      }
      return { state: { ticks }, outputs: ticks % variants(rulesVersion).every === 0 ? [said] : [] }
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

/** Clock facts `from` to `to`. */
export const ticks = (from: number, to: number) =>
  Effect.forEach(
    Array.from({ length: to - from + 1 }, (_, n) => from + n),
    tick,
    { discard: true }
  )

/** The counter, run by a build that knows these rules. */
export const host = (known: KnownRules = THIS_BUILD) =>
  runActors({ host: "test", subjects, actors, publish: true, known })

/** What the counter says, from the first record that is kept: up to and including the one that is waited for. */
const heardUntil = (last: (record: JournalRecord, index: number) => boolean) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: "first", filter: subjects.out("slot-9") }).pipe(Stream.takeUntil(last), Stream.runDrain)
  )

/** Returns once the counter has said so many things, by what the journal keeps. */
export const heard = (count: number) => heardUntil((_record, index) => index + 1 === count)

const hostUntil = <A, E>(known: KnownRules | undefined, until: Effect.Effect<A, E, Journal>) =>
  // A host that ends has failed: nothing is waited for then.
  Effect.raceFirst(until, host(known))

/** Runs the counter until it has said so many things. */
export const runUntil = (count: number, known?: KnownRules) => hostUntil(known, heard(count))

/** Ticks `from` to `to` happen, and the counter answers until it has said that it counted `to`, which must be one it speaks at. */
export const goesOn = (from: number, to: number) => {
  const saysSo = (record: JournalRecord): boolean =>
    decodeRecord(record).events.some(
      (event) => event._tag === "DecisionRefused" && event.reason.numbers["ticks"] === to
    )
  return Effect.andThen(ticks(from, to), hostUntil(undefined, heardUntil(saysSo)))
}

/** Ticks `from` to `to` happen, and the counter answers until it has said `said` things in all. */
export const happens = (from: number, to: number, said: number, known?: KnownRules) =>
  Effect.andThen(ticks(from, to), runUntil(said, known))

/** The same records on another journal, but for what `change` makes of them. */
export const copied = <A, E>(
  all: ReadonlyArray<JournalRecord>,
  change: (record: JournalRecord) => Pick<JournalRecord, "subject" | "id" | "data">,
  then: Effect.Effect<A, E, Journal | SnapshotStore>
) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (const record of all) {
      const { subject, id, data } = change(record)
      yield* journal.append({ subject, id, data })
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
