/**
 * The past of a market: any actor's state after any record. Stepping stones, laid once and kept on disk, make a jump as short as the
 * records between two of them.
 */
import { Effect, type Scope, Stream } from "effect"
import { type ControlView, readControl } from "../actor/control/control.ts"
import { slotsNamedIn, slotsNamedUpTo } from "../actor/control/slotsNamed.ts"
import { type Actor, type InForce, NOTHING_IN_FORCE } from "../actor/core/actor.ts"
import { ActorFold } from "../actor/fold.ts"
import { sha256 } from "../actor/hash.ts"
import { Refold } from "../actor/refold.ts"
import { type SealedStates, SliceStart } from "../actor/seals/slice.ts"
import { sealedTexts } from "../actor/seals/sealed.ts"
import { MAX_SLOT } from "../core/ids/clientId.ts"
import { type MarketSubjects, slotActor } from "../core/ids/subjects.ts"
import { messageOf } from "../core/messageOf.ts"
import { BuildTooOld, type DecodeError, type StoredRecord } from "../events/envelope.ts"
import { Journal, type JournalRecord, type ReadError, type SnapshotStore } from "../journal/port.ts"
import { notesOf } from "./core/notes.ts"
import { type Identity, PastFile, type Stone } from "./pastFile.ts"

/** Records from one stone to the next, at least: the next one lies where nobody owes an answer. */
export const STONE_EVERY = 1_000

/**
 * A slot that no market has. Until it is named every slot folds alike, so this one's state is that of a slot that is named after a
 * stone was laid.
 */
const SPARE = MAX_SLOT

/** Whose past, and where its stones are kept. */
export interface PastOptions {
  readonly subjects: MarketSubjects
  /** Every actor whose state may be asked for, in a market with these slots. */
  readonly actorsOf: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  /** The file of the stones; null: they are laid anew each time, in memory. */
  readonly file: string | null
  /** Told how far the laying is, in records, now and then. */
  readonly progress?: (seq: number, head: number) => Effect.Effect<void>
  readonly stoneEvery?: number
}

/** The market after a record. */
export interface Moment {
  readonly seq: number
  /** What the exchange's clock had said by then, Unix milliseconds; 0: nothing yet. */
  readonly nowMs: number
  readonly inForce: InForce
  /** The folds asked for, by actor. */
  readonly folds: ReadonlyMap<string, ActorFold<unknown>>
  /** How many records were folded to get there. */
  readonly folded: number
  /** What did not follow on the way there, one line each. */
  readonly divergences: ReadonlyArray<string>
}

type Failure = ReadError | DecodeError

/** What can be asked of a past. */
export interface Past {
  /** First and last record that it knows. */
  readonly first: number
  readonly head: number
  readonly file: PastFile
  /** What came along with a piece of a journal; null: it is whole. */
  readonly begins: SealedStates | null
  /** Every slot that the journal names. */
  readonly slots: ReadonlyArray<number>
  /** The market after record `seq`: of these actors, or of all. */
  readonly at: (seq: number, only?: ReadonlyArray<string>) => Effect.Effect<Moment, Failure>
  /**
   * The first record from `seq` on after which `meets` says yes, given the folds of these actors as they then stand; null: none. Folds
   * every record on the way.
   */
  readonly walk: (
    seq: number,
    only: ReadonlyArray<string>,
    meets: (record: StoredRecord, folds: Moment["folds"]) => boolean
  ) => Effect.Effect<number | null, Failure>
  /** A record as it stands; null: there is none. */
  readonly get: (seq: number) => Effect.Effect<JournalRecord | null, ReadError>
}

const identityOf = (
  where: string,
  first: number,
  record: JournalRecord | null,
  actors: ReadonlyArray<Actor<unknown>>
) => ({
  journal: JSON.stringify([where, first, record === null ? null : sha256(record.data)]),
  shapes: JSON.stringify(actors.map(({ name, version }) => [name, version]))
})

