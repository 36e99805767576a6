/** C8, C10, C11: the JetStream journal through the deaths of its server, and what it refuses when the server comes back poorer. */
import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Latch, References, type Scope, Stream } from "effect"
import { Journal, type JournalEntry } from "../port.ts"
import { retryAppend } from "../../retry.ts"
import { NatsJournal, type NatsJournalOptions } from "./nats.ts"
import { natsServerFound, type NatsServer, startNatsServer } from "./testing/testServer.ts"

const serverForTest = Effect.acquireRelease(
  Effect.promise(() => startNatsServer()),
  (server) => Effect.promise(() => server.dispose())
)

const layerOn = (server: NatsServer, options: Partial<NatsJournalOptions> = {}) =>
  NatsJournal.layer({ url: server.url, stream: "TEST", subjects: ["market.TEST.>"], ...options })

const entry = (subject: string, id: string): JournalEntry => ({ subject, id, data: new TextEncoder().encode(id) })
const price = "market.TEST.price"
const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1)

const sentence = (name: string, body: () => Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.live(name, () => body().pipe(Effect.provideService(References.MinimumLogLevel, "None")))

describe.runIf(natsServerFound())("a nats-server that dies", () => {
  sentence("loses nothing acknowledged; readers see no gap and no repeat; writers end up stored once", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      const writers = 4
      const perWriter = 400
      const total = writers * perWriter
      const deaths = [200, 600, 1_100]

      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const acknowledged = new Map<number, string>()
        const latches = yield* Effect.forEach(deaths, () => Latch.make(false))

        const writer = Effect.fnUntraced(function* (number: number) {
          const subject = `market.TEST.out.slot-${number}`
          let cursor = 0
          for (const count of upTo(perWriter)) {
            const id = `${subject}_${count}`
            const { seq } = yield* retryAppend(journal.append({ ...entry(subject, id), expectedLastSeq: cursor }))
            cursor = seq
            expect(acknowledged.has(seq)).toBe(false)
            acknowledged.set(seq, id)
            const death = deaths.indexOf(acknowledged.size)
            if (death >= 0) yield* latches[death]?.open ?? Effect.void
          }
        })
        const killer = Effect.forEach(latches, (latch) =>
          latch.await.pipe(
            Effect.andThen(Effect.promise(() => server.kill())),
            Effect.andThen(Effect.promise(() => server.restart()))
          )
        )
        const readers = Effect.forEach(
          [undefined, "market.TEST.out.*"],
          (filter) =>
            journal
              .tail(filter === undefined ? { from: 1 } : { from: 1, filter })
              .pipe(Stream.take(total), Stream.runCollect),
          { concurrency: 2 }
        )
        const [seen] = yield* Effect.all(
          [readers, killer, Effect.forEach(upTo(writers), writer, { concurrency: writers })],
          { concurrency: 3 }
        )
        for (const records of seen) {
          expect(records.map(({ seq }) => seq)).toEqual(upTo(total))
          for (const { seq, id } of records) expect(acknowledged.get(seq)).toBe(id)
        }
      }).pipe(Effect.provide(layerOn(server)))
    })
  )

  sentence("a long appendAll fails as unknown, and its repeat stores the rest once", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const entries = upTo(20_000).map((count) => entry(price, `id-${count}`))
        const begun = yield* journal
          .tail({ from: 1 })
          .pipe(Stream.take(500), Stream.runDrain, Effect.forkChild({ startImmediately: true }))
        const writing = yield* retryAppend(journal.appendAll(entries)).pipe(Effect.forkChild)
        yield* Fiber.join(begun)
        yield* Effect.promise(() => server.kill())
        yield* Effect.promise(() => server.restart())
        const appended = yield* Fiber.join(writing)
        expect(appended.map(({ seq }) => seq)).toEqual(upTo(20_000))
        expect(yield* journal.head).toBe(20_000)
      }).pipe(Effect.provide(layerOn(server)))
    })
  )

  sentence("publishes without a connection fail at once as unknown, and go through after the reconnect", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append(entry(price, "a"))
        yield* Effect.promise(() => server.kill())
        const problem = yield* journal.append(entry(price, "b")).pipe(Effect.flip)
        expect(problem._tag).toBe("JournalUnavailable")
        expect(problem.message).toContain("the connection to")
        expect((yield* journal.append(entry(price, "b")).pipe(Effect.flip)).message).toContain("is lost")
        yield* Effect.promise(() => server.restart())
        expect(yield* retryAppend(journal.append(entry(price, "b")))).toEqual({ seq: 2, duplicate: false })
      }).pipe(Effect.provide(layerOn(server)))
    })
  )

  sentence("that comes back without its newest records stops writers and readers for good", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      const data = join(server.directory, "jetstream")
      const older = join(server.directory, "older")
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append(entry(price, "a"))
        yield* Effect.promise(() => server.stop())
        cpSync(data, older, { recursive: true })
        yield* Effect.promise(() => server.restart())
        yield* retryAppend(journal.append(entry(price, "b")))
        const reader = yield* journal
          .tail({ from: 1 })
          .pipe(Stream.runDrain, Effect.forkChild({ startImmediately: true }))
        yield* Effect.promise(() => server.kill())
        rmSync(data, { recursive: true })
        cpSync(older, data, { recursive: true })
        yield* Effect.promise(() => server.restart())

        const refusal = yield* retryAppend(journal.append(entry(price, "c"))).pipe(Effect.flip)
        expect(refusal).toMatchObject({ _tag: "JournalRefused", problem: "sealed" })
        expect(refusal.message).toContain("it ends at record 1, but record 2 had been stored")
        const end = yield* Fiber.await(reader)
        expect(Exit.isFailure(end)).toBe(true)
        expect(JSON.stringify(end)).toContain("JournalCorrupt")
      }).pipe(Effect.provide(layerOn(server)))
    })
  )
})

