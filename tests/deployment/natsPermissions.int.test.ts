/** `nats.conf` on a real server: each user can do its work, and nothing else. */
import { jetstream } from "@nats-io/jetstream"
import { connect, type NatsConnection } from "@nats-io/transport-node"
import { Effect, Layer, Redacted, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { Journal, type Snapshot, SnapshotStore } from "../../shared/journal/port.ts"
import { requireBinary } from "../../shared/testing/requires.ts"
import {
  market,
  MARKET_USERS,
  PAIR,
  passwordOf,
  type ShippedServer,
  startShipped,
  STREAM,
  SUBJECTS,
  WRITES
} from "./shippedServer.ts"

const natsServer = requireBinary("nats-server")

const snapshotOf = (actor: string): Snapshot => ({
  actor,
  seq: 1,
  recordId: "record",
  recordHash: "00",
  reducerVersion: "1",
  stateHash: "00",
  // Large enough that the server asks the reader to confirm what it has taken.
  state: "x".repeat(200_000)
})

describe.runIf(natsServer !== null)("the users of nats.conf", () => {
  let server: ShippedServer
  const connectAs = (user: string, pass?: string): Promise<NatsConnection> => server.connectAs(user, pass)
  const journalOf = (user: string, stream: string, subjects: string) =>
    NatsJournal.layer({
      url: server.url,
      stream,
      subjects: [subjects],
      credentials: { user, password: Redacted.make(passwordOf(user)) }
    })

  beforeAll(async () => {
    server = await startShipped()
    // The journal makes its own stream; then every subject gets a record from the first user who may write it.
    await Effect.runPromise(Effect.scoped(Layer.build(journalOf("market-feed", STREAM, market.everything))))
    for (const subject of SUBJECTS) {
      const writer = MARKET_USERS.find((user) => WRITES[user]?.includes(subject)) ?? ""
      await jetstream(await connectAs(writer)).publish(subject, "{}", { msgID: subject })
    }
  })

  afterAll(async () => {
    await server.dispose()
  })

  test.each(MARKET_USERS)("%s writes its own subjects and no others", async (user) => {
    const js = jetstream(await connectAs(user))
    const allowed: Array<string> = []
    for (const subject of SUBJECTS) {
      const written = await js.publish(subject, "{}", { timeout: 2_000, msgID: `${user} ${subject}` }).then(
        () => true,
        (error: unknown) => {
          expect(String(error)).toMatch(/permissions violation/i)
          return false
        }
      )
      if (written) allowed.push(subject)
    }
    expect(allowed.toSorted()).toEqual([...(WRITES[user] ?? [])].toSorted())
  })

  test.each(MARKET_USERS)("%s opens the journal, reads all of it and keeps snapshots", async (user) => {
    const everything = Effect.gen(function* () {
      const journal = yield* Journal
      const records = yield* Stream.runCollect(journal.read({ from: 1 }))
      expect(new Set(records.map((record) => record.subject))).toEqual(new Set(SUBJECTS))
      const filtered = yield* Stream.runCollect(journal.read({ from: 1, filter: market.control }))
      expect(new Set(filtered.map((record) => record.subject))).toEqual(new Set([market.control]))
      expect((yield* journal.get(1))?.seq).toBe(1)
      expect((yield* journal.last(market.price))?.subject).toBe(market.price)

      const snapshots = yield* SnapshotStore
      yield* snapshots.save(snapshotOf(user))
      yield* snapshots.save(snapshotOf(user))
      expect(yield* snapshots.load(user)).toEqual([snapshotOf(user), snapshotOf(user)])
    })
    await Effect.runPromise(everything.pipe(Effect.provide(journalOf(user, STREAM, market.everything))))
  })

  test.each([...MARKET_USERS, "exchange-sim"])(
    "%s may not delete, purge or change the market's stream",
    async (user) => {
      const connection = await connectAs(user)
      for (const call of ["STREAM.DELETE", "STREAM.PURGE", "STREAM.UPDATE", "STREAM.MSG.DELETE"]) {
        await expect(connection.request(`$JS.API.${call}.${STREAM}`, "{}", { timeout: 2_000 })).rejects.toThrow(
          /permissions violation/i
        )
      }
    }
  )

  test("the simulated exchange keeps a journal of its own and does not see the market's", async () => {
    const subject = `exchange.${PAIR}.orders`
    const ownJournal = Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append({ subject, id: "1", data: new Uint8Array() })
      expect(yield* Stream.runCollect(journal.read({ from: 1 }))).toHaveLength(1)
      const snapshots = yield* SnapshotStore
      yield* snapshots.save(snapshotOf("exchange"))
      expect(yield* snapshots.load("exchange")).toHaveLength(1)
    })
    const layer = journalOf("exchange-sim", `EXCHANGE_${PAIR}`, `exchange.${PAIR}.>`)
    await Effect.runPromise(ownJournal.pipe(Effect.provide(layer)))

    const connection = await connectAs("exchange-sim")
    for (const forbidden of [market.price, `$JS.API.STREAM.INFO.${STREAM}`]) {
      await expect(connection.request(forbidden, "{}", { timeout: 2_000 })).rejects.toThrow(/permissions violation/i)
    }
  })

  test("nobody gets in without a password, or with another's", async () => {
    await expect(connectAs("slot-actor", passwordOf("operator"))).rejects.toThrow(/authorization/i)
    await expect(connect({ servers: server.url, timeout: 5_000 })).rejects.toThrow(/authorization/i)
  })
})
