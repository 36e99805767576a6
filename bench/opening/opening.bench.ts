/**
 * What does it cost to open a long journal in a directory, and to find one subject's records in it?
 *
 * Journals of price-sized records, written through the journal itself: nine of ten are prices, the rest belongs to fifty
 * slots, and one in 5,000 is a control record. They are stamped 620 ms apart up to now (a week for a million), so that an
 * opening has a real duplicate window to fill. Each look is a process of its own; its CPU is that of all its threads.
 * (a) Opening with indexes against opening the same directory without one, which reads every record of every segment and writes
 * the indexes. (b) Reading the control subject against reading everything and leaving the rest out.
 *
 * Not claimed: cold disks (the files were written just before), other mixes of subjects.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock, Effect, References } from "effect"
import { segmentsDirectory } from "../../shared/journal/embedded/directory/layout.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { packAll } from "../../shared/journal/embedded/testing/packedJournal.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"
import type { BenchResult, BenchSize } from "../result.ts"
import type { Cost } from "./openedOnce.ts"

const sizes = ({ quick, records = 1_000_000 }: BenchSize) =>
  quick
    ? { rounds: 1, lengths: [12_000], segmentBytes: 512 * 1024 }
    : { rounds: 3, lengths: [records / 10, records], segmentBytes: 16 * 1024 * 1024 }
type Sizes = ReturnType<typeof sizes>

const CONTROL = "market.BENCH.control"
const CONTROL_EVERY = 5_000
const RECORD_EVERY_MS = 620
/** Records handed to the journal at a time. */
const BATCH = 20_000

const text = new TextEncoder()

const entryOf = (place: number): JournalEntry => {
  const subject =
    place % CONTROL_EVERY === 0
      ? CONTROL
      : place % 10 === 9
        ? `market.BENCH.out.slot-${Math.floor(place / 10) % 50}`
        : "market.BENCH.price"
  const price = (143_000 + (place % 997)) / 1_000_000
  const event = {
    v: 1,
    type: "PriceObserved",
    price,
    bid: price - 1e-6,
    ask: price + 1e-6,
    place,
    pad: "x".repeat(120)
  }
  return { subject, id: `record-${place}`, data: text.encode(JSON.stringify(event)) }
}

const generate = (directory: string, length: number, segmentBytes: number): Promise<void> => {
  let nowMs = Date.now() - length * RECORD_EVERY_MS
  // The usual clock but for what it shows.
  const clock: Clock.Clock = Object.create(Clock.Clock.defaultValue(), {
    currentTimeMillisUnsafe: { value: () => (nowMs += RECORD_EVERY_MS) }
  }) as Clock.Clock
  return Effect.runPromise(
    Effect.gen(function* () {
      const journal = yield* Journal
      for (let from = 0; from < length; from += BATCH) {
        const count = Math.min(BATCH, length - from)
        yield* journal.appendAll(Array.from({ length: count }, (_, place) => entryOf(from + place)))
      }
    }).pipe(
      Effect.provide(EmbeddedJournal.layer({ directory, segmentBytes, packClosed: false })),
      // So that what is looked at packs nothing.
      Effect.andThen(packAll(directory)),
      Effect.provideService(Clock.Clock, clock),
      Effect.provideService(References.MinimumLogLevel, "Error")
    )
  )
}

const look = (directory: string, what: string): Cost => {
  const script = join(import.meta.dirname, "openedOnce.ts")
  return JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", script, directory, what], { encoding: "utf8" })
  ) as Cost
}

const removeIndexes = (directory: string): void => {
  const folder = segmentsDirectory(directory)
  for (const name of readdirSync(folder)) if (name.endsWith(".idx")) rmSync(join(folder, name))
}

const measure = (directory: string, length: number, { rounds }: Sizes): ReadonlyArray<BenchResult> => {
  const [indexed, scanned, control, everything]: [Array<Cost>, Array<Cost>, Array<Cost>, Array<Cost>] = [[], [], [], []]
  for (let round = 0; round < rounds; round++) {
    indexed.push(look(directory, "open"))
    control.push(look(directory, CONTROL))
    everything.push(look(directory, "all"))
    removeIndexes(directory)
    scanned.push(look(directory, "open"))
  }
  const expected = Math.ceil(length / CONTROL_EVERY)
  for (const { records } of [...indexed, ...scanned, ...everything])
    if (records !== length) throw new Error(`${records} records of ${length}`)
  for (const { records } of control)
    if (records !== expected) throw new Error(`${records} control records of ${expected}`)

  const cpu = (costs: ReadonlyArray<Cost>) => costs.map(({ cpuMs }) => cpuMs)
  const mebibytes = (costs: ReadonlyArray<Cost>) => costs.map(({ rssBytes }) => rssBytes / 1024 / 1024)
  const of = `${length.toLocaleString("en")} records`
  const without = "no index: every segment scanned"
  const growth = (what: string) => ({ growth: { what, by: "records", size: length } as const })
  return [
    {
      name: `opening ${of}`,
      ...growth("opening"),
      unit: "ms CPU",
      samples: cpu(indexed),
      baseline: { name: without, samples: cpu(scanned) },
      checksum: String(length)
    },
    {
      name: `opening ${of}, memory`,
      ...growth("opening, memory"),
      unit: "MiB",
      samples: mebibytes(indexed),
      baseline: { name: without, samples: mebibytes(scanned) }
    },
    {
      name: `control of ${of}`,
      ...growth("reading the control records"),
      unit: "ms CPU",
      samples: cpu(control),
      baseline: { name: "everything read", samples: cpu(everything) },
      checksum: String(expected)
    }
  ]
}

/** All lengths; `quick` only shows that it still runs. */
export const openingBench = async (asked: BenchSize): Promise<Array<BenchResult>> => {
  const size = sizes(asked)
  const results: Array<BenchResult> = []
  for (const length of size.lengths) {
    const directory = mkdtempSync(join(tmpdir(), "kennel-opening-"))
    try {
      await generate(directory, length, size.segmentBytes)
      results.push(...measure(directory, length, size))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  return results
}
