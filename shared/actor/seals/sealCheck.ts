/** Holding a journal to its seals while it is read from record 1: every era's digest, and every actor's sealed state. */
import type { JournalRecord } from "../../journal/port.ts"
import type { ActorFold } from "../fold.ts"
import { sha256 } from "../hash.ts"
import { EraHashes, NO_ERA_BEFORE } from "./eraDigest.ts"
import type { Seal } from "./seals.ts"

/** At most this many changed records of an era are named: the first says what to look at. */
const MAX_NAMED = 10

/** Told of every record, in order, once the folds have it. */
export class SealCheck {
  /** Eras that were as sealed, and what was said of the others. */
  eras = 0
  readonly differences: Array<string> = []
  private readonly ahead: Array<Seal>
  private hashes = new EraHashes()
  private before = NO_ERA_BEFORE

  /** `seals` of every era from the first on, oldest first; none where the reading begins later. */
  constructor(seals: ReadonlyArray<Seal>) {
    this.ahead = [...seals]
  }

  /** The last record of the era that is being read: the folds are compared there, so they must stand there. */
  get nextEnd(): number {
    return this.ahead[0]?.to ?? Number.POSITIVE_INFINITY
  }

  /** `folds`: those that are folded here, to be compared where the era ends. */
  take(record: JournalRecord, folds: ReadonlyArray<ActorFold<unknown>>): void {
    const [seal] = this.ahead
    if (seal === undefined || record.seq < seal.from) return
    this.hashes.add(record)
    if (record.seq < seal.to) return
    const found = [...this.changed(seal), ...statesOtherThan(seal, folds)]
    this.differences.push(...found)
    if (found.length === 0) this.eras++
    this.ahead.shift()
    this.before = seal.digest
    this.hashes = new EraHashes()
  }

  /** The journal has ended: eras that were sealed must have been there. */
  end(): void {
    for (const { era, from, to } of this.ahead) {
      this.differences.push(`era ${era} (records ${from} to ${to}) is sealed, and the journal ends before it does`)
    }
  }

  private changed(seal: Seal): ReadonlyArray<string> {
    const { era, from, to } = seal
    const where = this.hashes.changed(seal, this.before)
    if (where === null) return []
    const named = where.slice(0, MAX_NAMED).join(", ")
    const which = where.length === 0 ? "one of its records" : `record ${named}`
    const more = where.length > MAX_NAMED ? ` and ${where.length - MAX_NAMED} more` : ""
    return [`era ${era} (records ${from} to ${to}) is not what was sealed: ${which}${more} has changed`]
  }
}

const statesOtherThan = (seal: Seal, folds: ReadonlyArray<ActorFold<unknown>>): ReadonlyArray<string> =>
  folds.flatMap((fold) => {
    const sealed = seal.actors.find(({ name }) => name === fold.actor.name)
    if (sealed === undefined || sealed.version !== fold.actor.version) return []
    return sha256(fold.encode()) === sealed.stateHash
      ? []
      : [`era ${seal.era}: the state of ${fold.actor.name} after record ${seal.to} is not the sealed one`]
  })
