/**
 * Attempts to write what is not one's own, on a real server with `nats.conf` as it ships: each user, by each way that a server has of
 * putting a message somewhere, on each subject of the journal and each shelf of snapshots that is another's. The table is printed.
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { createInbox, headers, type NatsConnection } from "@nats-io/nats-core"
import { Effect, Layer, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { CONTROL_OF } from "../../shared/events/belonging.ts"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"
import { natsServerFound } from "../../shared/journal/nats/testing/testServer.ts"
import { controlFacts } from "./controlFacts.ts"
import {
  market,
  MARKET_USERS,
  passwordOf,
  type ShippedServer,
  startShipped,
  STREAM,
  SUBJECTS,
  WRITES
} from "./shippedServer.ts"

const BUCKET = `${STREAM}_snapshots`
/** Where a snapshot of another user, or a sealed state, stands. */
const SHELVES = [`$KV.${BUCKET}.slot-actor.slot-3`, `$KV.${BUCKET}.sealed.sealed-slot-3`]
const SEALERS = ["journal-keeper", "operator"]
const writesShelf = (user: string, key: string): boolean =>
  key.includes(".sealed.") ? SEALERS.includes(user) : key.includes(`.${user}.`)
/** What only the server's own account may do to the journal. */
const CALLS = ["STREAM.DELETE", "STREAM.UPDATE"].map((call) => `$JS.API.${call}.${STREAM}`)
/** What drops a journal's beginning: the operator's alone. */
const DROPS = [`$JS.API.STREAM.PURGE.${STREAM}`, `$KV.${STREAM}_beginning.first`]

const table: Array<string> = []

/** A fill as the gateway would write it, in bytes. */
const forged = encodeEntry(market.order(3), "forged", {
  epoch: 1,
  timeMs: 1,
  writer: "order-gateway",
  cause: null,
  events: [{ _tag: "OrderUnknown", clientId: "k-1", localId: 1, cause: "forged" } as never]
}).data

