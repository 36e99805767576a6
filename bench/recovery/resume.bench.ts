/**
 * What does it cost a slot to go on from a state that was kept, in the embedded journal?
 *
 * From a snapshot: it is found, held to the journal, and a hundred records that came after it are read, checked, folded and compared. The
 * floor reads the snapshot's file and the hundred records, and parses their JSON. Opening the journal is in neither: it is done once
 * for all that a process does.
 *
 * From a seal: every event of an era that began there is read, checked and folded and every decision compared, as `journal verify` does.
 * What counts is what that takes beyond reading the same records and parsing their JSON, in seconds per million events. Prices are read
 * from their bytes and never parsed as JSON, so that next to nothing may be left. A hundred thousand
 * events are lived through, and the figure is multiplied; with `--records` of a million it is measured whole. A price in a record
 * of its own, as a live market writes them, and a hundred together.
 *
 * Goals: at most 1 ms from the snapshot, at most 1 s beyond reading and parsing for a million events.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Layer, References, type Scope, Stream } from "effect"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { restoreFold, snapshotOf } from "../../shared/actor/snapshots.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal, SnapshotStore } from "../../shared/journal/port.ts"
import { directory } from "../baselines/journals.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, timedEffect } from "../result.ts"
import { SlotLife, subjects } from "./slotLife.ts"

const MILLION = 1_000_000
/** Records after the snapshot. */
const AFTER = 100

const sizes = ({ quick, records = 100_000 }: BenchSize) =>
  quick
    ? { before: 500, rounds: 2, events: 2_000, eraRounds: 1 }
    : { before: 10_000, rounds: 60, events: Math.min(records, MILLION), eraRounds: 5 }
type Sizes = ReturnType<typeof sizes>

const open = (place: string) => Layer.fresh(EmbeddedJournal.layer({ directory: place }))

/** As those take it that fold actors of any kind. */
const actor = ofAnyKind(slotActor(1))
const text = new TextDecoder()

/** Reads on from `from` and parses. */
const parsed = (from: number) =>
  Effect.gen(function* () {
    let records = 0
    yield* (yield* Journal).read({ from }).pipe(
      Stream.runForEachArray((chunk) =>
        Effect.sync(() => {
          for (const { data } of chunk) if (typeof JSON.parse(text.decode(data)) === "object") records++
        })
      )
    )
    return records
  })

/** Writes the life, and a snapshot of where the slot last owed nothing a hundred records before its end; returns the state at the end. */
const keepSnapshot = Effect.fnUntraced(function* ({ before }: Sizes) {
  const { append, appendAll } = yield* Journal
  const life = new SlotLife()
  yield* appendAll([...life.begin(), ...life.next(before, 1)])
  const { fold } = life
  const record = yield* (yield* Journal).get(fold.seq)
  if (record === null || fold.pending.length > 0) return yield* Effect.die(new Error("resume: the slot owes an answer"))
  yield* (yield* SnapshotStore).save(snapshotOf(actor, record, fold.encode()))
  const last = fold.seq + AFTER
  while (fold.seq < last) for (const entry of life.next(1, 1)) yield* append(entry)
  return fold.encode()
})

const resume = Effect.gen(function* () {
  const fold = new ActorFold(actor, subjects)
  yield* restoreFold(fold)
  const from = fold.seq
  yield* (yield* Journal).read({ from: from + 1 }).pipe(
    Stream.runForEachArray((records) =>
      Effect.sync(() => {
        for (const record of records) fold.apply(decodeRecord(record), record.data)
      })
    )
  )
  return { fold, from }
})

const resumeFloor = (place: string) =>
  Effect.gen(function* () {
    const folder = join(place, "snapshots", actor.name)
    const [file = ""] = readdirSync(folder)
    const { seq } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { readonly seq: number }
    return yield* parsed(seq + 1)
  })

