/**
 * Attempts by what stands beside a message: headers that make a server delete, put off or count, and ids that are another's. On a real
 * server with `nats.conf` as it ships. The table is printed.
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { headers } from "@nats-io/nats-core"
import { Effect, Layer, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { encodeEntry } from "../../shared/events/envelope.ts"
import { Journal } from "../../shared/journal/port.ts"
import { natsServerFound } from "../../shared/journal/nats/testing/testServer.ts"
import { market, MARKET_USERS, type ShippedServer, startShipped, STREAM } from "./shippedServer.ts"

const BUCKET = `${STREAM}_snapshots`

/** Headers by which a publisher asks more of a stream than to store a message. */
const ASKING: ReadonlyArray<Readonly<Record<string, string>>> = [
  { "Nats-Rollup": "all" },
  { "Nats-Rollup": "sub" },
  { "Nats-TTL": "1s" },
  { "Nats-Schedule": "@at 2020-01-01T00:00:00Z", "Nats-Schedule-Target": market.price },
  { "Nats-Incr": "5" },
  { "Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1" },
  { "Nats-Marker-Reason": "Purge" },
  { "KV-Operation": "PURGE" }
]

const table: Array<string> = []

describe.runIf(natsServerFound())("an attempt by what stands beside a message", { timeout: 60_000 }, () => {
  let server: ShippedServer

  beforeAll(async () => {
    server = await startShipped()
    await Effect.runPromise(Effect.scoped(Layer.build(server.journalOf("market-feed"))))
  })
  afterAll(async () => {
    process.stdout.write(`${["attempt: outcome", ...table].join("\n")}\n`)
    await server.dispose()
  })

  const publish = async (user: string, subject: string, named: Readonly<Record<string, string>>) => {
    const beside = headers()
    for (const [name, value] of Object.entries(named)) beside.set(name, value)
    return jetstream(await server.connectAs(user)).publish(subject, "{}", { headers: beside, timeout: 2_000 })
  }
  const on = async (stream: string): Promise<Readonly<Record<string, number>>> => {
    const manager = await jetstreamManager(await server.connectAs("operator"))
    return (await manager.streams.info(stream, { subjects_filter: ">" })).state.subjects ?? {}
  }

  test.each(MARKET_USERS)("%s takes nothing away from others by a header", async (user) => {
    const victim = user === "governor" ? "slot-actor" : "governor"
    await publish(victim, `$KV.${BUCKET}.${victim}.kept`, {})
    await publish("operator", `$KV.${BUCKET}.sealed.sealed-slot-3`, {})
    await publish(victim, market.control(victim), { "Nats-Msg-Id": `kept before ${user}` })
    const places = [
      [STREAM, market.control(user), [market.control(victim), market.price]],
      [
        `KV_${BUCKET}`,
        `$KV.${BUCKET}.${user}.mine`,
        [`$KV.${BUCKET}.${victim}.kept`, `$KV.${BUCKET}.sealed.sealed-slot-3`]
      ]
    ] as const
    for (const [stream, subject, others] of places) {
      const before = await on(stream)
      for (const [index, asking] of ASKING.entries()) {
        await publish(user, subject, { ...asking, "Nats-Msg-Id": `${user} ${stream} ${index}` }).catch(() => null)
        const after = await on(stream)
        for (const other of others) expect(after[other], `${Object.keys(asking)[0]} on ${subject}`).toBe(before[other])
      }
    }
    table.push(`${user} × ${ASKING.length} headers × journal and snapshots: nothing of others is gone, put off or made`)
  })

  test.each([
    ["the journal", STREAM, [market.everything]],
    ["the bucket of snapshots", `KV_${BUCKET}`, [`$KV.${BUCKET}.>`]]
  ])("who makes %s first, with more than it may do, stops the start of others", async (what, stream, subjects) => {
    const fresh = await startShipped()
    try {
      const manager = await jetstreamManager(await fresh.connectAs("projector"))
      const republish = { src: subjects[0]!, dest: "elsewhere.>" }
      const journal = { discard: "new", duplicate_window: 600e9, deny_delete: true } as const
      await manager.streams.add({ name: stream, subjects: [...subjects], ...journal, republish })
      const opened = Effect.runPromise(Effect.scoped(Layer.build(fresh.journalOf("market-feed"))))
      await expect(opened).rejects.toThrow(/republish is .*, and is nothing here/)
      table.push(`projector × ${what} made first, with republish: nobody starts on it`)
    } finally {
      await fresh.dispose()
    }
  })

  test("an id that somebody else has used first keeps nobody's record out of the journal", async () => {
    const id = "1.slot-3.77"
    await publish("projector", market.control("projector"), { "Nats-Msg-Id": id })
    const envelope = { epoch: 1, timeMs: 1, writer: "slot-3", cause: 77 } as const
    const event = { _tag: "InvariantBroken", violations: ["a word of the slot's own"] } as const
    const written = Effect.gen(function* () {
      const journal = yield* Journal
      const entry = encodeEntry(market.out("slot-3"), id, { ...envelope, events: [event] }, 0)
      const { seq, duplicate } = yield* journal.append(entry)
      const again = yield* journal.append(entry)
      const next = encodeEntry(market.out("slot-3"), "1.slot-3.78", { ...envelope, events: [event] }, seq)
      const { duplicate: taken } = yield* journal.append(next)
      const records = yield* journal.read({ from: 1, filter: market.out("slot-3") }).pipe(Stream.runCollect)
      const got = yield* journal.get(seq)
      return { ids: records.map((record) => record.id), got: got?.id, seq, duplicate, again, taken }
    })
    const { ids, got, seq, duplicate, again, taken } = await Effect.runPromise(
      written.pipe(Effect.provide(server.journalOf("slot-actor")))
    )
    expect(ids).toStrictEqual([id, "1.slot-3.78"])
    expect({ got, duplicate, taken }).toStrictEqual({ got: id, duplicate: false, taken: false })
    expect(again).toStrictEqual({ seq, duplicate: true })
    table.push("projector × the id of a slot's next output: the output is stored all the same, once")
  })
})
