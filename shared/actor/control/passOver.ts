/** An operator's word that a record is to be passed over: by the actor that halted on it, or by all where nobody here can read it. */
import { randomUUID } from "node:crypto"
import { Effect, Schema } from "effect"
import { NEWEST_RULES } from "../../core/rules/versions.ts"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import { BuildTooOld, encodeEntry } from "../../events/envelope.ts"
import { Journal, type JournalRecord } from "../../journal/port.ts"
import { appendControl, EVERY_ACTOR, readControl } from "./control.ts"
import { decode } from "./decode.ts"

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

/** Writes the word down. Fails with `NothingToPass` where there is nothing to be passed over. */
export const passOver = Effect.fn("passOver")(function* (options: {
  readonly subjects: MarketSubjects
  readonly seq: number
  readonly actor: string
  readonly author: string
  readonly reason: string
}) {
  const { subjects, ...word } = options
  const { seq, actor } = word
  const journal = yield* Journal
  const skipped = { _tag: "RecordSkipped", ...word } as const
  const record = actor === EVERY_ACTOR ? yield* journal.get(seq) : null
  if (record !== null && (yield* asksForNewer(record))) {
    // The control records cannot be read as long as it counts.
    const envelope = { epoch: 0, timeMs: 0, writer: "operator", cause: null, events: [skipped] } as const
    yield* journal.append(encodeEntry(subjects.control("operator"), `control.skip.${randomUUID()}`, envelope))
    return
  }
  const { faults } = yield* readControl(subjects)
  if (!faults.some((fault) => fault.actor === actor && fault.seq === seq)) {
    return yield* new NothingToPass({ seq, actor, faults: faults.map((fault) => `${fault.actor} at ${fault.seq}`) })
  }
  // Said anew where it was said before: a fault that a slow host told after that answer waits for one of its own.
  yield* appendControl({ subjects, writer: "operator", timeMs: 0, make: () => skipped })
})
