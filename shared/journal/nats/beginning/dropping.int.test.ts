/** C25 on a server: what a drop leaves, who is let in afterwards, what readers are told, and what a death in the middle leaves to do. */
import { describe, expect, it } from "@effect/vitest"
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect, Fiber, Latch, Layer, Redacted, References, type Scope, Stream } from "effect"
import { retryAppend } from "../../../retry.ts"
import { Journal, type JournalEntry, type SnapshotStore } from "../../port.ts"
import { NatsJournal, type NatsJournalOptions } from "../nats.ts"
import { type NatsServer, natsServerFound, startNatsServer } from "../testing/testServer.ts"

/** Users that lack what one step of a drop needs: as far as everybody else can tell, the process died there. */
const USERS = {
  whole: [],
  "dies before first": ["$KV.TEST_beginning.first"],
  "dies before purge": ["$JS.API.STREAM.PURGE.TEST"],
  service: ["$JS.API.STREAM.PURGE.TEST", "$KV.TEST_beginning.>", "$JS.API.STREAM.*.KV_TEST_beginning"]
} as const
type User = keyof typeof USERS

const users = Object.entries(USERS).map(
  ([user, deny]) =>
    `{ user: "${user}", password: "secret", permissions { publish { allow: [">"], deny: ${JSON.stringify(deny)} } } }`
)
const config = `accounts { A { jetstream: enabled, users: [${users.join(", ")}] } }`

const serverForTest = Effect.acquireRelease(
  Effect.promise(() => startNatsServer({ config })),
  (server) => Effect.promise(() => server.dispose())
)

const WINDOW_MS = 100

/** Ids are forgotten soon, and no margin is left: what is dropped is purged. */
const layerOn = (server: NatsServer, options: Partial<NatsJournalOptions> = {}, user: User = "whole") =>
  NatsJournal.layer({
    url: server.url,
    stream: "TEST",
    subjects: ["market.TEST.>"],
    duplicateWindowMs: WINDOW_MS,
    dropMarginBytes: 0,
    credentials: { user, password: Redacted.make("secret") },
    ...options
  })

const opened = <A, E>(
  layer: ReturnType<typeof layerOn>,
  work: (journal: Journal["Service"]) => Effect.Effect<A, E, SnapshotStore>
) => Effect.flatMap(Journal, work).pipe(Effect.provide(Layer.fresh(layer)))

const managed = <A>(server: NatsServer, work: (manager: JetStreamManager) => Promise<A>) =>
  Effect.promise(async () => {
    const connection = await connect({ servers: server.url, user: "whole", pass: "secret" })
    const result = await work(await jetstreamManager(connection))
    await connection.close()
    return result
  })
const physicalFirst = (server: NatsServer) =>
  managed(server, async ({ streams }) => (await streams.info("TEST")).state.first_seq)

const price = "market.TEST.price"
const slot = (number: number) => `market.TEST.out.slot-${number}`
const entry = (subject: string, id: string, bytes = 10): JournalEntry => ({
  subject,
  id,
  data: new Uint8Array(bytes).fill(65)
})
const prices = (count: number, run = "a", bytes?: number) =>
  Array.from({ length: count }, (_, place) => entry(price, `${run}-${place}`, bytes))

/** The server's clock cannot be turned: an id of its own is taken as new, and as new once more when the server has forgotten it. */
const passDuplicateWindow = (journal: Journal["Service"]) => {
  const takenAsNew = journal
    .append(entry("market.TEST.probe", "probe"))
    .pipe(Effect.repeat({ until: ({ duplicate }) => !duplicate }))
  return Effect.andThen(takenAsNew, takenAsNew)
}

/** Record 1 is slot 1's only one, record 2 slot 2's; fifty prices follow, and all ids are forgotten. */
const history = (journal: Journal["Service"]) =>
  Effect.gen(function* () {
    yield* journal.append({ ...entry(slot(1), "early"), expectedLastSeq: 0 })
    yield* journal.append({ ...entry(slot(2), "early-too"), expectedLastSeq: 0 })
    yield* journal.appendAll(prices(50))
    yield* passDuplicateWindow(journal)
    return yield* journal.head
  })

