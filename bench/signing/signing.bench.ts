/**
 * What do marks cost? Pairs of small pieces of the same work, one with marks and one without, one directly after the other and in turn first:
 * records of a made-up market encoded and appended together (`appendAll`, into one journal), appended one by one (into the same), and
 * replayed whole (every decision folded again and compared, every mark checked; two journals of the same records). Embedded, and on a NATS
 * server where there is one. The result is the median of the pairs' own ratios: what a busy machine does to one of a pair it mostly
 * does to the other. CPU time (this process and its threads) stands beside wall time.
 *
 * Not claimed: other records than a market's (some 400 bytes), networks other than loopback, what a server's own CPU makes of longer records.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Layer, References, type Scope, Stream } from "effect"
import { everyActorOf } from "../../app/leaves/journal.ts"
import { readSettings } from "../../app/settings.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { decodeRecord, encodeEntry, type StoredRecord } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { natsServerFound, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { type Keyring, keyring, NO_KEYS, ONE_PROCESS } from "../../shared/signing/keyring.ts"
import { marking, withMarks } from "../../shared/signing/signedJournal.ts"
import { makeLongJournal } from "../longLife/makeJournal.ts"
import { type BenchResult, type BenchSize, type Cost, timedEffect } from "../result.ts"

const subjects = marketSubjects("XDGUSD")
const { settings } = readSettings({})
const RING = keyring([{ service: ONE_PROCESS, number: 1, secret: Buffer.alloc(32, 7) }], ONE_PROCESS)

const sizes = (quick: boolean) =>
  quick
    ? { records: 500, block: 100, blocks: 2, singles: 2, replays: 1 }
    : { records: 2_500, block: 500, blocks: 100, singles: 20, replays: 30 }
type Sizes = ReturnType<typeof sizes>
/** Pairs that are not counted, until all of it is compiled. */
const WARM_UP = 0.2

type Services = Journal | SnapshotStore
/** A journal of its own, closed with the scope. */
type Open = Effect.Effect<Layer.Layer<Services, unknown>, never, Scope.Scope>

/** As services write: each record encoded, then appended; with a key each is marked, as `withMarks` does. */
const encoded = (ring: Keyring) => {
  const mark = marking(ring)
  return ({ subject, id, epoch, timeMs, writer, cause, events }: StoredRecord) =>
    mark(encodeEntry(subject, id, { epoch, timeMs, writer, cause, events }))
}

type Side = "with" | "without"
const RINGS: Readonly<Record<Side, Keyring>> = { with: RING, without: NO_KEYS }

/** Work measured in pairs, the first of each in turn; without those that warm up. */
const inPairs = <E, R>(pairs: number, work: (side: Side, piece: number) => Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const costs: Record<Side, Array<Cost>> = { with: [], without: [] }
    const warmUp = Math.ceil(pairs * WARM_UP)
    for (let pair = 0; pair < pairs + warmUp; pair++) {
      for (const side of pair % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)) {
        const [, cost] = yield* timedEffect(work(side, pair))
        if (pair >= warmUp) costs[side].push(cost)
      }
    }
    return costs
  })

/** So many of the records, under names that no journal has yet. */
const named = (records: ReadonlyArray<StoredRecord>, count: number, name: string): ReadonlyArray<StoredRecord> =>
  records.slice(0, count).map((record, n) => ({ ...record, id: `${name}.${n}` }))

/** Together and one by one, into one journal. */
const appended = Effect.fnUntraced(function* (open: Open, records: ReadonlyArray<StoredRecord>, size: Sizes) {
  const context = yield* Layer.build(Layer.fresh(yield* open))
  const { append, appendAll } = Context.get(context, Journal)
  const many = yield* inPairs(size.blocks, (side, pair) => {
    const block = named(records, size.block, `many.${pair}.${side}`)
    return Effect.suspend(() => appendAll(block.map(encoded(RINGS[side]))))
  })
  const each = yield* inPairs(size.blocks, (side, pair) => {
    const entry = encoded(RINGS[side])
    return Effect.forEach(named(records, size.singles, `each.${pair}.${side}`), (one) => append(entry(one)), {
      discard: true
    })
  })
  return { many, each }
}, Effect.scoped)

