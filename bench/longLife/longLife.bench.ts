/**
 * What a long life costs. Two markets of fifty slots (`makeJournal.ts`), one ten times as long as the other (a million records unless
 * `--records` says otherwise), are opened, folded whole by every actor, and started again as a host starts; the shorter one is also sealed,
 * archived, and let go of what the archive has. The floor of the fold opens the same records and parses their JSON, and does nothing with it.
 *
 * A year is too long to generate. What it costs follows from the two lengths: a start that costs the same at both costs that after
 * a year, and disk and folds that grow with the records are multiplied, as the note says.
 *
 * Goals: the whole fold of 1.39 million records by the slots in 20 s, a start from snapshots or a seal in 2 s whatever the length, and no more
 * memory at the end than after a while (`bench/memory`).
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { sha256 } from "../../shared/actor/hash.ts"
import { type BenchResult, type BenchSize, type Cost, type Figures, figuresOf } from "../result.ts"
import { makeLongJournal } from "./makeJournal.ts"
import {
  archiveAndDrop,
  archiveTo,
  costOf,
  days,
  diskMb,
  forgetSnapshots,
  open,
  parseOnly,
  type Place,
  seal,
  start,
  verify
} from "./steps.ts"

interface Sizes {
  readonly slots: number
  readonly records: number
  readonly rounds: number
}

const sizes = ({ quick, records = 1_000_000 }: BenchSize): Sizes =>
  quick ? { slots: 5, records: 4_000, rounds: 1 } : { slots: 50, records, rounds: 3 }

const count = (records: number): string => `${records.toLocaleString("en")} records`
const ARCHIVE = "disk of the archive"

const seconds = (ms: number): number => ms / 1_000
const perRecord =
  (records: number) =>
  (ms: number): number =>
    (ms * 1_000) / records

/** As many rounds of the same. */
const repeated = async (rounds: number, once: () => Promise<Cost>): Promise<ReadonlyArray<Cost>> => {
  const costs: Array<Cost> = []
  for (let round = 0; round < rounds; round++) costs.push(await once())
  return costs
}

/** How long the work takes, round by round. */
const timesOf = async (place: Place, work: Parameters<typeof costOf>[1], rounds = 1): Promise<Figures> =>
  figuresOf(await repeated(rounds, async () => (await costOf(place, work))[1]), seconds)

/** What holds of a journal of any length, and what shows how it grows. */
const living = async (place: Place, records: number, rounds: number): Promise<Array<BenchResult>> => {
  const of = count(records)
  let checksum = ""
  const [, floor] = await costOf(place, parseOnly)
  const [, fold] = await costOf(place, verify("beginning")).then(([{ actors }, cost]) => {
    checksum = sha256(JSON.stringify(actors)).slice(0, 12)
    return [actors, cost] as const
  })
  const [, slots] = await costOf(place, verify("beginning", "slots"))
  const baseline = { name: "read and JSON.parse", ...figuresOf([floor], perRecord(records)) }
  const unit = "µs/record"
  const results: ReadonlyArray<Omit<BenchResult, "growth">> = [
    { name: "open", unit: "s", ...(await timesOf(place, open, rounds)) },
    { name: "fold and verify", unit, ...figuresOf([fold], perRecord(records)), baseline, checksum },
    { name: "the slots alone: fold and verify", unit, ...figuresOf([slots], perRecord(records)), baseline },
    { name: "start without snapshots", unit: "s", ...(await timesOf(place, start)) },
    { name: "start with snapshots", unit: "s", ...(await timesOf(place, start, rounds)) },
    { name: "disk", unit: "bytes/record", samples: [(diskMb(place.directory) * 1e6) / records] }
  ]
  return results.map((result) => ({
    ...result,
    name: `${result.name}, ${of}`,
    growth: { what: `${result.name}, 50 slots`, by: "records", size: records }
  }))
}

/** What seals and an archive make of it. */
const sealed = async (place: Place, records: number, rounds: number): Promise<Array<BenchResult>> => {
  const of = count(records)
  const fresh = async (): Promise<Figures> =>
    figuresOf(
      await repeated(rounds, async () => {
        await forgetSnapshots(place)
        return (await costOf(place, start))[1]
      }),
      seconds
    )
  const [eras, sealing] = await costOf(place, seal)
  const fromSeal = await fresh()
  const lastEra = await timesOf(place, verify("last seal"))
  const archiving = await timesOf(place, archiveTo(place.archive))
  await costOf(place, archiveAndDrop(place.archive))
  const besideArchive = await fresh()
  const unit = "s"
  return [
    { name: `seal ${of}`, unit, ...figuresOf([sealing], seconds), note: `eras: ${eras}` },
    { name: `start from the last seal, ${of}`, unit, ...fromSeal },
    { name: `verify from the last seal, ${of}`, unit, ...lastEra },
    { name: `archive ${of}, and read it back`, unit, ...archiving },
    { name: ARCHIVE, unit: "bytes/record", samples: [(diskMb(place.archive) * 1e6) / records] },
    { name: "disk of the journal, archived eras dropped", unit: "MB", samples: [diskMb(place.directory)] },
    { name: "start from the last seal, the rest in the archive", unit, ...besideArchive },
    {
      name: "verify from the last seal, the rest in the archive",
      unit,
      ...(await timesOf(place, verify("last seal")))
    },
    { name: "verify from the beginning, through the archive", unit, ...(await timesOf(place, verify("beginning"))) }
  ]
}

interface Life {
  readonly records: number
  readonly days: number
}

const made = async (place: Place, { slots, records }: Sizes): Promise<Life> => {
  const written = await Effect.runPromise(makeLongJournal({ directory: place.directory, slots, records }))
  return { records: written, days: (await costOf(place, days))[0] }
}

/** The law: what a year at this market's pace takes, multiplied from the longest journal made. */
const year = (life: Life, results: ReadonlyArray<BenchResult>): string => {
  const records = (life.records * 365) / life.days
  const found = (name: string) => results.find((result) => result.name === name)
  const gigabytes = (name: string): string =>
    `${(((found(name)?.samples[0] ?? Number.NaN) * records) / 1e9).toFixed(1)} GB`
  const folding = found(`fold and verify, ${count(life.records)}`)?.cpu ?? Number.NaN
  return (
    `${count(life.records)} are ${life.days.toFixed(2)} days of this market, so a year has ${(records / 1e6).toFixed(0)} million; ` +
    `multiplied by that: ${gigabytes(`disk, ${count(life.records)}`)} as a journal, ${gigabytes(ARCHIVE)} as an archive, ` +
    `${((folding * records) / 6e7).toFixed(1)} min of CPU to verify from the beginning. What a start costs is not multiplied: it is the ` +
    "same at both lengths"
  )
}

/** Both lives, and what is made of the shorter one; `quick` only shows that it still runs. */
export const longLifeBench = async (asked: BenchSize): Promise<Array<BenchResult>> => {
  const base = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  const size = sizes(asked)
  const place = (name: string): Place => ({ directory: join(base, name), archive: join(base, `${name}-archive`) })
  try {
    const results: Array<BenchResult> = []
    const [short, long] = [place("short"), place("long")]
    const before = await made(short, { ...size, records: size.records / 10 })
    results.push(...(await living(short, before.records, size.rounds)))
    const life = await made(long, size)
    results.push(...(await living(long, life.records, size.rounds)))
    results.push(...(await sealed(short, before.records, size.rounds)))
    return results.map((result) => (result.name === ARCHIVE ? { ...result, note: year(life, results) } : result))
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}
