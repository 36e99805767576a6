/**
 * What a long life costs, in CPU seconds of this process: wall time says as much of the neighbours as of the code. A market of
 * fifty slots of some ten days (1.39 million records, `makeJournal.ts`) is opened, folded whole by every actor, sealed, and started
 * again as a host starts; the floor of the fold opens the same records and parses their JSON, and does nothing with it.
 *
 * Goals: the whole fold in 20 s, a start from snapshots or a seal in 2 s, and no more memory at the end than after a while.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer, Stream } from "effect"
import { everyActorOf } from "../../app/leaves/journal.ts"
import { readSettings } from "../../app/settings.ts"
import { follow } from "../../shared/actor/follow.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal } from "../../shared/journal/port.ts"
import type { BenchResult } from "../result.ts"
import { makeLongJournal } from "./makeJournal.ts"

const subjects = marketSubjects("XDGUSD")
const { settings } = readSettings({})

/** CPU seconds of this process, all of its threads. */
const cpuOf = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = process.cpuUsage()
    const result = yield* work
    const { user, system } = process.cpuUsage(before)
    return { sec: (user + system) / 1e6, result }
  })

const actors = Effect.gen(function* () {
  const slots = yield* slotsNamedUpTo(subjects, yield* (yield* Journal).head)
  return everyActorOf(settings, slots)
})

const parseOnly = Effect.gen(function* () {
  const text = new TextDecoder()
  let records = 0
  yield* (yield* Journal).read({ from: 1 }).pipe(
    Stream.runForEachArray((chunk) =>
      Effect.sync(() => {
        for (const { data } of chunk) if (typeof JSON.parse(text.decode(data)) === "object") records++
      })
    )
  )
  return records
})

const verify = Effect.flatMap(actors, (all) => verifyJournal({ subjects, actors: all }))

/** A host of everything that folds, from its start until it stands at the head; a clean stop leaves snapshots. */
const start = Effect.scoped(
  Effect.flatMap(actors, (all) => Effect.asVoid(follow({ host: "bench", subjects, actors: all })))
)

const seal = Effect.gen(function* () {
  const actorsOf = (slots: ReadonlyArray<number>) => everyActorOf(settings, slots)
  let eras = 0
  while ((yield* sealEra({ subjects, service: "bench", actorsOf })) !== null) eras++
  return eras
})

/** All but the states that seals keep. */
const forgetSnapshots = async (directory: string): Promise<void> => {
  const snapshots = join(directory, "snapshots")
  for (const actor of await readdir(snapshots)) {
    if (!actor.startsWith("sealed-")) await rm(join(snapshots, actor), { recursive: true })
  }
}

const peakMb = (): number => process.resourceUsage().maxRSS / 1024

/** Each measurement opens the journal itself: what opening costs is part of what a start costs. */
const measured = <A, E, R>(directory: string, work: Effect.Effect<A, E, R>) =>
  Effect.runPromise(
    cpuOf(Effect.provide(work, Layer.fresh(EmbeddedJournal.layer({ directory })))) as Effect.Effect<
      { readonly sec: number; readonly result: A },
      E
    >
  )

export const longLifeBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const base = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  const directory = join(base, "journal")
  const rounds = quick ? 1 : 3
  const floor: Array<number> = []
  const folds: Array<number> = []
  const opens: Array<number> = []
  const snapshots: Array<number> = []
  const memory: Array<number> = []
  let checksum = ""
  try {
    const size = quick ? { slots: 5, records: 4_000 } : { slots: 50, records: 1_390_000 }
    const made = await Effect.runPromise(cpuOf(makeLongJournal({ directory, ...size })))
    for (let round = 0; round < rounds; round++) {
      opens.push((await measured(directory, Effect.void)).sec)
      floor.push((await measured(directory, parseOnly)).sec)
      const { sec, result } = await measured(directory, verify)
      if (result.divergences.length > 0) throw new Error(`longLife: ${result.divergences[0]}`)
      folds.push(sec)
      memory.push(peakMb())
      checksum = sha256(JSON.stringify(result.actors)).slice(0, 12)
    }
    const whole = await measured(directory, start)
    for (let round = 0; round < rounds; round++) snapshots.push((await measured(directory, start)).sec)
    const sealing = await measured(directory, seal)
    const fromSeal: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      await forgetSnapshots(directory)
      fromSeal.push((await measured(directory, start)).sec)
    }
    const note = `${made.result} records of ${size.slots} slots, ${sealing.result} eras; made in ${made.sec.toFixed(1)} s`
    return [
      { name: "open the journal", unit: "CPU s", samples: opens, note },
      {
        name: "fold and verify the whole journal",
        unit: "CPU s",
        samples: folds,
        baseline: { name: "read and JSON.parse", samples: floor },
        checksum
      },
      { name: "start without snapshots", unit: "CPU s", samples: [whole.sec] },
      { name: "start with snapshots", unit: "CPU s", samples: snapshots },
      { name: "start from the last seal", unit: "CPU s", samples: fromSeal },
      { name: "seal the whole journal", unit: "CPU s", samples: [sealing.sec] },
      { name: "most memory after each fold", unit: "MB", samples: memory }
    ]
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}
