/**
 * The control records as the runtime needs them before anything is folded: the epoch to raise, the rules in force, and the records
 * an operator has excluded. Few and rarely written: what they say is kept for each journal that is open.
 */
import { Effect, Random, Schema } from "effect"
import { type DecodeError, encodeEntry, RecordUndecodable, type StoredRecord } from "../../events/envelope.ts"
import type { EventOf, MarketEvent } from "../../events/event.ts"
import { type MarketSubjects, slotActor } from "../../core/ids/subjects.ts"
import { FIRST_RULES } from "../../core/rules/versions.ts"
import { inForceAfter, putsInForce } from "../core/actor.ts"
import { maxEpochStep } from "../core/believable.ts"
import { encodeState } from "../core/stateText.ts"
import { controlRecords, lastSeqOn } from "./controlRecords.ts"
import { decode } from "./decode.ts"
import { lastSeal } from "../seals/seals.ts"
import { type SealedStates, SliceStart } from "../seals/slice.ts"
import { type AppendError, Journal, type ReadError } from "../../journal/port.ts"

/** Rules that a service writes when it starts with others than the journal's last: every event whose name ends in `Configured`. */
export type Configuration = Extract<MarketEvent, { readonly _tag: `${string}Configured` }>

/** What the control records up to now say. */
export interface ControlView {
  /** The highest epoch; 0 in an empty journal. */
  readonly epoch: number
  /** The version of the rules in force, and the record that adopted it; 0: none has. */
  readonly rulesVersion: number
  readonly rulesSeq: number
  /** Sequence of the last control record; 0: none. */
  readonly lastSeq: number
  /** Up to which record this is known: the last control record, or the end of the era whose seal said it. */
  readonly readTo: number
  /** `skipKey` of every record an operator has excluded. */
  readonly skipped: ReadonlySet<string>
  /** `skipKey` of every breach that has been explained. */
  readonly explained: ReadonlySet<string>
  /** Faults raised, in order, without those that an operator has dismissed. */
  readonly faults: ReadonlyArray<EventOf<"FaultRaised">>
  /** The last configuration of each kind, by its tag. */
  readonly configurations: ReadonlyMap<Configuration["_tag"], Configuration>
  /** The last key that each service has said to mark its records with. */
  readonly keys: ReadonlyMap<string, EventOf<"WriterKeySet">>
}

/** The actor a fault of a record that nobody can read is raised for. */
export const EVERY_ACTOR = "*"

/** An actor's record as `skipped` and `explained` of a `ControlView` name it. */
export const skipKey = (actor: string, seq: number): string => `${actor} ${seq}`

const NOTHING_YET: ControlView = {
  epoch: 0,
  rulesVersion: FIRST_RULES,
  rulesSeq: 0,
  lastSeq: 0,
  readTo: 0,
  skipped: new Set(),
  explained: new Set(),
  faults: [],
  configurations: new Map(),
  keys: new Map()
}

const isSame = (fault: EventOf<"FaultRaised">, { actor, seq }: EventOf<"FaultDismissed">): boolean =>
  fault.actor === actor && fault.seq === seq

/** A control record, or where one stands that does not decode: it says nothing, and whoever folds halts on it until it is excluded. */
type ControlRecord = StoredRecord | RecordUndecodable

/** The view with these records in it; the view given stays as it is. */
const continued = (before: ControlView, records: ReadonlyArray<ControlRecord>): ControlView => {
  if (records.length === 0) return before
  let { epoch, rulesVersion, rulesSeq, lastSeq, readTo } = before
  const configurations = new Map(before.configurations)
  const skipped = new Set(before.skipped)
  const explained = new Set(before.explained)
  let faults = [...before.faults]
  const keys = new Map(before.keys)
  for (const record of records) {
    lastSeq = readTo = record.seq
    if (record instanceof RecordUndecodable) continue
    for (const event of record.events) {
      if (putsInForce(event._tag)) {
        const after = inForceAfter({ epoch, rulesVersion }, event)
        if (after.rulesVersion > rulesVersion) rulesSeq = record.seq
        ;({ epoch, rulesVersion } = after)
      } else if (isConfiguration(event)) configurations.set(event._tag, event)
      else if (event._tag === "RecordSkipped") skipped.add(skipKey(event.actor, event.seq))
      else if (event._tag === "HaltExplained") explained.add(skipKey(slotActor(event.slot), event.seq))
      else if (event._tag === "FaultRaised") faults.push(event)
      else if (event._tag === "FaultDismissed") faults = faults.filter((fault) => !isSame(fault, event))
      else if (event._tag === "WriterKeySet") keys.set(event.service, event)
    }
  }
  return { epoch, rulesVersion, rulesSeq, lastSeq, readTo, skipped, explained, faults, configurations, keys }
}

