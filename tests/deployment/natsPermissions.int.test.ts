/** `nats.conf` on a real server: each user can do its work, and nothing else. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
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

const BEGINNING = `${STREAM}_beginning`

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
      // Little is dropped here, and at once.
      duplicateWindowMs: 100,
      dropMarginBytes: 0,
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
      const filtered = yield* Stream.runCollect(journal.read({ from: 1, filter: market.everyControl }))
      expect(new Set(filtered.map((record) => record.subject))).toEqual(new Set(MARKET_USERS.map(market.control)))
      expect((yield* journal.get(1))?.seq).toBe(1)
      expect((yield* journal.last(market.price))?.subject).toBe(market.price)

      const snapshots = yield* SnapshotStore
      yield* snapshots.save(snapshotOf(user))
      yield* snapshots.save(snapshotOf(user))
      expect(yield* snapshots.load(user)).toEqual([snapshotOf(user), snapshotOf(user)])
    })
    await Effect.runPromise(everything.pipe(Effect.provide(journalOf(user, STREAM, market.everything))))
  })

  const refused = async (user: string, subjects: ReadonlyArray<string>) => {
    const connection = await connectAs(user)
    for (const subject of subjects) {
      await expect(connection.request(subject, "{}", { timeout: 2_000 }), subject).rejects.toThrow(
        /permissions violation/i
      )
    }
  }

  test.each([...MARKET_USERS, "exchange-sim"])("%s may not delete or change the market's stream", (user) =>
    refused(
      user,
      ["DELETE", "UPDATE", "MSG.DELETE"].map((call) => `$JS.API.STREAM.${call}.${STREAM}`)
    )
  )

  test.each([...MARKET_USERS.filter((user) => user !== "operator"), "exchange-sim"])(
    "%s may neither purge the market's stream nor say where it begins",
    async (user) => {
      const calls = ["CREATE", "UPDATE", "DELETE", "PURGE"].map((call) => `$JS.API.STREAM.${call}.KV_${BEGINNING}`)
      await refused(user, [`$JS.API.STREAM.PURGE.${STREAM}`, `$KV.${BEGINNING}.first`, ...calls])
      const drop = Effect.flatMap(Journal, ({ dropBefore }) => Effect.flip(dropBefore(4)))
      const whose = user === "exchange-sim" ? "control-plane" : user
      const error = await Effect.runPromise(drop.pipe(Effect.provide(journalOf(whose, STREAM, market.everything))))
      expect(error.message).toMatch(/this user may not .*do it as the operator/)
    }
  )

  test("the operator drops the beginning, and every service reads and writes on from there", async () => {
    const drop = Effect.flatMap(Journal, ({ append, dropBefore }) => {
      // Taken as new once more when the server has forgotten it, and by then what stood before it.
      const takenAsNew = append({ subject: market.control("operator"), id: "probe", data: new Uint8Array() }).pipe(
        Effect.repeat({ until: ({ duplicate }) => !duplicate })
      )
      return takenAsNew.pipe(Effect.andThen(takenAsNew), Effect.andThen(dropBefore(4)))
    })
    const dropped = await Effect.runPromise(drop.pipe(Effect.provide(journalOf("operator", STREAM, market.everything))))
    expect(dropped).toBe(4)
    const { state } = await (await jetstreamManager(await connectAs("operator"))).streams.info(STREAM)
    expect(state.first_seq).toBe(4)
    for (const user of MARKET_USERS) {
      const onward = Effect.gen(function* () {
        const journal = yield* Journal
        expect(yield* journal.first).toBe(4)
        const error = yield* Effect.flip(Stream.runDrain(journal.read({ from: 3 })))
        expect(error).toMatchObject({ _tag: "RecordsArchived", seq: 3, first: 4 })
        const subject = market.control(user)
        const entry = { subject, id: `${user}-after-the-drop`, data: new Uint8Array() }
        const { seq: before = 0 } = (yield* journal.last(subject)) ?? {}
        yield* journal.append({ ...entry, expectedLastSeq: before })
      })
      await Effect.runPromise(onward.pipe(Effect.provide(journalOf(user, STREAM, market.everything))))
    }
  })

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
