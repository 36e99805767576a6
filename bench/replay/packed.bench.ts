/**
 * What does packing closed segments save, and what does it cost? Prices as the feed writes them, each with its id and its mark, once in
 * segments as they are written and once packed; and on a NATS server that packs its files, where there is one.
 *
 * (a) Bytes on the disk of a price in a closed segment, index and all. (b) CPU of packing one, reading back included. (c) Replay of both
 * and of the bare reader of the same packed files, in turns, each ending in `JSON.parse`. (d) A single record by its number.
 *
 * Goals: 120 bytes a price; replay of packed segments at least at 70 % of the bare reader's speed, so a ratio of at most 1.43.
 */
import { cpSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { Effect, Layer, References, type Scope } from "effect"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import { segmentSeqBeside, segmentsDirectory } from "../../shared/journal/embedded/directory/layout.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { closedSegments, packAll } from "../../shared/journal/embedded/testing/packedJournal.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { packsSafely } from "../../shared/journal/nats/stream/compression.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"
import { findBinary } from "../../shared/testing/requires.ts"
import { keyring } from "../../shared/signing/keyring.ts"
import { marking } from "../../shared/signing/signedJournal.ts"
import { readFrames } from "../baselines/journalFloor.ts"
import { directory, journalFrom, servedBare } from "../baselines/journals.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, timedEffect } from "../result.ts"
import { type Reading, reading, throughPort } from "./reading.ts"

const sizes = (quick: boolean) =>
  quick
    ? { prices: 1_500, segmentBytes: 100_000, rounds: 1, looks: 3 }
    : { prices: 100_000, segmentBytes: 4 * 1024 * 1024, rounds: 7, looks: 300 }
type Sizes = ReturnType<typeof sizes>

const subjects = marketSubjects("XDGUSD")
const FEED = "market-feed"
const RING = keyring([{ service: FEED, number: 1, secret: Buffer.alloc(32, 7) }], FEED)
const START_MS = 1_769_990_400_000
/** Appended at a time. */
const BATCH = 500

/** So many prices of a made-up market, as the feed writes them. */
const pricesOf = (count: number): ReadonlyArray<JournalEntry> => {
  const market = syntheticMarket({ seed: 11, fromMs: START_MS, priceDecimals: 6, volumeDecimals: 8 })
  const mark = marking(RING)
  const entries: Array<JournalEntry> = []
  for (let step = market.step(market.initial); step !== null && entries.length < count; step = market.step(step.next)) {
    for (const { price, timeMs } of step.trades) {
      const around = (ticks: number) => Price.fromNumber(Math.round(Price.toNumber(price) * 1e6 + ticks) / 1e6)
      const event = { _tag: "PriceObserved", last: price, bid: around(-1), ask: around(1) } as const
      const envelope = { epoch: 1, timeMs, writer: FEED, cause: null, events: [event] } as const
      entries.push(mark(encodeEntry(subjects.price, `1.${FEED}.k3x9q2.${entries.length + 1}`, envelope)))
    }
  }
  return entries.slice(0, count)
}

const appendTo = ({ appendAll }: Journal["Service"], entries: ReadonlyArray<JournalEntry>) =>
  Effect.gen(function* () {
    for (let from = 0; from < entries.length; from += BATCH) yield* appendAll(entries.slice(from, from + BATCH))
  })

const layerOf = (place: string, { segmentBytes }: Sizes) =>
  Layer.fresh(EmbeddedJournal.layer({ directory: place, segmentBytes, packClosed: false, duplicateWindowMs: 1_000 }))

/** Bytes of all that belongs to closed segments, and how many records they have. */
const closedIn = (place: string): { readonly bytes: number; readonly records: number } => {
  const folder = segmentsDirectory(place)
  const newest = Math.max(...readdirSync(folder).map((name) => segmentSeqBeside(name) ?? 0))
  const files = readdirSync(folder).filter((name) => segmentSeqBeside(name) !== newest)
  return { bytes: files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0), records: newest - 1 }
}

const decoder = new TextDecoder()
/** Small enough that a sum of all of them is exact. */
const sinceStart = (data: Uint8Array): number =>
  (JSON.parse(decoder.decode(data)) as { readonly timeMs: number }).timeMs - START_MS

