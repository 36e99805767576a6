/** `kennel journal skip`: an operator's answer to a fault. */
import { Console, Effect, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { subjectsOf, writableJournal } from "../../../app/leaves/journal.ts"
import { appendControl, readControl } from "../../../shared/actor/control/control.ts"
import { loadSettings } from "../../shared/settings.ts"

/** Only a record that has halted an actor may be excluded. */
class NothingToSkip extends Schema.TaggedError<NothingToSkip>()("NothingToSkip", {
  seq: Schema.Int,
  actor: Schema.String,
  faults: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const known = this.faults.length === 0 ? "the journal holds no fault at all" : `faults: ${this.faults.join("; ")}`
    return `no fault of actor "${this.actor}" at record ${this.seq}: only a record that halted an actor can be passed over (${known})`
  }
}

export const skipCommand = Command.make(
  "skip",
  {
    seq: Argument.Int("seq").pipe(Argument.withDescription("The record's sequence, as the halt named it")),
    actor: Flag.String("actor").pipe(Flag.withDescription("The actor that halted; * for a record nobody can read")),
    reason: Flag.String("reason").pipe(Flag.withDescription("Why, for whoever reads the journal later")),
    author: Flag.String("author").pipe(
      Flag.withDescription("Who decides"),
      Flag.withDefault(process.env["USER"] ?? "operator")
    )
  },
  Effect.fn(function* ({ seq, actor, reason, author }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const subjects = subjectsOf(settings)
      const { faults } = yield* readControl(subjects)
      if (!faults.some((fault) => fault.actor === actor && fault.seq === seq)) {
        return yield* new NothingToSkip({ seq, actor, faults: faults.map((fault) => `${fault.actor} at ${fault.seq}`) })
      }
      yield* appendControl({
        subjects,
        writer: "operator",
        timeMs: 0,
        // Said anew where it was said before: a fault that a slow host told after that answer waits for one of its own.
        make: () => ({ _tag: "RecordSkipped", actor, seq, author, reason })
      })
      yield* Console.log(
        `record ${seq} will be passed over by ${actor === "*" ? "every actor" : actor}; start the service again`
      )
    }).pipe(Effect.provide(writableJournal(settings)))
  })
).pipe(Command.withDescription("Let a halted actor pass over one record"))
