/**
 * What a long life costs, in CPU seconds of this process: wall time says as much of the neighbours as of the code. Two markets of
 * fifty slots (`makeJournal.ts`), one four times as long as the other (1.39 million records), are opened, folded whole by every
 * actor, and started again as a host starts; the longer one is also sealed, archived, and let go of what the archive has. The floor
 * of the fold opens the same records and parses their JSON, and does nothing with it.
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
import type { BenchResult } from "../result.ts"
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

const sizes = (quick: boolean): Sizes =>
  quick ? { slots: 5, records: 4_000, rounds: 1 } : { slots: 50, records: 1_390_000, rounds: 3 }

const count = (records: number): string => `${records.toLocaleString("en")} records`
const ARCHIVE = "disk of the archive"

const peakMb = (): number => process.resourceUsage().maxRSS / 1024

/** One figure a round. */
const timed = async (rounds: number, once: () => Promise<number>): Promise<Array<number>> => {
  const samples: Array<number> = []
  for (let round = 0; round < rounds; round++) samples.push(await once())
  return samples
}

const secondsOf = async (place: Place, work: Parameters<typeof costOf>[1]): Promise<number> =>
  (await costOf(place, work)).sec

/** What holds of a journal of any length, and what shows how it grows. */
const living = async (place: Place, records: number, rounds: number): Promise<Array<BenchResult>> => {
  const of = count(records)
  let checksum = ""
  const opens = await timed(rounds, () => secondsOf(place, open))
  const floor = await timed(rounds, () => secondsOf(place, parseOnly))
  const folds = await timed(rounds, async () => {
    const { sec, result } = await costOf(place, verify("beginning"))
    checksum = sha256(JSON.stringify(result.actors)).slice(0, 12)
    return sec
  })
  const slots = await timed(rounds, () => secondsOf(place, verify("beginning", "slots")))
  const memory = peakMb()
  const whole = await secondsOf(place, start)
  const again = await timed(rounds, () => secondsOf(place, start))
  return [
    { name: `open ${of}`, unit: "CPU s", samples: opens },
    {
      name: `fold and verify ${of}`,
      unit: "CPU s",
      samples: folds,
      baseline: { name: "read and JSON.parse", samples: floor },
      checksum
    },
    { name: `the slots alone: fold and verify ${of}`, unit: "CPU s", samples: slots },
    { name: `most memory so far, ${of}`, unit: "MB", samples: [memory] },
    { name: `start without snapshots, ${of}`, unit: "CPU s", samples: [whole] },
    { name: `start with snapshots, ${of}`, unit: "CPU s", samples: again },
    { name: `disk of ${of}`, unit: "MB", samples: [diskMb(place.directory)] }
  ]
}

/** What seals and an archive make of it. */
const sealed = async (place: Place, rounds: number): Promise<Array<BenchResult>> => {
  const fresh = async (): Promise<number> => {
    await forgetSnapshots(place)
    return secondsOf(place, start)
  }
  const sealing = await costOf(place, seal)
  const fromSeal = await timed(rounds, fresh)
  const lastEra = await secondsOf(place, verify("last seal"))
  const archiving = await secondsOf(place, archiveTo(place.archive))
  await costOf(place, archiveAndDrop(place.archive))
  const besideArchive = await timed(rounds, fresh)
  const lastEraThen = await secondsOf(place, verify("last seal"))
  const throughArchive = await secondsOf(place, verify("beginning"))
  return [
    { name: "seal the whole journal", unit: "CPU s", samples: [sealing.sec], note: `${sealing.result} eras` },
    { name: "start from the last seal", unit: "CPU s", samples: fromSeal },
    { name: "verify from the last seal", unit: "CPU s", samples: [lastEra] },
    { name: "archive, and read it back", unit: "CPU s", samples: [archiving] },
    { name: ARCHIVE, unit: "MB", samples: [diskMb(place.archive)] },
    { name: "disk of the journal, archived eras dropped", unit: "MB", samples: [diskMb(place.directory)] },
    { name: "start from the last seal, the rest in the archive", unit: "CPU s", samples: besideArchive },
    { name: "verify from the last seal, the rest in the archive", unit: "CPU s", samples: [lastEraThen] },
    { name: "verify from the beginning, through the archive", unit: "CPU s", samples: [throughArchive] }
  ]
}

interface Life {
  readonly records: number
  readonly days: number
}

const made = async (place: Place, { slots, records }: Sizes): Promise<Life> => {
  const written = await Effect.runPromise(makeLongJournal({ directory: place.directory, slots, records }))
  return { records: written, days: (await costOf(place, days)).result }
}

/** The law: what a year at this market's pace takes, multiplied from the longest journal made. */
const year = (life: Life, results: ReadonlyArray<BenchResult>): string => {
  const times = 365 / life.days
  const of = (name: string): number => results.find((result) => result.name === name)?.samples[0] ?? Number.NaN
  const gigabytes = (name: string): string => `${((of(name) * times) / 1_000).toFixed(1)} GB`
  const minutes = (name: string): string => `${((of(name) * times) / 60).toFixed(1)} min of CPU`
  return (
    `${count(life.records)} are ${life.days.toFixed(2)} days of this market, so a year has ` +
    `${((life.records * times) / 1e6).toFixed(0)} million; multiplied by that: ${gigabytes(`disk of ${count(life.records)}`)} as a ` +
    `journal, ${gigabytes(ARCHIVE)} as an archive, ${minutes(`fold and verify ${count(life.records)}`)} to verify from the ` +
    "beginning. What a start costs is not multiplied: it is the same at both lengths"
  )
}

/** Both lives, and what is made of the longer one; `quick` only shows that it still runs. */
export const longLifeBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const base = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  const size = sizes(quick)
  const place = (name: string): Place => ({ directory: join(base, name), archive: join(base, `${name}-archive`) })
  try {
    const results: Array<BenchResult> = []
    const [short, long] = [place("short"), place("long")]
    const before = await made(short, { ...size, records: size.records / 4 })
    results.push(...(await living(short, before.records, 1)))
    const life = await made(long, size)
    results.push(...(await living(long, life.records, size.rounds)))
    results.push(...(await sealed(long, size.rounds)))
    return results.map((result) => (result.name === ARCHIVE ? { ...result, note: year(life, results) } : result))
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}