const seqsFrom = (journal: Journal["Service"], from: number | "first", filter?: string) =>
  journal.read(filter === undefined ? { from } : { from, filter }).pipe(
    Stream.map(({ seq }) => seq),
    Stream.runCollect
  )

const sentence = (name: string, body: (server: NatsServer) => Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.live(name, () =>
    Effect.flatMap(serverForTest, body).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  )

describe.runIf(natsServerFound())("what a drop leaves on the server", () => {
  sentence("C25 is a file's worth of records before the beginning, which nobody reads any more", (server) =>
    Effect.gen(function* () {
      const large = 128 * 1024
      yield* opened(layerOn(server, { dropMarginBytes: 8 * 1024 * 1024 }), (journal) =>
        Effect.gen(function* () {
          yield* journal.appendAll(prices(100, "large", large))
          yield* passDuplicateWindow(journal)
          expect(yield* journal.dropBefore(90)).toBe(90)
          const lowest = yield* physicalFirst(server)
          expect((90 - lowest) * large).toBe(8 * 1024 * 1024)
          expect(yield* journal.first).toBe(90)
          const gone = { _tag: "RecordsArchived", seq: 89, first: 90 }
          expect(yield* Effect.flip(journal.get(89))).toMatchObject(gone)
          expect(yield* Effect.flip(seqsFrom(journal, 89))).toMatchObject(gone)
          expect(yield* Effect.flip(seqsFrom(journal, 89, price))).toMatchObject(gone)
        })
      )
    })
  )

  sentence("C25 is every record whose id it must still know, also after it was started anew", (server) =>
    Effect.gen(function* () {
      const layer = layerOn(server, { duplicateWindowMs: 600_000 })
      yield* opened(layer, (journal) =>
        Effect.gen(function* () {
          yield* journal.appendAll(prices(20))
          expect(yield* journal.dropBefore(15)).toBe(15)
          expect(yield* physicalFirst(server)).toBe(1)
        })
      )
      yield* Effect.promise(() => server.kill())
      yield* Effect.promise(() => server.restart())
      yield* opened(layer, (journal) =>
        Effect.gen(function* () {
          expect(yield* journal.append(entry(price, "a-3"))).toEqual({ seq: 4, duplicate: true })
          expect(yield* journal.first).toBe(15)
        })
      )
    })
  )

  sentence("C25 is all of it where the stream denies purges: one line says so, and nothing has changed", (server) =>
    Effect.gen(function* () {
      yield* opened(layerOn(server), history)
      yield* managed(server, ({ streams }) => streams.update("TEST", { deny_purge: true }))
      yield* opened(layerOn(server), (journal) =>
        Effect.gen(function* () {
          const refused = yield* Effect.flip(journal.dropBefore(30))
          expect(refused._tag).toBe("JournalDropRefused")
          expect(refused.message).toMatch(/^nats:\S+ stream TEST: records cannot be dropped: .*deny_purge[^\n]*$/)
          expect(yield* journal.first).toBe(1)
          expect((yield* journal.append({ ...entry(slot(1), "next"), expectedLastSeq: 1 })).duplicate).toBe(false)
        })
      )
    })
  )

  sentence("C25 is all of it where the user may not: the line names whom to be", (server) =>
    Effect.gen(function* () {
      yield* opened(layerOn(server), history)
      yield* opened(layerOn(server, {}, "service"), (journal) =>
        Effect.gen(function* () {
          const refused = yield* Effect.flip(journal.dropBefore(30))
          expect(refused._tag).toBe("JournalDropRefused")
          expect(refused.message).toMatch(/this user may not .*nothing was changed; do it as the operator/)
          expect(yield* journal.first).toBe(1)
        })
      )
    })
  )
})

describe.runIf(natsServerFound())("after a drop", () => {
  sentence("C25 a twin that was overtaken before it is never let in, one that was not is, once", (server) =>
    Effect.gen(function* () {
      const layer = layerOn(server)
      yield* opened(layer, (journal) =>
        Effect.gen(function* () {
          const faster = yield* journal.append({ ...entry(slot(1), "first"), expectedLastSeq: 0 })
          const { seq: last } = yield* journal.append({ ...entry(slot(1), "second"), expectedLastSeq: faster.seq })
          yield* journal.appendAll(prices(30))
          yield* passDuplicateWindow(journal)
          yield* journal.dropBefore(last + 20)
          expect(yield* physicalFirst(server)).toBeGreaterThan(last)

          for (const expectedLastSeq of [0, faster.seq]) {
            const refused = yield* Effect.flip(
              opened(layer, (twin) => twin.append({ ...entry(slot(1), "overtaken"), expectedLastSeq }))
            )
            expect(refused).toMatchObject({ _tag: "JournalConflict", expected: expectedLastSeq, actual: last })
          }
          const right = (id: string) => journal.append({ ...entry(slot(1), id), expectedLastSeq: last })
          const twins = yield* Effect.forEach(["one", "two", "three"], (id) => Effect.result(right(id)), {
            concurrency: "unbounded"
          })
          expect(twins.filter(({ _tag }) => _tag === "Success")).toHaveLength(1)
          const { seq: now } = (yield* journal.last(slot(1))) ?? { seq: 0 }
          expect(yield* Effect.flip(right("four"))).toMatchObject({ expected: last, actual: now })
        })
      )
    })
  )

  sentence("C25 a subject that was emptied twice goes on by its newest record only", (server) =>
    Effect.gen(function* () {
      yield* opened(layerOn(server), (journal) =>
        Effect.gen(function* () {
          const head = yield* history(journal)
          yield* journal.dropBefore(head)
          const { seq } = yield* journal.append({ ...entry(slot(1), "again"), expectedLastSeq: 1 })
          yield* journal.appendAll(prices(20, "b"))
          yield* passDuplicateWindow(journal)
          yield* journal.dropBefore(yield* journal.head)
          expect(yield* physicalFirst(server)).toBeGreaterThan(seq)
          const stale = yield* Effect.flip(journal.append({ ...entry(slot(1), "stale"), expectedLastSeq: 1 }))
          expect(stale).toMatchObject({ _tag: "JournalConflict", expected: 1, actual: seq })
          expect(yield* Effect.flip(journal.last(slot(1)))).toMatchObject({ _tag: "RecordsArchived", seq })
          expect((yield* journal.append({ ...entry(slot(1), "right"), expectedLastSeq: seq })).duplicate).toBe(false)
        })
      )
    })
  )

  sentence("C25 a process that had only seen what is gone goes on when its server comes back", (server) =>
    Effect.gen(function* () {
      yield* opened(layerOn(server), (journal) =>
        Effect.gen(function* () {
          yield* opened(layerOn(server), history)
          expect((yield* journal.get(2))?.seq).toBe(2)
          yield* opened(layerOn(server), (other) => other.dropBefore(40))
          yield* Effect.promise(() => server.kill())
          yield* Effect.promise(() => server.restart())
          expect((yield* retryAppend(journal.append(entry(price, "after")))).duplicate).toBe(false)
          expect(yield* journal.first).toBe(40)
        })
      )
    })
  )
})

describe.runIf(natsServerFound())("a reader at work during a drop", () => {
  /** Takes one record, then waits until all the rest has been appended and dropped. */
  const interrupted = (server: NatsServer, filter: string | undefined, way: "read" | "tail") =>
    opened(layerOn(server), (journal) =>
      Effect.gen(function* () {
        // More than a reader buffers.
        yield* journal.appendAll(prices(3_000))
        yield* passDuplicateWindow(journal)
        const [begun, dropped] = yield* Effect.all([Latch.make(false), Latch.make(false)])
        const reader = yield* journal[way](filter === undefined ? { from: 1 } : { from: 1, filter }).pipe(
          Stream.rechunk(1),
          Stream.tap(({ seq }) => (seq === 1 ? Effect.andThen(begun.open, dropped.await) : Effect.void)),
          Stream.runDrain,
          Effect.flip,
          Effect.forkChild({ startImmediately: true })
        )
        yield* begun.await
        yield* journal.dropBefore(2_900)
        yield* dropped.open
        return yield* Fiber.join(reader)
      })
    )

  for (const filter of [undefined, price]) {
    for (const way of ["read", "tail"] as const) {
      sentence(
        `C25 is told that its next record is gone (${way}, ${filter === undefined ? "everything" : "one subject"})`,
        (server) =>
          Effect.gen(function* () {
            const told = yield* interrupted(server, filter, way)
            expect(told).toMatchObject({ _tag: "RecordsArchived", first: 2_900 })
          })
      )
    }
  }

  sentence("C25 is not told anything where it had heard of all that is gone, however rare its subject", (server) =>
    Effect.gen(function* () {
      yield* opened(layerOn(server), (journal) =>
        Effect.gen(function* () {
          const head = yield* history(journal)
          const listening = yield* Latch.make(false)
          const reader = yield* journal.tail({ from: 1, filter: slot(1) }).pipe(
            Stream.tap(() => listening.open),
            Stream.take(2),
            Stream.runCollect,
            Effect.forkChild({ startImmediately: true })
          )
          yield* listening.await
          yield* journal.appendAll(prices(100, "b"))
          yield* passDuplicateWindow(journal)
          yield* journal.dropBefore(head + 90)
          const { seq } = yield* journal.append({ ...entry(slot(1), "rare"), expectedLastSeq: 1 })
          expect((yield* Fiber.join(reader)).map((record) => record.seq)).toEqual([1, seq])
        })
      )
    })
  )
})

describe.runIf(natsServerFound())("a drop that dies on its way", () => {
  const STEPS: ReadonlyArray<{ readonly user: User; readonly first: number }> = [
    { user: "dies before first", first: 1 },
    { user: "dies before purge", first: 40 }
  ]
  for (const { user, first } of STEPS) {
    sentence(`C25 and ${user}: what opens meanwhile is right, and the same call finishes it`, (server) =>
      Effect.gen(function* () {
        const head = yield* opened(layerOn(server), history)
        yield* Effect.flip(opened(layerOn(server, {}, user), (journal) => journal.dropBefore(40)))
        expect(yield* physicalFirst(server)).toBe(1)
        const between = yield* opened(layerOn(server), (journal) =>
          Effect.gen(function* () {
            expect(yield* journal.first).toBe(first)
            expect(yield* seqsFrom(journal, "first")).toHaveLength(head - first + 1)
            const stale = yield* Effect.flip(journal.append({ ...entry(slot(1), "stale"), expectedLastSeq: 0 }))
            expect(stale).toMatchObject({ _tag: "JournalConflict", actual: 1 })
            return yield* journal.append({ ...entry(slot(2), "meanwhile"), expectedLastSeq: 2 })
          })
        )
        yield* opened(layerOn(server), (journal) =>
          Effect.gen(function* () {
            expect(yield* journal.dropBefore(40)).toBe(40)
            expect(yield* physicalFirst(server)).toBe(40)
            expect(yield* Effect.flip(journal.last(slot(1)))).toMatchObject({ _tag: "RecordsArchived", seq: 1 })
            expect((yield* journal.last(slot(2)))?.seq).toBe(between.seq)
            const right = yield* journal.append({ ...entry(slot(1), "right"), expectedLastSeq: 1 })
            expect(right).toEqual({ seq: between.seq + 1, duplicate: false })
          })
        )
      })
    )
  }

  sentence("C25 with the purge done in part: the note is what counts, and the same call finishes it", (server) =>
    Effect.gen(function* () {
      yield* opened(layerOn(server), history)
      yield* Effect.flip(opened(layerOn(server, {}, "dies before purge"), (journal) => journal.dropBefore(40)))
      yield* managed(server, ({ streams }) => streams.purge("TEST", { seq: 20 }))
      yield* opened(layerOn(server), (journal) =>
        Effect.gen(function* () {
          expect(yield* journal.first).toBe(40)
          expect(yield* Effect.flip(journal.get(30))).toMatchObject({ _tag: "RecordsArchived", seq: 30, first: 40 })
          expect(yield* journal.dropBefore(40)).toBe(40)
          expect(yield* physicalFirst(server)).toBe(40)
        })
      )
    })
  )

  sentence(
    "C25 with its stream made anew beside an old note: the journal does not open, and says what to do",
    (server) =>
      Effect.gen(function* () {
        yield* opened(layerOn(server), (journal) => Effect.andThen(history(journal), journal.dropBefore(40)))
        yield* managed(server, ({ streams }) => streams.delete("TEST"))
        const refused = yield* Effect.flip(opened(layerOn(server), ({ head }) => head))
        expect(refused._tag).toBe("JournalCorrupt")
        expect(refused.message).toMatch(/ends at record 0, but its bucket .* begins at 40: .*delete the bucket/)
      })
  )
})
