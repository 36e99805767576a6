/**
 * The market's actors beside the rows: what phase each slot was in around each event, and the market as it is saved. They stand at
 * the cursor, wherever that is: their snapshots are the projector's own, or older than it.
 */
import { Effect, Schema, Stream } from "effect"
import type { ControlView } from "../../shared/actor/control/control.ts"
import { readKnownControl } from "../../shared/actor/control/rulesAdopted.ts"
import { namedIn, NAMING_EVENTS, slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { type Actor, slotOf } from "../../shared/actor/core/actor.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { FoldSet } from "../../shared/actor/foldSet.ts"
import { restoreSealed } from "../../shared/actor/seals/sealed.ts"
import { lastSeal } from "../../shared/actor/seals/seals.ts"
import { restoreFold, Rests } from "../../shared/actor/snapshots.ts"
import type { SlotNumber } from "../../shared/core/ids/kinds.ts"
import { type MarketSubjects, standingOf } from "../../shared/core/ids/subjects.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import { decodeRecord, RecordUndecodable } from "../../shared/events/envelope.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"
import type { Blocks, SavedMarket, SavedSlot } from "../../shared/service/manifest.ts"
import type { Transition } from "./core/transition.ts"

/** Records between two snapshots: what folds again in well under a second. */
const SNAPSHOT_EVERY = 5_000

/** The market's decisions do not follow from its inputs, or a record cannot be folded: phases are not known from here on. */
class FoldProblem extends Schema.TaggedError<FoldProblem>()("FoldProblem", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

/** The folds of one market. Mutable, and driven by one projector only; after a failure they must be thrown away. */
export class MarketFolds {
  private readonly subjects: MarketSubjects
  private readonly saved: SavedMarket
  private readonly skipped: ControlView["skipped"]
  private readonly parts: ReadonlyMap<string, ActorFold<unknown>>
  private readonly slots = new Map<SlotNumber, ActorFold<unknown>>()
  private readonly rests = new Rests<unknown>()
  private hosted: FoldSet<unknown>
  private heard: Array<Transition> = []
  private last: JournalRecord | null = null
  /** They went on behind a record that nobody can read: whoever decides waits for an answer there, and must not begin behind it. */
  private adrift = false
  private savedAt: number

  private constructor(subjects: MarketSubjects, saved: SavedMarket, skipped: ControlView["skipped"], seq: number) {
    this.subjects = subjects
    this.saved = saved
    this.skipped = skipped
    this.parts = new Map(saved.parts.map(({ actor }) => [actor.name, new ActorFold(actor, subjects)]))
    this.hosted = new FoldSet([...this.parts.values()], skipped)
    this.savedAt = seq
  }

  /** The folds after record `seq`. Fails where the journal does not say enough: its beginning was dropped, or it does not fold. */
  static readonly at = Effect.fn("MarketFolds.at")(function* (
    subjects: MarketSubjects,
    saved: SavedMarket,
    seq: number
  ) {
    const { skipped } = yield* readKnownControl(subjects)
    const folds = new MarketFolds(subjects, saved, skipped, seq)
    yield* folds.add(yield* slotsNamedUpTo(subjects, seq), seq)
    return folds
  })

  /** Takes the records behind those taken before, and says what they did to the slots. */
  readonly take = Effect.fn("MarketFolds.take")({ self: this }, function* (records: ReadonlyArray<JournalRecord>) {
    const named = records.flatMap((record) => slotsNamedIn(record, this.subjects))
    const [first] = records
    if (first !== undefined && named.some((slot) => !this.slots.has(slot))) yield* this.add(named, first.seq - 1)
    this.adrift = (yield* takeAll(this.hosted, records)) || this.adrift
    this.last = records.at(-1) ?? this.last
    const transitions = this.heard
    this.heard = []
    return transitions
  })

  /** Told once the rows of all records taken are in the store: only then may a snapshot stand there; none behind what nobody can read. */
  readonly stored = Effect.suspend(() => {
    if (this.last === null || this.adrift) return Effect.void
    this.rests.note([...this.parts.values(), ...this.slots.values()], this.last)
    if (this.last.seq - this.savedAt < SNAPSHOT_EVERY) return Effect.void
    this.savedAt = this.last.seq
    return this.leave
  })

  /** Leaves snapshots for the next start. */
  readonly leave = Effect.ignore(Effect.suspend(() => this.rests.save))

  /** The market after the records taken: what its services save, and each slot by its number. */
  now(): { readonly parts: Blocks; readonly slots: Readonly<Record<string, unknown>> } {
    const stateOf = ({ name, initial }: Actor<unknown>): unknown => this.parts.get(name)?.state ?? initial
    return {
      parts: Object.assign({}, ...this.saved.parts.map(({ actor, view }) => view(stateOf(actor)))),
      slots: Object.fromEntries(
        [...this.slots].map(([slot, { state }]) => [slot, this.saved.slot(slot).slot.view(state).slot])
      )
    }
  }

  /** Folds for these slots too, and all brought to record `upTo`. */
  private readonly add = Effect.fnUntraced({ self: this }, function* (named: ReadonlyArray<SlotNumber>, upTo: number) {
    for (const slot of named) {
      if (this.slots.has(slot)) continue
      const actor = watched(slot, this.saved.slot(slot).phase, (transition) => this.heard.push(transition))
      this.slots.set(slot, new ActorFold(actor, this.subjects))
    }
    const folds = [...this.parts.values(), ...this.slots.values()]
    this.hosted = new FoldSet(folds, this.skipped)
    const behind = folds.filter(({ seq }) => seq < upTo)
    if (behind.length === 0) return
    yield* Effect.forEach(behind, (fold) => (fold.seq === 0 ? restoreAt(this.subjects, fold, upTo) : Effect.void))
    const { hosted } = this
    const journal = yield* Journal
    yield* journal.read({ from: Math.min(...behind.map(({ seq }) => seq)) + 1 }).pipe(
      Stream.takeWhile(({ seq }) => seq <= upTo),
      Stream.runForEachArray((records) =>
        Effect.map(takeAll(hosted, records), (unread) => {
          this.adrift ||= unread
        })
      )
    )
    // What led to here has its rows already.
    this.heard = []
  })
}

/** A record that nobody can read changes nobody's state: the folds go on behind it, as the rows do. Returns whether there was one. */
const takeAll = (
  hosted: FoldSet<unknown>,
  records: ReadonlyArray<JournalRecord>
): Effect.Effect<boolean, FoldProblem> =>
  Effect.try({
    try: () => {
      let unread = false
      let rest = records
      while (rest.length > 0) {
        try {
          hosted.take(rest)
          return unread
        } catch (error) {
          if (!(error instanceof RecordUndecodable)) throw error
          unread = true
          rest = rest.filter(({ seq }) => seq > error.seq)
        }
      }
      return unread
    },
    catch: (error) => new FoldProblem({ detail: messageOf(error) })
  })

/** At the newest snapshot that is not ahead, else at the last seal, else at the beginning. */
const restoreAt = Effect.fnUntraced(function* (subjects: MarketSubjects, fold: ActorFold<unknown>, upTo: number) {
  yield* restoreFold(fold, upTo)
  if (fold.seq > 0) return
  const seal = yield* lastSeal(subjects)
  if (seal !== null && seal.to <= upTo) yield* restoreSealed(fold, seal)
})

/** The slots that a record names; none where it does not decode. */
const slotsNamedIn = (record: JournalRecord, subjects: MarketSubjects): ReadonlyArray<SlotNumber> => {
  if (standingOf(record.subject).family !== "control" && record.subject !== subjects.out("governor")) return []
  // The folds decode every record, and few of these name a slot: the bytes say which may.
  const bytes = Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength)
  if (!NAMING_EVENTS.some((tag) => bytes.includes(tag))) return []
  try {
    return decodeRecord(record).events.flatMap(namedIn)
  } catch {
    return []
  }
}

/** The same actor, which tells of each event of its slot, and of each that changes its phase. */
const watched = (
  slot: SlotNumber,
  { actor, view }: SavedSlot["phase"],
  tell: (transition: Transition) => void
): Actor<unknown> => ({
  ...actor,
  reduce: (state, event, place) => {
    const step = actor.reduce(state, event, place)
    const from = view(state).phase
    const to = view(step.state).phase
    if (from !== to || slotOf(event, place) === slot) {
      const because = step.outputs.flatMap((output) =>
        "reason" in output && typeof output.reason === "object" ? [{ event: output._tag, ...output.reason }] : []
      )
      tell({ seq: place.seq, index: place.index, slot, from, to, because })
    }
    return step
  }
})
