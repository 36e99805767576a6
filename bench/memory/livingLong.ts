/**
 * Does memory grow with the journal? `node --expose-gc bench/memory/livingLong.ts [records [--json]]` (ten million when left out) appends
 * small records to an embedded journal, in a process that also follows it with every actor of a market of two slots, reads it in
 * part with a filter now and then, and prints what it holds at every tenth, after a collection.
 *
 * The journal's clock says 620 ms between two records, as in the busy market of `longLife`: ids are remembered for ten minutes,
 * which is a number of records by rate and not by length.
 *
 * Not claimed: the exchange's side and the page; what fifty slots hold, which is their states.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock, Effect, References, Stream } from "effect"
import { everyActorOf } from "../../app/leaves/journal.ts"
import { readSettings } from "../../app/settings.ts"
import { follow } from "../../shared/actor/follow.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"

const RECORD_EVERY_MS = 620
/** Records appended together. */
const BATCH = 20_000
const STEPS = 10
/** Every so many records one is an account fact: what the reading with a filter looks for. */
const ACCOUNT_EVERY = 1_000
const START_MS = 1_769_990_400_000

const subjects = marketSubjects("BENCH")
const { settings } = readSettings({})

/** What the process holds at some length of the journal. MB of 10^6 bytes. */
export interface Held {
  readonly records: number
  readonly heapMb: number
  readonly externalMb: number
  readonly rssMb: number
  readonly diskMb: number
}

const entryAt = (place: number): JournalEntry => {
  const around = { epoch: 0, timeMs: START_MS + place * RECORD_EVERY_MS, writer: "bench", cause: null }
  const id = `bench.${place}`
  if (place % ACCOUNT_EVERY === 0) {
    return encodeEntry(subjects.account, id, {
      ...around,
      events: [{ _tag: "OpenOrdersObserved", ours: 0, foreign: 0 }]
    })
  }
  const last = Price.parse(`0.${143_000 + (place % 997)}`)
  return encodeEntry(subjects.price, id, { ...around, events: [{ _tag: "PriceObserved", last, bid: last, ask: last }] })
}

const diskOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

const heldAt = (records: number, directory: string): Held => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  const mb = (bytes: number): number => bytes / 1e6
  return {
    records,
    heapMb: mb(heapUsed),
    externalMb: mb(external + arrayBuffers),
    rssMb: mb(rss),
    diskMb: mb(diskOf(directory))
  }
}

const life = (records: number, directory: string, told: (held: Held) => void) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const followed = yield* follow({ host: "bench", subjects, actors: everyActorOf(settings, [1, 2]) })
    const step = Math.ceil(records / STEPS)
    let reported = 0
    for (let written = 0; written < records;) {
      const count = Math.min(BATCH, step * (reported + 1) - written, records - written)
      yield* journal.appendAll(Array.from({ length: count }, (_, index) => entryAt(written + index)))
      written += count
      yield* followed.awaitSeq(written)
      if (written < step * (reported + 1) && written < records) continue
      reported++
      yield* Stream.runDrain(journal.read({ from: 1, filter: subjects.account }))
      told(heldAt(written, directory))
    }
  })

/** Lives that long in a directory of its own; `told` at every tenth. */
export const livingLong = async (records: number, told: (held: Held) => void = () => undefined) => {
  const directory = mkdtempSync(join(tmpdir(), "kennel-living-"))
  let nowMs = START_MS
  // The usual clock but for what it shows.
  const clock = Object.create(Clock.Clock.defaultValue(), {
    currentTimeMillisUnsafe: { value: () => (nowMs += RECORD_EVERY_MS) }
  }) as Clock.Clock
  const all: Array<Held> = []
  try {
    await Effect.runPromise(
      life(records, directory, (held) => {
        all.push(held)
        told(held)
      }).pipe(
        Effect.scoped,
        Effect.provide(EmbeddedJournal.layer({ directory })),
        Effect.provideService(Clock.Clock, clock),
        Effect.provideService(References.MinimumLogLevel, "Error")
      )
    )
    return all
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  await import("effect/schema/SchemaJITCompiler/enable")
  const [records = "10000000", json] = process.argv.slice(2)
  const columns = (held: Held): string =>
    [held.records, held.heapMb, held.externalMb, held.rssMb, held.diskMb]
      .map((figure) => Math.round(figure).toLocaleString("en").padStart(12))
      .join("")
  if (json === "--json") process.stdout.write(JSON.stringify(await livingLong(Number(records))))
  else {
    process.stdout.write("     records     heap MB external MB      RSS MB     disk MB\n")
    await livingLong(Number(records), (held) => process.stdout.write(`${columns(held)}\n`))
  }
}