describe.runIf(natsServerFound())("an attempt to write what is another's", () => {
  let server: ShippedServer

  /** How many messages stand on each subject of journal and bucket, and how the journal's stream is set. */
  const standing = async () => {
    const manager = await jetstreamManager(await server.connectAs("operator"))
    const of = async (stream: string) => {
      const { state, config } = await manager.streams.info(stream, { subjects_filter: ">" })
      return { subjects: state.subjects ?? {}, config }
    }
    const [journal, bucket] = await Promise.all([of(STREAM), of(`KV_${BUCKET}`)])
    return { subjects: { ...journal.subjects, ...bucket.subjects }, config: journal.config }
  }

  beforeAll(async () => {
    server = await startShipped()
    await Effect.runPromise(Effect.scoped(Layer.build(server.journalOf("market-feed"))))
  })

  afterAll(async () => {
    process.stdout.write(`${["user × way × subjects tried: outcome", ...table].join("\n")}\n`)
    await server.dispose()
  })

  /** A request of each kind that a user may make, with the body it would want to see stored. */
  const requestsOf = async (connection: NatsConnection, user: string) => {
    const js = jetstream(connection)
    const manager = await jetstreamManager(connection)
    const own = WRITES[user]?.[0] ?? market.control(user)
    const { seq } = await js.publish(own, forged, { msgID: `${user} bait` })
    const bait = `$KV.${BUCKET}.${user}.bait`
    const kept = await js.publish(bait, forged, { headers: withId(`${user} kept`) })
    const consumer = await manager.consumers.add(STREAM, { inactive_threshold: 30e9, mem_storage: true })
    const ask = (subject: string, body: unknown = "") => ({
      subject,
      body: typeof body === "string" ? body : JSON.stringify(body)
    })
    return {
      "stream info": ask(`$JS.API.STREAM.INFO.${STREAM}`),
      "message get": ask(`$JS.API.STREAM.MSG.GET.${STREAM}`, { seq }),
      "snapshot get": ask(`$JS.API.STREAM.MSG.GET.KV_${BUCKET}`, { seq: kept.seq }),
      "pull of a record": ask(`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${consumer.name}`, { batch: 1, no_wait: true }),
      "stored record's answer": ask(own, "{}"),
      "stored snapshot's answer": ask(bait, "{}")
    }
  }

  test.each(MARKET_USERS)("%s is refused, directly and by reply", { timeout: 60_000 }, async (user) => {
    const connection = await server.connectAs(user)
    const js = jetstream(connection)
    const foreign = [
      ...SUBJECTS.filter((subject) => WRITES[user]?.includes(subject) !== true),
      market.oldControl,
      ...SHELVES.filter((key) => !writesShelf(user, key))
    ]
    const targets = [...foreign, ...CALLS, ...(user === "operator" ? [] : DROPS)]
    const counts = async () => {
      const { subjects, config } = await standing()
      return { on: foreign.map((subject) => subjects[subject] ?? 0), config }
    }

    const requests = await requestsOf(connection, user)
    const before = await counts()

    for (const target of targets) {
      await expect(js.publish(target, forged, { msgID: `${user} ${target}`, timeout: 2_000 })).rejects.toThrow(
        /permissions violation/i
      )
    }
    table.push(`${user} × published × ${targets.length}: refused`)

    for (const [way, { subject, body }] of Object.entries(requests)) {
      for (const reply of targets) connection.publish(subject, body, { reply })
      // The same once more, to oneself: when that has been answered, those before it have been, too.
      await answered(connection, subject, body)
      expect(await counts(), way).toEqual(before)
      table.push(`${user} × reply of a ${way} × ${targets.length}: not stored`)
    }

    for (const deliver_subject of targets) {
      for (const stream of [STREAM, `KV_${BUCKET}`]) {
        const config = { deliver_subject, deliver_policy: "all", ack_policy: "none" }
        const body = JSON.stringify({ stream_name: stream, config })
        await connection
          .request(`$JS.API.CONSUMER.CREATE.${stream}`, body, { timeout: 2_000 })
          .catch((error: unknown) => {
            expect(String(error)).toMatch(/permissions violation/i)
          })
      }
    }
    const { subject, body } = requests["pull of a record"]
    await answered(connection, subject, body)
    expect(await counts(), "push").toEqual(before)
    table.push(`${user} × pushed by a consumer × ${targets.length}: not stored`)
  })

  test.each(MARKET_USERS)("of all control records that %s may write only its own are believed", async (user) => {
    const js = jetstream(await server.connectAs(user))
    const believed: Array<string> = []
    let tried = 0
    for (const name of MARKET_USERS) {
      for (const event of Object.values(controlFacts(name))) {
        for (const subject of [market.control(user), ...(WRITES[user] ?? []).slice(0, 1)]) {
          const id = `control ${user} ${++tried}`.replaceAll(" ", ".")
          const entry = encodeEntry(subject, id, { epoch: 1, timeMs: 0, writer: name, cause: null, events: [event] })
          const { seq } = await js.publish(subject, entry.data, { msgID: id })
          if (decodes({ seq, subject, id, data: entry.data, storedMs: 0 })) believed.push(`${name} ${event._tag}`)
        }
      }
    }
    expect(new Set(believed)).toEqual(new Set((CONTROL_OF[user] ?? []).map((tag) => `${user} ${tag}`)))
    const others = tried - believed.length
    table.push(`${user} × control records of every kind in everybody's name × ${others}: believed by nobody`)
  })

  test("a user cannot take the connections of others", async () => {
    const taken: Array<NatsConnection> = []
    const take = async (): Promise<void> => {
      taken.push(await server.connectAs("projector", passwordOf("projector")))
    }
    const all = Array.from({ length: 64 }, take)
    const outcomes = await Promise.allSettled(all)
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(5)
    expect((await (await server.connectAs("order-gateway")).rtt()) >= 0).toBe(true)
    table.push("projector × 64 connections: 5 at most, others get in")
    await Promise.all(taken.map((connection) => connection.close()))
  })

  test("what was stored without an id is read like any record, and decodes for nobody", async () => {
    const connection = await server.connectAs("rebalancer")
    const own = market.control("rebalancer")
    const { seq } = await jetstream(connection).publish(own, forged)
    await jetstream(connection).publish(own, "{}", { msgID: "after it" })
    const read = Effect.gen(function* () {
      const journal = yield* Journal
      const records = yield* journal.read({ from: seq, filter: own }).pipe(Stream.runCollect)
      expect(records.map(({ id }) => id)).toEqual(["", "after it"])
      const [stray] = records
      if (stray === undefined) return expect.fail("the record is not there")
      expect(() => decodeRecord(stray)).toThrow(/does not decode/)
      expect((yield* journal.get(seq))?.id).toBe("")
    })
    await Effect.runPromise(read.pipe(Effect.provide(server.journalOf("governor"))))
  })
})

/** Sends a request and waits until something has come back. A record comes under its own subject, which the client's own requests do not know. */
const answered = async (connection: NatsConnection, subject: string, body: string): Promise<void> => {
  const reply = createInbox()
  const inbox = connection.subscribe(reply, { max: 1, timeout: 5_000 })
  connection.publish(subject, body, { reply })
  for await (const _ of inbox) return
}

/** Whether a reader would believe this record. */
const decodes = (record: JournalRecord): boolean => {
  try {
    return decodeRecord(record).seq === record.seq
  } catch {
    return false
  }
}

const withId = (id: string) => {
  const named = headers()
  named.set("Nats-Msg-Id", id)
  return named
}
