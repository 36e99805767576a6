/**
 * What does reading a history whole cost on top of the bare reader of the same bytes? From NATS JetStream against the bare client with
 * one pull request, from a directory against a loop over the frames of its files that checks nothing; both ways end in `JSON.parse`, and
 * their sums must be the same. One event a record, a hundred, a thousand. CPU time of this process stands beside the wall's, for the
 * machine may be busy: the server's own is not in it.
 *
 * Goal: at least 70 % of the bare reader's speed, so a ratio of at most 1.43.
 */
import { Effect, Layer, References, type Scope } from "effect"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"
import { findBinary } from "../../shared/testing/requires.ts"
import { pullAll, readFrames } from "../baselines/journalFloor.ts"
import { directory, journalFrom, servedBare } from "../baselines/journals.ts"
import { type BenchResult, type BenchSize, figuresOf } from "../result.ts"
import { type Reading, reading, throughPort } from "./reading.ts"

type JournalService = Journal["Service"]

const sizes = (quick: boolean) => (quick ? { rounds: 2, events: 500 } : { rounds: 9, events: 50_000 })
type Sizes = ReturnType<typeof sizes>

const PER_RECORD = [1, 100, 1_000] as const

const bytes = (text: string) => new TextEncoder().encode(text)

/** Events of a replay, `perRecord` in each record as a JSON array: a price with its envelope. */
const history = (events: number, perRecord: number, subject: string): ReadonlyArray<JournalEntry> =>
  Array.from({ length: Math.ceil(events / perRecord) }, (_, record) => ({
    subject,
    id: `history-${record}`,
    data: bytes(
      JSON.stringify(
        Array.from({ length: Math.min(perRecord, events - record * perRecord) }, (_, place) => ({
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

/** Both, in turns; the first round warms up. */
const compare = Effect.fnUntraced(function* (
  { rounds, events }: Sizes,
  name: string,
  journal: JournalService,
  bareName: string,
  bare: Effect.Effect<Reading, unknown>
) {
  const [mine, floor]: [Array<Reading>, Array<Reading>] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const bareOnce = yield* bare
    const once = yield* throughPort(sumOf, journal)
    if (once.sum !== bareOnce.sum) return yield* Effect.die(new Error(`sums differ: ${once.sum} and ${bareOnce.sum}`))
    if (round === 0) continue
    mine.push(once)
    floor.push(bareOnce)
  }
  const costs = (readings: ReadonlyArray<Reading>) => figuresOf(readings.map(({ cost }) => cost))
  return {
    name: `${name} of ${events.toLocaleString("en")} events`,
    unit: "ms",
    ...costs(mine),
    baseline: { name: bareName, ...costs(floor) },
    checksum: String(mine[0]?.sum)
  } satisfies BenchResult
})

const perRecordName = (where: string, perRecord: number): string => `${where}: replay, ${perRecord} per record,`

const natsBench = (size: Sizes): Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const { server, raw } = yield* servedBare
    const results: Array<BenchResult> = []
    for (const perRecord of PER_RECORD) {
      const name = `REPLAY${perRecord}`
      const subject = `market.${name}.price`
      const stored = yield* journalFrom(
        NatsJournal.layer({ url: server.url, stream: name, subjects: [`market.${name}.>`] })
      )
      const entries = history(size.events, perRecord, subject)
      yield* stored.appendAll(entries)
      const bare = reading(sumOf, (use) => Effect.promise(() => pullAll(raw, name, entries.length, use)))
      const of = perRecordName("NATS", perRecord)
      results.push(yield* compare(size, of, stored, "bare client, one pull request", bare))
    }
    return results
  })

const embeddedBench = (size: Sizes): Effect.Effect<ReadonlyArray<BenchResult>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const results: Array<BenchResult> = []
    for (const perRecord of PER_RECORD) {
      const place = yield* directory
      const layer = EmbeddedJournal.layer({ directory: place })
      const entries = history(size.events, perRecord, "market.BENCH.price")
      // Written and closed first, so that the replay comes from the files and not from the newest records in memory.
      yield* Effect.flatMap(Journal, (writer) => writer.appendAll(entries)).pipe(Effect.provide(Layer.fresh(layer)))
      const stored = yield* journalFrom(Layer.fresh(layer))
      const bare = reading(sumOf, (use) => Effect.promise(() => readFrames(place, use)))
      const of = perRecordName("embedded", perRecord)
      results.push(yield* compare(size, of, stored, "frames of the files, unchecked", bare))
    }
    return results
  })

/** All of it; `quick` only shows that it still runs. Without a nats-server the NATS part is left out. */
export const replayBench = ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const size = sizes(quick)
  return Effect.runPromise(
    Effect.gen(function* () {
      const nats = findBinary("nats-server") === null ? [] : yield* natsBench(size)
      return [...nats, ...(yield* embeddedBench(size))]
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
  )
}
