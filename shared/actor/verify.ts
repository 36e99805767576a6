/**
 * Folds a whole journal again and compares every recorded output, every era's digest and every sealed state: the proof that the
 * decisions follow from the inputs, and that neither has changed since they were sealed.
 */
import { Effect, Schema, Stream } from "effect"
import { FIRST_RULES, type KnownRules, THIS_BUILD } from "../core/rules/versions.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { BuildTooOld, type DecodeError, type StoredRecord } from "../events/envelope.ts"
import { Journal, type JournalRecord, type ReadError, type SnapshotStore } from "../journal/port.ts"
import type { Actor } from "./core/actor.ts"
import { type ControlView, readControl, readControlRecords } from "./control/control.ts"
import { ActorFold } from "./fold.ts"
import { sha256 } from "./hash.ts"
import { Refold } from "./refold.ts"
import { SealCheck } from "./seals/sealCheck.ts"
import { restoreSealed } from "./seals/sealed.ts"
import { lastSeal, readSeals, type Seal } from "./seals/seals.ts"
import { type SealedStates, SliceStart } from "./seals/slice.ts"

/** Records that were decided by one version of the rules. */
export interface Generation {
  readonly rulesVersion: number
  readonly from: number
  readonly to: number
}

/** The result of a whole re-fold. Without divergences the recorded decisions follow from the recorded inputs. */
export interface Verification {
  /** The last record read. */
  readonly head: number
  /** Events folded, over all records. */
  readonly events: number
  /** One line for each recorded output that is missing, extra or different, each record that does not fold, each broken seal. */
  readonly divergences: ReadonlyArray<string>
  /** The versions of the rules that were folded, oldest first, each with its first and last record. */
  readonly generations: ReadonlyArray<Generation>
  /** Eras found as they were sealed. */
  readonly erasAsSealed: number
  /** The last record that was held to its seal only, because this build no longer has the rules of that time; 0: none. */
  readonly byDigestOnly: number
  /** Of the records read, those that bear a mark of their writer, and those that bear none. */
  readonly marked: number
  readonly unmarked: number
  /** SHA-256 of each actor's fold at the head (state, epoch, rules), and the outputs a crash has left unwritten. */
  readonly actors: ReadonlyArray<{ readonly name: string; readonly stateHash: string; readonly unwritten: number }>
}

