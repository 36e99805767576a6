/** What is done with a long journal, each step as a host or a command does it. */
import { mkdirSync, readdirSync, statSync } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Layer, Stream } from "effect"
import { everyActorOf } from "../../app/leaves/journal.ts"
import { readSettings } from "../../app/settings.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { follow } from "../../shared/actor/follow.ts"
import { sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { archiveEras, dropArchived } from "../../shared/archive/archiveJournal.ts"
import { withArchive } from "../../shared/archive/archivedJournal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { type Cost, timedEffect } from "../result.ts"

const subjects = marketSubjects("XDGUSD")
const { settings } = readSettings({})

/** A journal, and the archive of its eras beside it. */
export interface Place {
  readonly directory: string
  readonly archive: string
}

/**
 * Does the work on a journal opened for it: what opening costs is part of what a start costs. Ids are forgotten at once, so that
 * records made a minute ago can be dropped as those of last year are.
 */
export const costOf = <A, E>({ directory, archive }: Place, work: Effect.Effect<A, E, Journal | SnapshotStore>) =>
  Effect.gen(function* () {
    const journal = withArchive(EmbeddedJournal.layer({ directory, duplicateWindowMs: 1_000 }), archive)
    return yield* timedEffect(Effect.provide(work, Layer.fresh(journal)))
  }).pipe(Effect.runPromise) as Promise<readonly [result: A, cost: Cost]>

const actors = Effect.gen(function* () {
  const slots = yield* slotsNamedUpTo(subjects, yield* (yield* Journal).head)
  return everyActorOf(settings, slots)
})

/** Nothing beyond opening. */
export const open = Effect.void

/** The floor of a fold: every record is read and its JSON parsed. */
export const parseOnly = Effect.gen(function* () {
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

/** Folds actors again, all or the slots alone; throws where a decision does not follow. */
export const verify = (from: "beginning" | "last seal", whose: "everybody" | "slots" = "everybody") =>
  Effect.gen(function* () {
    const all = yield* actors
    const wanted = whose === "everybody" ? all : all.filter(({ name }) => name.startsWith("slot-"))
    const result = yield* verifyJournal({ subjects, actors: wanted, from })
    if (result.divergences.length > 0) throw new Error(`longLife: ${result.divergences[0]}`)
    return result
  })

/** A host of everything that folds, from its start until it stands at the head; a clean stop leaves snapshots. */
export const start = Effect.scoped(
  Effect.flatMap(actors, (all) => Effect.asVoid(follow({ host: "bench", subjects, actors: all })))
)

/** Seals all there is to seal; how many eras that were. */
export const seal = Effect.gen(function* () {
  const actorsOf = (slots: ReadonlyArray<number>) => everyActorOf(settings, slots)
  let eras = 0
  while ((yield* sealEra({ subjects, service: "bench", actorsOf })) !== null) eras++
  return eras
})

/** Copies the sealed eras and reads them back. */
export const archiveTo = (directory: string) => archiveEras(subjects, directory, () => Effect.void)

/** As `archiveTo`, and lets the journal go of them. */
export const archiveAndDrop = (directory: string) => Effect.flatMap(archiveTo(directory), dropArchived)

/** How much of the market's time a journal covers, days. */
export const days = Effect.gen(function* () {
  const journal = yield* Journal
  const times = yield* journal.read({ from: 1, filter: subjects.clock }).pipe(
    Stream.map((record) => decodeRecord(record).timeMs),
    Stream.runFold(
      () => ({ first: 0, last: 0 }),
      ({ first }, timeMs) => ({ first: first === 0 ? timeMs : first, last: timeMs })
    )
  )
  return (times.last - times.first) / 86_400_000
})

/** All but the states that seals keep. */
export const forgetSnapshots = async ({ directory }: Place): Promise<void> => {
  const snapshots = join(directory, "snapshots")
  for (const actor of await readdir(snapshots)) {
    if (!actor.startsWith("sealed-")) await rm(join(snapshots, actor), { recursive: true })
  }
}

/** What a directory holds, MB of 10^6 bytes. */
export const diskMb = (directory: string): number => {
  mkdirSync(directory, { recursive: true })
  const bytes = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
  return bytes / 1e6
}