/** Every decision up to a record folded again; throws where one does not follow, or a mark is not what it should be. */
const replayed = (to: number) =>
  Effect.gen(function* () {
    const slots = yield* slotsNamedUpTo(subjects, to)
    const found = yield* verifyJournal({ subjects, actors: everyActorOf(settings, slots), to })
    if (found.divergences.length > 0) throw new Error(`signing: ${found.divergences[0]}`)
    return found
  })

/**
 * Whole, of two journals with the same records; that without marks is read without their layer. What says which key marks is left out:
 * it would move every record by one, and decisions name records.
 */
const replays = Effect.fnUntraced(function* (open: Open, records: ReadonlyArray<StoredRecord>, size: Sizes) {
  const filled = Effect.fnUntraced(function* (side: Side) {
    const plain = yield* open
    yield* Effect.gen(function* () {
      const { appendAll } = yield* Journal
      for (let at = 0; at < records.length; at += size.block) {
        yield* appendAll(records.slice(at, at + size.block).map(encoded(RINGS[side])))
      }
    }).pipe(Effect.provide(Layer.fresh(plain)))
    return yield* Layer.build(Layer.fresh(side === "with" ? withMarks(plain, subjects, Effect.succeed(RING)) : plain))
  })
  const contexts = { with: yield* filled("with"), without: yield* filled("without") }
  const all = (side: Side) => replayed(records.length).pipe(Effect.provideContext(contexts[side]))
  const { marked } = yield* all("with")
  return { costs: yield* inPairs(size.replays, all), marked }
}, Effect.scoped)

const rows = (name: string, costs: Record<Side, ReadonlyArray<Cost>>, records: number, checksum: string) =>
  (["wallMs", "cpuMs"] as const).map((clock): BenchResult => {
    const perRecord = (side: Side) => costs[side].map((cost) => (cost[clock] * 1_000) / records)
    return {
      name: `${name}, ${clock === "cpuMs" ? "CPU" : "wall"}`,
      unit: "µs/record",
      samples: perRecord("with"),
      baseline: { name: "without marks", samples: perRecord("without"), paired: true },
      checksum
    }
  })

const measured = Effect.fnUntraced(function* (
  name: string,
  open: Open,
  records: ReadonlyArray<StoredRecord>,
  size: Sizes
) {
  const { many, each } = yield* appended(open, records, size)
  const { costs, marked } = yield* replays(open, records, size)
  return [
    ...rows(`${name}: encode and appendAll of ${size.block}`, many, size.block, String(marked)),
    ...rows(`${name}: encode and append, one after the other`, each, size.singles, String(marked)),
    ...rows(`${name}: replay, folded and compared`, costs, records.length, String(marked))
  ]
})

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-signing-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A server for each round: streams of one server cannot hold the same subjects. */
/** A server for each journal: streams of one server cannot hold the same subjects. */
const onServer: Open = Effect.acquireRelease(
  Effect.promise(() => startNatsServer()),
  (running) => Effect.promise(() => running.dispose())
).pipe(Effect.map(({ url }) => NatsJournal.layer({ url, stream: "SIGNING", subjects: [subjects.everything] })))

/** All of it; `quick` only shows that it still runs. */
export const signingBench = ({ quick }: BenchSize): Promise<ReadonlyArray<BenchResult>> => {
  const size = sizes(quick)
  return Effect.gen(function* () {
    const root = yield* directory
    const made = join(root, "made")
    yield* makeLongJournal({ directory: made, slots: 4, records: size.records })
    const records = yield* Effect.flatMap(Journal, ({ read }) => Stream.runCollect(read({ from: 1 }))).pipe(
      Effect.map((all) => all.slice(0, size.records).map(decodeRecord)),
      Effect.provide(Layer.fresh(EmbeddedJournal.layerReadOnly({ directory: made })))
    )
    let journals = 0
    const embedded = Effect.sync(() => EmbeddedJournal.layer({ directory: join(root, `journal-${++journals}`) }))
    const onDisk = yield* measured("embedded", embedded, records, size)
    return natsServerFound() ? [...onDisk, ...(yield* measured("NATS", onServer, records, size))] : onDisk
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise)
}