/** What each open journal's control records said when they were last read: a process reads each of them once. */
const lastViews = new WeakMap<Journal["Service"], Map<string, ControlView>>()

/** What a seal kept of the control records up to it. */
const sealedView = ({ control, to }: SealedStates): ControlView => ({
  readTo: to,
  epoch: control.epoch,
  rulesVersion: control.rulesVersion,
  rulesSeq: control.rulesSeq,
  lastSeq: control.lastSeq,
  skipped: new Set(control.skipped),
  explained: new Set(control.explained),
  faults: control.events.filter((event) => event._tag === "FaultRaised"),
  configurations: new Map(control.events.filter(isConfiguration).map((event) => [event._tag, event])),
  keys: new Map(control.events.filter((event) => event._tag === "WriterKeySet").map((event) => [event.service, event]))
})

/** What a seal is to keep of the control records, as they stood at its end. */
export const controlToSeal = (view: ControlView): SealedStates["control"] => ({
  epoch: view.epoch,
  rulesVersion: view.rulesVersion,
  rulesSeq: view.rulesSeq,
  lastSeq: view.lastSeq,
  skipped: [...view.skipped],
  explained: [...view.explained],
  events: [...view.faults, ...view.configurations.values(), ...view.keys.values()]
})

/** The view, and what control records up to `upTo` have said since. */
const readOn = Effect.fnUntraced(function* (
  subjects: MarketSubjects,
  before: ControlView,
  upTo: number = Number.POSITIVE_INFINITY
): Effect.fn.Return<ControlView, ReadError | DecodeError, Journal> {
  const records = yield* Effect.forEach(yield* controlRecords(subjects, before.readTo + 1, upTo), (record) =>
    decode(record).pipe(
      Effect.catchTag("RecordUndecodable", (error): Effect.Effect<ControlRecord> => Effect.succeed(error))
    )
  )
  return continued(before, records)
})

/** What was said up to a seal; without one (null), up to where the journal at hand begins. */
const viewAt = (seal: SealedStates | null): Effect.Effect<ControlView> =>
  Effect.map(SliceStart, (start) => {
    const from = seal ?? start
    return from === null ? NOTHING_YET : sealedView(from)
  })

/** What the control records said after record `upTo`: read from this seal on, or from the first one (null). */
export const readControlRecords = (subjects: MarketSubjects, from: SealedStates | null = null, upTo?: number) =>
  Effect.flatMap(viewAt(from), (view) => readOn(subjects, view, upTo))

/** What the control records say now: from the last seal on, and in the same process from where it last looked. */
export const readControl = Effect.fn("readControl")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<ControlView, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const views = lastViews.get(journal) ?? new Map<string, ControlView>()
  lastViews.set(journal, views)
  const known = views.get(subjects.root)
  const view = yield* readOn(subjects, known ?? (yield* viewAt(yield* lastSeal(subjects))))
  // Another reading may have come further meanwhile.
  if (view.lastSeq > (views.get(subjects.root)?.lastSeq ?? 0)) views.set(subjects.root, view)
  return view
})

const isConfiguration = (event: MarketEvent): event is Configuration => event._tag.endsWith("Configured")

/** Several processes kept writing control records between our reading and our writing. */
export class ControlContended extends Schema.TaggedError<ControlContended>()("ControlContended", {
  attempts: Schema.Int
}) {
  override get message(): string {
    return `other control records came before each of ${this.attempts} attempts to write one: are processes restarting in a loop?`
  }
}

