/**
 * The actor runtime: recover, follow the journal, fold, publish, snapshot, stop.
 *
 * | a crash between …                      | leaves                                   | and the next start                            |
 * |----------------------------------------|------------------------------------------|-----------------------------------------------|
 * | reading a record and publishing        | an input without its output              | folds it again and publishes the same output  |
 * | publishing and reading the output back | an output nobody has compared            | compares it                                   |
 * | reading back and saving a snapshot     | an older snapshot                        | folds a longer tail                           |
 *
 * Several processes may run the same actor at once: they compute the same outputs under the same ids, and each output's
 * compare-and-set lets one of them through (`publish.ts`); the others compare what was written with their own.
 */
import { Effect, Schema, Stream } from "effect"
import { BuildTooOld, type DecodeError, RecordUndecodable } from "../events/envelope.ts"
import type { KnownRules } from "../core/rules/versions.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { type AppendError, Journal, type JournalRecord, type ReadError, type SnapshotStore } from "../journal/port.ts"
import type { Actor } from "./core/actor.ts"
import { appendControl, type ControlContended, type ControlView, EVERY_ACTOR, skipKey } from "./control/control.ts"
import { ActorFold, Divergence, FoldFailed } from "./fold.ts"
import { FoldSet } from "./foldSet.ts"
import { publishAll } from "./publish.ts"
import { readKnownControl } from "./control/rulesAdopted.ts"
import { restoreSealed } from "./seals/sealed.ts"
import { lastSeal } from "./seals/seals.ts"
import { restoreFold, Rests } from "./snapshots.ts"

