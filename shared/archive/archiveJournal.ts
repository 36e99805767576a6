/** Copying sealed eras into an archive, and letting the journal go of what has been copied, read back and found right. */
import { Effect, Schema, Stream } from "effect"
import { NO_ERA_BEFORE } from "../actor/seals/eraDigest.ts"
import { sealedTexts } from "../actor/seals/sealed.ts"
import { readSeals, type Seal } from "../actor/seals/seals.ts"
import { messageOf } from "../core/messageOf.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { type DropError, Journal } from "../journal/port.ts"
import { ArchiveDamaged, eraPath, erasIn, readEra, writeEra } from "./eraFile.ts"

/** The archive cannot be written. */
export class ArchiveFailed extends Schema.TaggedError<ArchiveFailed>()("ArchiveFailed", {
  directory: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `nothing more was archived to ${this.directory}: ${this.problem}`
  }
}

/** What an archive did with one era. */
export interface ArchivedEra {
  readonly seal: Seal
  readonly path: string
  /** False: it stood there already, and was read and found right. */
  readonly written: boolean
}

const onDisk = <A>(directory: string, work: () => A): Effect.Effect<A, ArchiveFailed | ArchiveDamaged> =>
  Effect.try({
    try: work,
    catch: (error) =>
      error instanceof ArchiveDamaged ? error : new ArchiveFailed({ directory, problem: messageOf(error) })
  })

/**
 * Writes every sealed era that the directory does not hold yet, oldest first, and reads each back: digest, seal and states. An
 * era that stands there is read and checked, never written again. `onEra` is told of each.
 */
export const archiveEras = Effect.fn("archiveEras")(function* <E, R>(
  subjects: MarketSubjects,
  directory: string,
  onEra: (era: ArchivedEra) => Effect.Effect<void, E, R>
) {
  const journal = yield* Journal
  const seals = yield* readSeals(subjects)
  const present = new Set(yield* onDisk(directory, () => erasIn(directory)))
  let before = NO_ERA_BEFORE
  for (const seal of seals) {
    const { era, from, to, digest } = seal
    const written = !present.has(era)
    if (written) {
      const records = yield* journal.read({ from }).pipe(
        Stream.takeWhile(({ seq }) => seq <= to),
        Stream.runCollect
      )
      const whole = { seal, before, records, states: yield* sealedTexts(seal) }
      yield* onDisk(directory, () => writeEra(directory, whole))
    }
    const path = eraPath(directory, era)
    const kept = yield* onDisk(directory, () => readEra(path))
    if (kept.seal.digest !== digest || kept.before !== before) {
      const problem = `holds era ${era} of another journal; name another directory`
      return yield* new ArchiveFailed({ directory, problem: `${path} ${problem}` })
    }
    yield* onEra({ seal, path, written })
    before = digest
  }
  return seals
})

/**
 * Lets the journal go of every era that the archive holds. Call it after `archiveEras` only. Returns the first record that the
 * journal still has: some archived records may stay, since journals give room back in pieces.
 */
export const dropArchived = (seals: ReadonlyArray<Seal>): Effect.Effect<number | null, DropError, Journal> =>
  Effect.gen(function* () {
    const last = seals.at(-1)
    return last === undefined ? null : yield* (yield* Journal).dropBefore(last.to + 1)
  })
