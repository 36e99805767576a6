/**
 * What does the journal cost on top of the server and the disk?
 *
 * (a) Durable appends to NATS JetStream, each acknowledged, one after the other and many at a time, against the bare client doing the same
 *     by hand with nothing checked. (b) Appends to a directory, one after the other (one sync each) and many at a time, against the bare disk.
 * (c) Reading a history of 10,000 events whole, bytes to `JSON.parse`, one per record and a hundred per record.
 *
 * Not claimed: networks other than loopback, power loss, other record sizes than some 256 bytes. The server's own
 * durability is that of its default settings: acknowledged before it is on disk.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { jetstream } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { Context, Effect, Layer, References, type Scope, Stream } from "effect"
import { EmbeddedJournal } from "../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../shared/journal/nats/nats.ts"
import { startNatsServer } from "../shared/journal/nats/testing/testServer.ts"
import { findBinary } from "../shared/testing/requires.ts"
import { Journal, type JournalEntry } from "../shared/journal/port.ts"
import { publishCounting, pullAll, writeSynced } from "./baselines/journalFloor.ts"
import { type BenchResult, type Cost, figuresOf, perSecond, timedEffect } from "./result.ts"

type JournalService = Journal["Service"]

const sizes = (quick: boolean) =>
  quick
    ? { rounds: 2, natsAppends: 500, natsSingles: 50, singles: 5, grouped: 500, replayEvents: 500 }
    : { rounds: 5, natsAppends: 40_000, natsSingles: 2_000, singles: 200, grouped: 40_000, replayEvents: 10_000 }
type Sizes = ReturnType<typeof sizes>

const bytes = (text: string) => new TextEncoder().encode(text)

/** Some 256 bytes, like a price with its envelope. */
const payload = bytes(JSON.stringify({ v: 1, type: "PriceObserved", price: "0.1432100", pad: "x".repeat(200) }))

const appends = (round: string, count: number, subject: string): ReadonlyArray<JournalEntry> =>
  Array.from({ length: count }, (_, place) => ({ subject, id: `${round}-${place}`, data: payload }))

/** Events of a replay, `perRecord` in each record as a JSON array. */
const history = (events: number, perRecord: number): ReadonlyArray<JournalEntry> =>
  Array.from({ length: Math.ceil(events / perRecord) }, (_, record) => ({
    subject: "market.BENCH.price",
    id: `history-${record}`,
    data: bytes(
      JSON.stringify(
        Array.from({ length: perRecord }, (_, place) => ({
          type: "PriceObserved",
          n: record * perRecord + place,
          price: "0.1432100",
          bid: "0.1432000",
          ask: "0.1432200",
          timeMs: 1_760_000_000_000 + record
        }))
      )
    )
  }))

const decoder = new TextDecoder()
const sumOf = (data: Uint8Array): number => {
  const events = JSON.parse(decoder.decode(data)) as ReadonlyArray<{ readonly n: number }>
  return events.reduce((sum, { n }) => sum + n, 0)
}

/** What an effect takes. */
const timed = <E>(work: Effect.Effect<unknown, E>): Effect.Effect<Cost, E> =>
  Effect.map(timedEffect(work), ([, cost]) => cost)

const replay = (journal: JournalService) =>
  Effect.gen(function* () {
    let sum = 0
    const cost = yield* timed(
      journal.read({ from: 1 }).pipe(
        Stream.runForEachArray((records) =>
          Effect.sync(() => {
            for (const { data } of records) sum += sumOf(data)
          })
        )
      )
    )
    return { cost, sum }
  })