describe.runIf(natsServerFound())("opening a stream", () => {
  sentence("a record's own echo after the window is a duplicate, not a conflict", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const mine = { ...entry("market.TEST.out.slot-1", "mine"), expectedLastSeq: 0 }
        yield* journal.append(mine)
        const probe = entry(price, "probe")
        yield* journal.append(probe).pipe(Effect.repeat({ until: ({ duplicate, seq }) => !duplicate && seq > 2 }))
        expect(yield* journal.append(mine)).toEqual({ seq: 1, duplicate: true })
        const other = { ...entry("market.TEST.out.slot-1", "other"), expectedLastSeq: 0 }
        expect(yield* journal.append(other).pipe(Effect.flip)).toMatchObject({ _tag: "JournalConflict", actual: 1 })
      }).pipe(Effect.provide(layerOn(server, { duplicateWindowMs: 100 })))
    })
  )

  sentence("C15 with other settings is refused by the name of the field", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      const head = Effect.flatMap(Journal, (journal) => journal.head)
      yield* head.pipe(Effect.provide(layerOn(server)))
      const problem = yield* head.pipe(Effect.provide(layerOn(server, { duplicateWindowMs: 5_000 })), Effect.flip)
      expect(problem._tag).toBe("JournalOpenError")
      expect(problem.message).toContain("duplicate_window is 600000000000, a journal needs 5000000000")
    })
  )

  sentence("a subject outside the stream's is refused here, not published to nobody", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const refusal = yield* journal.append(entry("market.OTHER.price", "a")).pipe(Effect.flip)
        expect(refusal).toMatchObject({ _tag: "JournalRefused", problem: "bad-subject" })
      }).pipe(Effect.provide(layerOn(server)))
    })
  )

  sentence("without a server fails with one line that says what to do", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      yield* Effect.promise(() => server.stop())
      const problem = yield* Effect.flatMap(Journal, (journal) => journal.head).pipe(
        Effect.provide(layerOn(server, { connectTimeoutMs: 300 })),
        Effect.flip
      )
      expect(problem._tag).toBe("JournalOpenError")
      expect(problem.message).toBe(
        `${server.url}: no NATS server answered within 300 ms; start nats-server with JetStream (nats-server -js) or correct the URL`
      )
    })
  )

  sentence("a stream that must exist is not created", () =>
    Effect.gen(function* () {
      const server = yield* serverForTest
      const problem = yield* Effect.flatMap(Journal, (journal) => journal.head).pipe(
        Effect.provide(layerOn(server, { create: false })),
        Effect.flip
      )
      expect(problem.message).toContain("stream not found")
    })
  )
})
