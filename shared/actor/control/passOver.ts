/**
 * An operator's answer to a fault: the record is passed over, by the actor that halted on it or by all where nobody here can read it; or it
 * stands, and only the fault is gone.
 */
import { randomUUID } from "node:crypto"
import { Effect, Schema, Stream } from "effect"
import { NEWEST_RULES } from "../../core/rules/versions.ts"
import { BuildTooOld, encodeEntry } from "../../events/envelope.ts"
import { Journal, type JournalRecord } from "../../journal/port.ts"
import type { MarketEvent } from "../../events/event.ts"
import { appendControl, EVERY_ACTOR, readControl, skipKey } from "./control.ts"
import { decode, decoded } from "./decode.ts"
import { type Faulted, judged } from "./judged.ts"

/** Only a record that has halted an actor may be excluded, or one that no build here understands. */
export class NothingToPass extends Schema.TaggedError<NothingToPass>()("NothingToPass", {
  seq: Schema.Int,
  actor: Schema.String,
  faults: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const known = this.faults.length === 0 ? "the journal holds no fault at all" : `faults: ${this.faults.join("; ")}`
    return `no fault of actor "${this.actor}" at record ${this.seq}: only a record that halted an actor can be passed over (${known})`
  }
}

/** Whether a record asks for a build that is yet to come: by its shapes, or by the rules that it puts in force. */
const asksForNewer = (record: JournalRecord): Effect.Effect<boolean> =>
  decode(record).pipe(
    Effect.map(({ events }) => events.some((event) => event._tag === "RulesAdopted" && event.to > NEWEST_RULES)),
    Effect.catch((error) => Effect.succeed(error instanceof BuildTooOld))
  )

/** The record stops nobody whom the fault names, as far as this build can tell: passed over, what it says would be lost. */
export class RecordStands extends Schema.TaggedError<RecordStands>()("RecordStands", {
  seq: Schema.Int,
  actor: Schema.String,
  found: Schema.String,
  tellers: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const { seq, actor, found, tellers } = this
    return (
      `nothing was passed over: ${found}. That it stops ${actor === EVERY_ACTOR ? "everybody" : actor} is the word of ` +
      `${tellers.join(", ")}; what a sound record says is lost once it is passed over. Where it stands, say so: ` +
      `kennel journal keep ${seq} --actor "${actor}" --reason "…". To pass over it all the same: --although-it-stands`
    )
  }
}

/** The record does stop whom the fault names: the fault would be told again. */
export class RecordStops extends Schema.TaggedError<RecordStops>()("RecordStops", {
  seq: Schema.Int,
  actor: Schema.String,
  found: Schema.String
}) {
  override get message(): string {
    const { seq, actor, found } = this
    return `the fault was not dismissed: ${found}. Fix the code, or pass over the record: kennel journal skip ${seq} --actor "${actor}" --reason "…"`
  }
}

/** An operator's answer to a fault. */
interface Answer extends Faulted {
  readonly author: string
  readonly reason: string
}

/** Fails with `NothingToPass` where no such fault has been raised. */
const raised = Effect.fnUntraced(function* ({ subjects, seq, actor }: Faulted) {
  const view = yield* readControl(subjects)
  const { faults } = view
  if (faults.some((fault) => fault.actor === actor && fault.seq === seq)) return view
  return yield* new NothingToPass({ seq, actor, faults: faults.map((fault) => `${fault.actor} at ${fault.seq}`) })
})

/** Who has told of the fault, as far back as the journal at hand goes. */
const tellersOf = Effect.fnUntraced(function* ({ subjects, seq, actor }: Faulted) {
  const journal = yield* Journal
  const isIt = (event: MarketEvent): boolean =>
    event._tag === "FaultRaised" && event.actor === actor && event.seq === seq
  const records = yield* journal.read({ from: "first", filter: subjects.everyControl }).pipe(decoded, Stream.runCollect)
  const tellers = records.filter(({ events }) => events.some(isIt)).map((told) => `${told.writer} (record ${told.seq})`)
  return tellers.length === 0 ? ["whoever wrote it"] : tellers
})

/**
 * Writes down that a record is passed over. Fails with `NothingToPass` where nobody has told of a fault, and with `RecordStands` where the
 * record stops nobody here: `insists` passes over it all the same, but not over one that is yet to come.
 */
export const passOver = Effect.fn("passOver")(function* (answer: Answer & { readonly insists: boolean }) {
  const { subjects, seq, actor, author, reason, insists } = answer
  const journal = yield* Journal
  const skipped = { _tag: "RecordSkipped", seq, actor, author, reason } as const
  const record = actor === EVERY_ACTOR ? yield* journal.get(seq) : null
  if (record !== null && (yield* asksForNewer(record))) {
    // The control records cannot be read as long as it counts.
    const envelope = { epoch: 0, timeMs: 0, writer: "operator", cause: null, events: [skipped] } as const
    yield* journal.append(encodeEntry(subjects.control("operator"), `control.skip.${randomUUID()}`, envelope))
    return
  }
  const view = yield* raised(answer)
  // Said anew where it was said before: a fault that a slow host told after that answer waits for one of its own.
  const saidBefore = view.skipped.has(skipKey(actor, seq))
  if (!saidBefore && (!insists || seq > (yield* journal.head))) {
    const { stops, found } = yield* judged(answer)
    if (stops !== true) return yield* new RecordStands({ seq, actor, found, tellers: yield* tellersOf(answer) })
  }
  yield* appendControl({ subjects, writer: "operator", timeMs: 0, make: () => skipped })
})

/**
 * Writes down that a record stands and its fault is answered. Fails with `NothingToPass` where nobody has told of a fault, and with
 * `RecordStops` where it is true. Returns what was found.
 */
export const dismiss = Effect.fn("dismiss")(function* (answer: Answer) {
  const { subjects, seq, actor, author, reason } = answer
  yield* raised(answer)
  const { stops, found } = yield* judged(answer)
  if (stops === true) return yield* new RecordStops({ seq, actor, found })
  const dismissed = { _tag: "FaultDismissed", seq, actor, author, reason } as const
  yield* appendControl({ subjects, writer: "operator", timeMs: 0, make: () => dismissed })
  return found
})
