/**
 * Sealing: the records since the last seal are folded by every actor, and the last record at which nobody owed an answer becomes
 * the end of the era. What each actor had made of the journal there is kept, then the seal is written.
 *
 * | a crash between …                        | leaves                                  | and the next sealing       |
 * |------------------------------------------|-----------------------------------------|----------------------------|
 * | folding and keeping the states           | nothing                                 | folds again                |
 * | keeping the states and writing the seal  | states that no seal names               | keeps others beside them   |
 *
 * Two sealers at once: the compare-and-set on the subject lets one seal through, the other begins again behind it.
 */
import { Clock, Effect, Schema } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import type { KnownRules } from "../../core/rules/versions.ts"
import { type DecodeError, encodeEntry } from "../../events/envelope.ts"
import type { EventOf } from "../../events/event.ts"
import { type AppendError, Journal, type ReadError, type SnapshotStore } from "../../journal/port.ts"
import type { Actor } from "../core/actor.ts"
import { controlToSeal, readControlRecords } from "../control/control.ts"
import { ActorFold } from "../fold.ts"
import { slotsNamedUpTo } from "../control/slotsNamed.ts"
import { EraHashes, NO_ERA_BEFORE } from "./eraDigest.ts"
import { lastRest, sealedActor } from "./rest.ts"
import { restoreSealed, saveSealed } from "./sealed.ts"
import { lastSeal, type Seal } from "./seals.ts"

/**
 * Records in one era at most: a seal keeps two bytes of each (as base64: 2.7), and must fit a journal record of 256 KiB with room
 * for its actors and for what the control records say. Longer stretches become several eras.
 */
export const MAX_ERA_RECORDS = 60_000

/** The records since the last seal cannot be sealed; nothing was written. */
export class CannotSeal extends Schema.TaggedError<CannotSeal>()("CannotSeal", {
  seq: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    return `nothing was sealed: ${this.detail}`
  }
}

/** What is sealed, by whom, and for which actors. */
export interface SealOptions {
  readonly subjects: MarketSubjects
  /** Which process seals, for people. */
  readonly service: string
  /** Every actor that folds this market, for the slots that it has named. */
  readonly actorsOf: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  /** The rules that this build knows. */
  readonly known?: KnownRules
  /** Records in one era at most; `MAX_ERA_RECORDS` when left out. */
  readonly mostRecords?: number
}

type SealError = AppendError | ReadError | DecodeError | CannotSeal

/** Closes one era and returns its seal; null where no record is left to seal. */
export const sealEra: (options: SealOptions) => Effect.Effect<Seal | null, SealError, Journal | SnapshotStore> =
  Effect.fn("sealEra")(function* (options) {
    const { subjects } = options
    const journal = yield* Journal
    const before = yield* lastSeal(subjects)
    const from = (before?.to ?? 0) + 1
    const head = yield* journal.head
    // The last seal alone is no era; what stands before it and was not answered then, or was too much for one era, is.
    if (head < from || (head === from && before?.seq === from)) return null
    const slots = yield* slotsNamedUpTo(subjects, head)
    const folds = options.actorsOf(slots).map((actor) => new ActorFold(actor, subjects, options.known))
    if (before !== null) {
      // Where a state is not kept, or of another shape: from the beginning, which takes longer and gives the same.
      yield* Effect.forEach(folds, (fold) => restoreSealed(fold, before), { discard: true })
    }
    const hashes = new EraHashes()
    const most = Math.min(head, from + (options.mostRecords ?? MAX_ERA_RECORDS) - 1)
    const rest = yield* lastRest({ subjects, folds, from, to: most, each: (record) => hashes.add(record) }).pipe(
      Effect.catchTag("NotSound", ({ seq, detail }) => Effect.fail(new CannotSeal({ seq, detail })))
    )
    if (rest === null) {
      const detail = `no record from ${from} on at which every actor had answered; is a service not running?`
      return yield* new CannotSeal({ seq: from, detail })
    }
    const to = rest.record.seq
    yield* Effect.forEach(rest.snapshots, saveSealed, { discard: true })
    const count = to - from + 1
    const seal: EventOf<"EraSealed"> = {
      _tag: "EraSealed",
      era: (before?.era ?? 0) + 1,
      from,
      to,
      digest: hashes.digest(before?.digest ?? NO_ERA_BEFORE, count),
      checks: hashes.checks(count),
      rulesVersion: rest.rulesVersion,
      actors: rest.snapshots.map(sealedActor),
      control: controlToSeal(yield* readControlRecords(subjects, before, to)),
      slots: yield* slotsNamedUpTo(subjects, to),
      service: options.service,
      sealedMs: yield* Clock.currentTimeMillis
    }
    return yield* write(options, seal, before)
  })

/** Writes the seal where the last one still is the last; else begins again behind the other's. */
const write = Effect.fnUntraced(function* (
  options: SealOptions,
  seal: EventOf<"EraSealed">,
  before: Seal | null
): Effect.fn.Return<Seal | null, SealError, Journal | SnapshotStore> {
  const { subjects, service } = options
  const journal = yield* Journal
  const envelope = { epoch: seal.control.epoch, timeMs: 0, writer: service, cause: null, events: [seal] } as const
  const entry = encodeEntry(subjects.seal, `seal.${seal.era}.${seal.digest}`, envelope, before?.seq ?? 0)
  return yield* journal.append(entry).pipe(
    Effect.map(({ seq }): Seal | null => ({ ...seal, seq })),
    Effect.catchTag("JournalConflict", () => sealEra(options))
  )
})
