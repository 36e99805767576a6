/** The JetStream journal keeps the contract against a real nats-server. */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { journalContract } from "../testing/contract.ts"
import { entry, out, type TargetOptions } from "../testing/contractSupport.ts"
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
      // What is dropped is purged at once, though it is little.
      dropMarginBytes: 0,
      credentials: { user, password: Redacted.make("secret") }
    })
  }

  journalContract(
    "NATS JetStream",
    (options) => Effect.sync(() => ({ layer: layerFor(options), passDuplicateWindow })),
    { reopens: true, clock: "live", shortWindowMs: 100 }
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
})
