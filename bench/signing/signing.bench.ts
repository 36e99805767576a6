/**
 * What do marks cost? The same records of a made-up market, with and without, in turn: encoded and appended by the thousand, appended one
 * by one, and replayed whole (every decision folded again and compared, every mark checked). Embedded, and on a NATS server where there
 * is one. CPU time (this process and its threads) stands beside wall time.
 *
 * Not claimed: other records than a market's (some 400 bytes), networks other than loopback.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer, References, type Scope, Stream } from "effect"
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
import { type BenchResult, type Cost, figuresOf, timedEffect } from "../result.ts"

const subjects = marketSubjects("XDGUSD")
const { settings } = readSettings({})
const RING = keyring([{ service: ONE_PROCESS, number: 1, secret: Buffer.alloc(32, 7) }], ONE_PROCESS)

const sizes = (quick: boolean) =>
  quick ? { records: 1_000, singles: 3, rounds: 1 } : { records: 20_000, singles: 200, rounds: 7 }
type Sizes = ReturnType<typeof sizes>
const BATCH = 1_000

type Opened = Layer.Layer<Journal | SnapshotStore, unknown>

/** As services write: each record encoded, then appended; with a key each is marked, as `withMarks` does. */
const encoded = (ring: Keyring) => {
  const mark = marking(ring)
  return ({ subject, id, epoch, timeMs, writer, cause, events }: StoredRecord) =>
    mark(encodeEntry(subject, id, { epoch, timeMs, writer, cause, events }))
}

const appendAll = (records: ReadonlyArray<StoredRecord>, ring: Keyring) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (let at = 0; at < records.length; at += BATCH) {
      yield* journal.appendAll(records.slice(at, at + BATCH).map(encoded(ring)))
    }
  })

const appendEach = (records: ReadonlyArray<StoredRecord>, ring: Keyring) =>
  Effect.flatMap(Journal, ({ append }) =>
    Effect.forEach(records.map(encoded(ring)), (entry) => append(entry), { discard: true })
  )

/** One round on a new journal. What says which key marks is left out: it would move every record by one, and decisions name records. */
const round = (
  open: Effect.Effect<Opened, never, Scope.Scope>,
  ring: Keyring,
  records: ReadonlyArray<StoredRecord>,
  { singles }: Sizes
) =>
  Effect.gen(function* () {
    const layer = yield* open
    const written = yield* Effect.gen(function* () {
      const [, many] = yield* timedEffect(appendAll(records, ring))
      // Behind what is replayed.
      const again = records.slice(0, singles).map((record, n) => ({ ...record, id: `single.${n}` }))
      const [, each] = yield* timedEffect(appendEach(again, ring))
      return { many, each }
    }).pipe(Effect.provide(Layer.fresh(layer)))
    const marked = withMarks(layer, subjects, Effect.succeed(ring))
    const [read, replay] = yield* timedEffect(replayed(records.length)).pipe(Effect.provide(Layer.fresh(marked)))
    return { ...written, replay, marked: read.marked }
  }).pipe(Effect.scoped)

/** Every decision up to a record folded again; throws where one does not follow, or a mark is not what it should be. */
const replayed = (to: number) =>
  Effect.gen(function* () {
    const slots = yield* slotsNamedUpTo(subjects, to)
    const found = yield* verifyJournal({ subjects, actors: everyActorOf(settings, slots), to })
    if (found.divergences.length > 0) throw new Error(`signing: ${found.divergences[0]}`)
    return found
  })

const KINDS = ["many", "each", "replay"] as const
const NAMED = {
  many: "encode and appendAll",
  each: "encode and append, one after the other",
  replay: "replay, folded and compared"
}

/** With and without in turn, whichever comes first. */
const measured = (
  name: string,
  open: Effect.Effect<Opened, never, Scope.Scope>,
  records: ReadonlyArray<StoredRecord>,
  size: Sizes
) =>
  Effect.gen(function* () {
    const costs = {
      with: [] as Array<Record<(typeof KINDS)[number], Cost>>,
      without: [] as Array<Record<(typeof KINDS)[number], Cost>>
    }
    let marked = 0
    for (let n = 0; n <= size.rounds; n++) {
      const order = n % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)
      for (const which of order) {
        const { marked: bearing, ...cost } = yield* round(open, which === "with" ? RING : NO_KEYS, records, size)
        if (which === "with") marked = bearing
        // The first round warms up.
        if (n > 0) costs[which].push(cost)
      }
    }
    return KINDS.map((kind): BenchResult => {
      const count = kind === "each" ? size.singles : records.length
      const perRecord = (rounds: ReadonlyArray<Record<(typeof KINDS)[number], Cost>>) =>
        figuresOf(
          rounds.map((costs) => costs[kind]),
          (ms) => (ms * 1_000) / count
        )
      return {
        name: `marks, ${name}: ${NAMED[kind]}`,
        unit: "µs/record",
        ...perRecord(costs.with),
        baseline: { name: "without marks", ...perRecord(costs.without) },
        checksum: String(marked)
      }
    })
  })

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-signing-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A server for each round: streams of one server cannot hold the same subjects. */
const onServer: Effect.Effect<Opened, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => startNatsServer()),
  (running) => Effect.promise(() => running.dispose())
).pipe(Effect.map(({ url }) => NatsJournal.layer({ url, stream: "SIGNING", subjects: [subjects.everything] })))

/** All of it; `quick` only shows that it still runs. */
export const signingBench = ({ quick }: { readonly quick: boolean }): Promise<ReadonlyArray<BenchResult>> => {
  const size = sizes(quick)
  return Effect.gen(function* () {
    const root = yield* directory
    const made = join(root, "made")
    yield* makeLongJournal({ directory: made, slots: 4, records: size.records })
    const records = yield* Effect.flatMap(Journal, ({ read }) => Stream.runCollect(read({ from: 1 }))).pipe(
      Effect.map((all) => all.slice(0, size.records).map(decodeRecord)),
      Effect.provide(Layer.fresh(EmbeddedJournal.layerReadOnly({ directory: made })))
    )
    let rounds = 0
    const embedded = Effect.sync(() => EmbeddedJournal.layer({ directory: join(root, `round-${++rounds}`) }))
    const onDisk = yield* measured("embedded", embedded, records, size)
    return natsServerFound() ? [...onDisk, ...(yield* measured("NATS", onServer, records, size))] : onDisk
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise)
}
