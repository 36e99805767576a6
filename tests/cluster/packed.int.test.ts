/** A journal that its servers pack: what leaves at its beginning takes nothing else with it, through the deaths of all of them. */
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect, Layer, References, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"
import { packingFound } from "./binary.ts"
import { type Cluster, startCluster } from "./servers.ts"

/** Three files of the server's, 8 MiB each, and some more: a file is packed once it is full. */
const RECORDS = 28_000
const WINDOW_MS = 100
/** In the middle of the second file. */
const DROPPED_BEFORE = 13_000

const price = "market.PACKED.price"
const entry = (place: number): JournalEntry => ({
  subject: place % 100 === 0 ? "market.PACKED.clock" : price,
  id: `id-${place}`,
  data: new TextEncoder().encode(JSON.stringify({ place, price: Math.sin(place), pad: "x".repeat(900) }))
})

describe.runIf(packingFound())("a packed journal on a cluster of three", () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.dispose())

  const on = <A, E>(work: (journal: Journal["Service"]) => Effect.Effect<A, E>) =>
    Effect.flatMap(Journal, work).pipe(
      Effect.provide(
        Layer.fresh(
          NatsJournal.layer({
            url: cluster.url,
            stream: "PACKED",
            subjects: ["market.PACKED.>"],
            duplicateWindowMs: WINDOW_MS,
            dropMarginBytes: 0
          })
        )
      ),
      Effect.provideService(References.MinimumLogLevel, "None"),
      Effect.runPromise
    )
  const managed = async <A>(work: (manager: JetStreamManager) => Promise<A>): Promise<A> => {
    const connection = await connect({ servers: cluster.url.split(",") })
    const result = await work(await jetstreamManager(connection))
    await connection.close()
    return result
  }

  /** Every record that is left, by its number; each is what was written there. */
  const kept = (journal: Journal["Service"]) =>
    journal.read({ from: "first" }).pipe(
      Stream.runFold(
        () => [] as ReadonlyArray<number>,
        (seqs, { seq, id, data }) => {
          const written = entry(seq)
          if (id !== written.id || !Buffer.from(data).equals(written.data)) throw new Error(`record ${seq} is ${id}`)
          return [...seqs.slice(0, 1), seq]
        }
      )
    )

  test("begins where it was dropped to and holds all the rest, also when every server was killed", async () => {
    await on((journal) => journal.appendAll(Array.from({ length: RECORDS }, (_, place) => entry(place + 1))))
    expect(await managed(async ({ streams }) => (await streams.info("PACKED")).config.compression)).toBe("s2")

    expect(await on((journal) => journal.dropBefore(DROPPED_BEFORE))).toBe(DROPPED_BEFORE)
    const purged = await managed(async ({ streams }) => (await streams.info("PACKED")).state.first_seq)
    expect(purged).toBeGreaterThan(1)
    expect(await on(kept)).toEqual([DROPPED_BEFORE, RECORDS])

    for (const node of cluster.nodes) await node.kill()
    for (const node of cluster.nodes) await node.start()
    await cluster.whenCurrent()
    expect(await on(kept)).toEqual([DROPPED_BEFORE, RECORDS])
    expect(await on((journal) => journal.get(DROPPED_BEFORE))).toMatchObject({ id: `id-${DROPPED_BEFORE}` })
    expect(await on((journal) => journal.last("market.PACKED.clock"))).toMatchObject({ seq: RECORDS })
  })
})
