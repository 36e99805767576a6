/** Eras archived and dropped on a nats-server, while its market goes on. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { type Context, Effect, Exit, Fiber, Layer, References, type Scope, Stream } from "effect"
import { ActorFold } from "../actor/fold.ts"
import { restoreFold } from "../actor/snapshots.ts"
import {
  begin,
  counter,
  goesOn,
  happens,
  host,
  records,
  seal,
  subjects,
  tick,
  verify
} from "../actor/testing/counting.ts"
import { NatsJournal } from "../journal/nats/nats.ts"
import { type NatsServer, natsServerFound, startNatsServer } from "../journal/nats/testing/testServer.ts"
import { Journal, SnapshotStore } from "../journal/port.ts"
import { retryAppend } from "../retry.ts"
import { archiveEras, dropArchived } from "./archiveJournal.ts"
import { withArchive } from "./archivedJournal.ts"

const serverForTest = Effect.acquireRelease(
  Effect.promise(() => startNatsServer()),
  (server) => Effect.promise(() => server.dispose())
)
const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-archive-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Ids are forgotten soon, and no margin is left: what is dropped is purged. */
const layerOn = (server: NatsServer) =>
  NatsJournal.layer({
    url: server.url,
    stream: "TEST",
    subjects: [subjects.everything],
    duplicateWindowMs: 100,
    dropMarginBytes: 0
  })
type Market = ReturnType<typeof layerOn>

const opened = <A>(layer: Market, work: Effect.Effect<A, unknown, Journal | SnapshotStore>) =>
  work.pipe(Effect.provide(Layer.fresh(layer)))

const physicalFirst = (server: NatsServer) =>
  Effect.promise(async () => {
    const connection = await connect({ servers: server.url })
    const { state } = await (await jetstreamManager(connection)).streams.info("TEST")
    await connection.close()
    return state.first_seq
  })

/** What `kennel journal archive --drop` does, in a process of its own. */
const archiveAndDrop = (layer: Market, files: string) =>
  opened(
    withArchive(layer, files),
    Effect.flatMap(
      archiveEras(subjects, files, () => Effect.void),
      dropArchived
    )
  )

const eras = (count: number) =>
  Effect.gen(function* () {
    yield* begin
    for (let era = 0; era < count; era++) {
      yield* happens(20 * era + 1, 20 * (era + 1), 10 * (era + 1))
      yield* seal
    }
  })

/** Clock facts from `from` on, one after the other, through whatever becomes of the server. */
const ticksOn = (from: number) =>
  Effect.contextWith((market: Context.Context<Journal>) =>
    Stream.runForEach(
      Stream.iterate(from, (n) => n + 1),
      (n) => retryAppend(Effect.provideContext(tick(n), market))
    )
  )

/** The counter says something that comes after all that another process finds there now. */
const saysMore = (layer: Market) =>
  Effect.gen(function* () {
    const { tail } = yield* Journal
    const now = yield* opened(
      layer,
      Effect.flatMap(Journal, ({ head }) => head)
    )
    yield* tail({ from: now + 1, filter: subjects.out("slot-9") }).pipe(Stream.take(1), Stream.runDrain)
  })

const sentence = (name: string, body: (server: NatsServer) => Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.live(name, () =>
    Effect.flatMap(serverForTest, body).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  )

describe.runIf(natsServerFound())("a market on a nats-server", () => {
  sentence(
    "is archived and dropped while it goes on, also where its server dies meanwhile; with its archive it is whole",
    (server) =>
      Effect.gen(function* () {
        const files = yield* directory
        const layer = layerOn(server)
        const before = yield* opened(layer, Effect.andThen(eras(3), records))

        const beginning = yield* opened(
          layer,
          Effect.gen(function* () {
            const running = yield* Effect.forkChild(host())
            const writing = yield* Effect.forkChild(ticksOn(61))
            yield* saysMore(layer)
            const seals = yield* archiveEras(subjects, files, () => Effect.void)
            // The server dies while records are dropped; how far that had come does not matter.
            const dying = Effect.andThen(
              Effect.promise(() => server.kill()),
              Effect.promise(() => server.restart())
            )
            yield* Effect.all([Effect.exit(dropArchived(seals)), dying], { concurrency: 2 })
            // What the server must still know is purged by a later call.
            const dropped = yield* archiveAndDrop(layer, files).pipe(
              Effect.repeat({ until: (first) => Effect.map(physicalFirst(server), (lowest) => lowest === first) })
            )
            yield* saysMore(layer)
            yield* Fiber.interrupt(writing)
            yield* Fiber.interrupt(running)
            return dropped
          })
        )
        expect(beginning).toBeGreaterThan(60)

        const alone = yield* Effect.flip(opened(layer, verify()))
        expect(String(alone)).toMatch(/record 1 was dropped, the journal begins at record \d+; read the archive/)
        expect(yield* opened(layer, verify({ from: "last seal" }))).toMatchObject({ divergences: [] })
        const whole = yield* opened(
          withArchive(layer, files),
          Effect.gen(function* () {
            const { get, last } = yield* Journal
            return {
              records: yield* records,
              proof: yield* verify(),
              second: yield* get(2),
              control: yield* last(subjects.control("test"))
            }
          })
        )
        expect(whole.proof).toMatchObject({ divergences: [], erasAsSealed: 3 })
        expect(whole.records.slice(0, before.length)).toStrictEqual(before)
        expect(whole.records.map(({ seq }) => seq)).toStrictEqual(whole.records.map((_record, place) => place + 1))
        expect(whole.second).toStrictEqual(before[1])
        expect(whole.control?.subject).toBe(subjects.control("test"))
      })
  )

  sentence(
    "passes over a snapshot that stands exactly where it was dropped to, and begins at the sealed state",
    (server) =>
      Effect.gen(function* () {
        const files = yield* directory
        const layer = layerOn(server)
        yield* opened(layer, eras(2))
        const first = yield* archiveAndDrop(layer, files)
        yield* opened(
          layer,
          Effect.gen(function* () {
            const kept = yield* (yield* SnapshotStore).load("slot-9")
            expect(kept.map(({ seq }) => seq)).toContain((first ?? 0) - 1)
            const refused = yield* restoreFold(new ActorFold(counter(), subjects))
            expect(refused).toHaveLength(kept.length)
            expect(refused[0]).toMatch(/^snapshot of slot-9 at \d+ not used: record \d+ was dropped/)
          })
        )
        yield* opened(layer, goesOn(41, 42))
        const proof = yield* opened(withArchive(layer, files), verify())
        expect(proof).toMatchObject({ divergences: [], erasAsSealed: 2 })
        expect(Exit.isFailure(yield* Effect.exit(opened(layer, verify())))).toBe(true)
      })
  )
})
