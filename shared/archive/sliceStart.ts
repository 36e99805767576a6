/** Where a piece of a journal can begin: the last place before it at which nobody owed an answer, with every state there. */
import { Effect } from "effect"
import { controlToSeal, readControlRecords } from "../actor/control/control.ts"
import { slotsNamedUpTo } from "../actor/control/slotsNamed.ts"
import type { Actor } from "../actor/core/actor.ts"
import { ActorFold } from "../actor/fold.ts"
import { lastRest, type Rest, sealedActor } from "../actor/seals/rest.ts"
import { restoreSealed, sealedTexts } from "../actor/seals/sealed.ts"
import { readSeals } from "../actor/seals/seals.ts"
import { type SealedStates, SliceStart } from "../actor/seals/slice.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { sha256 } from "../actor/hash.ts"
import { Journal } from "../journal/port.ts"
import type { NewJournalFile } from "./journalFile.ts"

/** The whole market as it stood after a record, as a file of a journal keeps it. */
export type StartStates = NonNullable<NewJournalFile["start"]>

/** What to begin with, and for which actors. */
interface StartOptions {
  readonly subjects: MarketSubjects
  /** Every actor whose decisions are to follow, for the slots that the market has named. */
  readonly actorsOf: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  /** The first record that the piece must hold, and its last: a slot that is named on the way has a state at the start, too. */
  readonly from: number
  readonly to: number
}

/** The seal to fold from: the newest whose end lies before `from`. Seals of a piece are the whole journal's own affair. */
const sealBefore = Effect.fnUntraced(function* (subjects: MarketSubjects, from: number) {
  const start = yield* SliceStart
  if (start !== null) return start
  return (yield* readSeals(subjects)).findLast(({ to }) => to < from) ?? null
})

/**
 * The start of a piece that holds record `from`; null: the journal's own beginning is the place. Folds from the last seal before, or
 * from the beginning, and fails where what is recorded until there does not follow.
 */
export const startBefore = Effect.fn("startBefore")(function* ({ subjects, actorsOf, from, to }: StartOptions) {
  const journal = yield* Journal
  const first = ((yield* SliceStart)?.to ?? 0) + 1
  if (from <= first && first === 1) return null
  const seal = yield* sealBefore(subjects, from)
  const slots = yield* slotsNamedUpTo(subjects, to)
  const folds = actorsOf(slots).map((actor) => new ActorFold(actor, subjects))
  const restored = seal === null ? [] : yield* Effect.filter(folds, (fold) => restoreSealed(fold, seal))
  const rest = yield* lastRest({ subjects, folds, from: Math.max(...folds.map(({ seq }) => seq)) + 1, to: from - 1 })
  if (rest !== null) return yield* startOf(subjects, rest)
  // Nobody has rested since the seal: the piece begins there. Where that has not every state, it is the whole beginning.
  if (seal === null || restored.length < folds.length) return null
  const record = yield* journal.get(seal.to).pipe(Effect.catchTag("RecordsArchived", () => Effect.succeed(null)))
  const place = { recordId: record?.id ?? "", recordHash: record === null ? "unknown" : sha256(record.data) }
  return { sealed: onlyStates(seal), ...place, states: yield* sealedTexts(seal) } satisfies StartStates
})

const onlyStates = ({ era, to, rulesVersion, actors, control, slots }: SealedStates): SealedStates => ({
  era,
  to,
  rulesVersion,
  actors,
  control,
  slots
})

const startOf = Effect.fnUntraced(function* (subjects: MarketSubjects, { record, rulesVersion, snapshots }: Rest) {
  const { seq } = record
  const sealed: SealedStates = {
    era: 0,
    to: seq,
    rulesVersion,
    actors: snapshots.map(sealedActor),
    control: controlToSeal(yield* readControlRecords(subjects, null, seq)),
    slots: yield* slotsNamedUpTo(subjects, seq)
  }
  const [first] = snapshots
  return {
    sealed,
    recordId: first?.recordId ?? "",
    recordHash: first?.recordHash ?? "unknown",
    states: Object.fromEntries(snapshots.map(({ actor, state }) => [actor, state]))
  } satisfies StartStates
})