const journalFrom = <E>(layer: Layer.Layer<Journal, E>) =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, Journal))

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const natsBench = (size: Sizes): Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => startNatsServer()),
      (running) => Effect.promise(() => running.dispose())
    )
    const raw: NatsConnection = yield* Effect.acquireRelease(
      Effect.promise(() => connect({ servers: server.url, noAsyncTraces: true })),
      (open) => Effect.promise(() => open.close())
    )
    const open = (name: string) =>
      journalFrom(NatsJournal.layer({ url: server.url, stream: name, subjects: [`market.${name}.>`] }))

    const journal = yield* open("APPEND")
    const port: Array<Cost> = []
    const floor: Array<Cost> = []
    for (let round = 0; round <= size.rounds; round++) {
      const bare = appends(`bare-${round}`, size.natsAppends, "market.APPEND.price")
      const mine = appends(`port-${round}`, size.natsAppends, "market.APPEND.price")
      const floorCost = yield* timed(Effect.promise(() => publishCounting(raw, bare)))
      const portCost = yield* timed(journal.appendAll(mine))
      // The first round warms up, here as below.
      if (round === 0) continue
      floor.push(floorCost)
      port.push(portCost)
    }
    const single: Array<Cost> = []
    const singleFloor: Array<Cost> = []
    const publisher = jetstream(raw)
    for (let round = 0; round <= size.rounds; round++) {
      const bare = appends(`bare-single-${round}`, size.natsSingles, "market.APPEND.price")
      const mine = appends(`port-single-${round}`, size.natsSingles, "market.APPEND.price")
      const floorCost = yield* timed(
        Effect.promise(async () => {
          for (const { subject, id, data } of bare) await publisher.publish(subject, data, { msgID: id })
        })
      )
      const portCost = yield* timed(Effect.forEach(mine, journal.append, { discard: true }))
      if (round === 0) continue
      singleFloor.push(floorCost)
      single.push(portCost)
    }
    const head = yield* journal.head
    const results: Array<BenchResult> = [
      {
        name: "NATS: append, one after the other",
        unit: "records/s",
        ...figuresOf(single, perSecond(size.natsSingles)),
        baseline: {
          name: "bare client, one publish after the other",
          ...figuresOf(singleFloor, perSecond(size.natsSingles))
        }
      },
      {
        name: "NATS: appendAll, each record acknowledged",
        unit: "records/s",
        ...figuresOf(port, perSecond(size.natsAppends)),
        baseline: { name: "bare client counting acks", ...figuresOf(floor, perSecond(size.natsAppends)) },
        checksum: String(head)
      }
    ]

    for (const perRecord of [1, 100, 1_000]) {
      const name = `REPLAY${perRecord}`
      const stored = yield* open(name)
      const entries = history(size.replayEvents, perRecord).map((entry) => ({
        ...entry,
        subject: `market.${name}.price`
      }))
      yield* stored.appendAll(entries)
      const costs: Array<Cost> = []
      const bare: Array<Cost> = []
      let checksum = 0
      for (let round = 0; round <= size.rounds; round++) {
        let bareSum = 0
        const bareCost = yield* timed(
          Effect.promise(() =>
            pullAll(raw, name, entries.length, (data) => {
              bareSum += sumOf(data)
            })
          )
        )
        const { cost, sum } = yield* replay(stored)
        if (sum !== bareSum) return yield* Effect.die(new Error(`replay sums differ: ${sum} and ${bareSum}`))
        checksum = sum
        if (round === 0) continue
        costs.push(cost)
        bare.push(bareCost)
      }
      results.push({
        name: `NATS: replay of ${size.replayEvents} events, ${perRecord} per record`,
        unit: "ms",
        ...figuresOf(costs),
        baseline: { name: "bare client, one pull request", ...figuresOf(bare) },
        checksum: String(checksum)
      })
    }
    return results
  })

const embeddedBench = (size: Sizes): Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const journal = yield* journalFrom(EmbeddedJournal.layer({ directory: yield* directory }))
    const bareFile = join(yield* directory, "bare")
    const single: Array<Cost> = []
    const singleFloor: Array<Cost> = []
    const grouped: Array<Cost> = []
    const groupedFloor: Array<Cost> = []
    const frameBytes = payload.length + 80
    const groupBytes = 2 * 1024 * 1024
    for (let round = 0; round <= size.rounds; round++) {
      const oneByOne = appends(`single-${round}`, size.singles, "market.BENCH.price")
      const together = appends(`group-${round}`, size.grouped, "market.BENCH.price")
      const oneBlock = new Uint8Array(frameBytes)
      const groups = Math.max(1, Math.round((size.grouped * frameBytes) / groupBytes))
      const groupBlock = new Uint8Array(Math.ceil((size.grouped * frameBytes) / groups))
      const times = [
        yield* timed(Effect.sync(() => writeSynced(bareFile, oneBlock, size.singles))),
        yield* timed(Effect.forEach(oneByOne, journal.append, { discard: true })),
        yield* timed(Effect.sync(() => writeSynced(bareFile, groupBlock, groups))),
        yield* timed(journal.appendAll(together))
      ] as const
      if (round === 0) continue
      singleFloor.push(times[0])
      single.push(times[1])
      groupedFloor.push(times[2])
      grouped.push(times[3])
    }
    const results: Array<BenchResult> = [
      {
        name: "embedded: append, one after the other, each synced",
        unit: "records/s",
        ...figuresOf(single, perSecond(size.singles)),
        baseline: { name: "write + fdatasync", ...figuresOf(singleFloor, perSecond(size.singles)) }
      },
      {
        name: "embedded: appendAll, each record synced before its answer",
        unit: "records/s",
        ...figuresOf(grouped, perSecond(size.grouped)),
        baseline: { name: "the same bytes, 2 MiB per fdatasync", ...figuresOf(groupedFloor, perSecond(size.grouped)) },
        checksum: String(yield* journal.head)
      }
    ]
    for (const perRecord of [1, 100, 1_000]) {
      const layer = EmbeddedJournal.layer({ directory: yield* directory })
      // Written and closed first, so that the replay comes from the files and not from the newest records in memory.
      yield* Effect.flatMap(Journal, (writer) => writer.appendAll(history(size.replayEvents, perRecord))).pipe(
        Effect.provide(Layer.fresh(layer))
      )
      const stored = yield* journalFrom(Layer.fresh(layer))
      const costs: Array<Cost> = []
      let checksum = 0
      for (let round = 0; round <= size.rounds; round++) {
        const { cost, sum } = yield* replay(stored)
        checksum = sum
        if (round > 0) costs.push(cost)
      }
      results.push({
        name: `embedded: replay of ${size.replayEvents} events, ${perRecord} per record`,
        unit: "ms",
        ...figuresOf(costs),
        checksum: String(checksum)
      })
    }
    return results
  })

/** All of it; `quick` only shows that it still runs. Without a nats-server the NATS part is left out. */
export const journalBench = (options: { quick: boolean }): Promise<BenchResult[]> => {
  const size = sizes(options.quick)
  return Effect.runPromise(
    Effect.gen(function* () {
      const embedded = yield* embeddedBench(size)
      const nats = findBinary("nats-server") === null ? [] : yield* natsBench(size)
      return [...nats, ...embedded]
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
  )
}
