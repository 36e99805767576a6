/** The JetStream journal keeps the contract against a real nats-server. */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { DiscardPolicy, jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect, Layer, Redacted, Stream } from "effect"
import { journalContract } from "../testing/contract.ts"
import { entries, entry, out, seqs, type TargetOptions } from "../testing/contractSupport.ts"
import { Journal } from "../port.ts"
import { NatsJournal } from "./nats.ts"
import { type NatsServer, natsServerFound, startNatsServer } from "./testing/testServer.ts"

/** Streams of one account may not share subjects, so every store of the suite gets an account of its own. */
const accounts = 100
const accountsConfig = `accounts {${Array.from(
  { length: accounts },
  (_, place) => `A${place} { jetstream: enabled, users: [ { user: "user-${place}", password: "secret" } ] }`
).join("\n")}}`

describe.runIf(natsServerFound())("against a nats-server", () => {
  let server: NatsServer
  let stores = 0
  beforeAll(async () => {
    server = await startNatsServer({ config: accountsConfig })
  })
  afterAll(() => server.dispose())

  /** The server's clock cannot be turned: repeats an id of its own until the server takes it as new. */
  const passDuplicateWindow = Effect.gen(function* () {
    const journal = yield* Journal
    const probe = { subject: "market.TEST.probe", id: "probe", data: new Uint8Array() }
    yield* journal.append(probe).pipe(Effect.repeat({ until: ({ duplicate, seq }) => !duplicate && seq > 2 }))
  })

  const layerFor = (options: TargetOptions) => {
    const user = `user-${stores}`
    stores += 1
    return NatsJournal.layer({
      ...options,
      url: server.url,
      stream: "TEST",
      subjects: ["market.TEST.>"],
      credentials: { user, password: Redacted.make("secret") }
    })
  }

  const dropByHand = (account: number, keep: number) =>
    Effect.promise(async () => {
      const connection = await connect({ servers: server.url, user: `user-${account}`, pass: "secret" })
      const { streams } = await jetstreamManager(connection)
      await streams.update("TEST", { discard: DiscardPolicy.Old, max_msgs: keep })
      await streams.update("TEST", { discard: DiscardPolicy.New, max_msgs: -1 })
      await connection.close()
    })

  journalContract(
    "NATS JetStream",
    (options) => Effect.sync(() => ({ layer: layerFor(options), passDuplicateWindow })),
    { reopens: true, clock: "live", shortWindowMs: 100, drops: false }
  )

  it.live("C7 a record is known again where it stands, also when the server has forgotten its id", () =>
    Effect.gen(function* () {
      const layer = layerFor({ duplicateWindowMs: 100 })
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const claim = (id: string) => journal.append({ ...entry(out(1), id), expectedLastSeq: 0 })
        expect(yield* claim("mine")).toEqual({ seq: 1, duplicate: false })
        yield* passDuplicateWindow
        expect(yield* claim("mine")).toEqual({ seq: 1, duplicate: true })
        expect(yield* Effect.flip(claim("theirs"))).toMatchObject({ _tag: "JournalConflict", expected: 0, actual: 1 })
      }).pipe(Effect.provide(layer))
    })
  )

  it.live("C25 where an operator has dropped the beginning, reading from before it says so", () =>
    Effect.gen(function* () {
      const account = stores
      const layer = layerFor({})
      const program = Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.appendAll(entries(10))
        // Nobody appends meanwhile, so that counting from the end is safe.
        yield* dropByHand(account, 4)
        expect(yield* journal.first).toBe(7)
        const gone = { _tag: "RecordsArchived", seq: 6, first: 7 }
        expect(yield* Effect.flip(journal.get(6))).toMatchObject(gone)
        expect(yield* journal.read({ from: 6 }).pipe(Stream.runDrain, Effect.flip)).toMatchObject(gone)
        expect(yield* journal.tail({ from: 6 }).pipe(Stream.runDrain, Effect.flip)).toMatchObject(gone)
        expect(seqs(yield* journal.read({ from: "first" }).pipe(Stream.runCollect))).toEqual([7, 8, 9, 10])
        expect(seqs(yield* journal.tail({ from: "first" }).pipe(Stream.take(4), Stream.runCollect))).toEqual([
          7, 8, 9, 10
        ])
        expect(yield* journal.get(11)).toBeNull()
      })
      yield* program.pipe(Effect.provide(layer))
      yield* Effect.void.pipe(Effect.provide(Layer.fresh(layer)))
    })
  )
})
