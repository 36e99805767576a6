/** Folds a whole journal again and compares every recorded output: the proof that the decisions follow from the inputs. */
import { Effect, Stream } from "effect"
import { BuildTooOld, type DecodeError, decodeRecord, type StoredRecord } from "../events/envelope.ts"
import { FIRST_RULES, type KnownRules } from "../core/rules/versions.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { Journal, type ReadError } from "../journal/port.ts"
import type { Actor } from "./core/actor.ts"
import { EVERY_ACTOR, readControl, skipKey } from "./control.ts"
import { ActorFold, Divergence, FoldFailed } from "./fold.ts"
import { sha256 } from "./hash.ts"

/** The result of a whole re-fold. Without divergences the recorded decisions follow from the recorded inputs. */
export interface Verification {
  /** The last record read. */
  readonly head: number
  /** Events folded, over all records. */
  readonly events: number
  /** One line for each recorded output that is missing, extra or different, and each record that does not fold. */
  readonly divergences: ReadonlyArray<string>
  /** The versions of the rules that the journal has followed, oldest first, each with its first and last record. */
  readonly generations: ReadonlyArray<Generation>
  /** SHA-256 of each actor's fold at the head (state, epoch, rules), and the outputs a crash has left unwritten. */
  readonly actors: ReadonlyArray<{ readonly name: string; readonly stateHash: string; readonly unwritten: number }>
}

/** Records that were decided by one version of the rules. */
export interface Generation {
  readonly rulesVersion: number
  readonly from: number
  readonly to: number
}

/** The generations with one more record in them: what adopts rules is the last of the old. */
const withRecord = (before: ReadonlyArray<Generation>, { seq, events }: StoredRecord): ReadonlyArray<Generation> => {
  const current = before.at(-1) ?? { rulesVersion: FIRST_RULES, from: seq, to: seq }
  const known = [...before.slice(0, -1), { ...current, to: seq }]
  const adopted = events.findLast((event) => event._tag === "RulesAdopted")
  return adopted === undefined ? known : [...known, { rulesVersion: adopted.to, from: seq + 1, to: seq }]
}

/** At most this many divergences are kept: after the first, the rest are mostly its consequences. */
const MAX_DIVERGENCES = 1_000

/** Reads from the first record to the head; uses no snapshot and writes nothing. */
export const verifyJournal = Effect.fn("verifyJournal")(function* <State>(options: {
  readonly subjects: MarketSubjects
  /** The actors whose outputs the journal may hold. */
  readonly actors: ReadonlyArray<Actor<State>>
  /** The rules that this build knows. */
  readonly known?: KnownRules
}): Effect.fn.Return<Verification, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const control = yield* readControl(options.subjects)
  const folds = options.actors.map((actor) => new ActorFold(actor, options.subjects, options.known))
  const divergences: Array<string> = []
  const report = (line: string): void => {
    if (divergences.length < MAX_DIVERGENCES) divergences.push(line)
  }
  let events = 0
  let head = 0
  let generations: ReadonlyArray<Generation> = []
  yield* journal.read({ from: 1, filter: options.subjects.everything }).pipe(
    Stream.runForEach((record) =>
      step(() => {
        head = record.seq
        if (control.skipped.has(skipKey(EVERY_ACTOR, record.seq))) return
        try {
          const stored = decodeRecord(record)
          events += stored.events.length
          generations = withRecord(generations, stored)
          for (const fold of folds) {
            if (control.skipped.has(skipKey(fold.actor.name, record.seq))) continue
            if (stored.subject === fold.outputSubject) dropMissing(fold, stored.id, report)
            apply(() => fold.apply(stored, record.data), fold, stored.id, report)
          }
        } catch (error) {
          if (error instanceof BuildTooOld) throw error
          report(error instanceof Error ? error.message : String(error))
        }
      })
    )
  )
  const actors = folds.map((fold) => ({
    name: fold.actor.name,
    stateHash: sha256(fold.encode()),
    unwritten: fold.pending.length
  }))
  return { head, events, divergences, generations, actors }
})

/** A record that only a newer build can fold ends the reading; anything else that is thrown here is a bug. */
const step = (run: () => void): Effect.Effect<void, BuildTooOld> =>
  Effect.suspend(() => {
    try {
      run()
      return Effect.void
    } catch (error) {
      return error instanceof BuildTooOld ? Effect.fail(error) : Effect.die(error)
    }
  })

/** When the recorded output is a later one of ours, the earlier ones were never written: report them and go on from there. */
const dropMissing = <State>(fold: ActorFold<State>, recordedId: string, report: (line: string) => void): void => {
  if (!fold.pending.some((entry) => entry.id === recordedId)) return
  while (fold.pending[0] !== undefined && fold.pending[0].id !== recordedId) {
    report(`${fold.actor.name}: output ${fold.pending[0].id} is missing`)
    fold.dropPending()
  }
}

const apply = <State>(
  take: () => void,
  fold: ActorFold<State>,
  recordedId: string,
  report: (line: string) => void
): void => {
  try {
    take()
  } catch (error) {
    if (!(error instanceof Divergence) && !(error instanceof FoldFailed)) throw error
    report(error.message)
    if (fold.pending[0]?.id === recordedId) fold.dropPending()
  }
}