/** Readings of several kinds in turns; the first round warms up. */
const inTurns = Effect.fnUntraced(function* <K extends string>(
  rounds: number,
  kinds: Readonly<Record<K, Effect.Effect<Reading, unknown>>>
) {
  const costs = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, [] as Array<Cost>])) as Record<
    K,
    Array<Cost>
  >
  const sums = new Set<number>()
  for (let round = 0; round <= rounds; round++) {
    for (const kind of Object.keys(kinds) as Array<K>) {
      const { cost, sum } = yield* kinds[kind]
      sums.add(sum)
      if (round > 0) costs[kind].push(cost)
    }
  }
  if (sums.size !== 1) return yield* Effect.die(new Error(`sums differ: ${[...sums].join(", ")}`))
  return { costs, checksum: String([...sums][0]) }
})

/** Looks at single records, far from each other. */
const looks = ({ get }: Journal["Service"], { prices, looks: count }: Sizes) =>
  Effect.forEach(
    Array.from({ length: count }, (_, look) => 1 + ((look * 7_919) % prices)),
    get,
    { discard: true }
  ).pipe(
    timedEffect,
    Effect.map(([, cost]) => cost)
  )

const embedded = (size: Sizes, entries: ReadonlyArray<JournalEntry>) =>
  Effect.gen(function* () {
    const plain = yield* directory
    yield* Effect.flatMap(Journal, (journal) => appendTo(journal, entries)).pipe(Effect.provide(layerOf(plain, size)))
    const packed = yield* directory
    cpSync(plain, packed, { recursive: true })
    const segments = closedSegments(packed).length
    const [, packing] = yield* timedEffect(packAll(packed))
    const [before, after] = [closedIn(plain), closedIn(packed)]

    const journals = {
      plain: yield* journalFrom(layerOf(plain, size)),
      packed: yield* journalFrom(layerOf(packed, size))
    }
    const { costs, checksum } = yield* inTurns(size.rounds, {
      plain: throughPort(sinceStart, journals.plain),
      packed: throughPort(sinceStart, journals.packed),
      bare: reading(sinceStart, (use) => Effect.promise(() => readFrames(packed, use)))
    })
    const single = { plain: yield* looks(journals.plain, size), packed: yield* looks(journals.packed, size) }
    const replay = `replay of ${entries.length.toLocaleString("en")} prices in packed segments`
    const perLook = (ms: number) => (ms * 1_000) / size.looks
    return [
      {
        name: "disk of a price, closed segments",
        unit: "bytes/record",
        samples: [after.bytes / after.records],
        baseline: { name: "not packed", samples: [before.bytes / before.records] },
        note: `${segments} segments; with mark and index; goal ≤ 120`
      },
      {
        name: "packing closed segments",
        unit: "µs/record",
        ...figuresOf([packing], (ms) => (ms * 1_000) / after.records)
      },
      {
        name: replay,
        unit: "ms",
        ...figuresOf(costs.packed),
        baseline: { name: "frames of the same files, unchecked", ...figuresOf(costs.bare) },
        checksum
      },
      {
        name: `${replay}, beside plain ones`,
        unit: "ms",
        ...figuresOf(costs.packed),
        baseline: { name: "not packed", ...figuresOf(costs.plain) },
        checksum
      },
      {
        name: "a record of a packed segment by its number",
        unit: "µs",
        ...figuresOf([single.packed], perLook),
        baseline: { name: "not packed", ...figuresOf([single.plain], perLook) }
      }
    ] satisfies ReadonlyArray<BenchResult>
  })

/** Bytes of a server's directory. */
const bytesIn = (place: string): number =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith(".blk"))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

const nats = (entries: ReadonlyArray<JournalEntry>): Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const { server, raw } = yield* servedBare
    const version = raw.info?.version ?? "unknown"
    const stream = yield* journalFrom(
      NatsJournal.layer({ url: server.url, stream: "KENNEL_XDGUSD", subjects: [subjects.everything] })
    )
    yield* appendTo(stream, entries)
    return [
      {
        name: "NATS: disk of a price",
        unit: "bytes/record",
        samples: [bytesIn(server.directory) / entries.length],
        note: packsSafely(version)
          ? `nats-server ${version} packs each file of 8 MiB once it is full; the newest stands as it was written`
          : `nats-server ${version} is not asked to pack`
      }
    ]
  })

/** All of it; `quick` only shows that it still runs. Without a nats-server the NATS part is left out. */
export const packedBench = ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const size = sizes(quick)
  return Effect.runPromise(
    Effect.gen(function* () {
      const entries = pricesOf(size.prices)
      const onServer = findBinary("nats-server") === null ? [] : yield* nats(entries)
      return [...(yield* embedded(size, entries)), ...onServer]
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
  )
}