/** The actor cannot go on without a person; `problem` says why, `remedy` what to do. */
export class ActorHalted extends Schema.TaggedError<ActorHalted>()("ActorHalted", {
  host: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.host} halted: ${this.problem}. ${this.remedy}`
  }
}

/** Everything that ends a host: a halt, or a journal that fails. */
export type HostError = ActorHalted | AppendError | ReadError | DecodeError | ControlContended

/** What one host runs and how it takes part in the journal. */
export interface HostOptions<State, E, R> {
  /** For logs and faults: the service's name. */
  readonly host: string
  readonly subjects: MarketSubjects
  /** Folded side by side over one reading of the journal. */
  readonly actors: ReadonlyArray<Actor<State>>
  /** False for a reader that only wants to know the state: it computes and compares, and writes nothing. */
  readonly publish: boolean
  /** The rules that this build knows; a twin of another build is tried with others. */
  readonly known?: KnownRules
  /** Records between two snapshots; 5,000 folds in well under a second. */
  readonly snapshotEvery?: number
  /**
   * Called with the folds whenever they have advanced and stand at (or after) the head found at the start, and once at
   * the beginning when there is no history to fold; and with those among them that have taken a record since, at first all. Runs
   * between two records: what it awaits, the folds await.
   */
  readonly onAdvance?: (
    folds: ReadonlyArray<ActorFold<State>>,
    moved: ReadonlyArray<ActorFold<State>>
  ) => Effect.Effect<void, E, R>
}

const SNAPSHOT_EVERY = 5_000

/**
 * While history is folded, snapshots stand so many times farther apart: as often as in a living market they would cost more than the
 * folding, and a start that is cut short loses some seconds of it this way.
 */
const APART_IN_HISTORY = 20

/** Runs the actors until interrupted or halted. A clean stop leaves snapshots behind. */
export const runActors = <State, E = never, R = never>(
  options: HostOptions<State, E, R>
): Effect.Effect<never, HostError | E, Journal | SnapshotStore | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* Journal
      const control = yield* readKnownControl(options.subjects, options.known)
      const folds = options.actors.map((actor) => new ActorFold(actor, options.subjects, options.known))
      yield* recover(options.subjects, folds)
      const hosted = new FoldSet(folds, control.skipped)
      const headAtStart = yield* journal.head
      const from = Math.min(headAtStart, ...folds.map((fold) => fold.seq)) + 1
      let reached = from - 1
      const snapshots = new Snapshots(folds, reached, options.snapshotEvery ?? SNAPSHOT_EVERY)
      // Of many folds a record concerns few; all are looked at once, at the head.
      let moved: ReadonlyArray<ActorFold<State>> = folds
      yield* Effect.addFinalizer(() => snapshots.leave.pipe(Effect.timeoutOption("2 seconds"), Effect.ignore))

      // Most records leave nothing to do but to fold them: each of these is built once, and costs nothing where it is void.
      const saving = sayingOnce(options.host, snapshots.rests.saveDue)
      const tell = Effect.suspend(() => options.onAdvance?.(folds, moved) ?? Effect.void)
      const act = options.publish
        ? Effect.andThen(
            Effect.suspend(() => publishAll(moved)),
            tell
          )
        : tell
      const saveDue = Effect.suspend(() => (snapshots.rests.due ? saving : Effect.void))
      const actAndSave = Effect.andThen(act, saveDue)

      const advance = (
        records: ReadonlyArray<JournalRecord>
      ): Effect.Effect<void, HostError | E, Journal | SnapshotStore | R> => {
        const newest = records.at(-1)
        if (newest === undefined) return Effect.void
        snapshots.move()
        try {
          hosted.take(records)
        } catch (error) {
          return halt(options, error)
        }
        const caughtUp = reached >= headAtStart
        reached = newest.seq
        const inHistory = reached < headAtStart
        const took = hosted.takeMoved()
        moved = caughtUp ? took : folds
        snapshots.stand(took, newest, inHistory ? APART_IN_HISTORY : 1)
        return inHistory ? saveDue : actAndSave
      }

      if (from > headAtStart) yield* act
      yield* Stream.runForEachArray(journal.tail({ from }), advance)
      return yield* new ActorHalted({
        host: options.host,
        problem: "the journal's reader ended",
        remedy: "Start the service again."
      })
    })
  )

/** Saves; that it cannot is told once, until it can again: what is missing costs the next start some folding, and nothing now. */
const sayingOnce = <E extends Error, R>(host: string, saving: Effect.Effect<boolean, E, R>) => {
  let told = false
  return saving.pipe(
    Effect.flatMap((saved) => {
      if (!saved || !told) return Effect.void
      told = false
      return Effect.logInfo(`${host}: snapshots are saved again`)
    }),
    Effect.catch((error) => {
      if (told) return Effect.void
      told = true
      return Effect.logWarning(
        `${host}: snapshot not saved: ${error.message}; it goes on without, and a start folds more; said once, until one is saved again`
      )
    })
  )
}

/** Of which folds snapshots are due, and where those stand: after each record the few that took it are looked at, where they are due all. */
class Snapshots<State> {
  readonly rests = new Rests<State>()
  private readonly folds: ReadonlyArray<ActorFold<State>>
  private readonly every: number
  private dueAfter: number
  /** The record after which all folds stand; null while they move, and after a throw. */
  private standAt: JournalRecord | null = null

  constructor(folds: ReadonlyArray<ActorFold<State>>, seq: number, every: number) {
    this.folds = folds
    this.dueAfter = seq
    this.every = every
  }

  /** The folds are about to take records. */
  move(): void {
    this.standAt = null
  }

  /** The folds have come to this record, and these have taken something on the way. `apart`: so many times less often. */
  stand(moved: ReadonlyArray<ActorFold<State>>, newest: JournalRecord, apart: number): void {
    this.standAt = newest
    this.rests.note(moved, newest)
    if (newest.seq - this.dueAfter < this.every * apart) return
    this.dueAfter = newest.seq
    this.rests.note(this.folds, newest)
    this.rests.ask(this.folds)
  }

  /** Snapshots for the next start. */
  readonly leave = Effect.suspend(() => {
    if (this.standAt !== null) this.rests.note(this.folds, this.standAt)
    return this.rests.save
  })
}

/** Each fold at its newest snapshot, else at the last seal, else at the beginning. */
const recover = Effect.fnUntraced(function* <State>(subjects: MarketSubjects, folds: ReadonlyArray<ActorFold<State>>) {
  for (const fold of folds) {
    for (const line of yield* restoreFold(fold)) yield* Effect.logWarning(line)
  }
  const bare = folds.filter(({ seq }) => seq === 0)
  const seal = bare.length === 0 ? null : yield* lastSeal(subjects)
  if (seal !== null) yield* Effect.forEach(bare, (fold) => restoreSealed(fold, seal), { discard: true })
})

/** Turns what a fold threw into a halt; a record that cannot be folded is reported in the journal first. */
const halt = Effect.fnUntraced(function* (
  options: { readonly host: string; readonly subjects: MarketSubjects },
  error: unknown
): Effect.fn.Return<never, HostError, Journal> {
  const { host, subjects } = options
  // The market goes on with a newer build: no fault of its records, and nothing for an operator to answer.
  if (error instanceof BuildTooOld) return yield* error
  if (error instanceof Divergence) {
    return yield* new ActorHalted({
      host,
      problem: error.message,
      remedy:
        "The journal's decisions do not follow from its inputs under the rules that it names: a build with changed rules " +
        "and no new version of them wrote it, or ran beside. Run `kennel journal verify`, and start the build that wrote it."
    })
  }
  if (!(error instanceof FoldFailed) && !(error instanceof RecordUndecodable)) return yield* Effect.die(error)
  const actor = error instanceof FoldFailed ? error.actor : EVERY_ACTOR
  const isPassedOver = ({ skipped }: ControlView): boolean =>
    skipped.has(skipKey(actor, error.seq)) || skipped.has(skipKey(EVERY_ACTOR, error.seq))
  const view = yield* appendControl({
    subjects,
    writer: host,
    timeMs: 0,
    // An operator may have answered what another host had told: whoever comes late has nothing to add.
    make: (control) =>
      isPassedOver(control) || control.faults.some((fault) => fault.actor === actor && fault.seq === error.seq)
        ? null
        : { _tag: "FaultRaised", actor, seq: error.seq, problem: error.message }
  })
  return yield* new ActorHalted({
    host,
    problem: error.message,
    remedy: isPassedOver(view)
      ? "An operator has passed over it meanwhile: start the service again."
      : `Fix the code, or pass over the record: kennel journal skip ${error.seq} --actor "${actor}" --reason "…"`
  })
})