/** There is no sealed state to begin at. */
export class NotSealed extends Schema.TaggedError<NotSealed>()("NotSealed", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

const FROM_BEGINNING = "verify from the beginning, without --from-seal"

/** At most this many divergences are kept: after the first, the rest are mostly its consequences. */
const MAX_DIVERGENCES = 1_000

/** What to verify, and from where. */
export interface VerifyOptions {
  readonly subjects: MarketSubjects
  /** The actors whose outputs the journal may hold. */
  readonly actors: ReadonlyArray<Actor<unknown>>
  /**
   * `beginning`: record 1, using no snapshot; of a piece of a journal, the states that came along with it. `last seal`: the states that
   * were sealed last. Default: the beginning.
   */
  readonly from?: "beginning" | "last seal"
  /** The last record to look at; the head when left out. */
  readonly to?: number
  /** The rules that this build knows. */
  readonly known?: KnownRules
}

type VerifyError = ReadError | DecodeError | NotSealed

/** Reads to the head, and writes nothing. */
export const verifyJournal = Effect.fn("verifyJournal")(function* (
  options: VerifyOptions
): Effect.fn.Return<Verification, VerifyError, Journal | SnapshotStore> {
  const { subjects, known = THIS_BUILD } = options
  const journal = yield* Journal
  const fromSeal = options.from === "last seal"
  const control = fromSeal ? yield* readControl(subjects) : yield* readControlRecords(subjects)
  const folds = options.actors.map((actor) => new ActorFold(actor, subjects, known))
  const { readFrom, foldAfter, seals } = fromSeal
    ? yield* fromLastSeal(subjects, folds)
    : yield* fromBeginning(subjects, folds, known)
  const verifier = new Verifier(folds, control, foldAfter, seals)
  const upTo = options.to ?? Number.POSITIVE_INFINITY
  yield* journal.read({ from: readFrom, filter: subjects.everything }).pipe(
    Stream.takeWhile(({ seq }) => seq <= upTo),
    Stream.runForEachArray((records) =>
      Effect.try({
        try: () => verifier.take(records),
        catch: (error) => error
      }).pipe(Effect.catch((error) => (error instanceof BuildTooOld ? Effect.fail(error) : Effect.die(error))))
    )
  )
  return verifier.result(readFrom === 1 ? (foldAfter?.to ?? 0) : 0)
})

/** Where the reading begins, after which seal the folding does, and the eras that are read whole. */
interface Plan {
  readonly readFrom: number
  readonly foldAfter: SealedStates | null
  readonly seals: ReadonlyArray<Seal>
}

type Folds = ReadonlyArray<ActorFold<unknown>>

const fromLastSeal = Effect.fnUntraced(function* (subjects: MarketSubjects, folds: Folds) {
  const seal = yield* lastSeal(subjects)
  if (seal === null) return yield* new NotSealed({ detail: `the journal has no seal: ${FROM_BEGINNING}` })
  yield* atSeal(folds, seal)
  return { readFrom: seal.to + 1, foldAfter: seal, seals: [] } satisfies Plan
})

/** From record 1; what was decided by rules that this build no longer has is held to its seals, and folded from the last of those. */
const fromBeginning = Effect.fnUntraced(function* (subjects: MarketSubjects, folds: Folds, known: KnownRules) {
  const start = yield* SliceStart
  if (start !== null) {
    yield* atSeal(folds, start)
    return { readFrom: start.to + 1, foldAfter: start, seals: [] } satisfies Plan
  }
  const seals = yield* readSeals(subjects)
  if (known.oldest <= FIRST_RULES) return { readFrom: 1, foldAfter: null, seals } satisfies Plan
  const foldAfter = seals.find(({ rulesVersion }) => rulesVersion >= known.oldest) ?? null
  if (foldAfter !== null) yield* atSeal(folds, foldAfter)
  return { readFrom: 1, foldAfter, seals } satisfies Plan
})

const atSeal = Effect.fnUntraced(function* (folds: Folds, seal: SealedStates) {
  for (const fold of folds) {
    const known = seal.actors.some(({ name }) => name === fold.actor.name)
    // An actor that came after the seal has nothing to begin with.
    if (known && !(yield* restoreSealed(fold, seal))) {
      const { name } = fold.actor
      const detail =
        (yield* SliceStart) === null
          ? `the state of ${name} that was sealed in era ${seal.era} is not kept: ${FROM_BEGINNING}`
          : `the state of ${name} after record ${seal.to} has another shape: use the build that made the file`
      return yield* new NotSealed({ detail })
    }
  }
})

/** Everything that is found while the records go by. */
class Verifier {
  private head = 0
  private events = 0
  private marked = 0
  private unmarked = 0
  private generations: ReadonlyArray<Generation> = []
  private readonly divergences: Array<string> = []
  private readonly folds: Folds
  private readonly again: Refold
  private readonly foldAfter: SealedStates | null
  private readonly seals: SealCheck

  constructor(folds: Folds, control: ControlView, foldAfter: SealedStates | null, seals: ReadonlyArray<Seal>) {
    this.folds = folds
    this.again = new Refold(folds, control.skipped, (line) => this.report(line))
    this.foldAfter = foldAfter
    this.seals = new SealCheck(seals)
  }

  /** Where an era ends, its folds are compared: no more is folded at a time than up to there. */
  take(records: ReadonlyArray<JournalRecord>): void {
    for (let rest = records; rest.length > 0;) {
      const { nextEnd } = this.seals
      const count = rest.filter(({ seq }) => seq <= nextEnd).length || rest.length
      this.takePart(rest.slice(0, count))
      rest = rest.slice(count)
    }
  }

  private takePart(records: ReadonlyArray<JournalRecord>): void {
    this.head = records.at(-1)?.seq ?? this.head
    const bearing = records.filter(({ mark }) => mark !== undefined).length
    this.marked += bearing
    this.unmarked += records.length - bearing
    // What is held to its digest only ends with an era.
    const folded = this.head > (this.foldAfter?.to ?? 0)
    if (folded) this.again.take(records, this.count)
    else
      for (const { seq, subject, objection } of records)
        if (objection !== undefined) this.report(`record ${seq} on ${subject}: ${objection}`)
    for (const record of records) this.seals.take(record, folded ? this.folds : [])
  }

  result(byDigestOnly: number): Verification {
    this.seals.end()
    for (const line of this.seals.differences) this.report(line)
    const actors = this.folds.map((fold) => ({
      name: fold.actor.name,
      stateHash: sha256(fold.encode()),
      unwritten: fold.pending.length
    }))
    const { head, events, divergences, generations, seals, marked, unmarked } = this
    return { head, events, divergences, generations, erasAsSealed: seals.eras, byDigestOnly, marked, unmarked, actors }
  }

  private readonly count = (record: StoredRecord): void => {
    this.events += record.events.length
    this.generations = withRecord(this.generations, record, this.foldAfter?.rulesVersion ?? FIRST_RULES)
  }

  private report(line: string): void {
    if (this.divergences.length < MAX_DIVERGENCES) this.divergences.push(line)
  }
}

/** The generations with one more record in them: what adopts rules is the last of the old. */
const withRecord = (
  before: ReadonlyArray<Generation>,
  { seq, events }: StoredRecord,
  first: number
): ReadonlyArray<Generation> => {
  const current = before.at(-1) ?? { rulesVersion: first, from: seq, to: seq }
  const known = [...before.slice(0, -1), { ...current, to: seq }]
  // The same rules taken up twice at once are one generation.
  const adopted = events.findLast((event) => event._tag === "RulesAdopted" && event.to > current.rulesVersion)
  return adopted?._tag !== "RulesAdopted" ? known : [...known, { rulesVersion: adopted.to, from: seq + 1, to: seq }]
}