/** Each lost race means that another process has written: this many in a row is a restart loop, not bad luck. */
const MAX_ATTEMPTS = 50
/** Two replicas that draw the same out of so many behind the same record: not in the life of a journal. */
const DRAWS = 2 ** 48

/**
 * Appends one control event, made from the control records as they stand. `make` returns null when there is nothing (left) to write.
 * Twins of the writer are kept apart by compare-and-set on its subject. Other writers have subjects of their own: what one of them
 * wrote just before is seen afterwards, and where `make` would have made another event of it, it is tried again behind it. What was
 * written too early stays and changes nothing: epochs and rules only rise.
 */
export const appendControl = Effect.fn("appendControl")(function* (options: {
  readonly subjects: MarketSubjects
  /** Whose word it is: one token of its subject. */
  readonly writer: string
  readonly timeMs: number
  readonly make: (view: ControlView) => MarketEvent | null
}): Effect.fn.Return<ControlView, AppendError | ReadError | DecodeError | ControlContended, Journal> {
  const journal = yield* Journal
  const { subjects, writer, timeMs, make } = options
  const subject = subjects.control(writer)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const expected = yield* lastSeqOn(subject)
    const view = yield* readControl(subjects)
    const event = make(view)
    if (event === null) return view
    const epoch = event._tag === "EpochRaised" ? event.epoch : view.epoch
    // Two replicas may write the same event in the same moment and must not be taken for one: the guard is the CAS.
    const drawn = (yield* Random.nextIntBetween(0, DRAWS)).toString(36)
    const id = `control.${view.lastSeq}.${drawn}`
    const entry = encodeEntry(subject, id, { epoch, timeMs, writer, cause: null, events: [event] }, expected)
    const seq = yield* journal.append(entry).pipe(
      Effect.map((appended) => appended.seq),
      Effect.catchTag("JournalConflict", () => Effect.succeed(null))
    )
    if (seq === null) continue
    const wouldBe = make(yield* readOn(subjects, view, seq - 1))
    if (wouldBe === null || encodeState(wouldBe) === encodeState(event)) return yield* readControl(subjects)
  }
  return yield* new ControlContended({ attempts: MAX_ATTEMPTS })
})

/**
 * Puts a service's rules into the journal, where every fold finds them: they are written when they differ from the last of
 * their kind. Returns the control records as they then stand.
 */
export const configure = (subjects: MarketSubjects, writer: string, wanted: Configuration) =>
  appendControl({
    subjects,
    writer,
    timeMs: 0,
    make: ({ configurations }) => {
      const last = configurations.get(wanted._tag)
      return last !== undefined && encodeState(last) === encodeState(wanted) ? null : wanted
    }
  })

/**
 * Raises the epoch and returns it: the first thing a process does with a journal. No two processes get the same one.
 * `atLeast` lifts it above an epoch seen elsewhere (in an order id at the exchange), so that ids from a lost tail are
 * never issued again.
 */
export const raiseEpoch = (options: {
  readonly subjects: MarketSubjects
  /** Which process raises it: the writer of the record. */
  readonly service: string
  readonly reason: string
  /** What the start of this process means to those who fold it (`EpochRaised`). */
  readonly watchesOrders: boolean
  readonly fitsModels: boolean
  /** Milliseconds of the exchange in one of the wall's, where this process tells the exchange's time. */
  readonly speed?: number
  readonly countsTrades?: boolean
  readonly timeMs: number
  readonly atLeast?: number
}) => {
  const { atLeast = 1 } = options
  let raised = 0
  const oneStep = appendControl({
    subjects: options.subjects,
    writer: options.service,
    timeMs: options.timeMs,
    make: (view) => {
      raised = Math.max(view.epoch + 1, Math.min(atLeast, view.epoch + maxEpochStep(options.service)))
      const { service, reason, watchesOrders, fitsModels, speed, countsTrades } = options
      return {
        ...({ _tag: "EpochRaised", epoch: raised, service, reason, watchesOrders, fitsModels } as const),
        ...(speed === undefined ? {} : { speed }),
        ...(countsTrades === true ? { countsTrades } : {})
      }
    }
  }).pipe(Effect.map(() => raised))
  return Effect.repeat(oneStep, { until: (epoch) => epoch >= atLeast })
}