/** Where nothing can be written, the stones are laid in memory. */
const openFile = (path: string | null, identity: Identity): Effect.Effect<PastFile> =>
  Effect.try(() => new PastFile(path, identity)).pipe(
    Effect.catch((error) =>
      Effect.as(
        Effect.logWarning(`${path}: ${messageOf(error.cause)}: what was folded is forgotten when this command ends`),
        new PastFile(null, identity)
      )
    )
  )

/** Folds put where a stone has them; a slot that it does not have was not named yet. */
const placed = (
  actors: ReadonlyArray<Actor<unknown>>,
  subjects: MarketSubjects,
  stone: Stone | null
): ReadonlyArray<ActorFold<unknown>> =>
  actors.map((actor) => {
    const fold = new ActorFold(actor, subjects)
    const spare = actor.name.startsWith("slot-") ? stone?.states[slotActor(SPARE)] : undefined
    const text = stone?.states[actor.name] ?? spare
    if (stone !== null && text !== undefined) fold.restore(text, stone.seq)
    return fold
  })

/** What a piece of a journal begins with, as a stone. */
const startStone = Effect.gen(function* () {
  const sealed = yield* SliceStart
  return sealed === null ? null : ({ seq: sealed.to, nowMs: 0, states: yield* sealedTexts(sealed) } satisfies Stone)
})

/** Opens the past of the journal at hand, and lays the stones that are missing. */
export const openPast = Effect.fn("openPast")(function* (
  options: PastOptions
): Effect.fn.Return<Past, Failure, Journal | SnapshotStore | Scope.Scope> {
  const { subjects, actorsOf } = options
  const journal = yield* Journal
  const first = yield* journal.first
  const head = yield* journal.head
  const begin = head === 0 ? null : yield* journal.get(first)
  const identity = identityOf(journal.where, first, begin, actorsOf([SPARE]))
  const file = yield* Effect.acquireRelease(openFile(options.file, identity), (open) => Effect.sync(() => open.close()))
  yield* forgetUnlessFits(file)
  const slots = yield* slotsOf(subjects, file, head)
  const start = yield* startStone
  const control = yield* readControl(subjects)
  yield* layStones({ ...options, file, slots, head, start, control })
  const at = (seq: number, only?: ReadonlyArray<string>): Effect.Effect<Moment, Failure> =>
    Effect.gen(function* () {
      const wanted = actorsOf(slots).filter(({ name }) => only === undefined || only.includes(name))
      const stone = file.stoneUpTo(seq) ?? (start !== null && start.seq <= seq ? start : null)
      return yield* momentFrom(journal, subjects, placed(wanted, subjects, stone), control, stone, seq)
    })
  const walk: Past["walk"] = Effect.fnUntraced(function* (seq, only, meets) {
    const { folds } = yield* at(Math.max(first - 1, seq - 1), only)
    const again = new Refold([...folds.values()], control.skipped, () => {})
    let found: number | null = null
    yield* journal.read({ from: Math.max(first, seq), filter: subjects.everything }).pipe(
      Stream.takeWhile(() => found === null),
      Stream.runForEach((record) =>
        refolding(() => {
          let stored: StoredRecord | null = null
          again.take([record], (decoded) => (stored = decoded))
          if (found === null && stored !== null && meets(stored, folds)) found = record.seq
        })
      )
    )
    return found
  })
  return { first, head, file, begins: yield* SliceStart, slots, at, walk, get: (seq) => journal.get(seq) }
})

const momentFrom = Effect.fnUntraced(function* (
  journal: Journal["Service"],
  subjects: MarketSubjects,
  folds: ReadonlyArray<ActorFold<unknown>>,
  control: ControlView,
  stone: Stone | null,
  seq: number
): Effect.fn.Return<Moment, Failure> {
  const divergences: Array<string> = []
  const again = new Refold(folds, control.skipped, (line) => divergences.push(line))
  let nowMs = stone?.nowMs ?? 0
  let folded = 0
  const from = (stone?.seq ?? 0) + 1
  yield* journal.read({ from, filter: subjects.everything }).pipe(
    Stream.takeWhile((record) => record.seq <= seq),
    Stream.runForEachArray((records) =>
      refolding(() => {
        folded += records.length
        again.take(records, (record) => (nowMs = Math.max(nowMs, record.timeMs)))
      })
    )
  )
  const inForce = folds[0]?.inForce ?? NOTHING_IN_FORCE
  return { seq, nowMs, inForce, folded, divergences, folds: new Map(folds.map((fold) => [fold.actor.name, fold])) }
})