const fromSnapshot = Effect.fnUntraced(function* (size: Sizes) {
  const place = yield* directory
  const expected = yield* Effect.provide(keepSnapshot(size), open(place))
  const [costs, floor]: [Array<Cost>, Array<Cost>] = [[], []]
  for (let round = -Math.ceil(size.rounds / 4); round < size.rounds; round++) {
    // Opened anew each time: nothing of it is at hand.
    const [read, bare] = yield* Effect.provide(timedOpen(resumeFloor(place)), open(place))
    const [{ fold, from }, ours] = yield* Effect.provide(timedOpen(resume), open(place))
    if (from === 0 || fold.seq - from !== read || fold.encode() !== expected) {
      return yield* Effect.die(new Error(`resume: at record ${fold.seq} from ${from}, another state than was left`))
    }
    if (round < 0) continue
    costs.push(ours)
    floor.push(bare)
  }
  return {
    name: `a slot from its snapshot and ${AFTER} records, embedded journal`,
    unit: "ms",
    ...figuresOf(costs),
    baseline: { name: "read and JSON.parse", ...figuresOf(floor) }
  } satisfies BenchResult
})

/** Timed once the journal is open. */
const timedOpen = <A, E>(work: Effect.Effect<A, E, Journal | SnapshotStore>) =>
  Effect.andThen(Journal, timedEffect(work))

/** Writes a sealed beginning and an era behind it; returns the first record after the seal. */
const keepEra = Effect.fnUntraced(function* ({ events }: Sizes, perRecord: number) {
  const { appendAll } = yield* Journal
  const life = new SlotLife()
  yield* appendAll([...life.begin(), ...life.next(100, perRecord)])
  const seal = yield* sealEra({ subjects, service: "journal-keeper", actorsOf: () => [actor] })
  if (seal === null || seal.to !== life.fold.seq) return yield* Effect.die(new Error("resume: nothing was sealed"))
  life.passOver()
  const PIECE = 10_000
  for (let written = 0; written < events; written += PIECE) {
    yield* appendAll(life.next(Math.min(PIECE, events - written), perRecord))
  }
  return seal.to + 1
})

const verified = Effect.gen(function* () {
  const found = yield* verifyJournal({ subjects, actors: [actor], from: "last seal" })
  if (found.divergences.length > 0) throw new Error(`resume: ${found.divergences[0]}`)
  return found
})

const fromSeal = Effect.fnUntraced(function* (size: Sizes, perRecord: number) {
  const place = yield* directory
  const from = yield* Effect.provide(keepEra(size, perRecord), open(place))
  const [whole, floor]: [Array<Cost>, Array<Cost>] = [[], []]
  let checksum = ""
  for (let round = -1; round < size.eraRounds; round++) {
    const [, bare] = yield* Effect.provide(timedOpen(parsed(from)), open(place))
    const [{ events, actors }, ours] = yield* Effect.provide(timedOpen(verified), open(place))
    if (events < size.events) return yield* Effect.die(new Error(`resume: ${events} of ${size.events} events folded`))
    checksum = actors.map(({ stateHash }) => stateHash.slice(0, 12)).join()
    if (round < 0) continue
    whole.push(ours)
    floor.push(bare)
  }
  const times = MILLION / size.events
  const seconds = (ms: number): number => (ms * times) / 1_000
  const beyond = whole.map(({ wallMs, cpuMs }, at) => ({
    wallMs: wallMs - (floor[at]?.wallMs ?? 0),
    cpuMs: cpuMs - (floor[at]?.cpuMs ?? 0)
  }))
  const measured = times === 1 ? "" : `, ${size.events.toLocaleString("en")} times ${times}`
  return {
    name: `a million events from a seal beyond reading and parsing them, ${perRecord} per record${measured}`,
    unit: "s",
    ...figuresOf(beyond, seconds),
    baseline: { name: "reading and parsing them", ...figuresOf(floor, seconds) },
    note: "one slot that trades: its decisions and the exchange's answers come on top of the events counted",
    checksum
  } satisfies BenchResult
})

/** All of it; `quick` only shows that it still runs. */
export const resumeBench = (wanted: BenchSize): Promise<ReadonlyArray<BenchResult>> => {
  const size = sizes(wanted)
  const all: Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> = Effect.all([
    fromSnapshot(size),
    fromSeal(size, 1),
    fromSeal(size, 100)
  ])
  return Effect.runPromise(all.pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error")))
}
