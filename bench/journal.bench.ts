/**
 * What does the journal cost on top of the server and the disk?
 *
 * (a) Durable appends to NATS JetStream, each acknowledged, one after the other and many at a time, against the bare client doing the same
 *     by hand with nothing checked. (b) Appends to a directory, one after the other (one sync each) and many at a time, against the bare disk.
 * Reading is measured beside it (`replay/replay.bench.ts`).
 *
 * Not claimed: networks other than loopback, power loss, other record sizes than some 256 bytes. The server's own
 * durability is that of its default settings: acknowledged before it is on disk.
 */
import { join } from "node:path"
import { jetstream } from "@nats-io/jetstream"
import { Effect, References, type Scope } from "effect"
import { EmbeddedJournal } from "../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../shared/journal/nats/nats.ts"
import { directory, journalFrom, servedBare } from "./baselines/journals.ts"
import { findBinary } from "../shared/testing/requires.ts"
import type { JournalEntry } from "../shared/journal/port.ts"
import { publishCounting, writeSynced } from "./baselines/journalFloor.ts"
import { type BenchResult, type Cost, figuresOf, perSecond, timedEffect } from "./result.ts"

const sizes = (quick: boolean) =>
  quick
    ? { rounds: 2, natsAppends: 500, natsSingles: 50, singles: 5, grouped: 500 }
    : { rounds: 5, natsAppends: 40_000, natsSingles: 2_000, singles: 200, grouped: 40_000 }
type Sizes = ReturnType<typeof sizes>

const bytes = (text: string) => new TextEncoder().encode(text)

/** Some 256 bytes, like a price with its envelope. */
const payload = bytes(JSON.stringify({ v: 1, type: "PriceObserved", price: "0.1432100", pad: "x".repeat(200) }))

const appends = (round: string, count: number, subject: string): ReadonlyArray<JournalEntry> =>
  Array.from({ length: count }, (_, place) => ({ subject, id: `${round}-${place}`, data: payload }))

/** What an effect takes. */
const timed = <E>(work: Effect.Effect<unknown, E>): Effect.Effect<Cost, E> =>
  Effect.map(timedEffect(work), ([, cost]) => cost)

const natsBench = (size: Sizes): Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const { server, raw } = yield* servedBare
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
    return [
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
    return [
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