/** Folding throws only what a newer build is needed for. */
const refolding = (work: () => void): Effect.Effect<void, BuildTooOld> =>
  Effect.try({ try: work, catch: (error) => error }).pipe(
    Effect.catch((error) => (error instanceof BuildTooOld ? Effect.fail(error) : Effect.die(error)))
  )

interface Laying extends Omit<PastOptions, "file"> {
  readonly file: PastFile
  readonly slots: ReadonlyArray<number>
  readonly head: number
  readonly start: Stone | null
  readonly control: ControlView
}

/** A file that was made of other records says nothing of these. */
const forgetUnlessFits = Effect.fnUntraced(function* (file: PastFile) {
  const { upTo } = file
  if (upTo === null) return
  const record = yield* (yield* Journal).get(upTo.seq)
  if (record === null || sha256(record.data) !== upTo.hash) file.clear()
})

/** Every slot that the journal names: those that are noted, and those named since. */
const slotsOf = Effect.fnUntraced(function* (subjects: MarketSubjects, file: PastFile, head: number) {
  const { upTo, slots } = file
  const named =
    upTo === null ? yield* slotsNamedUpTo(subjects, head) : yield* slotsNamedIn(subjects, upTo.seq + 1, head)
  return [...new Set([...slots, ...named])].toSorted((a, b) => a - b)
})

/** Everything that is folded again begins at the last stone; what has been noted already is not noted again. */
const layStones = Effect.fnUntraced(function* (laying: Laying) {
  const { subjects, actorsOf, file, slots, head, start, control, stoneEvery = STONE_EVERY, progress } = laying
  const journal = yield* Journal
  const noted = file.upTo?.seq ?? 0
  if (noted >= head) return
  const stone = (noted === 0 ? null : file.stoneUpTo(noted)) ?? start
  const folds = placed(actorsOf([...slots, SPARE]), subjects, stone)
  const again = new Refold(folds, control.skipped, () => {})
  let laid = stone?.seq ?? 0
  let nowMs = stone?.nowMs ?? 0
  const note = (record: StoredRecord): void => {
    nowMs = Math.max(nowMs, record.timeMs)
    if (record.seq > noted) for (const found of notesOf(record)) file.addNote(record.seq, found)
  }
  /** The record of the last stone that was due while nobody owed anything. */
  const due = (seq: number): boolean => seq - laid >= stoneEvery && folds.every(({ pending }) => pending.length === 0)
  yield* journal.read({ from: laid + 1, filter: subjects.everything }).pipe(
    Stream.runForEachArray((records) =>
      Effect.gen(function* () {
        file.begin()
        for (let at = 0; at < records.length;) {
          // Close to where a stone is due the folds are looked at after each record.
          const room = laid + stoneEvery - (records[at]?.seq ?? 0)
          const part = records.slice(at, at + Math.max(1, room))
          yield* refolding(() => again.take(part, note))
          at += part.length
          const last = part.at(-1)
          if (last === undefined || !due(last.seq)) continue
          file.addStone(stoneOf(folds, last.seq, nowMs))
          laid = last.seq
        }
        const last = records.at(-1)
        if (last !== undefined) {
          file.setUpTo(last.seq, sha256(last.data), slots)
          if (progress !== undefined) yield* progress(last.seq, head)
        }
      }).pipe(Effect.onExit((exit) => Effect.sync(() => (exit._tag === "Success" ? file.commit() : file.rollback()))))
    )
  )
})

/** The folds as they are now. */
const stoneOf = (folds: ReadonlyArray<ActorFold<unknown>>, seq: number, nowMs: number): Stone => ({
  seq,
  nowMs,
  states: Object.fromEntries(folds.map((fold) => [fold.actor.name, fold.encode()]))
})
