/** A NATS user without the key of its service, on the server as it ships: it may publish, and is not believed. The table is printed. */
import { headers, type NatsConnection } from "@nats-io/nats-core"
import { jetstream } from "@nats-io/jetstream"
import { Effect, Layer, References, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import { Journal, type JournalEntry, type JournalRecord, type SnapshotStore } from "../../shared/journal/port.ts"
import { type Keyring, keyring } from "../../shared/signing/keyring.ts"
import { markOf, type WriterKey } from "../../shared/signing/mark.ts"
import { withMarks } from "../../shared/signing/signedJournal.ts"
import { requireBinary } from "../../shared/testing/requires.ts"
import { market, type ShippedServer, startShipped } from "../deployment/shippedServer.ts"

const natsServer = requireBinary("nats-server")
const FEED = "market-feed"
const key = (service: string, number: number): WriterKey => ({
  service,
  number,
  secret: Buffer.alloc(32, service + number)
})
const [first, second, governors] = [key(FEED, 1), key(FEED, 2), key("governor", 1)]

/** A clock fact of the feed, which the journal has room for at `n`. */
const tick = (n: number): JournalEntry =>
  encodeEntry(market.clock, `1.${FEED}.${n}`, {
    epoch: 1,
    timeMs: 1_795_183_200_000 + n,
    writer: FEED,
    cause: null,
    events: [{ _tag: "ClockTicked", priceAgeSec: null }]
  })

describe.runIf(natsServer !== null)("a stolen user of market-feed", () => {
  let server: ShippedServer
  let stolen: NatsConnection
  const table: Array<string> = []
  const as = (user: string, ring: Keyring) => withMarks(server.journalOf(user), market, Effect.succeed(ring))
  const on = <A>(layer: Layer.Layer<Journal | SnapshotStore, unknown>, work: Effect.Effect<A, unknown, Journal>) =>
    Effect.runPromise(
      Effect.provide(work, Layer.fresh(layer)).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
    )
  const appended = (entry: JournalEntry) => Effect.flatMap(Journal, ({ append }) => append(entry))
  const everything = Effect.flatMap(Journal, ({ read }) => Stream.runCollect(read({ from: 1 })))
  /** What the slots' service reads, with these keys. */
  const reads = (...keys: ReadonlyArray<WriterKey>) => on(as("slot-actor", keyring(keys, "slot-actor")), everything)
  const published = async ({ subject, id, data }: JournalEntry, mark?: string): Promise<number> => {
    const named = headers()
    if (mark !== undefined) named.set("Kennel-Mark", mark)
    return (await jetstream(stolen).publish(subject, data, { msgID: id, headers: named })).seq
  }
  const refusal = (record: JournalRecord | undefined): string => {
    if (record === undefined) return "not there"
    try {
      decodeRecord(record)
      return "believed"
    } catch (error) {
      return (error as Error).message
    }
  }

  beforeAll(async () => {
    server = await startShipped()
    // Without a key yet, as before an upgrade; then with one.
    await on(as(FEED, keyring([], FEED)), appended(tick(1)))
    await on(as(FEED, keyring([first], FEED)), appended(tick(2)))
    stolen = await server.connectAs(FEED)
  })
  afterAll(async () => {
    process.stdout.write(`${["attempt: outcome", ...table].join("\n")}\n`)
    await stolen.close()
    await server.dispose()
  })

  test("says which key marks before it marks, and what is older is believed as before", async () => {
    const [old, set, marked] = await reads(first)
    expect([old?.mark, set?.mark, marked?.mark]).toEqual([undefined, expect.any(String), markOf(first, tick(2))])
    expect(set === undefined ? null : decodeRecord(set).events).toMatchObject([
      { _tag: "WriterKeySet", service: FEED, key: 1 }
    ])
    for (const record of [old, set, marked]) expect(record?.objection).toBeUndefined()
    expect(new TextDecoder().decode(set?.data)).not.toContain(first.secret.toString("hex").slice(0, 20))
  })

  const forged = tick(10)
  test.each<readonly [attempt: string, entry: JournalEntry, mark: string | undefined, said: RegExp]>([
    ["a fact without a mark", forged, undefined, /bears no mark, and from record 2 on all of market-feed do/],
    [
      "a fact with a key of his own",
      tick(11),
      markOf(key(FEED, 9), tick(11)),
      /key 9 of market-feed, which is not among the keys/
    ],
    [
      "a fact with the mark of another fact",
      tick(12),
      markOf(first, tick(2)),
      /not what key 1 of market-feed makes of it/
    ],
    [
      "a fact with a mark that another's key made",
      tick(13),
      markOf(governors, tick(13)),
      /a mark of governor, who does not write/
    ],
    [
      "a fact in the name of the whole market",
      tick(14),
      markOf(key("kennel-up", 1), tick(14)),
      /key 1 of kennel-up, which is not among/
    ],
    ["a fact with something that is no mark", tick(15), "market-feed.1.x", /its mark is none/]
  ])("%s is not believed", async (attempt, entry, mark, said) => {
    const seq = await published(entry, mark)
    const record = (await reads(first, governors)).find((one) => one.seq === seq)
    expect(refusal(record)).toMatch(said)
    // As one record, as a whole reading, and as it comes in.
    const one = await on(
      as("slot-actor", keyring([first, governors], "slot-actor")),
      Effect.flatMap(Journal, (journal) =>
        Effect.all([
          journal.get(seq),
          journal.last(entry.subject),
          journal.tail({ from: seq }).pipe(Stream.take(1), Stream.runHead)
        ])
      )
    )
    expect(one.slice(0, 2).map((found) => (found as JournalRecord).objection)).toEqual([
      expect.stringMatching(said),
      expect.stringMatching(said)
    ])
    table.push(`${attempt}: ${String(record?.objection).split(";")[0]}`)
  })

  test("a key that says of itself that it is in force is none of the service's", async () => {
    const own = key(FEED, 7)
    const set = encodeEntry(market.control(FEED), "key.forged", {
      epoch: 1,
      timeMs: 0,
      writer: FEED,
      cause: null,
      events: [{ _tag: "WriterKeySet", service: FEED, key: 7, fingerprint: "forged" }]
    })
    await published(set, markOf(own, set))
    await published(tick(20), markOf(own, tick(20)))
    const seq = await published(tick(21), markOf(first, tick(21)))
    const records = await reads(first)
    expect(records.slice(-3).map(({ objection }) => objection === undefined)).toEqual([false, false, true])
    expect(records.at(-1)?.seq).toBe(seq)
    table.push("a key that he puts in force himself: not believed, and the service's own still is")
  })

  test("after a new key the old one counts no more", async () => {
    await on(as("market-feed", keyring([first], FEED)), appended(tick(30)))
    await on(as("market-feed", keyring([second, first], FEED)), appended(tick(31)))
    const seq = await published(tick(32), markOf(first, tick(32)))
    const records = await reads(second, first)
    expect(refusal(records.find((one) => one.seq === seq))).toMatch(
      /key 1 of market-feed, and by then key 2 was in force/
    )
    expect(records.filter(({ id }) => id === tick(30).id || id === tick(31).id).map(refusal)).toEqual([
      "believed",
      "believed"
    ])
    table.push("a key that was replaced: not believed any more")
  })
})
